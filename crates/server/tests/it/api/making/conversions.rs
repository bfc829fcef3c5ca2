//! Songs in other forms.

use std::time::Duration;

use serde_json::json;
use store::DoomedStore as _;

use super::edits::walk;
use super::item;
use crate::app::TestApp;
use crate::client::eventually;
use crate::engine::Turn;
use crate::log;
use crate::shown::shown;

/// Seconds of a lease that is not lost in any of these stories.
const LONG_LEASE: u64 = 1_000_000;

#[tokio::test]
async fn a_wav_file_has_the_samples_of_the_master() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let answer = app.ann.post("/producer/wav", json!({ "audio_id": rain })).await;
    insta::assert_snapshot!("wav", shown(&answer));
    let wav = app.download(&item(&answer)["file_url"]).await;
    assert_eq!((&wav[..4], &wav[8..12], wav.len()), (&b"RIFF"[..], &b"WAVE"[..], 44 + 4_410 * 4));
    app.ann.edit("cover", &rain, json!({})).await;
    let master = app.engine.take_sources().remove(0);
    let first = (wav[44..].chunks_exact(4)).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    assert!(first.map(|sample| f32::from(sample) / 32_768.0).eq(master.left.iter().copied()));
}

#[tokio::test]
async fn a_conversion_has_a_record_and_files_of_its_own() {
    let app = TestApp::start().await;
    let order = app.ann.order(&json!({ "prompt": "a" })).await;
    let rain = item(&order)["id"].clone();
    let answer = app.ann.post("/producer/wav", json!({ "audio_id": rain, "async": true })).await;
    assert!(!answer.text().contains("url"), "{}", answer.text());
    let record = app.until_succeeded(&answer.task_id()).await;
    assert_eq!(
        (&record["type"], &record["api_id"]),
        (&json!("wav"), &json!("e7cad274-9c48-494c-b7e3-fc1556eea827"))
    );
    let listed = app.ann.query(&json!({ "action": "retrieve_batch", "type": "wav" })).await.json();
    assert_eq!((&listed["count"], &listed["items"][0]), (&json!(1), &record));
    let url = &record["response"]["data"][0]["file_url"];
    app.ann.query(&json!({ "action": "delete", "id": order.task_id() })).await;
    assert!(!app.download(url).await.is_empty(), "it outlives its song");
    app.ann.query(&json!({ "action": "delete", "id": answer.task_id() })).await;
    let path = url.as_str().and_then(|url| url.strip_prefix(&app.ann.base)).expect("of this server");
    assert_eq!(app.ann.get(path).await.status, 404);
}

#[tokio::test]
async fn a_conversion_that_is_ordered_twice_is_made_once_and_two_tasks() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let order = async || app.ann.post("/producer/wav", json!({ "audio_id": rain })).await;
    let one = order().await;
    lose_masters(&app);
    let other = order().await;
    assert_ne!(one.task_id(), other.task_id());
    assert_ne!(item(&one)["file_url"], item(&other)["file_url"]);
    let bytes = app.download(&item(&one)["file_url"]).await;
    app.ann.query(&json!({ "action": "delete", "id": one.task_id() })).await;
    assert_eq!((&bytes[..4], &app.download(&item(&other)["file_url"]).await), (&b"RIFF"[..], &bytes));
}

#[tokio::test]
async fn a_disk_that_does_not_answer_costs_no_worker() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.worker.max_attempts = 1;
        settings.worker.stall_seconds = 8;
        // A clock that is moved faster than a busy machine renews a lease is another story.
        settings.worker.lease_seconds = LONG_LEASE;
    })
    .await;
    let rain = app.ann.sung("Rain").await;
    let masters = walk(&app.home().join("masters"));
    std::fs::remove_file(&masters[0]).expect("removed");
    // Whoever opens it to read waits for somebody who writes.
    let mode = rustix::fs::Mode::RWXU;
    rustix::fs::mknodat(rustix::fs::CWD, &masters[0], rustix::fs::FileType::Fifo, mode, 0).expect("made");
    let answer = app.ann.post("/producer/wav", json!({ "audio_id": rain, "async": true })).await;
    let task = answer.task_id();
    app.until_state(&task, "processing").await;
    let failed = || async { app.state_of(&task).await == "failed" };
    app.advance_until(Duration::from_secs(1), Duration::from_secs(100_000), failed).await;
    app.ann.sung("Sun").await;
}

/// Without a master nothing more can be made of a song.
fn lose_masters(app: &TestApp) {
    for entry in std::fs::read_dir(app.home().join("masters")).expect("readable") {
        std::fs::remove_dir_all(entry.expect("readable").path()).expect("removed");
    }
}

