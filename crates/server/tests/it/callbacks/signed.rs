//! How a callback proves where it comes from.

use std::time::Duration;

use server::callbacks::sign::{fresh_secret, shown};
use server::clock::Clock as _;
use server::ids::SystemRandom;
use standardwebhooks::Webhook;
use store::DeliveryState::Delivered;
use store::{SecretStore as _, WebhookSecret};

use super::delivery::{advance_to_next_attempt, order_called_back, until_delivery};
use crate::app::TestApp;
use crate::log;
use crate::receiver::{Call, Receiver, Reply};

/// The secrets of Ann's application.
async fn secrets(app: &TestApp) -> Vec<WebhookSecret> {
    let application = application(app).await;
    let found = app.store().secrets(application, fresh_secret(&SystemRandom), app.clock.now()).await;
    found.expect("readable")
}

async fn application(app: &TestApp) -> domain::ApplicationId {
    let found = app.store().applications("default".to_owned(), Some("ann@example.com".to_owned())).await;
    found.expect("readable").remove(0).id
}

/// What the official library would send with this secret.
fn expected(secret: &WebhookSecret, call: &Call) -> String {
    let timestamp = call.header("webhook-timestamp").parse().expect("a number");
    let official = Webhook::new(&shown(secret)).expect("a secret");
    official.sign(call.header("webhook-id"), timestamp, call.body.as_bytes()).expect("signed")
}

#[tokio::test]
async fn every_attempt_is_signed_anew_under_one_id() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "no"));
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    advance_to_next_attempt(&app, &id, 1).await;
    until_delivery(&app, &id, Delivered, 2).await;
    let calls = receiver.calls();
    let secrets = secrets(&app).await;
    assert_eq!(secrets.len(), 1, "it was made when it was first needed");
    for call in &calls {
        assert_eq!(call.header("webhook-id"), format!("msg_{id}"));
        assert_eq!(call.header("webhook-signature"), expected(&secrets[0], call));
    }
    let times: Vec<i64> =
        calls.iter().map(|call| call.header("webhook-timestamp").parse().expect("seconds")).collect();
    assert_eq!(times[0], crate::app::BEGIN.as_millis() / 1_000);
    assert!((5..=7).contains(&(times[1] - times[0])), "each attempt has its own time: {times:?}");
    assert_eq!(calls[0].body, calls[1].body);
}

#[tokio::test]
async fn from_a_rotation_on_both_secrets_sign_until_the_overlap_ends() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    order_called_back(&app, "one", &receiver.url("/")).await;
    receiver.until_calls(1).await;
    let old = secrets(&app).await.remove(0);
    let new = fresh_secret(&SystemRandom);
    let now = app.clock.now();
    let end = now.plus(Duration::from_secs(60));
    app.store().rotate_secret(application(&app).await, new.clone(), now, end).await.expect("rotated");
    order_called_back(&app, "two", &receiver.url("/")).await;
    let both = receiver.until_calls(2).await.remove(1);
    let signatures: Vec<_> = both.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures, [expected(&new, &both), expected(&old, &both)]);

    app.advance(Duration::from_secs(60));
    order_called_back(&app, "three", &receiver.url("/")).await;
    let one = receiver.until_calls(3).await.remove(2);
    assert_eq!(one.header("webhook-signature"), expected(&new, &one));
    for secret in [&old, &new] {
        let told = shown(secret);
        assert_eq!(log::lines_with(told.trim_start_matches("whsec_")), [""; 0]);
    }
}
