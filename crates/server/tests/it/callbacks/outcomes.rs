//! What answers mean.

use std::time::Duration;

use server::clock::Clock as _;
use store::DeliveryState::{Delivered, GivenUp, Waiting};

use super::delivery::{order_called_back, until_delivery};
use crate::app::TestApp;
use crate::receiver::{Receiver, Reply};

#[tokio::test]
async fn a_host_that_says_gone_is_not_asked_again() {
    let app = TestApp::start().await;
    let receiver = Receiver::that_answers(Reply::Status(410, "gone")).await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    let kept = until_delivery(&app, &id, GivenUp, 1).await;
    assert_eq!((kept.attempts[0].status, &kept.attempts[0].answer[..]), (Some(410), &b"gone"[..]));
    app.advance(Duration::from_secs(200_000));
    let other = order_called_back(&app, "another", &receiver.url("/")).await.task_id();
    until_delivery(&app, &other, GivenUp, 1).await;
    assert_eq!(receiver.calls().len(), 2, "each task was called back once");
    assert_eq!(app.state_of(&id).await, "succeeded", "the task is not harmed");
}

#[tokio::test]
async fn a_host_that_says_when_to_come_again_is_not_asked_sooner() {
    let app = TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = vec![5, 5, 5]).await;
    let receiver = Receiver::start().await;
    // 200 s after the tests begin.
    let date = "Tue, 30 Dec 2025 18:39:05 GMT".to_owned();
    receiver.next(Reply::RetryAfter(503, "100".to_owned()));
    receiver.next(Reply::RetryAfter(429, date));
    receiver.next(Reply::RetryAfter(500, "31536000".to_owned()));
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    let begin = crate::app::BEGIN.as_millis();
    for (attempt, wait_ms) in [(1, 100_000), (2, 199_476), (3, 199_476 + 86_400_000)] {
        let waits = until_delivery(&app, &id, Waiting, attempt).await;
        assert_eq!(waits.due_at.as_millis() - begin, wait_ms, "after attempt {attempt}");
        app.advance(waits.due_at.since(app.clock.now()));
    }
    until_delivery(&app, &id, Delivered, 4).await;
}