#[tokio::test]
async fn a_film_is_made_once_and_goes_with_each_task_alone() {
    let app = TestApp::start().await;
    let order = app.ann.order(&json!({ "prompt": "a", "title": "Rain" })).await;
    let rain = item(&order)["id"].clone();
    let film = async || app.ann.post("/producer/videos", json!({ "audio_id": rain })).await;
    let first = film().await;
    insta::assert_snapshot!("video", shown(&first));
    lose_masters(&app);
    let second = film().await;
    let url = |answer: &crate::client::Answer| answer.json()["data"]["video_url"].clone();
    assert_ne!(url(&first), url(&second));
    let bytes = app.download(&url(&first)).await;
    assert_eq!((&bytes[4..8], &app.download(&url(&second)).await), (&b"ftyp"[..], &bytes));
    for task in [first.task_id(), order.task_id()] {
        app.ann.query(&json!({ "action": "delete", "id": task })).await;
    }
    assert_eq!(app.download(&url(&second)).await, bytes);
}

/// A film that is under way.
async fn film_under_way(app: &TestApp) -> String {
    app.engine.next(Turn::SingLong);
    let long = app.ann.sung("Long").await;
    let answer = app.ann.post("/producer/videos", json!({ "audio_id": long, "async": true })).await;
    let task = answer.task_id();
    let percent = async || {
        let record = app.retrieve(&task).await;
        let told = record["response"]["progress"].as_str().map(str::to_owned);
        told.and_then(|told| told.trim_end_matches('%').parse::<u8>().ok()).unwrap_or_default()
    };
    let step = Duration::from_millis(500);
    app.advance_until(step, Duration::from_secs(10_000), async || percent().await > 5).await;
    task
}

#[tokio::test]
async fn a_film_that_is_called_off_stops_and_leaves_nothing() {
    let app = TestApp::with(|settings| {
        settings.worker.concurrency = 1;
        settings.worker.lease_seconds = LONG_LEASE;
    })
    .await;
    let task = film_under_way(&app).await;
    let cancelled = app.ann.query(&json!({ "action": "cancel", "id": task })).await;
    assert_eq!(cancelled.json()["cancelled"], true);
    app.ann.sung("Rain").await;
    // One that was made to its end would have found that its task has ended.
    let told = log::lines_with(&task);
    assert!(told.iter().any(|line| line.contains("called off")), "{told:?}");
    assert_eq!(app.state_of(&task).await, "cancelled");
    let none = || async { app.store().doomed(true, None, 9).await.is_ok_and(|doomed| doomed.is_empty()) };
    eventually("its folder is removed", none).await;
    let films = walk(&app.home().join("files"));
    assert!(films.iter().all(|file| file.extension().is_none_or(|kind| kind != "mp4")), "{films:?}");
}

#[tokio::test]
async fn a_film_that_a_stop_interrupts_is_put_back_and_made_after_the_start() {
    let mut app = TestApp::with(|settings| {
        settings.worker.max_attempts = 1;
        settings.worker.max_crashes = 1;
        settings.worker.lease_seconds = LONG_LEASE;
    })
    .await;
    let task = film_under_way(&app).await;
    app.restart().await;
    let told = log::lines_with(&task);
    assert!(told.iter().any(|line| line.contains("back in the queue")), "{told:?}");
    let record = app.until_succeeded(&task).await;
    let film = app.download(&record["response"]["data"]["video_url"]).await;
    assert_eq!(&film[4..8], b"ftyp");
}

#[tokio::test]
async fn a_script_says_what_becomes_of_a_conversion_too() {
    let app = TestApp::with(|settings| settings.engine.simulated.enabled = true).await;
    let rain = app.ann.sung("Rain").await;
    for (path, body) in [
        ("wav", json!({ "audio_id": rain })),
        ("videos", json!({ "audio_id": rain })),
        ("lyrics", json!({ "prompt": "rain" })),
        ("upload", json!({ "audio_url": "http://127.0.0.1:1/a.wav" })),
    ] {
        let scripted = |script: &'static str| {
            let path = format!("/producer/{path}");
            let request = app.ann.request(reqwest::Method::POST, &path).bearer_auth(&app.ann.token);
            let request =
                request.header("backline-simulate", script).header("content-type", "application/json");
            crate::client::read(request.body(body.to_string()))
        };
        let failed = scripted("fail=api_not_implemented").await;
        failed.assert_is_error(400, "api_not_implemented");
        assert!(failed.message().contains("simulated"), "{path}: {}", failed.message());
        scripted("answer=429").await.assert_is_error(429, "too_many_requests");
        scripted("fail=nothing").await.assert_is_error(400, "bad_request");
    }
}
