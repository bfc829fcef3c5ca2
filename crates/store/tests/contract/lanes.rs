//! Fairness between the hosts that callbacks go to.

use std::time::Duration;

use domain::TaskId;
use store::{AfterAttempt, Attempt, Delivery, DeliveryState, MadeAttempt, QueueRules};

use crate::support::{Caller, NO_BOUNDS, World, at, wrong_sums};

/// As a server has it by default, but for the numbers: 8 of 512.
const RULES: QueueRules = QueueRules { in_flight_per_destination: 4, deliveries_in_flight: 32, ..NO_BOUNDS };

fn attempt(now: i64, status: Option<u16>) -> Attempt {
    let error = status.is_none().then(|| "no answer in time".to_owned());
    Attempt { at: at(now), duration: Duration::from_secs(15), status, error, answer: Vec::new() }
}

async fn record(world: &World, sent: &[Delivery], now: i64, status: Option<u16>) {
    for delivery in sent {
        let after = match status {
            Some(200) => AfterAttempt::Delivered,
            _ => AfterAttempt::Retry(at(now)),
        };
        world.record_attempt(delivery, attempt(now, status), after).await.expect("kept");
    }
}

fn host(number: usize) -> String {
    format!("https://host-{number}.example")
}

async fn owe(world: &World, caller: Caller, hosts: std::ops::Range<usize>, each: usize) {
    for number in hosts {
        for _ in 0..each {
            world.owed(caller, &host(number), 0).await;
        }
    }
}

/// What is handed out to a sender that already has `taken` of all places.
async fn fill(world: &World, now: i64, taken: usize) -> Vec<Delivery> {
    world.send(now, RULES.deliveries_in_flight as usize - taken).await
}

fn has(sent: &[Delivery], task: TaskId) -> bool {
    sent.iter().any(|sent| sent.task == task)
}

#[tokio::test]
async fn many_hosts_that_die_together_leave_room_for_one_that_lives() {
    let world = World::with(RULES);
    let ada = world.caller("ada@example.org", "radio").await;
    // Four each would take all of 32 places.
    owe(&world, ada, 0..16, 10).await;
    let dead = fill(&world, 1, 0).await;
    assert_eq!(dead.len(), 16 + 8, "one each, and a quarter of all places beyond that");
    let healthy = world.owed(ada, &host(99), 2).await;
    assert!(has(&fill(&world, 3, dead.len()).await, healthy));
    assert_eq!(wrong_sums(&world.database.raw(), &RULES), [""; 0]);
}

#[tokio::test]
async fn a_host_that_did_not_answer_gets_one_at_a_time_until_it_answers() {
    let world = World::with(RULES);
    let ada = world.caller("ada@example.org", "radio").await;
    owe(&world, ada, 0..1, 10).await;
    let first = world.send(1, 32).await;
    assert_eq!(first.len(), 4);
    record(&world, &first, 2, None).await;
    let probe = world.send(2, 32).await;
    assert_eq!(probe.len(), 1);
    assert!(world.send(3, 32).await.is_empty());
    record(&world, &probe, 4, None).await;
    let probe = world.send(4, 32).await;
    assert_eq!(probe.len(), 1);
    record(&world, &probe, 5, Some(500)).await;
    assert_eq!(world.send(5, 32).await.len(), 4, "an answer is a sign of life, whatever it says");
    assert_eq!(wrong_sums(&world.database.raw(), &RULES), [""; 0]);
}

#[tokio::test]
async fn an_attempt_that_never_asked_its_host_says_nothing_about_it() {
    let world = World::with(RULES);
    let ada = world.caller("ada@example.org", "radio").await;
    owe(&world, ada, 0..1, 20).await;
    let unasked = |delivery: Delivery, now: i64| {
        let (attempt, after) = (attempt(now, None), AfterAttempt::Retry(at(now)));
        MadeAttempt { delivery, attempt, after, asked: false }
    };
    for delivery in world.send(1, 32).await {
        world.store.record_attempt(unasked(delivery, 2)).await.expect("kept");
    }
    let first = world.send(2, 32).await;
    assert_eq!(first.len(), 4, "it is not held to be dead");
    record(&world, &first, 3, None).await;
    let probe = world.send(3, 32).await.remove(0);
    world.store.record_attempt(unasked(probe, 4)).await.expect("kept");
    assert_eq!(world.send(4, 32).await.len(), 1, "nor to be alive");
    assert_eq!(wrong_sums(&world.database.raw(), &RULES), [""; 0]);
}

