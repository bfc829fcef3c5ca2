//! The server deletes what is older than its settings keep it.

use std::time::Duration;

use serde_json::json;
use store::{CallbackStore as _, DeliveryState};

use crate::api::making::edits::walk;
use crate::app::TestApp;
use crate::callbacks::delivery::{order_called_back, until_delivery};
use crate::receiver::Receiver;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_task_is_unknown_once_its_days_are_over_also_where_it_was_kept_in_memory() {
    let app = TestApp::with(|settings| settings.retention.tasks_days = 7).await;
    let old = app.order_song("a slow waltz").await;
    app.until_succeeded(&old).await;
    // Asked for so often, it is answered from memory.
    app.retrieve(&old).await;
    app.retrieve(&old).await;
    app.advance(6 * DAY);
    let young = app.order_song("a fast waltz").await;
    app.until_succeeded(&young).await;
    assert_eq!(app.state_of(&old).await, "succeeded");

    let is_gone = || async {
        let answer = app.ann.query(&json!({ "action": "retrieve", "id": old })).await;
        answer.status == 404
    };
    app.advance_until(Duration::from_secs(60 * 60), 2 * DAY, is_gone).await;
    assert_eq!(app.ann.count_tasks().await, 1);
    assert_eq!(app.state_of(&young).await, "succeeded");
}

#[tokio::test]
async fn files_of_a_task_without_a_song_go_when_its_days_are_over() {
    let app = TestApp::with(|settings| settings.retention.tasks_days = 7).await;
    let rain = app.ann.sung("Rain").await;
    let wav = app.ann.post("/producer/wav", json!({ "audio_id": rain })).await.json()["data"][0]["file_url"]
        .clone();
    let path =
        wav.as_str().and_then(|url| url.strip_prefix(&app.ann.base)).expect("of this server").to_owned();
    app.advance(6 * DAY);
    assert_eq!(app.ann.get(&path).await.status, 200);
    let are_gone = || async { walk(&app.home().join("files")).is_empty() };
    app.advance_until(Duration::from_secs(60 * 60), 2 * DAY, are_gone).await;
    assert_eq!(app.ann.get(&path).await.status, 404);
    assert_eq!(app.ann.count_tasks().await, 0);
}

#[tokio::test]
async fn attempts_of_a_callback_that_was_replayed_after_a_walk_had_passed_it_go_too() {
    let app = TestApp::with(|settings| settings.retention.callback_attempts_days = 7).await;
    let receiver = Receiver::start().await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    for _ in 0..2 {
        until_delivery(&app, &id, DeliveryState::Delivered, 1).await;
        let are_gone = || async { attempts(&app, &id).await == 0 };
        app.advance_until(Duration::from_secs(60 * 60), 9 * DAY, are_gone).await;
        let replayed = app.ann.post("/producer/callbacks", &json!({ "action": "replay", "id": id })).await;
        assert_eq!(replayed.status, 200);
    }
}

async fn attempts(app: &TestApp, id: &str) -> usize {
    let task = id.parse().expect("an id");
    app.store().callback(None, task).await.expect("readable").expect("owed").1.len()
}

#[tokio::test]
async fn without_a_setting_every_task_stays() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    for _ in 0..48 {
        app.advance(30 * DAY);
        assert_eq!(app.state_of(&id).await, "succeeded");
    }
}
