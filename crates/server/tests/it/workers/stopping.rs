//! A soft stop: nothing that was accepted is lost, and nobody is kept waiting.

use std::time::Duration;

use crate::app::{TestApp, song, waited_song};
use crate::client::eventually;
use crate::engine::Turn;
use crate::shown::shown;

#[tokio::test]
async fn whoever_waits_is_told_the_task_at_once_and_nothing_new_is_taken() {
    let mut app = TestApp::with(|settings| settings.worker.stop_seconds = 10).await;
    app.engine.next(Turn::Hold);
    let waiting = app.ann.ordering(waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    app.begin_to_stop();
    let told = waiting.await.expect("an answer");
    told.assert_is_error(503, "api_error");
    insta::assert_snapshot!("stopped_while_waiting", shown(&told));

    let refused = app.ann.order(&song("too late")).await;
    refused.assert_is_error(503, "api_error");
    insta::assert_snapshot!("stopping", shown(&refused));
    let again = app.ann.order(&waited_song("a slow waltz")).await;
    assert_eq!(
        (again.status, again.task_id()),
        (503, told.task_id()),
        "who comes again is told the task again"
    );
    assert_eq!(app.ann.get("/readyz").await.status, 503);
    assert_eq!(app.state_of(&told.task_id()).await, "processing", "queries are answered to the end");
    // Running work has its time.
    app.engine.end("a slow waltz", Turn::Sing);
    app.restart().await;
    assert_eq!(app.state_of(&told.task_id()).await, "succeeded");
    assert_eq!(app.engine.prompts().len(), 1);
}

#[tokio::test]
async fn work_that_takes_longer_goes_back_and_is_done_after_the_start() {
    let mut app = TestApp::with(|settings| settings.worker.stop_seconds = 10).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    app.begin_to_stop();
    let refused = || async { app.ann.order(&song("x")).await.status == 503 };
    eventually("it stops", refused).await;
    app.advance(Duration::from_secs(10));
    app.restart().await;
    app.until_succeeded(&id).await;
    assert_eq!(app.engine.prompts().len(), 2);
}

#[tokio::test]
async fn a_soft_stop_is_never_counted_against_an_order() {
    let mut app = TestApp::with(|settings| {
        settings.worker.max_attempts = 1;
        settings.worker.max_crashes = 1;
    })
    .await;
    app.engine.always(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    for stop in 1..=4 {
        app.engine.until_orders(stop).await;
        app.restart().await;
    }
    app.engine.until_orders(5).await;
    app.engine.end("a slow waltz", Turn::Sing);
    app.until_succeeded(&id).await;
}

#[tokio::test]
async fn orders_that_waited_still_wait_after_the_start() {
    let mut app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.always(Turn::Hold);
    let ids = [app.order_song("one").await, app.order_song("two").await, app.order_song("three").await];
    app.engine.until_orders(1).await;
    app.engine.always(Turn::Sing);
    app.restart().await;
    for id in &ids {
        app.until_succeeded(id).await;
    }
    assert_eq!(app.engine.prompts(), ["one", "one", "two", "three"]);
}
