//! Callbacks that are owed.

use std::time::Duration;

use domain::TaskId;
use store::{AfterAttempt, Attempt, Delivery, DeliveryState, NewTask, QueueRules};

use crate::support::{Caller, NO_BOUNDS, World, all_differ, at, cancelled, failed, made};

const RADIO: &str = "https://radio.example";
const FILM: &str = "https://film.example:8443";

fn attempt(now: i64) -> Attempt {
    Attempt {
        at: at(now),
        duration: Duration::from_millis(1_500),
        status: Some(503),
        error: None,
        answer: b"\xffnot now".to_vec(),
    }
}

async fn record(world: &World, delivery: &Delivery, now: i64, after: AfterAttempt) {
    world.record_attempt(delivery, attempt(now), after).await.expect("kept");
}

async fn state(world: &World, task: TaskId) -> DeliveryState {
    let listed = world.deliveries(task).await;
    assert_eq!(listed.len(), 1);
    listed[0].state
}

async fn ada(world: &World) -> Caller {
    world.caller("ada@example.org", "radio").await
}

#[tokio::test]
async fn a_callback_is_owed_exactly_when_one_was_asked_for_whatever_the_outcome() {
    let world = World::new();
    let ada = ada(&world).await;
    for outcome in [made(r#"{"data":[]}"#), failed(), cancelled()] {
        for callback_url in [None, crate::support::callback(RADIO)] {
            let asked = callback_url.is_some();
            let task = world.place(NewTask { callback_url, ..world.order(ada) }).await;
            let claimed = world.claim(0).await.expect("waits");
            assert!(world.deliveries(task).await.is_empty());
            world.finish(&claimed, outcome.clone(), 5).await;
            let sent = world.send(5, 9).await;
            let told: Vec<_> = sent.iter().map(|sent| (sent.task, &sent.outcome)).collect();
            assert_eq!(told, if asked { vec![(task, &outcome)] } else { Vec::new() });
            for delivery in &sent {
                record(&world, delivery, 6, AfterAttempt::Delivered).await;
            }
        }
    }
}

#[tokio::test]
async fn the_longest_due_goes_first() {
    let world = World::new();
    let ada = ada(&world).await;
    let mut tasks = Vec::new();
    for (destination, now) in [(RADIO, 30), (FILM, 20), (RADIO, 10)] {
        tasks.push(world.owed(ada, destination, now).await);
    }
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(10)));
    assert!(world.send(9, 9).await.is_empty());
    let order: Vec<_> = world.send(30, 9).await.into_iter().map(|sent| sent.task).collect();
    assert_eq!(order, [tasks[2], tasks[1], tasks[0]]);
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(130)), "the leases' end");
}

#[tokio::test]
async fn no_more_are_handed_out_than_asked_for_and_none_twice() {
    let world = World::with(QueueRules { in_flight_per_destination: 9, ..NO_BOUNDS });
    let ada = ada(&world).await;
    for now in 0..5 {
        world.owed(ada, RADIO, now).await;
    }
    assert!(world.send(10, 0).await.is_empty());
    let mut numbers = Vec::new();
    for expected in [2, 2, 1, 0] {
        let sent = world.send(10, 2).await;
        assert_eq!(sent.len(), expected);
        numbers.extend(sent.into_iter().map(|sent| sent.number));
    }
    assert!(all_differ(numbers));
}

#[tokio::test]
async fn a_destination_has_at_most_its_bound_under_way() {
    let world = World::new();
    let ada = ada(&world).await;
    for now in [1, 2, 3, 4] {
        world.owed(ada, RADIO, now).await;
    }
    let under_way = world.send(10, 9).await;
    assert_eq!(under_way.len(), 2);
    assert!(world.send(11, 9).await.is_empty());
    record(&world, &under_way[0], 12, AfterAttempt::Delivered).await;
    assert_eq!(world.send(12, 9).await.len(), 1);
    record(&world, &under_way[1], 13, AfterAttempt::Retry(at(500))).await;
    assert_eq!(world.send(13, 9).await.len(), 1);
    assert!(world.send(14, 9).await.is_empty());
}

#[tokio::test]
async fn a_dead_destination_keeps_no_healthy_one_waiting() {
    let world = World::new();
    let ada = ada(&world).await;
    for now in 0..200 {
        world.owed(ada, "https://dead.example", now).await;
    }
    let healthy = world.owed(ada, RADIO, 500).await;
    for now in [600, 700] {
        let sent = world.send(now, 3).await;
        assert_eq!(sent.iter().filter(|sent| sent.task == healthy).count(), 1);
        for delivery in sent {
            record(&world, &delivery, now, AfterAttempt::Retry(at(now))).await;
        }
    }
}

#[tokio::test]
async fn a_retry_waits_for_its_time() {
    let world = World::new();
    let ada = ada(&world).await;
    let task = world.owed(ada, RADIO, 0).await;
    let sent = world.send(0, 9).await;
    record(&world, &sent[0], 10, AfterAttempt::Retry(at(500))).await;
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(500)));
    let listed = world.deliveries(task).await;
    assert_eq!((listed[0].state, listed[0].due_at), (DeliveryState::Waiting, Some(at(500))));
    assert!(world.send(499, 9).await.is_empty());
    let again = world.send(500, 9).await;
    assert_eq!((again[0].number, again[0].attempts), (sent[0].number, 1));
    assert_eq!(state(&world, task).await, DeliveryState::UnderWay);
}

