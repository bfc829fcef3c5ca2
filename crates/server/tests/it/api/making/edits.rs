//! Edits of songs.

use std::io::Read as _;

use serde_json::json;

use super::{item, wrong_fields};
use crate::app::TestApp;
use crate::engine::Turn;
use crate::shown::shown;

const UNKNOWN: &str = "1dd08826-478e-43a6-868f-aff5ababac2c";

/// Every action that makes a song of a song.
const EDITS: [&str; 9] = [
    "cover",
    "extend",
    "variation",
    "swap_vocals",
    "swap_instrumentals",
    "replace_section",
    "upload_cover",
    "upload_extend",
    "upload_replace_section",
];

#[tokio::test]
async fn an_edit_starts_from_the_song_that_it_names() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let sun = app.ann.sung("Sun").await;
    for action in EDITS {
        drop((app.engine.take_sources(), app.engine.take_others()));
        let window = json!({
            "replace_section_start": 0.01, "replace_section_end": 0.1, "swap_audio_id": sun, "continue_at": 0.1,
        });
        let made = item(&app.ann.edit(action, &rain, window).await);
        let title = if action == "swap_instrumentals" { "Rain (Sound swap)" } else { "Rain" };
        assert_eq!((&made["title"], &made["state"]), (&json!(title), &json!("succeeded")), "{action}");
        assert_ne!(made["id"], json!(rain));
        let sources = app.engine.take_sources();
        let titles: Vec<_> = sources.iter().map(|source| source.title.as_str()).collect();
        assert_eq!(titles, ["Rain"], "{action}");
        let others = app.engine.take_others();
        let others: Vec<_> =
            others.iter().map(|other| (other.title.as_str(), other.plan.as_deref())).collect();
        let swaps = action.starts_with("swap");
        assert_eq!(others, if swaps { vec![("Sun", Some("{}"))] } else { vec![] }, "{action}");
        let source = &sources[0];
        assert_eq!((source.left.len(), source.right.len(), source.sample_rate), (4_410, 4_410, 44_100));
        assert_eq!((source.lyric.as_str(), source.plan.as_deref()), ("[Verse]\nRain", Some("{}")));
        let order = app.engine.last_order();
        assert_eq!(order.continue_at, action.ends_with("extend").then_some(0.1), "{action}");
        assert_eq!(order.window.is_some(), action.ends_with("section"), "{action}");
    }
    let named = item(&app.ann.edit("cover", &rain, json!({ "title": "Storm" })).await);
    assert_eq!(named["title"], "Storm");
}

#[tokio::test]
async fn an_edit_can_be_edited_and_outlives_a_restart() {
    let mut app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let cover = item(&app.ann.edit("cover", &rain, json!({})).await);
    app.restart().await;
    let answer = app.ann.edit("extend", cover["id"].as_str().expect("an id"), json!({})).await;
    assert_eq!(item(&answer)["title"], "Rain");
}

#[tokio::test]
async fn stems_are_an_archive_named_after_their_task() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let answer = app.ann.edit("stems", &rain, json!({})).await;
    insta::assert_snapshot!("stems", shown(&answer));
    let url = &item(&answer)["stems_url"];
    assert!(url.as_str().expect("a URL").ends_with(&format!("/{}.zip", answer.task_id())), "{url}");
    let mut archive =
        zip::ZipArchive::new(std::io::Cursor::new(app.download(url).await)).expect("an archive");
    let mut vocals = Vec::new();
    archive.by_name("vocals.wav").expect("there").read_to_end(&mut vocals).expect("whole");
    assert_eq!(vocals.len(), 44 + 4_410 * 4);
    assert_eq!(item(&app.ann.edit("all_stems", &rain, json!({})).await)["state"], "succeeded");

    app.ann.query(&json!({ "action": "delete", "id": answer.task_id() })).await;
    let gone = app.ann.get(url.as_str().and_then(|url| url.strip_prefix(&app.ann.base)).expect("ours")).await;
    assert_eq!(gone.status, 404, "deleted with its task");
}

