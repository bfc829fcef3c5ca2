//! Tasks whose try ended without a result.

use domain::{Bounds, Counts, GaveBack, Outcome};
use store::{GivenBack, NewTask, QueueRules, Standing};

use crate::support::{Caller, NO_BOUNDS, TRIES, World, all_differ, at, callback, ended};

fn out_of_tune() -> GaveBack {
    GaveBack::Retryable("out of tune".to_owned())
}

async fn give_back(
    world: &World,
    claimed: &store::Claimed,
    why: GaveBack,
    now: i64,
    retry_at: i64,
) -> GivenBack {
    world.store.give_back(claimed.claim, why, TRIES, at(now), at(retry_at)).await.expect("answered")
}

async fn release(world: &World, now: i64) -> Vec<store::Released> {
    world.store.release_due(TRIES, at(now)).await.expect("answered")
}

async fn ada_with_callbacks(world: &World) -> (Caller, NewTask) {
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    (ada, NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) })
}

#[tokio::test]
async fn a_task_given_back_waits_for_its_time() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    assert_eq!(give_back(&world, &claimed, out_of_tune(), 10, 50).await, GivenBack::Waits);
    assert_eq!(world.standing(ada, task).await, Standing::Pending);
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(50)));
    assert!(release(&world, 49).await.is_empty());
    assert!(world.claim(49).await.is_none());
    assert!(release(&world, 50).await.is_empty(), "nobody vanished");
    assert_eq!(world.store.next_due().await.expect("readable"), None);
    let again = world.claim(50).await.expect("waits again");
    assert_eq!((again.claim.task, again.state.counts), (task, Counts { failures: 1, crashes: 0 }));
    assert_eq!(again.claim.attempt, claimed.claim.attempt + 1);
    assert_eq!(world.standing(ada, task).await, Standing::Processing { started_at: at(50), progress: None });
}

#[tokio::test]
async fn a_task_given_back_for_now_keeps_its_place_before_younger_ones() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let songs = world.songs(ada, 3).await;
    let claimed = world.claim(0).await.expect("waits");
    assert_eq!(give_back(&world, &claimed, out_of_tune(), 10, 10).await, GivenBack::Waits);
    assert_eq!(world.claim_all().await, songs);
}

#[tokio::test]
async fn a_task_that_waits_for_its_time_leaves_its_place_in_the_bound_to_another() {
    let world =
        World::with(QueueRules { in_flight_per_credential: 1, refuses_when_busy: false, ..NO_BOUNDS });
    let ada = world.caller("ada@example.org", "radio").await;
    let songs = world.songs(ada, 2).await;
    let claimed = world.claim(0).await.expect("waits");
    give_back(&world, &claimed, out_of_tune(), 10, 50).await;
    assert_eq!(world.claim_all().await, [songs[1]]);
    assert!(release(&world, 50).await.is_empty());
    assert!(world.claim(50).await.is_none(), "the bound is reached");
}

#[tokio::test]
async fn an_engine_that_fails_too_often_fails_the_task() {
    let world = World::new();
    let (ada, order) = ada_with_callbacks(&world).await;
    let task = world.place(order).await;
    for try_number in 1..TRIES.max_attempts {
        let claimed = world.claim(0).await.expect("waits");
        assert_eq!(claimed.state.counts.failures, try_number - 1);
        assert_eq!(give_back(&world, &claimed, out_of_tune(), 10, 10).await, GivenBack::Waits);
    }
    assert_eq!(world.remaining(ada).await, Some(4));
    assert!(world.deliveries(task).await.is_empty());
    let last = world.claim(70).await.expect("waits");
    let GivenBack::Failed(told) = give_back(&world, &last, out_of_tune(), 80, 90).await else {
        panic!("waits")
    };
    let end = ended(world.standing(ada, task).await);
    assert_eq!((end.started_at, end.finished_at), (Some(at(70)), at(80)));
    assert_eq!(end.outcome, Outcome::Failed(told));
    assert_eq!(world.remaining(ada).await, Some(5), "given back");
    assert_eq!(world.send(80, 9).await.len(), 1, "a callback is owed");
    assert_eq!(give_back(&world, &last, out_of_tune(), 80, 90).await, GivenBack::Stale);
}

