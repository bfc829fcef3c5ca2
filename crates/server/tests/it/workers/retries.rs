//! What becomes of an order that the engine fails at.

use std::time::Duration;

use serde_json::json;
use store::DoomedStore as _;

use crate::app::{TestApp, waited_song};
use crate::client::eventually;
use crate::engine::Turn;
use crate::log;

#[tokio::test]
async fn an_order_is_tried_again_after_its_delay() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Retry("out of tune"));
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    app.until_state(&id, "pending").await;
    app.advance(Duration::from_millis(1_999));
    // Orders of others go by.
    let other = app.order_song("another").await;
    app.until_succeeded(&other).await;
    assert_eq!(app.engine.prompts(), ["a slow waltz", "another"]);

    let ended = || async { app.state_of(&id).await == "succeeded" };
    app.advance_until(Duration::from_millis(1), Duration::from_millis(500), ended).await;
    assert_eq!(app.engine.prompts(), ["a slow waltz", "another", "a slow waltz"]);
}

#[tokio::test]
async fn after_its_third_failure_an_order_has_failed_and_the_cause_stays_here() {
    let app = TestApp::start().await;
    app.engine.always(Turn::Retry("/secret/place: out of tune"));
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    let answered = || async { waiting.is_finished() };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(30), answered).await;
    let answer = waiting.await.expect("an answer");
    answer.assert_is_error(500, "api_error");
    assert_eq!(answer.message(), "The engine failed 3 times at this order.");
    assert_eq!(app.engine.prompts().len(), 3);

    let record = app.retrieve(&answer.task_id()).await;
    assert_eq!(record["response"]["error"], json!({ "code": "api_error", "message": answer.message() }));
    assert!(!record.to_string().contains("secret") && !answer.text().contains("secret"));
    let lines = log::lines_with(&answer.task_id());
    assert_eq!(lines.iter().filter(|line| line.contains("out of tune")).count(), 3, "{lines:#?}");
    assert!(
        lines.iter().all(|line| line.contains(record["trace_id"].as_str().expect("a trace"))),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn every_try_of_an_order_without_a_seed_makes_the_same_song() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Retry("out of tune"));
    let id = app.order_song("a slow waltz").await;
    app.until_state(&id, "pending").await;
    app.engine.until_orders(1).await;
    let first = app.engine.last_order();
    let ended = || async { app.state_of(&id).await == "succeeded" };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(10), ended).await;
    assert_eq!(app.engine.last_order(), first);
    assert_eq!(app.retrieve(&id).await["response"]["data"][0]["seed"], first.seed.to_string());
}

#[tokio::test]
async fn a_lease_is_renewed_while_the_engine_works() {
    let app = TestApp::with(|settings| settings.worker.lease_seconds = 3).await;
    app.engine.always(Turn::Hold);
    let id = app.order_song("a long waltz").await;
    app.engine.until_orders(1).await;
    for second in 0..10 {
        let percent = format!("{second}%");
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        app.engine.report("a long waltz", second as f32 / 100.0 + 0.001);
        let told = || async {
            app.advance(Duration::from_millis(100));
            app.retrieve(&id).await["response"]["progress"] == percent.as_str()
        };
        eventually(&percent, told).await;
    }
    app.engine.end("a long waltz", Turn::Sing);
    app.until_succeeded(&id).await;
    assert_eq!(app.engine.prompts().len(), 1, "nobody else took it");
}

#[tokio::test]
async fn an_engine_that_stalls_is_told_to_stop_and_its_worker_goes_on() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.worker.max_attempts = 1;
        // A day is longer than a lease; whether it is lost is another story.
        settings.worker.lease_seconds = 1_000_000;
    })
    .await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    let other = app.order_song("another").await;
    app.engine.until_orders(1).await;
    app.engine.report("a slow waltz", 0.8);
    // A machine that slept for a day has seen no stall.
    app.advance(Duration::from_secs(86_400));
    app.engine.report("a slow waltz", 0.81);
    let failed = || async { app.state_of(&id).await == "failed" };
    app.advance_until(Duration::from_secs(10), Duration::from_secs(100_000), failed).await;
    assert!(!log::lines_with("no progress beyond 81 % for 600 s").is_empty());
    app.until_succeeded(&other).await;
}

#[tokio::test]
async fn an_engine_that_does_not_even_stop_costs_no_worker() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.worker.max_attempts = 1;
    })
    .await;
    app.engine.next(Turn::Hang);
    let id = app.order_song("a slow waltz").await;
    let other = app.order_song("another").await;
    // Else the clock may have been moved as far as it goes before the engine has begun.
    app.engine.until_orders(1).await;
    let failed = || async { app.state_of(&id).await == "failed" };
    app.advance_until(Duration::from_secs(5), Duration::from_secs(1_200), failed).await;
    app.until_succeeded(&other).await;
}

#[tokio::test]
async fn a_cancelled_task_whose_engine_does_not_stop_costs_no_worker() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.worker.stall_seconds = 0;
    })
    .await;
    app.engine.next(Turn::Hang);
    let id = app.order_song("a slow waltz").await;
    let other = app.order_song("another").await;
    app.engine.until_orders(1).await;
    let cancelled = app.ann.query(&json!({ "action": "cancel", "id": id })).await;
    assert_eq!(cancelled.status, 200);
    let succeeded = || async { app.state_of(&other).await == "succeeded" };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(60), succeeded).await;
    assert_eq!(app.state_of(&id).await, "cancelled");
}

#[tokio::test]
async fn a_task_that_fails_leaves_no_folder_to_be_removed() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Refuse("no waltzes"));
    let id = app.order_song("a slow waltz").await;
    let failed = || async { app.state_of(&id).await == "failed" };
    eventually("it fails", failed).await;
    let none = || async { app.store().doomed(true, None, 9).await.is_ok_and(|doomed| doomed.is_empty()) };
    eventually("nothing is doomed", none).await;
}

#[tokio::test]
async fn an_engine_that_panics_costs_no_worker() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.next(Turn::Panic);
    let id = app.order_song("a slow waltz").await;
    // Its lease has to run out first.
    let ended = || async { app.state_of(&id).await == "succeeded" };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(90), ended).await;
    assert_eq!(app.engine.prompts(), ["a slow waltz", "a slow waltz"]);
}
