//! Orders, and what `/producer/tasks` tells of them.

use std::time::Duration;

use serde_json::json;

use crate::app::{TestApp, song};
use crate::client::eventually;
use crate::engine::Turn;
use crate::shown::{keys_at, shown};

const SEED: &str = include_str!("../seed.json");

fn full_order() -> serde_json::Value {
    json!({
        "prompt": "a slow waltz", "lyric": "[Verse]\nOne, two, three", "custom": true, "seed": 7,
        "model": "FUZZ-2.0 Pro", "async": true, "unknown": [1, 2]
    })
}

#[tokio::test]
async fn an_order_is_answered_at_once_without_any_url() {
    let app = TestApp::start().await;
    let answer = app.ann.order(&song("a slow waltz")).await;
    insta::assert_snapshot!(shown(&answer));
    assert!(keys_at(answer.text(), 1).iter().all(|key| !key.ends_with("url")));
}

#[tokio::test]
async fn a_task_is_pending_then_processing_then_succeeded() {
    let app = TestApp::with(|settings| settings.worker.concurrency = 1).await;
    app.engine.always(Turn::Hold);
    app.order_song("in the way").await;
    app.engine.until_orders(1).await;

    let id = app.ann.order(&full_order()).await.task_id();
    let retrieve = json!({ "action": "retrieve", "id": id });
    insta::assert_snapshot!("record_pending", shown(&app.ann.query(&retrieve).await));

    app.advance(Duration::from_millis(250));
    app.engine.end("in the way", Turn::Refuse("no"));
    app.engine.until_orders(2).await;
    app.engine.report("a slow waltz", 0.42);
    let told = || async {
        app.advance(Duration::from_millis(500));
        app.retrieve(&id).await["response"]["progress"] == "42%"
    };
    eventually("42 %", told).await;
    let processing = app.retrieve(&id).await;
    assert_eq!(
        (&processing["state"], &processing["response"]),
        (&json!("processing"), &json!({ "progress": "42%" }))
    );
    assert!(processing.get("finished_at").is_none() && processing["started_at"].is_number());

    app.engine.end("a slow waltz", Turn::Sing);
    app.until_succeeded(&id).await;
}

#[tokio::test]
async fn a_finished_record_has_the_keys_of_the_seed_in_its_order() {
    let app = TestApp::start().await;
    let id = app.ann.order(&full_order()).await.task_id();
    app.until_succeeded(&id).await;
    let answer = app.ann.query(&json!({ "id": id })).await;
    insta::assert_snapshot!("record_succeeded", shown(&answer));

    let (ours, seeds) = (keys_at(answer.text(), 1), keys_at(SEED, 1));
    assert_eq!(ours[..seeds.len()], seeds);
    assert_eq!(ours[seeds.len()..], ["started_at", "elapsed", "state"]);
    assert_eq!(keys_at(answer.text(), 4), keys_at(SEED, 4), "the item");
}

#[tokio::test]
async fn a_failed_record_tells_why() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Refuse("This engine knows no waltz."));
    let id = app.order_song("a slow waltz").await;
    app.until_state(&id, "failed").await;
    insta::assert_snapshot!("record_failed", shown(&app.ann.query(&json!({ "id": id })).await));
}

