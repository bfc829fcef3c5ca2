//! Orders whose connection waits for the song.

use std::time::Duration;

use serde_json::json;

use crate::app::{TestApp, waited_song};
use crate::engine::Turn;
use crate::receiver::Receiver;
use crate::shown::{keys_at, shown};

#[tokio::test]
async fn a_waiting_order_is_answered_with_its_song() {
    let app = TestApp::start().await;
    let answer = app.ann.order(&json!({ "prompt": "a slow waltz", "seed": "7" })).await;
    insta::assert_snapshot!("answer_waited_for", shown(&answer));
    assert_eq!(keys_at(answer.text(), 1), ["success", "task_id", "trace_id", "data"]);
    let record = app.retrieve(&answer.task_id()).await;
    assert_eq!(record["response"], answer.json(), "the record tells the same");
}

#[tokio::test]
async fn a_failure_that_is_waited_for_has_the_id_of_its_task() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Refuse("This engine knows no waltz."));
    let answer = app.ann.order(&waited_song("a slow waltz")).await;
    answer.assert_is_error(400, "bad_request");
    assert_eq!(answer.message(), "This engine knows no waltz.");
    assert_eq!(app.state_of(&answer.task_id()).await, "failed");
}

#[tokio::test]
async fn a_request_that_waited_too_long_is_told_its_task_which_goes_on() {
    // The clock moves faster here than a lease is renewed.
    let app = TestApp::with(|settings| settings.worker.lease_seconds = 1_000).await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a long waltz"));
    app.engine.until_orders(1).await;
    let answer = || async { waiting.is_finished() };
    app.advance_until(Duration::from_secs(20), Duration::from_secs(320), answer).await;
    let answer = waiting.await.expect("an answer");
    answer.assert_is_error(504, "timeout");
    insta::assert_snapshot!("waited_too_long", shown(&answer));
    let id = answer.task_id();
    assert_eq!(app.state_of(&id).await, "processing");
    app.engine.end("a long waltz", Turn::Sing);
    app.until_succeeded(&id).await;
}

#[tokio::test]
async fn an_order_with_a_callback_is_not_waited_for() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    app.engine.always(Turn::Hold);
    for body in [
        json!({ "prompt": "one", "callback_url": receiver.url("/a") }),
        json!({ "prompt": "one", "callback_url": receiver.url("/b"), "async": true }),
        json!({ "prompt": "one", "callback_url": receiver.url("/c"), "async": false }),
    ] {
        let answer = app.ann.order(&body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(keys_at(answer.text(), 1), ["task_id", "trace_id", "success"]);
    }
}

#[tokio::test]
async fn a_full_queue_takes_no_more_and_says_when_to_try_again() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.limits.orders_waiting = 1;
    })
    .await;
    app.engine.always(Turn::Hold);
    app.order_song("running").await;
    app.engine.until_orders(1).await;
    app.order_song("waiting").await;
    let refused = app.ann.order(&crate::app::song("too many")).await;
    refused.assert_is_error(503, "api_error");
    assert!(refused.header("retry-after").is_some() && refused.json().get("task_id").is_none());
    assert_eq!(app.ann.count_tasks().await, 2);
}