#[tokio::test]
async fn a_source_that_is_unknown_or_of_others_or_deleted_is_refused_by_its_field() {
    let app = TestApp::start().await;
    let bob = app.client("bob@example.com").await;
    let (rain, his) = (app.ann.sung("Rain").await, bob.sung("His").await);
    let answer = app.ann.order(&json!({ "prompt": "a", "title": "Gone" })).await;
    let gone = item(&answer)["id"].as_str().expect("an id").to_owned();
    app.ann.query(&json!({ "action": "delete", "id": answer.task_id() })).await;
    let made = app.ann.count_tasks().await;
    let mut refused = Vec::new();
    for id in [UNKNOWN, &his, &gone] {
        for action in ["cover", "stems", "swap_vocals"] {
            let answer = app.ann.edit(action, id, json!({})).await;
            assert_eq!(wrong_fields(&answer), ["audio_id"]);
            refused.push(answer.message());
        }
        let swap = app.ann.edit("swap_vocals", &rain, json!({ "swap_audio_id": id })).await;
        assert_eq!(wrong_fields(&swap), ["swap_audio_id"]);
        for path in ["/producer/wav", "/producer/videos"] {
            assert_eq!(wrong_fields(&app.ann.post(path, json!({ "audio_id": id })).await), ["audio_id"]);
        }
    }
    refused.dedup();
    assert_eq!(refused.len(), 1, "the same text for all: {refused:?}");
    assert_eq!(app.ann.count_tasks().await, made, "nothing became a task");
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_edit_is_told_at_once() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let body = json!({
        "action": "replace_section", "audio_id": rain, "replace_section_start": 0.05, "replace_section_end": 5,
        "weirdness": 3, "swap_audio_id": "x",
    });
    insta::assert_snapshot!("wrong_edit", shown(&app.ann.order(&body).await));
    let body = json!({ "action": "cover", "audio_id": UNKNOWN, "model": "FUZZ-9" });
    assert_eq!(wrong_fields(&app.ann.order(&body).await), ["model", "audio_id"]);
    let beyond = app.ann.edit("extend", &rain, json!({ "continue_at": 0.100_1 })).await;
    assert_eq!(wrong_fields(&beyond), ["continue_at"]);
    let at_the_end = app.ann.edit("extend", &rain, json!({ "continue_at": 0.1 })).await;
    assert_eq!(at_the_end.status, 200, "{}", at_the_end.text());
}

#[tokio::test]
async fn a_source_that_is_deleted_before_the_work_fails_its_task() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    let answer = app.ann.order(&json!({ "prompt": "a", "title": "Rain" })).await;
    let rain = item(&answer)["id"].as_str().expect("an id").to_owned();
    app.engine.next(Turn::Hold);
    app.order_song("busy").await;
    app.engine.until_orders(2).await;
    let mut tasks = Vec::new();
    for (path, action) in [("audios", "cover"), ("wav", ""), ("videos", "")] {
        let body = json!({ "action": action, "audio_id": rain, "async": true });
        tasks.push(app.ann.post(&format!("/producer/{path}"), body).await.task_id());
    }
    app.ann.query(&json!({ "action": "delete", "id": answer.task_id() })).await;
    app.engine.end("busy", Turn::Sing);
    for task in tasks {
        let record = app.until_state(&task, "failed").await;
        let error = &record["response"]["error"];
        assert_eq!(error["code"], "bad_request");
        assert!(error["message"].as_str().expect("a message").contains("`audio_id`"), "{error}");
    }
}

#[tokio::test]
async fn a_master_that_is_damaged_is_not_edited() {
    let app = TestApp::with(|settings| settings.worker.max_attempts = 1).await;
    let rain = app.ann.sung("Rain").await;
    let masters = walk(&app.home().join("masters"));
    assert_eq!(masters.len(), 1, "{masters:?}");
    let louder: Vec<f32> = vec![0.5; 4_410];
    let other = media::encode::flac(&louder, &louder, 44_100).expect("encoded");
    std::fs::write(&masters[0], other).expect("written");
    let answer = app.ann.edit("cover", &rain, json!({})).await;
    answer.assert_is_error(500, "api_error");
    assert_eq!(app.engine.prompts().len(), 1, "no engine has begun");
}

pub fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn an_edit_is_ordered_and_called_back_like_a_song() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    let receiver = crate::receiver::Receiver::start().await;
    let body = json!({ "callback_url": receiver.url("/edit") });
    let answer = app.ann.edit("variation", &rain, body).await;
    let sent: Vec<_> = answer.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(sent, ["success", "task_id", "trace_id"], "no key that ends in url");
    let record = app.until_succeeded(&answer.task_id()).await;
    assert_eq!(receiver.until_calls(1).await[0].json(), record["response"]);
}

#[tokio::test]
async fn a_section_that_has_no_end_reaches_to_that_of_the_song() {
    let app = TestApp::start().await;
    let rain = app.ann.sung("Rain").await;
    item(&app.ann.edit("replace_section", &rain, json!({ "replace_section_start": 0.05 })).await);
    assert_eq!(app.engine.last_order().window, Some(domain::Window { start: 0.05, end: 0.1 }));
    let beyond = app.ann.edit("replace_section", &rain, json!({ "replace_section_start": 0.1 })).await;
    assert_eq!(wrong_fields(&beyond), ["replace_section_start"]);
}
