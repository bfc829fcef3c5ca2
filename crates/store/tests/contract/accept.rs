//! Orders become tasks.

use std::sync::Arc;

use domain::{Credits, GaveBack, TaskId, TaskKind, TraceId};
use store::{Accepted, ApplicationSwitch, GivenBack, NewTask, NewToken, QueueRules, Standing};

use crate::support::{NO_BOUNDS, TRIES, World, at, at_once, callback, cancelled, failed, made};

#[tokio::test]
async fn an_order_is_found_by_its_owner_and_nobody_else() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let order = NewTask { kind: TaskKind::Videos, created_at: at(1_767_119_745_524), ..world.order(ada) };
    let task = world.place(order.clone()).await;
    let record = world.record(ada, task).await;
    assert_eq!((record.id, record.trace_id, record.kind), (order.id, order.trace_id, TaskKind::Videos));
    assert_eq!((record.user_id, record.application_id), (ada.user, ada.application));
    assert_eq!((record.credential_id, record.created_at), (ada.credential, order.created_at));
    assert_eq!((record.request.as_str(), &record.standing), (order.request.as_str(), &Standing::Pending));
    let store = &world.store;
    assert_eq!(store.task_by_trace(ada.user, order.trace_id).await.expect("readable"), Some(record));
    assert_eq!(store.task(bob.user, task).await.expect("readable"), None);
    assert_eq!(store.task_by_trace(bob.user, order.trace_id).await.expect("readable"), None);
    assert_eq!(store.task(ada.user, TaskId(order.trace_id.0)).await.expect("readable"), None);
    assert_eq!(store.task_by_trace(ada.user, TraceId(task.0)).await.expect("readable"), None);
}

#[tokio::test]
async fn all_tokens_of_a_user_find_the_users_tasks() {
    let world = World::new();
    let radio = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    let task = world.song(radio).await;
    assert_eq!(world.record(film, task).await.application_id, radio.application);
}

#[tokio::test]
async fn a_request_is_kept_to_the_byte() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let request = " \n{ \"z\" : 1.0,\r\n\t\"a\":\"Grüße 🎸 \\u00e9 e\u{301}\",\"z\":1e400, \"n\" : 9007199254740993 } \u{feff}\n";
    let task = world.place(NewTask { request: request.to_owned(), ..world.order(ada) }).await;
    assert_eq!(world.record(ada, task).await.request, request);
    assert_eq!(world.claim(1).await.expect("waits").request, request);
}

#[tokio::test]
async fn an_accepted_order_survives_the_server() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 2).await;
    let task = world.song(ada).await;
    let before = world.record(ada, task).await;
    let world = world.restart(NO_BOUNDS);
    assert_eq!(world.record(ada, task).await, before);
    assert_eq!(world.remaining(ada).await, Some(1));
    assert_eq!(world.claim(1).await.expect("waits").claim.task, task);
}

#[tokio::test]
async fn an_order_takes_its_cost_until_the_quota_does_not_cover_it() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 5).await;
    let order = |price| NewTask { price: Credits::whole(price), ..world.order(ada) };
    world.place(order(3)).await;
    assert_eq!(world.remaining(ada).await, Some(2));
    let too_dear = order(3);
    let (id, trace_id) = (too_dear.id, too_dear.trace_id);
    assert_eq!(world.try_place(too_dear).await, Accepted::UsedUp);
    assert_eq!(world.remaining(ada).await, Some(2));
    assert_eq!(world.store.task(ada.user, id).await.expect("readable"), None);
    assert_eq!(world.store.task_by_trace(ada.user, trace_id).await.expect("readable"), None);
    world.place(order(2)).await;
    assert_eq!(world.try_place(order(1)).await, Accepted::UsedUp);
    world.place(order(0)).await;
    assert_eq!(world.remaining(ada).await, Some(0));
    assert_eq!(world.claim_all().await.len(), 3);
}

