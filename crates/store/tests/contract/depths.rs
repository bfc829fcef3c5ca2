//! How much waits, as an operator is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::GaveBack;
use store::{AfterAttempt, Attempt, CommitObserver, Depths, NewTask};

use crate::support::{NO_BOUNDS, TRIES, World, at};

#[tokio::test]
async fn what_waits_runs_and_is_owed_is_told_in_numbers() {
    let world = World::new();
    let depths = async || world.store.depths().await.expect("readable");
    assert_eq!(depths().await, Depths::default());
    let ada = world.caller("ada@example.org", "radio").await;
    let ben = world.caller("ben@example.org", "radio").await;
    world.owed(ada, "https://radio.example", 1).await;
    world.owed(ada, "https://film.example", 1).await;
    world.owed(ben, "https://film.example", 1).await;
    let dead = world.send(2, 1).await.remove(0);
    let attempt = Attempt {
        at: at(3),
        duration: std::time::Duration::ZERO,
        status: None,
        error: None,
        answer: Vec::new(),
    };
    world.record_attempt(&dead, attempt, AfterAttempt::GivenUp).await.expect("kept");
    assert_eq!(world.send(4, 1).await.len(), 1);
    for second in [9, 7, 8, 6] {
        world.place(NewTask { created_at: at(second * 1_000), ..world.order(ada) }).await;
    }
    world.claim(10).await.expect("waits");
    let delayed = world.claim(10).await.expect("waits");
    let why = GaveBack::Retryable("no luck".to_owned());
    world.store.give_back(delayed.claim, why, TRIES, at(11), at(500)).await.expect("answered");
    let expected = Depths {
        waiting: 2,
        delayed: 1,
        running: 1,
        // The first in the queue, whatever time it was given.
        oldest_waiting: Some(at(8_000)),
        callbacks_waiting: 1,
        callbacks_under_way: 1,
        dead_letters: 1,
    };
    assert_eq!(depths().await, expected);
    let world = world.restart(NO_BOUNDS);
    world.store.void_leases(TRIES, at(12)).await.expect("void");
    let after = world.store.depths().await.expect("readable");
    assert_eq!((after.waiting, after.running, after.callbacks_waiting), (3, 0, 2));
}

#[derive(Default)]
struct Counts {
    begun: AtomicUsize,
    writes: AtomicUsize,
}

impl CommitObserver for Counts {
    fn begins(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    fn ended(&self, writes: usize) {
        self.writes.fetch_add(writes, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn an_observer_is_told_of_every_transaction_and_its_writes() {
    let world = World::new();
    let counts = Arc::new(Counts::default());
    world.store.observe_commits(counts.clone());
    let ada = world.caller("ada@example.org", "radio").await;
    let orders = (0..20).map(|_| world.order(ada)).collect::<Vec<_>>();
    for order in orders {
        world.place(order).await;
    }
    assert_eq!(counts.writes.load(Ordering::SeqCst), 21, "the caller's token, and twenty orders");
    assert!(counts.begun.load(Ordering::SeqCst) <= 21);
}
