//! Sounds from outside, of hosts that nobody vouches for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{item, wrong_fields};
use crate::app::TestApp;
use crate::client::{Answer, PATIENCE};
use crate::shown::shown;
use crate::source_host::{Manner, SourceHost};

/// A tenth of a second that is no song of the engine's.
fn sound() -> Vec<f32> {
    (0..4_410_i16).map(|at| f32::from(at % 97 * 100) / 32_768.0).collect()
}

fn wav() -> Vec<u8> {
    media::encode::wav(&sound(), &sound(), 44_100).expect("encoded")
}

async fn open_app() -> TestApp {
    TestApp::with(|settings| {
        settings.uploads.allow_private_addresses = true;
        settings.uploads.timeout_seconds = 1;
        settings.uploads.max_bytes = 100_000;
        settings.uploads.max_redirects = 2;
    })
    .await
}

async fn upload(app: &TestApp, url: &str) -> Answer {
    app.ann.post("/producer/upload", json!({ "audio_url": url })).await
}

#[tokio::test]
async fn an_upload_is_a_song_that_can_be_edited() {
    let app = open_app().await;
    let host = SourceHost::new(Manner::Give(wav())).await;
    let answer = upload(&app, &host.url("My%20song.wav?token=1")).await;
    insta::assert_snapshot!("upload", shown(&answer));
    let data = answer.json()["data"].clone();
    let id = data["audio_id"].as_str().expect("an id");
    let m4a = app.download(&data["audio_url"]).await;
    let heard = media::decode::decode(&m4a, &media::decode::Limits::default()).expect("a sound");
    assert_eq!(heard.left.len(), 4_410);

    let cover = item(&app.ann.edit("cover", id, json!({})).await);
    assert_eq!(cover["title"], "My song");
    let source = app.engine.take_sources().remove(0);
    assert_eq!((source.engine.as_str(), source.plan, source.lyric.as_str()), ("upload", None, ""));
    assert_eq!(source.left, sound(), "sample for sample");
    let lossless = item(&app.ann.post("/producer/wav", json!({ "audio_id": id })).await);
    assert_eq!(app.download(&lossless["file_url"]).await, wav());

    let stems = app.ann.edit("stems", id, json!({})).await;
    stems.assert_is_error(400, "api_not_implemented");
    assert!(stems.message().contains("of an upload"), "{}", stems.message());
    let record = app.retrieve(&answer.task_id()).await;
    assert_eq!((&record["type"], &record["response"]["data"]), (&json!("upload"), &data));
}

#[tokio::test]
async fn what_cannot_be_taken_apart_is_refused_at_the_door() {
    let app = open_app().await;
    let host = SourceHost::new(Manner::Give(wav())).await;
    let uploaded = upload(&app, &host.url("a.wav")).await.json()["data"]["audio_id"].clone();
    let uploaded = uploaded.as_str().expect("an id");
    let edited = item(&app.ann.edit("extend", uploaded, json!({})).await)["id"].clone();
    let edited = edited.as_str().expect("an id");
    let own = app.ann.sung("Rain").await;
    let before = app.ann.count_tasks().await;
    for (action, id, more, why) in [
        ("stems", edited, json!({}), "with a recording in it"),
        ("all_stems", edited, json!({}), "with a recording in it"),
        ("swap_vocals", edited, json!({}), "with a recording in it"),
        ("swap_vocals", uploaded, json!({}), "of an upload"),
        ("swap_vocals", &own, json!({ "swap_audio_id": uploaded }), "`swap_audio_id` names an upload"),
        ("swap_instrumentals", &own, json!({ "swap_audio_id": edited }), "`swap_audio_id` names a song with"),
    ] {
        let refused = app.ann.edit(action, id, more).await;
        refused.assert_is_error(400, "api_not_implemented");
        assert!(refused.message().contains(why), "{}", refused.message());
    }
    assert_eq!(app.ann.count_tasks().await, before, "none of them is a task");
    item(&app.ann.edit("cover", edited, json!({})).await);
    item(&app.ann.edit("swap_vocals", &own, json!({ "swap_audio_id": own })).await);
    item(&app.ann.edit("stems", &own, json!({})).await);
}

