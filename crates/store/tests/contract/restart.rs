//! What a server finds that starts after another.

use domain::{GaveBack, TaskId};
use store::{NewTask, QueueRules, Standing};

use crate::support::{Caller, NO_BOUNDS, TRIES, World, at, callback, failed, made};

fn at_most(in_flight_per_credential: u32) -> QueueRules {
    QueueRules { in_flight_per_credential, ..NO_BOUNDS }
}

async fn void_leases(world: &World, now: i64) -> Vec<store::Released> {
    world.store.void_leases(TRIES, at(now)).await.expect("answered")
}

#[tokio::test]
async fn everything_that_ran_waits_again() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let songs = world.songs(ada, 3).await;
    let held = [world.claim(0).await.expect("waits"), world.claim(0).await.expect("waits")];
    let world = world.restart(NO_BOUNDS);
    let mut released = void_leases(&world, 10).await;
    released.sort_by_key(|released| released.task);
    let expected = held.clone().map(|h| store::Released {
        task: h.claim.task,
        trace_id: h.trace_id,
        folder: h.folder,
        failed: false,
    });
    assert_eq!(released, expected);
    for &task in &songs {
        assert_eq!(world.standing(ada, task).await, Standing::Pending);
    }
    assert_eq!(world.finish(&held[0], made("{}"), 11).await, store::Finish::Stale);
    assert_eq!(world.claim_all().await, songs);
    assert!(void_leases(&world, 12).await.len() == 3);
}

#[tokio::test]
async fn a_task_that_ends_its_server_too_often_fails() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 3).await;
    let order = NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let task = world.place(order).await;
    world.claim(0).await.expect("waits");
    let world = world.restart(NO_BOUNDS);
    assert!(!void_leases(&world, 10).await[0].failed);
    world.claim(20).await.expect("waits again");
    let world = world.restart(NO_BOUNDS);
    assert!(void_leases(&world, 30).await[0].failed);
    assert_eq!(world.standing(ada, task).await.as_str(), "failed");
    assert_eq!((world.remaining(ada).await, world.send(30, 9).await.len()), (Some(3), 1));
}

#[tokio::test]
async fn turns_and_bounds_hold_after_a_restart_with_other_rules() {
    let world = World::with(at_most(1));
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let (adas, bobs) = (world.songs(ada, 4).await, world.songs(bob, 3).await);
    assert_eq!(world.claim_all().await.len(), 2);
    let world = world.restart(at_most(2));
    void_leases(&world, 10).await;
    assert_eq!(world.claim_all().await, [adas[0], bobs[0], adas[1], bobs[1]]);
    let world = world.restart(at_most(0));
    void_leases(&world, 20).await;
    assert_eq!(world.store.next_due().await.expect("readable"), None);
    // Both songs that ran at both stops have failed.
    assert_eq!(world.claim_all().await, [adas[1], bobs[1], adas[2], bobs[2], adas[3]]);
    let world = world.restart(at_most(1));
    void_leases(&world, 30).await;
    assert_eq!(world.claim_all().await, [bobs[2], adas[2]]);
}

#[tokio::test]
async fn a_new_server_adds_up_anew_what_its_queue_and_outbox_hold() {
    let world = World::with(at_most(1));
    let ada = world.caller("ada@example.org", "radio").await;
    world.owed(ada, "https://radio.example", 1).await;
    world.owed(ada, "https://radio.example", 1).await;
    world.send(2, 1).await;
    let songs = world.songs(ada, 3).await;
    world.claim(3).await.expect("waits");
    let books = world.database.raw();
    let spoil = "UPDATE lanes SET waiting = 7, in_flight = 9, head = NULL; UPDATE turns SET ready = 0; \
                 UPDATE destinations SET leased = 9, due_ms = NULL";
    books.execute_batch(spoil).expect("writes");
    let world = world.restart(at_most(2));
    void_leases(&world, 10).await;
    assert_eq!(crate::support::wrong_sums(&books, &at_most(2)), Vec::<String>::new());
    assert_eq!(world.claim_all().await, songs[..2]);
    assert_eq!(world.send(10, 9).await.len(), 2);
}

#[tokio::test]
async fn what_waits_for_its_time_still_does_after_a_restart() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let task = world.song(ada).await;
    let claimed = world.claim(0).await.expect("waits");
    let why = GaveBack::Retryable(String::new());
    world.store.give_back(claimed.claim, why, TRIES, at(1), at(500)).await.expect("answered");
    let world = world.restart(NO_BOUNDS);
    assert!(void_leases(&world, 10).await.is_empty());
    assert!(world.claim(10).await.is_none());
    world.store.release_due(TRIES, at(500)).await.expect("answered");
    assert_eq!(world.claim_all().await, [task]);
}