#[tokio::test]
async fn hosts_that_did_not_answer_have_a_quarter_of_all_places_however_many_they_are() {
    let world = World::with(RULES);
    let ada = world.caller("ada@example.org", "radio").await;
    owe(&world, ada, 0..60, 2).await;
    // Each is found dead, as many at a time as there is room for.
    let mut now = 1;
    loop {
        let sent = fill(&world, now, 0).await;
        let firsts = sent.iter().filter(|sent| sent.attempts == 0).count();
        record(&world, &sent, now, None).await;
        now += 1;
        if firsts == 0 {
            break;
        }
        assert!(now < 100, "some host is never tried");
    }
    let dead = fill(&world, now, 0).await;
    assert_eq!(dead.len(), 8, "a quarter of 32");
    let healthy = world.owed(ada, &host(99), now).await;
    assert!(has(&fill(&world, now, dead.len()).await, healthy));
    assert!(fill(&world, now, dead.len() + 1).await.is_empty());
    // Those places go round.
    record(&world, &dead, now, None).await;
    assert_eq!(fill(&world, now, 1).await.len(), 8);
}

#[tokio::test]
async fn destinations_take_turns() {
    let world = World::with(QueueRules { deliveries_in_flight: 0, ..RULES });
    let ada = world.caller("ada@example.org", "radio").await;
    owe(&world, ada, 0..1, 50).await;
    let mut others = Vec::new();
    for number in 1..4 {
        others.push(world.owed(ada, &host(number), 5).await);
    }
    let sent: Vec<_> = world.send(10, 4).await.into_iter().map(|sent| sent.task).collect();
    assert!(others.iter().all(|task| sent.contains(task)), "none waits for fifty of another");
}

#[tokio::test]
async fn what_was_done_is_kept_and_more_is_handed_out_in_one_write() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    owe(&world, ada, 0..1, 5).await;
    let made = world.send(1, 9).await.into_iter().map(|delivery| MadeAttempt {
        delivery,
        attempt: attempt(2, Some(200)),
        after: AfterAttempt::Delivered,
        asked: true,
    });
    let made: Vec<_> = made.collect();
    let next = world.store.exchange(made.clone().into(), at(3), at(103), 9).await.expect("kept");
    assert_eq!((made.len(), next.len()), (2, 2), "their places are free again");
    for MadeAttempt { delivery, .. } in &made {
        let listed = world.deliveries(delivery.task).await;
        assert_eq!((listed[0].state, listed[0].attempts.len()), (DeliveryState::Delivered, 1));
    }
    assert!(world.store.exchange([].into(), at(4), at(104), 9).await.expect("answered").is_empty());
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_given_up_and_stops_no_other() {
    let world = World::with(RULES);
    let ada = world.caller("ada@example.org", "radio").await;
    let mut tasks = Vec::new();
    for now in 0..4 {
        tasks.push(world.owed(ada, &host(0), now).await);
    }
    let books = world.database.raw();
    let spoil = |task: TaskId, what: &str| {
        let sql = format!("UPDATE tasks SET {what} WHERE id = ?1");
        assert_eq!(books.execute(&sql, [task.as_bytes()]).expect("written"), 1);
    };
    spoil(tasks[0], "base_at = x'010203'");
    spoil(tasks[1], "outcome = 9");
    spoil(tasks[2], "response = NULL");
    let sent: Vec<_> = world.send(10, 9).await.into_iter().map(|sent| sent.task).collect();
    assert_eq!(sent, tasks[3..]);
    for &task in &tasks[..3] {
        let listed = world.deliveries(task).await;
        assert_eq!(listed[0].state, DeliveryState::GivenUp);
        assert!(listed[0].attempts[0].error.as_deref().is_some_and(|error| error.contains("cannot be read")));
    }
    assert_eq!(wrong_sums(&books, &RULES), [""; 0]);
}
