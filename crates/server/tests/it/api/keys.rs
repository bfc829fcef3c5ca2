//! Orders that come with an `Idempotency-Key`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, song, waited_song};
use crate::client::{Answer, Client, eventually, read};
use crate::engine::Turn;

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn order(caller: &Client, key: &str, body: &Value) -> Answer {
    let request = caller.request(Method::POST, "/producer/audios").bearer_auth(&caller.token);
    let request = request.header("content-type", "application/json").header("idempotency-key", key);
    read(request.body(body.to_string())).await
}

#[tokio::test]
async fn twenty_orders_at_once_with_one_key_are_one_task() {
    let app = TestApp::start().await;
    let body = song("a slow waltz");
    let asked = (0..20).map(|_| order(&app.ann, "one", &body));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "they are all told the same");
    assert_eq!(app.ann.count_tasks().await, 1);
    app.until_succeeded(&answers[0].task_id()).await;
    assert_eq!(app.engine.prompts().len(), 1);
}

#[tokio::test]
async fn a_server_that_stops_tells_the_task_of_a_key_also_long_after_its_answer() {
    let mut app = TestApp::with(|settings| settings.worker.stop_seconds = 10).await;
    app.engine.next(Turn::Hold);
    let body = song("a slow waltz");
    let id = order(&app.ann, "one", &body).await.task_id();
    app.engine.until_orders(1).await;
    app.advance(Duration::from_secs(60));
    app.begin_to_stop();
    let refused = || async { app.ann.order(&song("too late")).await.status == 503 };
    eventually("it stops", refused).await;
    let again = order(&app.ann, "one", &body).await;
    assert_eq!((again.status, again.task_id()), (503, id));
    let other = order(&app.ann, "one", &song("another")).await;
    assert_eq!((other.status, &other.json()["task_id"]), (503, &Value::Null), "the key is not this order's");
    app.engine.end("a slow waltz", Turn::Sing);
    app.restart().await;
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again_also_while_it_is_made_and_after_a_restart() {
    let mut app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let body = waited_song("a slow waltz");
    let first = tokio::spawn({
        let (ann, body) = (app.ann.clone(), body.clone());
        async move { order(&ann, "one", &body).await }
    });
    app.engine.until_orders(1).await;
    // Long after what was asked twice by chance is told apart.
    app.advance(Duration::from_secs(60));
    app.restart().await;
    let id = first.await.expect("told to come again").task_id();
    app.advance(Duration::from_secs(60));
    app.engine.until_orders(2).await;
    let again = tokio::spawn({
        let (ann, body) = (app.ann.clone(), body.clone());
        async move { order(&ann, "one", &body).await }
    });
    app.until_accepted(&id, 2).await;
    app.engine.end("a slow waltz", Turn::Sing);
    let again = again.await.expect("an answer");
    assert_eq!((again.status, again.task_id()), (200, id));
    app.advance(47 * HOUR);
    assert_eq!(order(&app.ann, "one", &body).await.json(), again.json());
    assert_eq!(app.ann.count_tasks().await, 1);
}

#[tokio::test]
async fn a_key_gives_a_failure_again_too() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Refuse("This engine knows no waltz."));
    let first = order(&app.ann, "one", &waited_song("a slow waltz")).await;
    first.assert_is_error(400, "bad_request");
    let again = order(&app.ann, "one", &waited_song("a slow waltz")).await;
    assert_eq!((again.error(), again.message()), (first.error(), first.message()));
    assert_eq!((again.task_id(), app.ann.count_tasks().await), (first.task_id(), 1));
}

#[tokio::test]
async fn a_key_that_comes_with_another_body_is_refused_by_name() {
    let app = TestApp::start().await;
    let first = order(&app.ann, "one", &song("a slow waltz")).await;
    let refused = order(&app.ann, "one", &song("a fast waltz")).await;
    refused.assert_is_error(400, "bad_request");
    assert_eq!(refused.json()["error"]["details"][0]["field"], "Idempotency-Key");
    assert!(refused.message().contains("another order"), "{}", refused.message());
    assert_eq!(app.ann.count_tasks().await, 1);
    // Another application's keys are its own.
    let bob = app.client("bob@example.com").await;
    assert_eq!(order(&bob, "one", &song("a fast waltz")).await.status, 200);
    assert_eq!(order(&app.ann, "one", &song("a slow waltz")).await.task_id(), first.task_id());
}

#[tokio::test]
async fn an_order_that_is_refused_leaves_its_key_free() {
    let app = TestApp::start().await;
    let eve = app.ann.with_token(&app.token_with("eve@example.com", |token| token.quota = Some(0)).await);
    order(&eve, "one", &song("a slow waltz")).await.assert_is_error(403, "used_up");
    order(&eve, "one", &json!({ "prompt": 3 })).await.assert_is_error(400, "bad_request");
    order(&eve, "one", &json!({ "prompt": "x", "action": "sing" }))
        .await
        .assert_is_error(400, "api_not_implemented");
    app.token_with("eve@example.com", |token| token.quota = Some(1)).await;
    assert_eq!(order(&eve, "one", &song("another waltz")).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_by_name() {
    let app = TestApp::start().await;
    for wrong in ["", "a b", &"k".repeat(256)] {
        let refused = order(&app.ann, wrong, &song("a slow waltz")).await;
        refused.assert_is_error(400, "bad_request");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "Idempotency-Key");
    }
    assert_eq!(app.ann.count_tasks().await, 0);
}

#[tokio::test]
async fn another_key_is_another_song_also_when_the_first_was_not_answered() {
    let app = TestApp::with(|settings| settings.worker.max_attempts = 1).await;
    app.engine.next(Turn::Retry("out of tune"));
    let first = order(&app.ann, "one", &waited_song("a slow waltz")).await;
    first.assert_is_error(500, "api_error");
    let second = order(&app.ann, "two", &waited_song("a slow waltz")).await;
    assert_eq!(second.status, 200);
    assert_ne!(second.task_id(), first.task_id());
}

#[tokio::test]
async fn a_key_of_a_deleted_task_orders_no_second_song() {
    let app = TestApp::start().await;
    let id = order(&app.ann, "one", &song("a slow waltz")).await.task_id();
    app.until_succeeded(&id).await;
    assert_eq!(app.ann.query(&json!({ "action": "delete", "id": id })).await.status, 200);
    order(&app.ann, "one", &song("a slow waltz")).await.assert_is_error(404, "not_found");
    assert_eq!((app.ann.count_tasks().await, app.engine.prompts().len()), (0, 1));
}
