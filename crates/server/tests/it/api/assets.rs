//! What is stored with a song and is no part of its record.

use media::decode::{Limits, decode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, read};
use crate::engine::{CHORUS, Turn};

async fn with_assets(client: &Client, id: &str) -> Answer {
    client.query(&json!({ "action": "retrieve", "id": id, "include": ["assets"] })).await
}

/// A song that its engine told more of, and its assets.
async fn told(app: &TestApp) -> (String, Value) {
    app.engine.always(Turn::SingAndTell);
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    let assets = with_assets(&app.ann, &id).await.json()["assets"].clone();
    (id, assets)
}

fn path(app: &TestApp, assets: &Value, key: &str) -> String {
    let url = assets[key].as_str().unwrap_or_else(|| panic!("no {key} in {assets}"));
    url.strip_prefix(&app.ann.base).expect("of this server").to_owned()
}

#[tokio::test]
async fn assets_stand_behind_the_record_and_change_nothing_else_of_it() {
    let app = TestApp::start().await;
    let (id, assets) = told(&app).await;
    let plain = app.ann.query(&json!({ "action": "retrieve", "id": id })).await;
    let record = plain.text().strip_suffix('}').expect("an object");
    for asked in
        [json!({ "id": id }), json!({ "id": id, "wait": 5 }), json!({ "trace_id": plain.json()["trace_id"] })]
    {
        let mut asked = asked;
        asked["include"] = json!(["assets"]);
        let answer = app.ann.query(&asked).await;
        let rest = answer.text().strip_prefix(record).expect("the record, to the byte");
        assert!(rest.starts_with(r#","assets":{"engine":"scripted-1","master_sha256":""#), "{rest}");
        assert_eq!(answer.json()["assets"], assets);
    }
    assert_eq!(assets["plan"], json!({}));
    assert_eq!(assets["master_sha256"].as_str().map(str::len), Some(64));
    let again = app.ann.query(&json!({ "action": "retrieve", "id": id, "include": [] })).await;
    assert_eq!(again.text(), plain.text());
    let batch = app.ann.retrieve_batch(&[&id]).await;
    assert_eq!(batch["items"][0], plain.json(), "a batch tells records alone");
}

#[tokio::test]
async fn each_file_is_served_with_its_type() {
    let app = TestApp::start().await;
    let (_, assets) = told(&app).await;
    for (key, kind, begins) in [
        ("midi_url", "audio/midi", "MThd"),
        ("sections_url", "application/json", "{"),
        ("words_url", "application/json", "{"),
        ("lrc_url", "text/plain; charset=utf-8", "["),
        ("vtt_url", "text/vtt", "WEBVTT"),
        ("waveform_url", "application/json", "{"),
        ("loop_url", "audio/wav", "RIFF"),
        ("stems_url", "application/zip", "PK"),
    ] {
        let answer = app.ann.get(&path(&app, &assets, key)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{key}");
        assert!(answer.body.starts_with(begins.as_bytes()), "{key}");
    }
}

#[tokio::test]
async fn a_loop_is_made_when_it_is_first_asked_for_and_kept() {
    let app = TestApp::start().await;
    let (_, assets) = told(&app).await;
    let path = path(&app, &assets, "loop_url");
    let folder = path.split('/').nth(2).expect("a folder");
    let file = app.home().join("files").join(&folder[..2]).join(folder).join("loop.wav");
    assert!(!file.exists(), "nobody has asked for it yet");
    let head = read(app.ann.request(Method::HEAD, &path)).await;
    let whole = app.ann.get(&path);
    let part = read(app.ann.request(Method::GET, &path).header("range", "bytes=0-3"));
    let (whole, part) = tokio::join!(whole, part);
    assert_eq!((part.status, &part.body[..]), (206, &b"RIFF"[..]));
    assert_eq!(head.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!(std::fs::read(&file).expect("kept"), whole.body);
    let sound = decode(&whole.body, &Limits::default()).expect("sound");
    assert_eq!(sound.left.len(), CHORUS.len());
    let master = decode(
        &app.files().master(&store::FolderName::parse(folder).expect("a name")).expect("kept"),
        &Limits::default(),
    );
    let untouched = CHORUS.len() - CHORUS.len() / 4;
    assert_eq!(sound.left[..untouched], master.expect("sound").left[CHORUS][..untouched]);
}

#[tokio::test]
async fn stems_are_made_when_they_are_first_asked_for_and_kept() {
    let app = TestApp::start().await;
    let (id, assets) = told(&app).await;
    let path = path(&app, &assets, "stems_url");
    drop(app.engine.take_sources());
    let (one, other) = tokio::join!(app.ann.get(&path), app.ann.get(&path));
    assert_eq!((one.status, &one.body), (200, &other.body));
    assert_eq!(app.engine.take_sources().len(), 1, "made once");
    assert_eq!(app.ann.get(&path).await.body, one.body);
    assert!(app.engine.take_sources().is_empty(), "and kept");
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&one.body)).expect("an archive");
    let mut names: Vec<_> = archive.file_names().map(|name| name.expect("UTF-8").into_owned()).collect();
    names.sort();
    assert_eq!(names, ["instrumental.wav", "vocals.wav"]);
    assert_eq!(app.ann.count_tasks().await, 1, "no task was made of it");

    // Whoever cannot be told apart any more says why.
    app.engine.next(Turn::Refuse("Its parts cannot be told apart."));
    let all = path.replace("stems.zip", "all_stems.zip");
    app.ann.get(&all).await.assert_is_error(400, "api_not_implemented");
    app.ann.query(&json!({ "action": "delete", "id": id })).await;
    app.ann.get(&path).await.assert_is_error(404, "no_api");
    app.ann.get(&all).await.assert_is_error(404, "no_api");
}

#[tokio::test]
async fn of_another_engine_and_of_no_song_there_is_only_what_there_is() {
    let app = TestApp::start().await;
    let id = app.order_song("a waltz without more").await;
    let record = app.until_succeeded(&id).await;
    let assets = with_assets(&app.ann, &id).await.json()["assets"].clone();
    let mut keys: Vec<_> = assets.as_object().expect("an object").keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["all_stems_url", "engine", "master_sha256", "plan", "stems_url"]);
    let audio = record["response"]["data"][0]["audio_url"].as_str().expect("a URL");
    let path = audio.strip_prefix(&app.ann.base).expect("of this server").replace("song.m4a", "loop.wav");
    app.ann.get(&path).await.assert_is_error(404, "no_api");

    app.engine.next(Turn::Refuse("not this one"));
    let failed = app.order_song("a march").await;
    app.until_state(&failed, "failed").await;
    app.engine.next(Turn::Hold);
    let held = app.order_song("a reel").await;
    app.until_state(&held, "processing").await;
    for id in [failed, held] {
        let answer = with_assets(&app.ann, &id).await;
        assert_eq!((answer.status, &answer.json()["assets"]), (200, &json!({})));
    }
}

#[tokio::test]
async fn an_unknown_word_is_refused_with_what_is_expected() {
    let app = TestApp::start().await;
    let (id, _) = told(&app).await;
    for include in [json!(["stems"]), json!(["assets", "stems"]), json!("assets")] {
        let answer = app.ann.query(&json!({ "id": id, "include": include })).await;
        answer.assert_is_error(400, "bad_request");
        assert!(
            answer.message().contains("`include`") && answer.message().contains(r#"["assets"]"#),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn assets_go_with_their_task_and_are_its_owners_alone() {
    let app = TestApp::start().await;
    let (id, assets) = told(&app).await;
    let bob = app.client("bob@example.com").await;
    with_assets(&bob, &id).await.assert_is_error(404, "not_found");
    let paths = ["midi_url", "loop_url"].map(|key| path(&app, &assets, key));
    assert_eq!(app.ann.get(&paths[1]).await.status, 200);
    assert_eq!(app.ann.query(&json!({ "action": "delete", "id": id })).await.status, 200);
    with_assets(&app.ann, &id).await.assert_is_error(404, "not_found");
    for path in paths {
        app.ann.get(&path).await.assert_is_error(404, "no_api");
    }
    let left = walk(&app.home().join("files"));
    assert!(left.is_empty(), "{left:?}");
}

/// The files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
