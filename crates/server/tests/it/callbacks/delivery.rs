//! What a callback brings.

use domain::Timestamp;
use serde_json::{Value, json};
use server::clock::Clock as _;
use store::{Attempt, CallbackFilter, CallbackStore as _, DeliveryState};

use crate::app::TestApp;
use crate::client::{Answer, eventually};
use crate::engine::Turn;
use crate::receiver::Receiver;
use crate::shown::{keys_at, pretty, redacted};

/// Ann orders a song that is called back there.
pub async fn order_called_back(app: &TestApp, prompt: &str, url: &str) -> Answer {
    let answer = app.ann.order(&json!({ "prompt": prompt, "callback_url": url })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// A callback that is owed: how it stands, and what came of its attempts.
#[derive(PartialEq, Debug)]
pub struct Owed {
    pub state: DeliveryState,
    /// When it is next due, if it waits.
    pub due_at: Timestamp,
    pub attempts: Vec<Attempt>,
}

/// The callbacks that are owed for a task.
pub async fn deliveries(app: &TestApp, id: &str) -> Vec<Owed> {
    let (store, task) = (app.store(), id.parse().expect("an id"));
    let listed = store.callbacks(CallbackFilter::default(), 10_000).await.expect("readable");
    let mut owed = Vec::new();
    for listing in listed.into_iter().filter(|listing| listing.task == task) {
        let (_, attempts) = store.callback(None, task).await.expect("readable").expect("listed");
        let due_at = listing.due_at.unwrap_or(Timestamp::from_millis(0));
        owed.push(Owed { state: listing.state, due_at, attempts });
    }
    owed
}

/// Waits until the one delivery of a task stands like this after so many attempts.
pub async fn until_delivery(app: &TestApp, id: &str, state: DeliveryState, attempts: usize) -> Owed {
    let stands = || async {
        let found = deliveries(app, id).await;
        found.len() == 1 && found[0].state == state && found[0].attempts.len() == attempts
    };
    eventually(&format!("{state:?} after {attempts}"), stands).await;
    deliveries(app, id).await.remove(0)
}

/// Waits until this many attempts have failed, and moves the clock to the next one.
pub async fn advance_to_next_attempt(app: &TestApp, id: &str, failed: usize) -> Owed {
    let waits = until_delivery(app, id, DeliveryState::Waiting, failed).await;
    app.advance(waits.due_at.since(app.clock.now()));
    waits
}

#[tokio::test]
async fn a_callback_brings_once_what_the_record_tells() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let ordered = order_called_back(&app, "a slow waltz", &receiver.url("/hook/secret?x=1")).await;
    let call = receiver.until_calls(1).await.remove(0);
    assert_eq!(call.line, "post /hook/secret?x=1 http/1.1");
    assert!(call.head.contains("content-type: application/json"), "{}", call.head);
    assert_eq!(keys_at(&call.body, 1), ["success", "task_id", "trace_id", "data"]);

    let record = app.until_succeeded(&ordered.task_id()).await;
    assert_eq!(call.json(), record["response"]);
    assert_eq!(call.json()["trace_id"], Value::from(ordered.word("trace_id")));
    let kept = until_delivery(&app, &ordered.task_id(), DeliveryState::Delivered, 1).await;
    assert_eq!((kept.attempts[0].status, &kept.attempts[0].answer[..]), (Some(200), &b"thank you"[..]));
    app.advance(std::time::Duration::from_secs(100_000));
    app.order_song("another").await;
    assert_eq!(receiver.calls().len(), 1);
}

#[tokio::test]
async fn any_2xx_will_do_and_the_first_bytes_of_the_answer_are_kept() {
    let app = TestApp::start().await;
    let receiver = Receiver::that_answers(crate::receiver::Reply::Status(202, LONG)).await;
    let ordered = order_called_back(&app, "a slow waltz", &receiver.url("/")).await;
    let kept = until_delivery(&app, &ordered.task_id(), DeliveryState::Delivered, 1).await;
    assert_eq!(
        (kept.attempts[0].status, &kept.attempts[0].answer[..]),
        (Some(202), &LONG.as_bytes()[..1_024])
    );
}

/// An answer of 2,000 bytes.
const LONG: &str = match str::from_utf8(&[b'x'; 2_000]) {
    Ok(long) => long,
    Err(_) => "",
};

#[tokio::test]
async fn a_failure_is_called_back_like_a_success() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.engine.next(Turn::Refuse("This engine knows no waltz."));
    let ordered = order_called_back(&app, "a slow waltz", &receiver.url("/")).await;
    let call = receiver.until_calls(1).await.remove(0);
    insta::assert_snapshot!("callback_of_a_failure", redacted(&pretty(&call.body)));
    assert_eq!(call.json(), app.until_state(&ordered.task_id(), "failed").await["response"]);
}

#[tokio::test]
async fn an_order_without_a_callback_is_called_back_nowhere() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    assert_eq!(deliveries(&app, &id).await, []);
}

#[tokio::test]
async fn a_callback_that_is_owed_at_a_stop_is_sent_after_the_start() {
    let mut app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.next(crate::receiver::Reply::Hang);
    let ordered = order_called_back(&app, "a slow waltz", &receiver.url("/")).await;
    receiver.until_calls(1).await;
    app.restart().await;
    receiver.until_calls(2).await;
    until_delivery(&app, &ordered.task_id(), DeliveryState::Delivered, 1).await;
}