#[tokio::test]
async fn callbacks_under_way_are_due_at_once() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let mut tasks = Vec::new();
    for now in [1, 2, 3] {
        tasks.push(world.owed(ada, "https://radio.example", now).await);
    }
    assert_eq!(world.send(10, 9).await.len(), 2, "the bound of a destination");
    let world = world.restart(QueueRules { in_flight_per_destination: 3, ..NO_BOUNDS });
    void_leases(&world, 20).await;
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(3)));
    let sent = world.send(20, 9).await;
    assert_eq!(
        sent.iter().map(|sent| (sent.task, sent.attempts)).collect::<Vec<_>>(),
        [(tasks[2], 0), (tasks[0], 0), (tasks[1], 0)],
        "an attempt that a restart cut short is not counted"
    );
    let world = world.restart(QueueRules { in_flight_per_destination: 1, ..NO_BOUNDS });
    void_leases(&world, 30).await;
    assert_eq!(world.send(30, 9).await.len(), 1);
}

async fn order_at(world: &World, caller: Caller, created: i64, waits: bool, mark: u8) -> TaskId {
    let order = NewTask { created_at: at(created), waits, fingerprint: [mark; 16], ..world.order(caller) };
    world.place(order).await
}

/// The marks of the orders that may be unanswered since `since`.
async fn unanswered(world: &World, since: i64) -> Vec<u8> {
    let mut marks: Vec<_> = world
        .store
        .unanswered(at(since))
        .await
        .expect("readable")
        .iter()
        .map(|found| found.fingerprint[0])
        .collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

#[tokio::test]
async fn orders_whose_answer_may_be_missing_are_the_recent_and_the_waited_for() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    for (mark, waits) in [(1, true), (2, true), (3, false), (4, false)] {
        order_at(&world, ada, 1_000, waits, mark).await;
    }
    for finished_at in [49_999, 50_000, 50_000] {
        let claimed = world.claim(2_000).await.expect("waits");
        world.finish(&claimed, failed(), finished_at).await;
    }
    order_at(&world, ada, 1_000, true, 5).await;
    order_at(&world, ada, 1_000, true, 6).await;
    world.claim(2_000).await.expect("4 runs");
    world.claim(2_000).await.expect("5 runs");
    // These two were committed in the other order than they were placed.
    order_at(&world, ada, 50_000, false, 7).await;
    let eighth = order_at(&world, ada, 49_000, false, 8).await;
    order_at(&world, ada, 51_000, true, 9).await;
    assert_eq!(unanswered(&world, 50_000).await, [2, 5, 6, 7, 9]);
    assert_eq!(unanswered(&world, 49_000).await, [1, 2, 5, 6, 7, 8, 9]);
    assert_eq!(unanswered(&world, 0).await, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(unanswered(&world, 90_000).await, [5, 6, 9]);
    let found = world.store.unanswered(at(49_000)).await.expect("readable");
    assert!(found.iter().any(|found| found.task == eighth && found.fingerprint == [8; 16]));
}

#[tokio::test]
async fn nobody_who_reads_waits_for_a_write() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let token = world.token("bob@example.org", "radio");
    world.admit(token.clone()).await;
    let task = world.owed(ada, "https://radio.example", 1).await;
    let before = world.record(ada, task).await;
    let writer = world.database.raw();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE tasks SET request = 'half written'; DELETE FROM credentials WHERE no > 1")
        .expect("writes");
    assert_eq!(world.record(ada, task).await, before);
    let page = store::Page { limit: 9, offset: 0 };
    let listing = world.store.list(ada.user, store::Filter::default(), page).await.expect("readable");
    assert_eq!((listing.count, listing.items), (1, vec![before]));
    assert!(world.store.credential(&token.hash).await.expect("readable").is_some());
    assert!(world.claim(2).await.is_none(), "that nothing waits is seen without writing");
    assert_eq!(world.store.next_due().await.expect("readable"), None);
    assert_eq!(world.store.next_delivery().await.expect("readable"), Some(at(1)));
    assert_eq!(world.deliveries(task).await.len(), 1);
    writer.execute_batch("ROLLBACK").expect("rolls back");
    world.song(ada).await;
}