#[tokio::test]
async fn what_arrived_or_was_given_up_is_never_sent_again() {
    let world = World::new();
    let ada = ada(&world).await;
    let tasks = [world.owed(ada, RADIO, 0).await, world.owed(ada, RADIO, 0).await];
    let sent = world.send(0, 9).await;
    record(&world, &sent[0], 10, AfterAttempt::Delivered).await;
    record(&world, &sent[1], 10, AfterAttempt::GivenUp).await;
    assert_eq!(state(&world, tasks[0]).await, DeliveryState::Delivered);
    assert_eq!(state(&world, tasks[1]).await, DeliveryState::GivenUp);
    assert_eq!(world.store.next_delivery().await.expect("readable"), None);
    assert!(world.send(1_000_000, 9).await.is_empty());
    let world = world.restart(NO_BOUNDS);
    world.store.void_leases(crate::support::TRIES, at(2_000_000)).await.expect("answered");
    assert!(world.send(2_000_000, 9).await.is_empty());
}

#[tokio::test]
async fn a_lease_that_ran_out_counts_as_an_attempt_and_frees_its_place() {
    let world = World::new();
    let ada = ada(&world).await;
    for now in [1, 2, 3] {
        world.owed(ada, RADIO, now).await;
    }
    let lost = world.send(10, 9).await;
    assert!(world.send(109, 9).await.is_empty());
    let again = world.send(110, 9).await;
    assert_eq!(again.len(), 2, "the bound holds");
    assert_eq!((again[0].attempts, again[1].attempts), (0, 1), "the third was due before these were lost");
    assert_eq!(again[1].number, lost[0].number);
}

#[tokio::test]
async fn a_late_word_of_arrival_counts_while_the_delivery_waits_again() {
    let world = World::new();
    let ada = ada(&world).await;
    let task = world.owed(ada, RADIO, 0).await;
    let lost = world.send(0, 9).await;
    let other = world.owed(ada, FILM, 99).await;
    // Somebody else's look takes the lease back without handing the delivery out.
    assert!(world.send(100, 0).await.is_empty());
    assert_eq!(state(&world, task).await, DeliveryState::Waiting);
    record(&world, &lost[0], 130, AfterAttempt::Retry(at(900))).await;
    assert_eq!(state(&world, task).await, DeliveryState::Waiting);
    record(&world, &lost[0], 131, AfterAttempt::Delivered).await;
    assert_eq!(state(&world, task).await, DeliveryState::Delivered);
    assert_eq!(world.send(140, 9).await.iter().map(|sent| sent.task).collect::<Vec<_>>(), [other]);
}

#[tokio::test]
async fn a_late_word_of_failure_does_not_take_the_delivery_from_its_new_sender() {
    for late in [AfterAttempt::GivenUp, AfterAttempt::Retry(at(120))] {
        let world = World::with(QueueRules { in_flight_per_destination: 1, ..NO_BOUNDS });
        let ada = ada(&world).await;
        let task = world.owed(ada, RADIO, 0).await;
        let lost = world.send(0, 9).await;
        let in_force = world.send(100, 9).await;
        assert_eq!(in_force[0].number, lost[0].number);
        record(&world, &lost[0], 120, late).await;
        assert_eq!(state(&world, task).await, DeliveryState::UnderWay);
        assert!(world.send(130, 9).await.is_empty(), "one at a time");
        record(&world, &in_force[0], 140, AfterAttempt::Retry(at(150))).await;
        assert_eq!(world.send(150, 9).await.len(), 1);
        assert_eq!(world.deliveries(task).await[0].attempts.len(), 2, "both are noted");
    }
}

#[tokio::test]
async fn a_late_word_of_arrival_ends_the_delivery_under_its_new_sender() {
    let world = World::with(QueueRules { in_flight_per_destination: 1, ..NO_BOUNDS });
    let ada = ada(&world).await;
    let task = world.owed(ada, RADIO, 0).await;
    let lost = world.send(0, 9).await;
    let in_force = world.send(100, 9).await;
    record(&world, &lost[0], 120, AfterAttempt::Delivered).await;
    record(&world, &in_force[0], 130, AfterAttempt::Retry(at(140))).await;
    assert_eq!(state(&world, task).await, DeliveryState::Delivered);
    assert!(world.send(1_000, 9).await.is_empty());
    let next = world.owed(ada, RADIO, 2_000).await;
    let sent: Vec<_> = world.send(2_000, 9).await.into_iter().map(|sent| sent.task).collect();
    assert_eq!(sent, [next], "the destination's one place is free");
}

#[tokio::test]
async fn attempts_are_listed_in_order_with_all_that_was_seen() {
    let world = World::new();
    let ada = ada(&world).await;
    let task = world.owed(ada, RADIO, 0).await;
    let unreachable =
        Attempt { status: None, error: Some("no route".to_owned()), answer: Vec::new(), ..attempt(900) };
    let made = [attempt(50), unreachable, attempt(7)];
    for (number, attempt) in made.iter().enumerate() {
        let sent = world.send(10_000, 9).await;
        assert_eq!(sent[0].attempts as usize, number);
        let after = if number < 2 { AfterAttempt::Retry(at(0)) } else { AfterAttempt::Delivered };
        world.record_attempt(&sent[0], attempt.clone(), after).await.expect("kept");
    }
    assert_eq!(world.deliveries(task).await[0].attempts, made);
    let other = world.song(ada).await;
    assert!(world.deliveries(other).await.is_empty());
}