#[tokio::test]
async fn what_this_server_serves_is_read_without_asking_it() {
    let app =
        TestApp::with(|settings| settings.http.public_url = "https://music.example.com/a".to_owned()).await;
    let song = item(&app.ann.order(&json!({ "prompt": "a" })).await);
    let public = song["audio_url"].as_str().expect("a URL").to_owned();
    assert!(public.starts_with("https://music.example.com/a/files/"), "{public}");
    let local = public.replace("https://music.example.com/a", &app.ann.base);
    for url in [&public, &local] {
        let answer = upload(&app, url).await;
        assert_eq!((answer.status, &answer.json()["data"]["duration"]), (200, &json!("0.1")), "{url}");
    }
    // Private addresses are as closed as ever, and no way leads to other files.
    let refused = upload(&app, &local.replace("/files/", "/other/")).await;
    refused.assert_is_error(400, "bad_request");
    for name in ["nothing.m4a", "../../backline.db", "..%2f..%2fbackline.db", ""] {
        let url = format!("{}/{name}", local.rsplit_once('/').expect("a name").0);
        let answer = upload(&app, &url).await;
        assert!(matches!(answer.error(), (400 | 500, _)), "{name}: {}", answer.text());
        assert!(!answer.text().contains("SQLite"), "{name}");
    }
}