#[tokio::test]
async fn a_quota_of_ten_covers_ten_of_fifty_orders_at_once() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 10).await;
    let orders: Vec<_> = (0..50).map(|_| (Arc::clone(&world.store), world.order(ada))).collect();
    let answers =
        at_once(orders.into_iter().map(|(store, order)| async move { store.accept(order).await })).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("answered")).collect();
    let counted = |what| answers.iter().filter(|&&answer| answer == what).count();
    assert_eq!((counted(Accepted::New), counted(Accepted::UsedUp)), (10, 40));
    assert_eq!(world.remaining(ada).await, Some(0));
    assert_eq!(world.claim_all().await.len(), 10);
}

#[tokio::test]
async fn only_a_song_that_is_made_costs() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 10).await;
    let free = world.caller("bob@example.org", "radio").await;
    for (outcome, left) in [(made("{}"), 7), (failed(), 7), (cancelled(), 7), (made("{}"), 4)] {
        world.place(NewTask { price: Credits::whole(3), ..world.order(ada) }).await;
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, outcome.clone(), 2).await;
        assert_eq!(world.remaining(ada).await, Some(left), "{outcome:?}");
        world.song(free).await;
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, outcome, 2).await;
        assert_eq!(world.remaining(free).await, None);
    }
}

#[tokio::test]
async fn what_was_ordered_without_a_quota_gives_nothing_back_to_one() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "songs").await;
    world.song(ada).await;
    world.caller_with_quota("ada@example.org", 5).await;
    let claimed = world.claim(1).await.expect("waits");
    world.finish(&claimed, failed(), 2).await;
    assert_eq!(world.remaining(ada).await, Some(5));
}

#[tokio::test]
async fn the_largest_quota_still_takes_back_what_a_failed_song_cost() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 1).await;
    world.song(ada).await;
    world.caller_with_quota("ada@example.org", u32::MAX).await;
    let claimed = world.claim(1).await.expect("waits");
    world.finish(&claimed, failed(), 2).await;
    let account = world.store.account(ada.application).await.expect("readable").expect("a quota");
    assert_eq!(Some(account.available), Credits::whole(u32::MAX).plus(Credits::whole(1)));
    world.song(ada).await;
    world.prove();
}

#[tokio::test]
async fn a_repeated_order_is_answered_with_the_task_it_repeats() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 2).await;
    let first = world.song(ada).await;
    let repeat = NewTask { repeat_of: Some(first), ..world.order(ada) };
    let id = repeat.id;
    assert_eq!(world.try_place(repeat).await, Accepted::Repeat(first));
    assert_eq!(world.store.task(ada.user, id).await.expect("readable"), None);
    assert_eq!(world.remaining(ada).await, Some(1));
    let never_stored = TaskId(world.id());
    world.place(NewTask { repeat_of: Some(never_stored), ..world.order(ada) }).await;
    assert_eq!(world.remaining(ada).await, Some(0));
    let repeat_without_quota = NewTask { repeat_of: Some(first), ..world.order(ada) };
    assert_eq!(world.try_place(repeat_without_quota).await, Accepted::Repeat(first));
}

#[tokio::test]
async fn nobody_orders_with_a_revoked_or_unknown_token_or_from_an_application_that_is_off() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.admit(NewToken { quota: Some(3), ..world.token("bob@example.org", "radio") }).await;
    let switch = |disabled| ApplicationSwitch {
        email: "bob@example.org".to_owned(),
        application: "radio".to_owned(),
        disabled,
    };
    world.store.revoke_token(ada.credential, at(1)).await.expect("answered");
    world.store.switch_application(switch(true)).await.expect("answered");
    let unknown = crate::support::Caller { credential: domain::CredentialId(world.id()), ..ada };
    for caller in [ada, bob, unknown] {
        assert_eq!(world.try_place(world.order(caller)).await, Accepted::Refused);
    }
    assert!(world.claim_all().await.is_empty());
    world.store.switch_application(switch(false)).await.expect("answered");
    world.song(bob).await;
    assert_eq!(world.remaining(bob).await, Some(2));
}

