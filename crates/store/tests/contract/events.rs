//! The events feed: what happened, in order of commit, whole and once.

use std::sync::Arc;

use domain::{Crew, GaveBack, TaskId};
use proptest::prelude::*;
use store::{Accepted, Event, NewTask, Store, StoreError, TaskState};

use crate::support::{Caller, NO_BOUNDS, TRIES, World, at, at_once, cancelled, failed, made, tell};

use self::TaskState::{Cancelled, Failed, Pending, Processing, Succeeded};

/// Everything that is told to `caller`.
async fn told(world: &World, caller: Caller) -> Vec<Event> {
    world.store.events(caller.user, None, 0, 10_000).await.expect("readable")
}

fn states(events: &[Event]) -> Vec<(TaskId, TaskState, i64)> {
    events.iter().map(|event| (event.task, event.state, event.at.as_millis())).collect()
}

fn cursors(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.cursor).collect()
}

async fn retry(world: &World, claimed: &store::Claimed, now: i64, retry_at: i64) {
    let why = GaveBack::Retryable(String::new());
    world.store.give_back(claimed.claim, why, TRIES, at(now), at(retry_at)).await.expect("answered");
}

#[tokio::test]
async fn every_change_of_state_is_told_once_in_order_of_commit() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let order = NewTask { created_at: at(5), ..world.order(ada) };
    let task = world.place(order.clone()).await;
    let claimed = world.claim(10).await.expect("waits");
    world.store.renew(claimed.claim, at(300), Some(42)).await.expect("answered");
    retry(&world, &claimed, 20, 50).await;
    // That its time has come changes no state that anyone sees.
    world.store.release_due(TRIES, at(50)).await.expect("answered");
    let claimed = world.claim(60).await.expect("waits again");
    world.finish(&claimed, made("{}"), 70).await;
    world.finish(&claimed, failed(), 80).await;
    let events = told(&world, ada).await;
    let story = [(Pending, 5), (Processing, 10), (Pending, 20), (Processing, 60), (Succeeded, 70)];
    assert_eq!(states(&events), story.map(|(state, at)| (task, state, at)));
    assert_eq!(cursors(&events), [1, 2, 3, 4, 5]);
    assert!(events.iter().all(|event| (event.trace_id, event.kind) == (order.trace_id, order.kind)));
    assert_eq!(world.store.last_event_cursor().await.expect("readable"), 5);
}

#[tokio::test]
async fn every_way_to_end_and_to_go_back_is_told() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let tasks = world.songs(ada, 4).await;
    for outcome in [failed(), cancelled()] {
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, outcome, 2).await;
    }
    world.claim(3).await.expect("waits");
    world.store.release_due(TRIES, at(103)).await.expect("its worker vanished");
    world.claim(104).await.expect("waits");
    world.store.void_leases(TRIES, at(105)).await.expect("its server vanished, a second time");
    let last = |task| {
        let store = Arc::clone(&world.store);
        async move { store.events(ada.user, Some(task), 0, 99).await.expect("readable") }
    };
    assert_eq!(states(&last(tasks[0]).await).last(), Some(&(tasks[0], Failed, 2)));
    assert_eq!(states(&last(tasks[1]).await).last(), Some(&(tasks[1], Cancelled, 2)));
    let third: Vec<_> = last(tasks[2]).await.iter().map(|event| event.state).collect();
    assert_eq!(third, [Pending, Processing, Pending, Processing, Failed]);
    assert_eq!(states(&last(tasks[3]).await), [(tasks[3], Pending, 0)]);
}

#[tokio::test]
async fn a_user_is_told_of_the_users_own_tasks_alone() {
    let world = World::new();
    let radio = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let (one, foreign, two) = (world.song(radio).await, world.song(bob).await, world.song(film).await);
    assert_eq!(states(&told(&world, film).await), [(one, Pending, 0), (two, Pending, 0)]);
    assert_eq!(cursors(&told(&world, bob).await), [2]);
    let of_task = |task| world.store.events(bob.user, Some(task), 0, 9);
    assert_eq!(of_task(foreign).await.expect("readable").len(), 1);
    assert!(of_task(one).await.expect("readable").is_empty());
    assert!(of_task(TaskId(world.id())).await.expect("readable").is_empty());
}