#[tokio::test]
async fn crashes_and_failures_are_counted_apart_and_soft_stops_not_at_all() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let tries = [GaveBack::SoftStop, out_of_tune(), GaveBack::SoftStop, GaveBack::Crashed, out_of_tune()];
    let counted = [(0, 0), (0, 0), (1, 0), (1, 0), (1, 1)];
    for (why, (failures, crashes)) in tries.into_iter().zip(counted) {
        let claimed = world.claim(0).await.expect("waits");
        assert_eq!(claimed.state.counts, Counts { failures, crashes });
        assert_eq!(give_back(&world, &claimed, why, 0, 0).await, GivenBack::Waits);
    }
    for _ in 0..20 {
        let claimed = world.claim(0).await.expect("waits");
        assert_eq!(give_back(&world, &claimed, GaveBack::SoftStop, 0, 0).await, GivenBack::Waits);
    }
    let claimed = world.claim(0).await.expect("waits");
    assert_eq!(claimed.state.counts, Counts { failures: 2, crashes: 1 });
    assert!(matches!(give_back(&world, &claimed, GaveBack::Crashed, 0, 0).await, GivenBack::Failed(_)));
    assert_eq!(world.standing(ada, task).await.as_str(), "failed");
}

#[tokio::test]
async fn a_task_is_taken_from_a_worker_that_vanished() {
    let world = World::new();
    let (ada, order) = ada_with_callbacks(&world).await;
    let task = world.place(order).await;
    let first = world.claim(0).await.expect("waits");
    world.store.renew(first.claim, at(300), Some(50)).await.expect("answered");
    assert!(release(&world, 299).await.is_empty());
    let released = release(&world, 300).await;
    assert_eq!(
        released,
        [store::Released { task, trace_id: first.trace_id, folder: first.folder, failed: false }]
    );
    assert!(release(&world, 300).await.is_empty(), "once is enough");
    assert_eq!(world.standing(ada, task).await, Standing::Pending);
    let second = world.claim(400).await.expect("waits again");
    assert_eq!(second.state.counts, Counts { failures: 0, crashes: 1 });
    assert_eq!(world.standing(ada, task).await, Standing::Processing { started_at: at(400), progress: None });
    let released = release(&world, 500).await;
    assert_eq!(
        released,
        [store::Released { task, trace_id: first.trace_id, folder: second.folder, failed: true }]
    );
    assert_eq!(ended(world.standing(ada, task).await).finished_at, at(500));
    assert_eq!((world.remaining(ada).await, world.send(500, 9).await.len()), (Some(5), 1));
}

#[tokio::test]
async fn the_next_thing_due_is_the_earliest_lease_or_retry() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    assert_eq!(world.store.next_due().await.expect("readable"), None);
    world.songs(ada, 2).await;
    assert_eq!(world.store.next_due().await.expect("readable"), None, "what waits is not due");
    let (one, two) = (world.claim(0).await.expect("waits"), world.claim(50).await.expect("waits"));
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(100)));
    give_back(&world, &two, out_of_tune(), 60, 90).await;
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(90)));
    world.store.renew(one.claim, at(80), None).await.expect("answered");
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(80)));
    world.finish(&one, crate::support::made("{}"), 70).await;
    assert_eq!(world.store.next_due().await.expect("readable"), Some(at(90)));
}

#[tokio::test]
async fn a_thousand_that_are_due_at_once_are_all_taken_back_in_a_few_calls() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.songs(ada, 1_000).await;
    assert_eq!(world.claim_all().await.len(), 1_000);
    let mut taken_back = Vec::new();
    let mut calls = 0;
    while world.store.next_due().await.expect("readable").is_some_and(|due| due <= at(200)) {
        taken_back.extend(release(&world, 200).await.into_iter().map(|released| released.task));
        calls += 1;
    }
    assert!(taken_back.len() == 1_000 && all_differ(taken_back) && calls < 10);
    assert_eq!(world.claim_all().await.len(), 1_000);
}

#[tokio::test]
async fn other_bounds_count_from_the_next_try_on() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    let strict = Bounds { max_attempts: 1, ..TRIES };
    let answer =
        world.store.give_back(claimed.claim, out_of_tune(), strict, at(1), at(9)).await.expect("answered");
    assert!(matches!(answer, GivenBack::Failed(_)));
}