#[tokio::test]
async fn a_full_queue_takes_no_more_until_a_worker_takes_one() {
    let world = World::with(QueueRules { most_waiting: 2, ..NO_BOUNDS });
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.songs(ada, 2).await;
    assert_eq!(world.try_place(world.order(bob)).await, Accepted::QueueFull, "the bound is for all together");
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::QueueFull);
    assert_eq!(world.remaining(ada).await, Some(7));
    world.claim(1).await.expect("waits");
    world.song(bob).await;
    assert_eq!(world.try_place(world.order(bob)).await, Accepted::QueueFull);
    let world = world.restart(QueueRules { most_waiting: 3, ..NO_BOUNDS });
    world.song(bob).await;
    assert_eq!(
        world.try_place(world.order(bob)).await,
        Accepted::QueueFull,
        "a new server counts what waits"
    );
}

#[tokio::test]
async fn a_callback_goes_to_the_url_of_its_order() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let order = NewTask { callback_url: callback("https://radio.example"), ..world.order(ada) };
    let (task, trace_id) = (order.id, order.trace_id);
    world.place(order).await;
    assert!(world.send(10, 9).await.is_empty(), "nothing is owed before the end");
    let claimed = world.claim(1).await.expect("waits");
    world.finish(&claimed, failed(), 20).await;
    assert!(world.send(19, 9).await.is_empty(), "nor before its time");
    let sent = world.send(20, 9).await;
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].task, sent[0].trace_id, sent[0].attempts), (task, trace_id, 0));
    assert_eq!((sent[0].url.as_str(), &sent[0].outcome), ("https://radio.example/hook?secret=1", &failed()));
}

#[tokio::test]
async fn an_order_that_cannot_be_kept_harms_no_other() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    let first = world.order(ada);
    world.place(first.clone()).await;
    let clash = NewTask { trace_id: first.trace_id, ..world.order(ada) };
    let orders = [world.order(ada), clash, world.order(ada)].map(|order| (Arc::clone(&world.store), order));
    let answers = at_once(orders.map(|(store, order)| async move { store.accept(order).await })).await;
    assert!(matches!(answers[..], [Ok(Accepted::New), Err(_), Ok(Accepted::New)]), "{answers:?}");
    assert_eq!(world.remaining(ada).await, Some(6));
    assert_eq!(world.claim_all().await.len(), 3);
}

#[tokio::test]
async fn a_busy_credential_is_refused_where_that_is_the_rule() {
    let rules = QueueRules { in_flight_per_credential: 2, refuses_when_busy: true, ..NO_BOUNDS };
    let world = World::with(rules);
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    let bob = world.caller("bob@example.org", "radio").await;
    let first = world.song(ada).await;
    let running = world.claim(1).await.expect("waits");
    world.song(ada).await;
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::Busy, "one waits and one runs");
    assert_eq!(world.remaining(ada).await, Some(7), "a refusal costs nothing");
    let repeat = NewTask { repeat_of: Some(first), ..world.order(ada) };
    assert_eq!(world.try_place(repeat).await, Accepted::Repeat(first), "what it has already is no new order");
    assert_eq!(world.try_place(world.order(bob)).await, Accepted::New, "others are not concerned");
    world.finish(&running, made("{}"), 2).await;
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::New);
}

#[tokio::test]
async fn a_credential_is_as_busy_with_uploads_and_with_what_waits_for_its_next_try() {
    let rules = QueueRules { in_flight_per_credential: 2, refuses_when_busy: true, ..NO_BOUNDS };
    let world = World::with(rules);
    let ada = world.caller("ada@example.org", "radio").await;
    world.song(ada).await;
    let upload = world.upload(ada).await;
    let running = world.claim(1).await.expect("waits");
    let why = GaveBack::Retryable("out of tune".to_owned());
    let given_back = world.store.give_back(running.claim, why, TRIES, at(2), at(50)).await;
    assert_eq!(given_back.expect("answered"), GivenBack::Waits);
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::Busy, "one waits for its next try");
    let world = world.restart(rules);
    world.store.void_leases(TRIES, at(3)).await.expect("voided");
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::Busy, "a new server knows as much");
    world.store.cancel(ada.user, running.claim.task, at(4)).await.expect("answered");
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::New);
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::Busy, "an upload waits");
    world.store.cancel(ada.user, upload, at(5)).await.expect("answered");
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::New);
}