/// Follows a user as a consumer does, until the last of so many events has come.
async fn follow(store: Arc<dyn Store>, caller: Caller, how_many: usize) -> Vec<u64> {
    let mut news = store.event_news(caller.user).await.expect("readable");
    let mut seen: Vec<u64> = Vec::new();
    while seen.len() < how_many {
        let after = seen.last().copied().unwrap_or_default();
        let page = store.events(caller.user, None, after, 7).await.expect("readable");
        if page.is_empty() {
            news.changed().await.expect("open");
        }
        seen.extend(cursors(&page));
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_follows_while_many_write_misses_nothing_and_sees_nothing_twice() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let followers: Vec<_> = [ada, ada, bob]
        .map(|caller| tokio::spawn(follow(Arc::clone(&world.store), caller, 600)))
        .into_iter()
        .collect();
    let orders = (0..600).map(|n| {
        let (store, order) = (Arc::clone(&world.store), world.order(if n % 2 == 0 { ada } else { bob }));
        async move { store.accept(order).await }
    });
    assert!(at_once(orders).await.into_iter().all(|answer| matches!(answer, Ok(Accepted::New))));
    let workers = (0..600).map(|_| {
        let (store, folder) = (Arc::clone(&world.store), world.folder());
        async move { store.claim_next(Crew::Makers, at(1), at(100), folder).await }
    });
    assert!(at_once(workers).await.into_iter().all(|answer| matches!(answer, Ok(Some(_)))));
    let mut seen = Vec::new();
    for follower in followers {
        let time = std::time::Duration::from_secs(60);
        seen.push(tokio::time::timeout(time, follower).await.expect("all came").expect("no panic"));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], cursors(&told(&world, ada).await));
    let mut all = [seen[1].clone(), seen[2].clone()].concat();
    assert!([&seen[0], &seen[2]].into_iter().all(|seen| seen.is_sorted()));
    all.sort_unstable();
    assert_eq!(all, (1..=1_200).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_order_that_cannot_be_kept_is_told_to_nobody_and_costs_no_cursor() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let twice = world.order(ada);
    let orders = [world.order(ada), twice.clone(), twice, world.order(ada)].map(|order| {
        let store = Arc::clone(&world.store);
        async move { store.accept(order).await.is_ok() }
    });
    let kept = at_once(orders).await;
    assert_eq!(kept.iter().filter(|kept| **kept).count(), 3);
    assert_eq!(cursors(&told(&world, ada).await), [1, 2, 3]);
}

#[tokio::test]
async fn cursors_go_on_after_a_restart_even_when_all_events_are_gone() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.songs(ada, 3).await;
    assert_eq!(world.store.delete_events_before(at(1), at(99), 9).await.expect("written"), 3);
    let world = world.restart(NO_BOUNDS);
    assert_eq!(world.store.last_event_cursor().await.expect("readable"), 3);
    world.song(ada).await;
    assert_eq!(cursors(&told(&world, ada).await), [4]);
}

#[tokio::test]
async fn another_process_that_writes_gives_no_cursor_twice() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let beside = world.database.open(NO_BOUNDS);
    for n in 0..6 {
        let store = if n % 2 == 0 { &world.store } else { &beside };
        assert!(matches!(store.accept(world.order(ada)).await, Ok(Accepted::New)));
    }
    assert_eq!(cursors(&told(&world, ada).await), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn old_events_go_a_few_at_a_time_from_the_front_and_it_is_known_up_to_where() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let gone = |caller: Caller| {
        let store = Arc::clone(&world.store);
        async move { store.events_gone(caller.user).await.expect("readable") }
    };
    // The last but one was committed after a younger one.
    for (caller, created) in [(ada, 10), (ada, 20), (bob, 20), (ada, 90), (ada, 30), (bob, 95)] {
        world.place(NewTask { created_at: at(created), ..world.order(caller) }).await;
    }
    let delete = async |before, most| {
        world.store.delete_events_before(at(before), at(99_999), most).await.expect("done")
    };
    assert_eq!((delete(10, 9).await, gone(ada).await), (0, 0));
    assert_eq!((delete(50, 1).await, gone(ada).await, gone(bob).await), (1, 1, 0));
    assert_eq!((delete(50, 9).await, gone(ada).await, gone(bob).await), (2, 2, 3));
    assert_eq!(delete(50, 9).await, 0);
    assert_eq!(cursors(&told(&world, ada).await), [4, 5], "no hole, though the second of them is old");
    assert_eq!(cursors(&told(&world, bob).await), [6]);
    assert_eq!(world.store.last_event_cursor().await.expect("readable"), 6);
}

