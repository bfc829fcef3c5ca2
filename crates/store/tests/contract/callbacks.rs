//! Looking at callbacks, and putting them back.

use std::time::Duration;

use domain::TaskId;
use store::DeliveryState::{Delivered, GivenUp, UnderWay, Waiting};
use store::{AfterAttempt, Attempt, CallbackFilter, CallbackListing, DeliveryState, QueueRules, Replay};

use crate::support::{Caller, NO_BOUNDS, World, at};

const RADIO: &str = "https://radio.example:8443";
const MANY: QueueRules = QueueRules { in_flight_per_destination: 100, ..NO_BOUNDS };

fn refused(now: i64) -> Attempt {
    let answer = b"not now".to_vec();
    Attempt { at: at(now), duration: Duration::from_millis(3), status: Some(503), error: None, answer }
}

/// Sends everything that is due, with the same end.
async fn send_all(world: &World, now: i64, after: AfterAttempt) -> Vec<TaskId> {
    let sent = world.send(now, 1_000).await;
    for delivery in &sent {
        world.record_attempt(delivery, refused(now), after).await.expect("kept");
    }
    sent.into_iter().map(|sent| sent.task).collect()
}

async fn list(world: &World, filter: CallbackFilter, limit: u32) -> Vec<CallbackListing> {
    world.store.callbacks(filter, limit).await.expect("readable")
}

async fn standing(world: &World, task: TaskId) -> (DeliveryState, u32) {
    let found = world.store.callback(None, task).await.expect("readable").expect("owed");
    (found.0.state, found.0.attempts)
}

async fn replay(world: &World, owner: Option<Caller>, which: Replay, now: i64) -> Vec<TaskId> {
    world.store.replay(owner.map(|owner| owner.user), which, at(now)).await.expect("answered")
}

#[tokio::test]
async fn a_dead_letter_is_listed_with_its_last_attempt_and_put_back_whole() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 5).await;
    let trace_id = world.record(ada, task).await.trace_id;
    send_all(&world, 10, AfterAttempt::Retry(at(20))).await;
    send_all(&world, 20, AfterAttempt::GivenUp).await;
    let filter = CallbackFilter { state: Some(GivenUp), ..CallbackFilter::default() };
    let listed = list(&world, filter.clone(), 9).await;
    let expected = CallbackListing {
        cursor: listed[0].cursor,
        task,
        trace_id,
        state: GivenUp,
        destination: RADIO.to_owned(),
        attempts: 2,
        due_at: None,
        last_status: Some(503),
        last_error: None,
        created_at: at(5),
    };
    assert_eq!(listed, [expected]);

    assert_eq!(replay(&world, None, Replay::Task(task), 1_000).await, [task]);
    assert_eq!(list(&world, filter, 9).await, []);
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(1_000)), "due at once");
    assert!(world.send(999, 9).await.is_empty());
    let again = world.send(1_000, 9).await.remove(0);
    assert_eq!((again.task, again.attempts), (task, 0), "attempts are counted anew");
    world.record_attempt(&again, refused(1_001), AfterAttempt::Delivered).await.expect("kept");
    let (listing, attempts) = world.store.callback(None, task).await.expect("readable").expect("owed");
    assert_eq!((listing.state, listing.attempts), (Delivered, 3));
    assert_eq!(attempts, [refused(10), refused(20), refused(1_001)], "what was noted before stays");
    assert_eq!(crate::support::wrong_sums(&world.database.raw(), &NO_BOUNDS), [""; 0]);
}

#[tokio::test]
async fn what_arrived_or_waits_can_be_sent_again_and_what_is_under_way_is_left_alone() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 0).await;
    let sent = world.send(0, 9).await.remove(0);
    assert_eq!(replay(&world, None, Replay::Task(task), 1).await, []);
    assert_eq!(standing(&world, task).await, (UnderWay, 0));
    world.record_attempt(&sent, refused(2), AfterAttempt::Retry(at(900))).await.expect("kept");
    assert_eq!(replay(&world, None, Replay::Task(task), 3).await, [task]);
    assert_eq!(send_all(&world, 3, AfterAttempt::Delivered).await, [task]);
    assert_eq!(replay(&world, None, Replay::Task(task), 4).await, [task]);
    assert_eq!(standing(&world, task).await, (Waiting, 2));
    assert_eq!(send_all(&world, 4, AfterAttempt::Delivered).await, [task]);
    let never = world.song(ada).await;
    assert_eq!(replay(&world, None, Replay::Task(never), 5).await, []);
    assert_eq!(world.store.callback(None, never).await.expect("readable"), None);
}

#[tokio::test]
async fn a_late_word_of_an_attempt_before_the_replay_does_not_end_the_one_after_it() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 0).await;
    let late = world.send(0, 9).await.remove(0);
    // The lease runs out.
    assert!(world.send(100, 0).await.is_empty());
    replay(&world, None, Replay::Task(task), 101).await;
    let in_force = world.send(101, 9).await.remove(0);
    world.record_attempt(&late, refused(102), AfterAttempt::GivenUp).await.expect("kept");
    assert_eq!(standing(&world, task).await, (UnderWay, 1));
    world.record_attempt(&in_force, refused(103), AfterAttempt::Retry(at(200))).await.expect("kept");
    assert_eq!(standing(&world, task).await, (Waiting, 2));
}