#[tokio::test]
async fn what_this_server_serves_is_read_also_behind_a_redirect() {
    let app = TestApp::with(|settings| {
        settings.uploads.allow_private_addresses = true;
        // Nobody answers there.
        settings.http.public_url = "http://127.0.0.1:1/a".to_owned();
    })
    .await;
    let song = item(&app.ann.order(&json!({ "prompt": "a" })).await);
    let public = song["audio_url"].as_str().expect("a URL");
    let second = SourceHost::new(Manner::Redirect(public.to_owned())).await;
    let first = SourceHost::new(Manner::Redirect(second.url("b"))).await;
    let answer = upload(&app, &first.url("a")).await;
    assert_eq!(
        (answer.status, &answer.json()["data"]["duration"]),
        (200, &json!("0.1")),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_source_that_gives_no_sound_fails_the_fetch() {
    let app = open_app().await;
    for manner in [
        Manner::Status(404),
        Manner::Status(500),
        Manner::Silent,
        Manner::Drip,
        Manner::BreakOff,
        Manner::Redirect("http://".to_owned()),
    ] {
        let host = SourceHost::new(manner).await;
        let answer = upload(&app, &host.url("a.mp3")).await;
        answer.assert_is_error(500, "api_error");
        assert!(answer.message().starts_with("fetch failed"), "{}", answer.message());
        assert!(!answer.message().contains("a.mp3"), "nothing of the URL is told: {}", answer.message());
        assert!(answer.json()["task_id"].is_string());
    }
    let closed = upload(&app, "http://127.0.0.1:1/a.mp3").await;
    assert_eq!(closed.error(), (500, "api_error".to_owned()));
    assert!(closed.message().starts_with("fetch failed"));
}

#[tokio::test]
async fn what_is_too_large_is_not_fetched_whatever_its_host_says() {
    let app = open_app().await;
    for manner in [Manner::Promise(1 << 50), Manner::Promise(100_001), Manner::Endless] {
        let host = SourceHost::new(manner).await;
        let answer = upload(&app, &host.url("a.mp3")).await;
        answer.assert_is_error(400, "bad_request");
        assert!(answer.message().contains("100000 bytes"), "{}", answer.message());
    }
}

#[tokio::test]
async fn what_is_no_sound_is_refused() {
    let app = open_app().await;
    let too_long = {
        let silence = vec![0.0; 44_100 * 2];
        media::encode::flac(&silence, &silence, 44_100).expect("encoded")
    };
    let no_sounds: [&[u8]; 6] =
        [b"", b"<html></html>", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"ID3", b"fLaC\0\0\0\x22", b"OggS"];
    for bytes in no_sounds {
        let host = SourceHost::new(Manner::Give(bytes.to_vec())).await;
        let answer = upload(&app, &host.url("a.mp3")).await;
        answer.assert_is_error(400, "bad_request");
        assert!(answer.message().contains("no sound that can be used"), "{}", answer.message());
    }
    let strict = TestApp::with(|settings| {
        settings.uploads.allow_private_addresses = true;
        settings.limits.song_seconds = 1;
    })
    .await;
    let host = SourceHost::new(Manner::Give(too_long)).await;
    let answer = upload(&strict, &host.url("a.flac")).await;
    answer.assert_is_error(400, "bad_request");
    assert!(answer.message().contains("1 second"), "{}", answer.message());
}

#[tokio::test]
async fn private_addresses_are_not_fetched_from_also_behind_a_redirect() {
    let app = TestApp::start().await;
    let host = SourceHost::new(Manner::Give(wav())).await;
    for url in [host.url("a.wav"), host.url("a.wav").replace("127.0.0.1", "localhost")] {
        let answer = upload(&app, &url).await;
        answer.assert_is_error(400, "bad_request");
        assert!(answer.message().contains("private"), "{}", answer.message());
    }
    assert_eq!(host.calls(), 0, "nothing connected");
    assert_eq!(wrong_fields(&upload(&app, "file:///etc/passwd").await), ["audio_url"]);
    assert_eq!(wrong_fields(&app.ann.post("/producer/upload", json!({})).await), ["audio_url"]);
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_only_to_the_web() {
    let app = open_app().await;
    let end = SourceHost::new(Manner::Give(wav())).await;
    let second = SourceHost::new(Manner::Redirect(end.url("a.wav"))).await;
    let first = SourceHost::new(Manner::Redirect(second.url("b"))).await;
    assert_eq!(upload(&app, &first.url("c")).await.status, 200);
    let zeroth = SourceHost::new(Manner::Redirect(first.url("c"))).await;
    let too_often = upload(&app, &zeroth.url("d")).await;
    assert_eq!(too_often.error(), (500, "api_error".to_owned()));
    let elsewhere = SourceHost::new(Manner::Redirect("file:///etc/passwd".to_owned())).await;
    upload(&app, &elsewhere.url("e")).await.assert_is_error(400, "bad_request");
}

#[tokio::test]
async fn twenty_slow_uploads_delay_no_song() {
    let app = TestApp::with(|settings| {
        settings.uploads.allow_private_addresses = true;
        settings.worker.concurrency = 1;
        settings.uploads.concurrency = 2;
    })
    .await;
    let host = SourceHost::new(Manner::Drip).await;
    for number in 0..20 {
        let body: Value = json!({ "audio_url": host.url(&number.to_string()), "async": true });
        assert_eq!(app.ann.post("/producer/upload", body).await.status, 200);
    }
    crate::client::eventually("two are fetched", || async { host.calls() == 2 }).await;
    app.ann.sung("Rain").await;
    app.client("bob@example.com").await.sung("Sun").await;
    assert_eq!(host.calls(), 2, "they go on");
}

#[tokio::test]
async fn an_upload_that_is_called_off_stops_fetching() {
    let app = TestApp::with(|settings| {
        settings.uploads.allow_private_addresses = true;
        settings.uploads.concurrency = 1;
    })
    .await;
    let host = SourceHost::new(Manner::Silent).await;
    let body: Value = json!({ "audio_url": host.url("a.wav"), "async": true });
    let task = app.ann.post("/producer/upload", body).await.task_id();
    crate::client::eventually("it is fetched", || async { host.calls() == 1 }).await;
    let cancelled = app.ann.query(&json!({ "action": "cancel", "id": task })).await;
    assert_eq!(cancelled.json()["cancelled"], true);
    // With the fetch still going on its worker would not be free for long.
    let good = SourceHost::new(Manner::Give(wav())).await;
    let url = good.url("b.wav");
    let next = tokio::time::timeout(PATIENCE - Duration::from_secs(1), upload(&app, &url)).await;
    assert_eq!(next.expect("a free worker").status, 200);
}

#[tokio::test]
async fn a_song_that_is_too_long_by_now_is_not_edited_to_one_of_its_length() {
    let mut app = open_app().await;
    let silence = vec![0.0; 44_100 * 2];
    let flac = media::encode::flac(&silence, &silence, 44_100).expect("encoded");
    let host = SourceHost::new(Manner::Give(flac)).await;
    let long = upload(&app, &host.url("a.flac")).await.json()["data"]["audio_id"].clone();
    let long = long.as_str().expect("an id");
    app.settings.limits.song_seconds = 1;
    app.restart().await;
    let window = || json!({ "replace_section_start": 0.1, "replace_section_end": 0.2 });
    for action in ["upload_replace_section", "swap_vocals", "swap_instrumentals"] {
        let refused = app.ann.edit(action, long, window()).await;
        assert_eq!(wrong_fields(&refused), ["audio_id"], "{action}");
        assert!(refused.message().contains("1 s long at most"), "{}", refused.message());
    }
    assert_eq!(wrong_fields(&app.ann.edit("extend", long, json!({})).await), ["continue_at"]);
    for (action, more) in [("extend", json!({ "continue_at": 0.5 })), ("cover", json!({}))] {
        let made = app.ann.edit(action, long, more).await;
        assert_eq!(made.status, 200, "{action}: {}", made.text());
    }
}