#[tokio::test]
async fn a_deleted_task_takes_its_events_along() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let tasks = world.songs(ada, 2).await;
    let raw = world.database.raw();
    raw.pragma_update(None, "foreign_keys", true).expect("set");
    raw.execute("DELETE FROM tasks WHERE id = ?1", [tasks[0].as_bytes()]).expect("deleted");
    let world = world.restart(NO_BOUNDS);
    assert_eq!(states(&told(&world, ada).await), [(tasks[1], Pending, 0)]);
    assert_eq!(world.store.events_gone(ada.user).await.expect("readable"), 0);
}

#[tokio::test]
async fn a_commit_wakes_those_whom_it_concerns_and_a_closed_store_lets_go_of_all() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let mut adas = world.store.event_news(ada.user).await.expect("readable");
    let mut bobs = world.store.event_news(bob.user).await.expect("readable");
    world.songs(bob, 2).await;
    assert!(!adas.has_changed().expect("open"));
    assert_eq!(*bobs.borrow_and_update(), 2);
    // Whoever has gone is forgotten, and others come.
    drop(bobs);
    world.song(bob).await;
    let mut again = world.store.event_news(bob.user).await.expect("readable");
    world.song(bob).await;
    assert_eq!(*again.borrow_and_update(), 4);
    let nobody = world.store.event_news(domain::UserId(world.id())).await;
    assert!(matches!(nobody, Err(StoreError::Missing(_))));
    drop(world);
    assert!(adas.changed().await.is_err() && again.changed().await.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_any_size_give_exactly_the_order_of_commits(
        steps in prop::collection::vec((0_usize..3, any::<bool>()), 1..60),
        limits in prop::collection::vec(1_u32..9, 1..9),
    ) {
        tell(async {
            let world = World::new();
            let callers = [
                world.caller("ada@example.org", "radio").await,
                world.caller("ada@example.org", "film").await,
                world.caller("bob@example.org", "radio").await,
            ];
            // What each user is to be told: written down as each step is answered.
            let mut expected = [Vec::new(), Vec::new()];
            for (now, (who, orders)) in (1..).zip(steps) {
                if orders {
                    let order = NewTask { created_at: at(now), ..world.order(callers[who]) };
                    expected[who / 2].push((world.place(order).await, Pending, now));
                } else if let Some(claimed) = world.claim(now).await {
                    let owner = usize::from(
                        world.store.task(callers[0].user, claimed.claim.task).await.expect("readable").is_none(),
                    );
                    world.finish(&claimed, made("{}"), now).await;
                    let states = [Processing, Succeeded];
                    expected[owner].extend(states.map(|state| (claimed.claim.task, state, now)));
                }
            }
            for (caller, expected) in [callers[0], callers[2]].into_iter().zip(expected) {
                let (mut after, mut seen) = (0, Vec::new());
                for &limit in limits.iter().cycle() {
                    let page = world.store.events(caller.user, None, after, limit).await.expect("readable");
                    assert!(page.len() <= limit as usize && page.iter().all(|event| event.cursor > after));
                    let Some(last) = page.last() else { break };
                    after = last.cursor;
                    seen.extend(states(&page));
                }
                assert_eq!(seen, expected);
            }
        });
    }
}
