//! Hosts that fail.

use std::time::Duration;

use store::DeliveryState::{Delivered, GivenUp, Waiting};

use server::clock::Clock as _;

use super::delivery::{advance_to_next_attempt, order_called_back, until_delivery};
use crate::app::TestApp;
use crate::log;
use crate::receiver::{Receiver, Reply};

#[tokio::test]
async fn a_host_that_fails_is_asked_again_along_the_schedule_until_it_is_given_up() {
    let app = TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = vec![5, 30]).await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    for (attempt, seconds) in [(1, 5), (2, 30)] {
        let waits = until_delivery(&app, &id, Waiting, attempt).await;
        let last = waits.attempts.last().expect("an attempt");
        assert_eq!((last.status, &last.answer[..]), (Some(500), &b"no"[..]));
        let delay = waits.due_at.since(last.at).as_millis();
        assert!((seconds * 1_000..=seconds * 1_200).contains(&delay), "{delay} ms after attempt {attempt}");

        app.advance(waits.due_at.since(app.clock.now()).saturating_sub(Duration::from_millis(1)));
        // Callbacks of others go by.
        let other = Receiver::start().await;
        order_called_back(&app, "another", &other.url("/")).await;
        other.until_calls(1).await;
        assert_eq!(receiver.calls().len(), attempt, "too early");
        app.advance(Duration::from_millis(1));
        receiver.until_calls(attempt + 1).await;
    }
    let kept = until_delivery(&app, &id, GivenUp, 3).await;
    assert!(kept.attempts.is_sorted_by_key(|attempt| attempt.at));
    assert_eq!(app.state_of(&id).await, "succeeded", "the task is not harmed");
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_not_followed() {
    let app = TestApp::start().await;
    let elsewhere = Receiver::start().await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Redirect(elsewhere.url("/")));
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    let waits = until_delivery(&app, &id, Waiting, 1).await;
    assert_eq!(waits.attempts[0].status, Some(302));
    advance_to_next_attempt(&app, &id, 1).await;
    until_delivery(&app, &id, Delivered, 2).await;
    assert!(elsewhere.calls().is_empty());
}

#[tokio::test]
async fn a_connection_that_breaks_or_never_comes_about_is_a_failure() {
    let app = TestApp::start().await;
    let receiver = Receiver::that_answers(Reply::Drop).await;
    let broken = order_called_back(&app, "one", &receiver.url("/")).await.task_id();
    let refused = order_called_back(&app, "two", "http://127.0.0.1:1/").await.task_id();
    for (id, error) in [(broken, "the connection broke"), (refused, "could not connect")] {
        let waits = until_delivery(&app, &id, Waiting, 1).await;
        assert_eq!((waits.attempts[0].status, waits.attempts[0].error.as_deref()), (None, Some(error)));
    }
}

#[tokio::test]
async fn a_host_that_never_answers_delays_no_other_hosts_callback() {
    let app = TestApp::with(|settings| {
        settings.webhooks.timeout_seconds = 600;
        settings.webhooks.concurrency_per_destination = 2;
        settings.webhooks.concurrency = 4;
    })
    .await;
    let dead = Receiver::that_answers(Reply::Hang).await;
    let alive = Receiver::start().await;
    for number in 0..6 {
        order_called_back(&app, &format!("song {number}"), &dead.url("/")).await;
    }
    dead.until_calls(2).await;
    for number in 0..6 {
        let prompt = format!("other {number}");
        let id = order_called_back(&app, &prompt, &alive.url("/")).await.task_id();
        until_delivery(&app, &id, Delivered, 1).await;
    }
    assert_eq!(dead.calls().len(), 2, "the dead host holds its own two places still");
}

#[tokio::test]
async fn a_host_that_never_answers_runs_into_the_time_limit_and_frees_its_place() {
    let app = TestApp::with(|settings| {
        settings.webhooks.timeout_seconds = 1;
        settings.webhooks.concurrency_per_destination = 1;
    })
    .await;
    let dead = Receiver::that_answers(Reply::Hang).await;
    let first = order_called_back(&app, "one", &dead.url("/")).await.task_id();
    dead.until_calls(1).await;
    let second = order_called_back(&app, "two", &dead.url("/")).await.task_id();
    for id in [first, second] {
        let waits = until_delivery(&app, &id, Waiting, 1).await;
        assert_eq!(waits.attempts[0].error.as_deref(), Some("no answer in time"));
    }
}

#[tokio::test]
async fn no_log_line_tells_a_callbacks_path_or_a_token() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "no"));
    receiver.next(Reply::Drop);
    let url = receiver.url("/tell-nobody-17?key=tell-nobody-18");
    let url = url.replace("http://", "http://user-tell-nobody-19:tell-nobody-20@");
    let id = order_called_back(&app, "a slow waltz", &url).await.task_id();
    advance_to_next_attempt(&app, &id, 1).await;
    advance_to_next_attempt(&app, &id, 2).await;
    until_delivery(&app, &id, Delivered, 3).await;

    let told = log::lines_with(&id);
    assert!(
        told.iter().any(|line| line.contains("callback arrived") && line.contains("http://127.0.0.1")),
        "{told:#?}"
    );
    assert!(told.iter().any(|line| line.contains("callback failed")), "{told:#?}");
    assert_eq!(log::lines_with("tell-nobody"), [""; 0]);
    assert_eq!(log::lines_with(&app.ann.token), [""; 0]);
}
