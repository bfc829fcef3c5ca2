//! Orders that come with a key are one task, however often they are sent.

use std::sync::Arc;

use domain::Credits;
use store::{Accepted, IdempotencyKey, NewTask, QueueRules, Standing};

use crate::support::{Caller, NO_BOUNDS, World, at, at_once, failed};

/// An order of `caller` with this key and this body, placed at `now`. A key holds for 1,000 ms.
fn keyed(world: &World, caller: Caller, key: u8, body: u8, now: i64) -> NewTask {
    let key = IdempotencyKey { key_hash: [key; 16], order_hash: [body; 16], holds_since: at(now - 1_000) };
    NewTask { key: Some(key), created_at: at(now), ..world.order(caller) }
}

#[tokio::test]
async fn twenty_orders_at_once_with_one_key_are_one_task() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    let orders: Vec<_> = (0..20).map(|_| keyed(&world, ada, 1, 1, 0)).collect();
    let first = |accepted: &[(NewTask, Accepted)]| {
        let made: Vec<_> = accepted.iter().filter(|(_, accepted)| *accepted == Accepted::New).collect();
        assert_eq!(made.len(), 1);
        made[0].0.id
    };
    let store = &world.store;
    let answers = at_once(orders.into_iter().map(|order| {
        let store = Arc::clone(store);
        async move { (order.clone(), store.accept(order).await.expect("answered")) }
    }))
    .await;
    let task = first(&answers);
    assert_eq!(answers.iter().filter(|(_, accepted)| *accepted == Accepted::Repeat(task)).count(), 19);
    assert_eq!((world.remaining(ada).await, world.claim_all().await), (Some(4), vec![task]));
}

#[tokio::test]
async fn a_key_gives_its_task_again_whatever_became_of_it() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let again = |world: &World| keyed(world, ada, 1, 1, 10);
    let task = world.place(keyed(&world, ada, 1, 1, 0)).await;
    assert_eq!(world.try_place(again(&world)).await, Accepted::Repeat(task), "it waits");
    let claimed = world.claim(1).await.expect("waits");
    assert_eq!(world.try_place(again(&world)).await, Accepted::Repeat(task), "it runs");
    let world = world.restart(NO_BOUNDS);
    assert_eq!(world.try_place(again(&world)).await, Accepted::Repeat(task), "the server ended");
    world.finish(&claimed, failed(), 2).await;
    assert_eq!(world.try_place(again(&world)).await, Accepted::Repeat(task), "it has failed");
    world.store.delete(ada.user, task, at(3)).await.expect("answered").expect("there");
    assert_eq!(world.try_place(again(&world)).await, Accepted::Repeat(task), "it is gone: no second song");
    assert!(world.claim(20).await.is_none());
}

#[tokio::test]
async fn the_task_of_a_key_is_told_to_its_application_with_the_same_order_while_it_holds() {
    let world = World::new();
    let radio = world.caller("ada@example.org", "radio").await;
    let other_token = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let task = world.place(keyed(&world, radio, 1, 1, 0)).await;
    let of = async |caller: Caller, key: u8, body: u8, now: i64| {
        let key = keyed(&world, caller, key, body, now).key.expect("one");
        world.store.task_of_key(caller.credential, &key).await.expect("readable")
    };
    assert_eq!((of(radio, 1, 1, 1_000).await, of(other_token, 1, 1, 5).await), (Some(task), Some(task)));
    assert_eq!((of(film, 1, 1, 5).await, of(radio, 2, 1, 5).await), (None, None), "whose or which it is not");
    assert_eq!(
        (of(radio, 1, 2, 5).await, of(radio, 1, 1, 1_001).await),
        (None, None),
        "another order, or over"
    );
}

#[tokio::test]
async fn a_key_with_another_order_is_taken_within_its_application_alone() {
    let world = World::new();
    let radio = world.caller("ada@example.org", "radio").await;
    let other_token = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let task = world.place(keyed(&world, radio, 1, 1, 0)).await;
    assert_eq!(world.try_place(keyed(&world, radio, 1, 2, 0)).await, Accepted::KeyTaken);
    assert_eq!(world.try_place(keyed(&world, other_token, 1, 2, 0)).await, Accepted::KeyTaken);
    assert_eq!(world.try_place(keyed(&world, other_token, 1, 1, 0)).await, Accepted::Repeat(task));
    assert_eq!(world.try_place(keyed(&world, film, 1, 1, 0)).await, Accepted::New);
    assert_eq!(world.try_place(keyed(&world, radio, 2, 1, 0)).await, Accepted::New);
    assert_eq!(world.claim_all().await.len(), 3);
}

#[tokio::test]
async fn an_order_that_is_refused_leaves_its_key_free() {
    let world = World::with(QueueRules { most_waiting: 1, ..NO_BOUNDS });
    let ada = world.caller_with_quota("ada@example.org", 1).await;
    let dear = NewTask { price: Credits::whole(2), ..keyed(&world, ada, 1, 1, 0) };
    assert_eq!(world.try_place(dear).await, Accepted::UsedUp);
    let bob = world.caller("bob@example.org", "radio").await;
    let waits = world.place(keyed(&world, ada, 1, 2, 0)).await;
    assert_eq!(world.try_place(keyed(&world, bob, 1, 1, 0)).await, Accepted::QueueFull);
    assert_eq!(
        world.try_place(keyed(&world, ada, 1, 2, 0)).await,
        Accepted::Repeat(waits),
        "known though full"
    );
    world.claim(1).await.expect("waits");
    assert_eq!(world.try_place(keyed(&world, bob, 1, 2, 0)).await, Accepted::New, "another body is fine");
}

#[tokio::test]
async fn a_key_is_free_again_after_its_time() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let first = world.place(keyed(&world, ada, 1, 1, 0)).await;
    assert_eq!(world.try_place(keyed(&world, ada, 1, 1, 1_000)).await, Accepted::Repeat(first));
    let second = world.place(keyed(&world, ada, 1, 2, 1_001)).await;
    assert_eq!(world.try_place(keyed(&world, ada, 1, 2, 1_500)).await, Accepted::Repeat(second));
    assert_eq!(world.try_place(keyed(&world, ada, 1, 1, 1_500)).await, Accepted::KeyTaken);
    assert_eq!(world.standing(ada, first).await, Standing::Pending, "the first task goes on");
}

#[tokio::test]
async fn an_order_without_a_key_is_always_another_task() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.place(keyed(&world, ada, 1, 1, 0)).await;
    world.songs(ada, 2).await;
    assert_eq!(world.claim_all().await.len(), 3);
}
