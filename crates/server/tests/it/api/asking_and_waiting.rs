//! Queries that wait for the end of a task.

use std::time::Duration;

use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, eventually};
use crate::engine::Turn;

/// A server whose engine holds one order, and the task's id.
async fn held() -> (TestApp, String) {
    // The clock moves faster here than a lease is renewed.
    let app = TestApp::with(|settings| settings.worker.lease_seconds = 1_000).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    (app, id)
}

fn asking(app: &TestApp, id: &str, wait: u32) -> tokio::task::JoinHandle<Answer> {
    let (ann, body) = (app.ann.clone(), json!({ "action": "retrieve", "id": id, "wait": wait }));
    tokio::spawn(async move { ann.query(&body).await })
}

#[tokio::test]
async fn a_query_that_waits_is_answered_when_the_task_ends() {
    let (app, id) = held().await;
    let asked = asking(&app, &id, 60);
    app.until_waited_for(&id, 1).await;
    app.engine.end("a slow waltz", Turn::Sing);
    let answer = asked.await.expect("an answer");
    assert_eq!((answer.status, answer.json()), (200, app.retrieve(&id).await));
    assert_eq!(answer.word("state"), "succeeded");
    let at_once = asking(&app, &id, 60).await.expect("an answer");
    assert_eq!(at_once.json(), answer.json(), "what has ended is not waited for");
}

#[tokio::test]
async fn a_query_that_waited_long_enough_is_told_how_the_task_stands() {
    let (app, id) = held().await;
    let asked = asking(&app, &id, 5);
    app.until_waited_for(&id, 1).await;
    app.advance(Duration::from_millis(4_999));
    assert!(!asked.is_finished());
    app.advance(Duration::from_millis(1));
    let answer = asked.await.expect("an answer");
    assert_eq!((answer.status, answer.word("state")), (200, "processing".to_owned()));
    let by_trace = json!({ "trace_id": answer.word("trace_id"), "wait": 0 });
    assert_eq!(app.ann.query(&by_trace).await.word("id"), id);
}

#[tokio::test]
async fn a_client_that_hangs_up_while_its_query_waits_leaves_nothing_behind() {
    let (app, id) = held().await;
    let asked = asking(&app, &id, 60);
    app.until_waited_for(&id, 1).await;
    asked.abort();
    app.until_waited_for(&id, 0).await;
    app.engine.end("a slow waltz", Turn::Sing);
    app.until_succeeded(&id).await;
}

#[tokio::test]
async fn a_server_that_stops_tells_at_once_how_the_task_stands() {
    let mut app = TestApp::with(|settings| settings.worker.stop_seconds = 10).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    let asked = asking(&app, &id, 60);
    app.until_waited_for(&id, 1).await;
    app.begin_to_stop();
    let answer = asked.await.expect("an answer");
    assert_eq!((answer.status, answer.word("state")), (200, "processing".to_owned()));
    app.engine.end("a slow waltz", Turn::Sing);
    app.stop().await;
}

#[tokio::test]
async fn a_query_that_waits_is_one_request_and_bad_waits_are_told() {
    let app = TestApp::with(|settings| settings.limits.requests_per_second = 3).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    let asked = asking(&app, &id, 60);
    app.until_waited_for(&id, 1).await;
    app.engine.end("a slow waltz", Turn::Sing);
    assert_eq!(asked.await.expect("an answer").word("state"), "succeeded");
    let third = app.ann.query(&json!({ "id": id, "wait": 61 })).await;
    third.assert_is_error(400, "bad_request");
    assert_eq!(third.json()["error"]["details"][0]["field"], "wait");
    let fourth = || async { app.ann.query(&json!({ "id": id })).await.status == 429 };
    eventually("the rate is used up", fourth).await;
}

#[tokio::test]
async fn what_is_unknown_is_not_waited_for() {
    let app = TestApp::start().await;
    let answer = asking(&app, &uuid::Uuid::nil().to_string(), 60).await.expect("an answer");
    answer.assert_is_error(404, "not_found");
}
