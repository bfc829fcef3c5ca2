//! Files that users bring.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Client, eventually, read};

const FILES: &str = "/api/v1/files/";
const BOUNDARY: &str = "a-boundary-of-its-own";

/// A form with one file, as clients send it.
fn form(field: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

async fn send(caller: &Client, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = caller.request(Method::POST, FILES).bearer_auth(&caller.token).header("content-type", kind);
    read(request.body(body)).await
}

#[tokio::test]
async fn a_file_that_is_brought_can_be_fetched_and_uploaded() {
    let app = TestApp::start().await;
    let song = app.order_song("a slow waltz").await;
    let song = app.until_succeeded(&song).await;
    let url = song["response"]["data"][0]["audio_url"].as_str().expect("a URL").to_owned();
    let sound = app.ann.get(url.strip_prefix(&app.ann.base).expect("ours")).await.body;
    assert!(sound.len() > 3_000, "{} bytes", sound.len());

    let brought = send(&app.ann, form("file", "My Song.M4A", &sound)).await;
    assert_eq!(brought.status, 200, "{}", brought.text());
    let url = brought.word("file_url");
    assert!(url.ends_with("/file.m4a"), "{url}");
    assert_eq!(brought.word("mime"), "audio/mp4");
    let fetched = app.ann.get(url.strip_prefix(&app.ann.base).expect("ours")).await;
    assert_eq!((fetched.status, &fetched.body), (200, &sound));
    assert_eq!(fetched.header("x-content-type-options"), Some("nosniff"));
    let uploaded = app.ann.post("/producer/upload", json!({ "audio_url": url })).await;
    assert_eq!(uploaded.status, 200, "{}", uploaded.text());
}

#[tokio::test]
async fn what_is_no_file_is_refused_and_nothing_stays() {
    let app = TestApp::with(|settings| settings.uploads.max_bytes = 1_000).await;
    send(&app.ann, form("another", "a.mp3", b"x")).await.assert_is_error(400, "bad_request");
    send(&app.ann, b"nonsense".to_vec()).await.assert_is_error(400, "bad_request");
    app.ann.post(FILES, "{}").await.assert_is_error(400, "bad_request");
    send(&app.ann, form("file", "a.mp3", &[0; 1_001])).await.assert_is_error(413, "bad_request");
    let cut = form("file", "a.mp3", &[0; 500])[..300].to_vec();
    send(&app.ann, cut).await.assert_is_error(400, "bad_request");
    send(&app.ann.with_token("nonsense"), form("file", "a", b"x"))
        .await
        .assert_is_error(401, "invalid_token");
    let files = app.home().join("files");
    let gone = || async {
        app.advance(Duration::from_secs(1));
        let folders = std::fs::read_dir(&files).into_iter().flatten().flatten();
        folders.filter_map(|folder| std::fs::read_dir(folder.path()).ok()).flatten().count() == 0
    };
    eventually("nothing is left", gone).await;
}

#[tokio::test]
async fn files_take_bounded_room_and_go_after_some_days() {
    let app = TestApp::with(|settings| {
        settings.uploads.bytes_per_user = 1_000;
        settings.uploads.kept_days = 1;
    })
    .await;
    let first = send(&app.ann, form("file", "a.mp3", &[7; 1_000])).await.word("file_url");
    let path = first.strip_prefix(&app.ann.base).expect("ours").to_owned();
    send(&app.ann, form("file", "b.mp3", b"x")).await.assert_is_error(403, "forbidden");
    let other = app.client("bob@example.com").await;
    assert_eq!(send(&other, form("file", "b.mp3", b"x")).await.status, 200, "each user has room of its own");
    app.advance(Duration::from_secs(24 * 60 * 60 + 1));
    assert_eq!(app.ann.get(&path).await.status, 200);
    assert_eq!(send(&app.ann, form("file", "b.mp3", b"x")).await.status, 200);
    let gone = || async {
        app.advance(Duration::from_secs(1));
        app.ann.get(&path).await.status == 404
    };
    eventually("the old one is gone", gone).await;
}