#[tokio::test]
async fn all_that_were_given_up_are_put_back_the_oldest_first_so_many_at_a_time() {
    let world = World::with(MANY);
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let mut tasks = Vec::new();
    for number in 0..5 {
        tasks.push(world.owed(ada, RADIO, number).await);
    }
    let of_bob = world.owed(bob, RADIO, 5).await;
    send_all(&world, 10, AfterAttempt::GivenUp).await;
    let arrived = world.owed(ada, RADIO, 11).await;
    send_all(&world, 11, AfterAttempt::Delivered).await;

    assert_eq!(replay(&world, Some(ada), Replay::GivenUp(2), 20).await, tasks[..2]);
    assert_eq!(replay(&world, Some(ada), Replay::GivenUp(9), 20).await, tasks[2..]);
    assert_eq!(replay(&world, Some(ada), Replay::GivenUp(9), 20).await, []);
    assert_eq!(standing(&world, of_bob).await.0, GivenUp, "nobody's but one's own");
    assert_eq!(standing(&world, arrived).await.0, Delivered, "it was not given up");
    assert_eq!(replay(&world, None, Replay::GivenUp(9), 20).await, [of_bob]);
    assert_eq!(send_all(&world, 20, AfterAttempt::Delivered).await.len(), 6);
    assert_eq!(crate::support::wrong_sums(&world.database.raw(), &MANY), [""; 0]);
}

#[tokio::test]
async fn nobody_looks_at_or_replays_the_callbacks_of_another() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 0).await;
    send_all(&world, 0, AfterAttempt::GivenUp).await;
    for state in [None, Some(GivenUp), Some(Delivered)] {
        let filter = |owner: Caller| CallbackFilter { owner: Some(owner.user), state, before: None };
        assert_eq!(list(&world, filter(bob), 9).await, []);
        assert_eq!(list(&world, filter(ada), 9).await.len(), usize::from(state != Some(Delivered)));
    }
    assert_eq!(world.store.callback(Some(bob.user), task).await.expect("readable"), None);
    assert!(world.store.callback(Some(ada.user), task).await.expect("readable").is_some());
    assert_eq!(replay(&world, Some(bob), Replay::Task(task), 1).await, []);
    assert_eq!(standing(&world, task).await.0, GivenUp);
}

#[tokio::test]
async fn pages_of_a_list_join_without_gap_or_repeat_whatever_is_asked_for() {
    let world = World::with(MANY);
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let mut tasks = Vec::new();
    for (round, after) in [AfterAttempt::GivenUp, AfterAttempt::Delivered, AfterAttempt::Retry(at(10_000))]
        .into_iter()
        .enumerate()
    {
        for number in 0..3 {
            let now = i64::try_from(round * 10 + number).expect("a time");
            tasks.push(world.owed(ada, RADIO, now).await);
            world.owed(bob, RADIO, now).await;
        }
        send_all(&world, 100, after).await;
    }
    tasks.reverse();
    let states = [None, Some(GivenUp), Some(Delivered), Some(Waiting), Some(UnderWay)];
    let expected = [&tasks[..], &tasks[6..], &tasks[3..6], &tasks[..3], &[]];
    for (state, expected) in states.into_iter().zip(expected) {
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = list(&world, CallbackFilter { owner: Some(ada.user), state, before }, 2).await;
            let Some(last) = page.last() else { break };
            before = Some(last.cursor);
            found.extend(page.iter().map(|listing| listing.task));
        }
        assert_eq!(found, expected, "{state:?}");
        let all = list(&world, CallbackFilter { owner: None, state, before: None }, 100).await;
        assert_eq!(all.len(), expected.len() * 2, "the operator sees everyone's: {state:?}");
    }
}

#[tokio::test]
async fn of_a_callback_that_is_sent_again_and_again_the_last_hundred_attempts_are_kept() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 0).await;
    for now in 0..130 {
        send_all(&world, now, AfterAttempt::Delivered).await;
        replay(&world, None, Replay::Task(task), now + 1).await;
    }
    let (listing, attempts) = world.store.callback(None, task).await.expect("readable").expect("owed");
    assert_eq!((attempts.len(), attempts[0].at, attempts[99].at), (100, at(30), at(129)));
    assert_eq!(listing.attempts, 130, "all are counted");
}

#[tokio::test]
async fn another_process_sees_and_replays_what_this_one_gave_up() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.owed(ada, RADIO, 0).await;
    send_all(&world, 0, AfterAttempt::GivenUp).await;
    assert_eq!(world.store.next_delivery().await.expect("readable"), None);
    let beside = world.database.open(QueueRules { in_flight_per_destination: 1, ..NO_BOUNDS });
    let put_back = beside.replay(None, Replay::GivenUp(9), at(50)).await.expect("answered");
    assert_eq!(put_back, [task]);
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(50)));
    assert_eq!(world.send(50, 9).await.len(), 1);
}