#[tokio::test]
async fn the_request_is_echoed_as_it_was_sent() {
    let app = TestApp::start().await;
    let sent = r#" {"zeta":1.50, "prompt":"caf\u00e9 \u0000","async":true, "alpha":{"b":1,"a":1e2},"n":12345678901234567890123} "#;
    let id = app.ann.post("/producer/audios", sent).await.task_id();
    let record = app.ann.query(&json!({ "id": id })).await;
    assert!(record.text().contains(&format!(r#""request":{},"#, sent.trim())), "{}", record.text());
}

#[tokio::test]
async fn a_batch_has_the_order_of_the_request_and_duplicates_twice() {
    let app = TestApp::start().await;
    let (one, two) = (app.order_song("one").await, app.order_song("two").await);
    app.until_succeeded(&one).await;
    app.until_succeeded(&two).await;
    let bob = app.client("bob@example.com").await;
    let foreign = bob.order_song("three").await;
    let unknown = "00000000-0000-0000-0000-000000000000";

    let batch = app.ann.retrieve_batch(&[&two, unknown, &one, &foreign, "x", &two]).await;
    let ids: Vec<_> = batch["items"].as_array().expect("items").iter().map(|item| &item["id"]).collect();
    assert_eq!((ids, &batch["count"]), (vec![&json!(two), &json!(one), &json!(two)], &json!(3)));
    assert_eq!(batch["items"][0], batch["items"][2]);
    assert_eq!(batch["items"][1], app.retrieve(&one).await);
    let empty = app.ann.query(&json!({ "action": "retrieve_batch", "ids": [] })).await;
    assert_eq!(empty.text(), r#"{"items":[],"count":0}"#);
}

#[tokio::test]
async fn a_long_batch_tells_the_same_as_short_ones() {
    let app = TestApp::start().await;
    let (one, two) = (app.order_song("one").await, app.order_song("two").await);
    app.until_succeeded(&one).await;
    app.until_succeeded(&two).await;
    let short = app.ann.retrieve_batch(&[&one, "unknown", &two]).await;
    let long = app.ann.retrieve_batch(&[&*one, "unknown", &two].repeat(300)).await;
    assert_eq!(long["count"], 600);
    let items = long["items"].as_array().expect("items");
    assert_eq!(items.len(), 600);
    assert!(items.chunks(2).all(|pair| Some(pair) == short["items"].as_array().map(Vec::as_slice)));
    let nothing = app.ann.query(&json!({ "action": "retrieve_batch", "ids": vec!["unknown"; 40] })).await;
    assert_eq!(nothing.text(), r#"{"items":[],"count":0}"#);
}

#[tokio::test]
async fn a_task_is_found_by_the_trace_of_its_order() {
    let app = TestApp::start().await;
    let ordered = app.ann.order(&song("a slow waltz")).await;
    let trace = ordered.word("trace_id");
    assert_eq!(ordered.header("x-trace-id"), Some(trace.as_str()));
    let found = app.ann.query(&json!({ "trace_id": trace })).await;
    assert_eq!((found.word("id"), found.word("trace_id")), (ordered.task_id(), trace.clone()));
    assert_ne!(found.header("x-trace-id"), Some(trace.as_str()), "each request has its own");
    let batch = app.ann.query(&json!({ "action": "retrieve_batch", "trace_ids": [trace, trace] })).await;
    assert_eq!(batch.json()["count"], 2);
}

#[tokio::test]
async fn a_list_is_newest_first_and_counts_all() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for number in 0..15 {
        ids.push(app.order_song(&format!("song {number}")).await);
        app.advance(Duration::from_secs(1));
    }
    ids.reverse();
    let ann = &app.ann;
    let list = |body: serde_json::Value| async move { ann.query(&body).await.json() };
    let told = |list: &serde_json::Value| {
        let items = list["items"].as_array().expect("items").clone();
        items.into_iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let all = list(json!({ "action": "retrieve_batch", "type": "audios" })).await;
    assert_eq!((told(&all), &all["count"]), (ids[..12].to_vec(), &json!(15)));
    let rest = list(json!({ "action": "retrieve_batch", "limit": 2, "offset": 12 })).await;
    assert_eq!((told(&rest), &rest["count"]), (ids[12..14].to_vec(), &json!(15)));
    let begin = 1_767_119_745.524;
    let window =
        json!({ "action": "retrieve_batch", "created_at_min": begin + 3.0, "created_at_max": begin + 5.0 });
    let window = list(window).await;
    assert_eq!((told(&window), &window["count"]), (ids[9..12].to_vec(), &json!(3)));
    let others = json!({ "action": "retrieve_batch", "user_id": "00000000-0000-0000-0000-000000000000" });
    assert_eq!(list(others).await, json!({ "items": [], "count": 0 }));
}

#[tokio::test]
async fn another_users_task_is_as_unknown_as_one_that_never_was() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    app.retrieve(&id).await;
    let bob = app.client("bob@example.com").await;
    let foreign = bob.query(&json!({ "id": id })).await;
    foreign.assert_is_error(404, "not_found");
    let unknown = bob.query(&json!({ "id": "00000000-0000-0000-0000-000000000000" })).await;
    let malformed = bob.query(&json!({ "id": id.to_uppercase() })).await;
    assert_eq!(shown(&foreign), shown(&unknown));
    assert_eq!(shown(&foreign), shown(&malformed));
    // A second token of the same user sees it.
    app.client("ann@example.com").await.retrieve(&id).await;
}

#[tokio::test]
async fn what_a_client_sends_for_nothing_is_nothing() {
    let app = TestApp::start().await;
    let body = json!({
        "action": "", "prompt": "a slow waltz", "lyric": null, "title": "", "callback_url": "", "async": true,
        "weirdness": false, "seed": false, "sound_strength": 0.05, "lyrics_strength": null
    });
    app.ann.order(&body).await.task_id();
    app.engine.until_orders(1).await;
    let order = app.engine.last_order();
    assert_eq!((order.weirdness, order.sound_strength, order.lyrics_strength), (0.5, 0.2, 0.7));
    assert_eq!((order.title, order.lyric), (None, None));
}

#[tokio::test]
async fn a_new_public_address_shows_in_old_records() {
    let mut app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    app.settings.http.public_url = "https://music.example.com/base/".to_owned();
    app.restart().await;
    let record = app.retrieve(&id).await;
    let url = record["response"]["data"][0]["audio_url"].as_str().expect("a URL").to_owned();
    assert!(url.starts_with("https://music.example.com/base/files/"), "{url}");
}

#[tokio::test]
async fn health_is_told_without_a_token() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!((app.ann.get(path).await.status, app.ann.get(path).await.text()), (200, "ok\n"));
    }
}
