//! A client that did not get its answer sends the same request again, and gets the task that it already has.

use std::time::Duration;

use serde_json::json;

use crate::app::{TestApp, song, waited_song};
use crate::client::{Answer, Client};
use crate::engine::Turn;

/// Orders, and the engine fails it for good: a 500 with the task's id.
async fn failed_order(app: &TestApp, caller: &Client) -> Answer {
    app.engine.next(Turn::Retry("out of tune"));
    let answer = caller.order(&waited_song("a slow waltz")).await;
    assert_eq!(answer.error(), (500, "api_error".to_owned()));
    answer
}

async fn fails_at_once() -> TestApp {
    TestApp::with(|settings| settings.worker.max_attempts = 1).await
}

#[tokio::test]
async fn after_a_server_error_the_same_request_is_the_same_task() {
    let app = fails_at_once().await;
    let first = failed_order(&app, &app.ann).await;
    app.advance(Duration::from_millis(9_999));
    let again = app.ann.order(&waited_song("a slow waltz")).await;
    assert_eq!((again.error(), again.task_id()), (first.error(), first.task_id()));
    assert_eq!((app.engine.prompts().len(), app.ann.count_tasks().await), (1, 1));
}

#[tokio::test]
async fn ten_seconds_after_a_server_error_it_is_a_new_song() {
    let app = fails_at_once().await;
    let first = failed_order(&app, &app.ann).await;
    app.advance(Duration::from_secs(10));
    let again = app.ann.order(&waited_song("a slow waltz")).await;
    assert_eq!(again.status, 200);
    assert_ne!(again.task_id(), first.task_id());
}

#[tokio::test]
async fn another_caller_or_other_bytes_are_another_song() {
    let app = fails_at_once().await;
    let first = failed_order(&app, &app.ann).await;
    let other_token = app.client("ann@example.com").await.order(&waited_song("a slow waltz")).await;
    let other_bytes = app.ann.post("/producer/audios", r#"{ "prompt": "a slow waltz" }"#).await;
    for other in [other_token, other_bytes] {
        assert_eq!(other.status, 200);
        assert_ne!(other.task_id(), first.task_id());
    }
}

#[tokio::test]
async fn a_client_that_hung_up_while_it_waited_gets_its_task() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    waiting.abort();
    app.until_unanswered(&app.ann, &waited_song("a slow waltz")).await;

    let again = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.end("a slow waltz", Turn::Sing);
    let answer = again.await.expect("an answer");
    assert_eq!(answer.status, 200);
    assert_eq!((app.engine.prompts().len(), app.ann.count_tasks().await), (1, 1));
    // It has arrived now: the same bytes are a new song.
    assert_ne!(app.ann.order(&waited_song("a slow waltz")).await.task_id(), answer.task_id());
}

#[tokio::test]
async fn a_client_that_hangs_up_again_and_again_still_has_one_task() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    let body = waited_song("a slow waltz");
    for time in 1..=3 {
        let waiting = app.ann.ordering(&body);
        app.engine.until_orders(1).await;
        let list = app.ann.query(&json!({ "action": "retrieve_batch" })).await.json();
        let id = list["items"][0]["id"].as_str().expect("a task").to_owned();
        app.until_accepted(&id, time).await;
        // What was noted the time before is over now.
        app.advance(Duration::from_secs(11));
        waiting.abort();
        app.until_unanswered(&app.ann, &body).await;
    }
    assert_eq!(app.ann.count_tasks().await, 1);
}

#[tokio::test]
async fn identical_orders_that_were_both_answered_are_two_songs() {
    let app = TestApp::start().await;
    assert_ne!(app.order_song("a slow waltz").await, app.order_song("a slow waltz").await);
    let waited = waited_song("a slow waltz");
    assert_ne!(app.ann.order(&waited).await.task_id(), app.ann.order(&waited).await.task_id());
}

#[tokio::test]
async fn identical_orders_that_both_still_wait_are_two_songs() {
    let app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let (one, two) =
        (app.ann.ordering(waited_song("a slow waltz")), app.ann.ordering(waited_song("a slow waltz")));
    app.engine.until_orders(2).await;
    app.engine.end("a slow waltz", Turn::Sing);
    app.engine.end("a slow waltz", Turn::Sing);
    assert_ne!(one.await.expect("answered").task_id(), two.await.expect("answered").task_id());
}

#[tokio::test]
async fn after_a_restart_an_order_of_the_last_seconds_is_the_same_task() {
    let mut app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let earlier = app.order_song("earlier").await;
    app.advance(Duration::from_millis(10_001));
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(2).await;
    app.restart().await;
    assert_eq!(app.order_song("a slow waltz").await, id);
    assert_ne!(app.order_song("earlier").await, earlier, "it was answered long before");
    // The answer has arrived this time.
    assert_ne!(app.order_song("a slow waltz").await, id);
}

#[tokio::test]
async fn after_a_restart_a_request_that_was_told_to_come_again_gets_its_song() {
    let mut app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    // It waited long: only that a connection waited for it tells that it is unanswered.
    app.advance(Duration::from_secs(60));
    app.restart().await;
    let told = waiting.await.expect("an answer");
    told.assert_is_error(503, "api_error");
    app.advance(Duration::from_millis(9_999));
    let answer = app.ann.order(&waited_song("a slow waltz")).await;
    assert_eq!((answer.status, answer.task_id()), (200, told.task_id()));
}

#[tokio::test]
async fn everyone_who_waits_for_a_task_is_answered() {
    let mut app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    let body = waited_song("a slow waltz");
    let first = app.ann.ordering(&body);
    app.engine.until_orders(1).await;
    app.restart().await;
    let told = first.await.expect("told to come again").task_id();
    app.engine.until_orders(2).await;
    let again = [app.ann.ordering(&body), app.ann.ordering(&body)];
    app.until_accepted(&told, 3).await;
    app.engine.end("a slow waltz", Turn::Sing);
    for answer in again {
        let answer = answer.await.expect("an answer");
        assert_eq!((answer.status, answer.task_id()), (200, told.clone()));
    }
}

#[tokio::test]
async fn two_identical_orders_that_both_failed_to_be_answered_are_both_found_again() {
    let mut app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    app.engine.next(Turn::Hold);
    let body = waited_song("a slow waltz");
    let (one, two) = (app.ann.ordering(&body), app.ann.ordering(&body));
    app.engine.until_orders(2).await;
    app.restart().await;
    let told = |answer: Answer| answer.task_id();
    let mut before = [told(one.await.expect("told")), told(two.await.expect("told"))];
    let mut after = [told(app.ann.order(&body).await), told(app.ann.order(&body).await)];
    before.sort();
    after.sort();
    assert_eq!((before, app.ann.count_tasks().await), (after, 2));
}

#[tokio::test]
async fn a_refused_order_leaves_nothing_that_could_be_repeated() {
    let app = TestApp::start().await;
    let caller = app.ann.with_token(&app.token_with("eve@example.com", |token| token.quota = Some(0)).await);
    caller.order(&song("a slow waltz")).await.assert_is_error(403, "used_up");
    app.token_with("eve@example.com", |token| token.quota = Some(1)).await;
    let id = caller.order_song("a slow waltz").await;
    let record = caller.query(&json!({ "id": id })).await;
    assert_eq!(record.status, 200);
}
