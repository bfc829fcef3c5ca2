//! The events feed, as it happens.

use std::time::Duration;

use reqwest::Method;
use store::{AccessStore as _, NewTask, OrderHeaders, TaskStore as _};

use crate::app::{BEGIN, TestApp};
use crate::client::{Client, read};
use crate::engine::Turn;
use crate::event_source::EventSource;

async fn all(client: &Client, query: &str) -> EventSource {
    EventSource::open(client, &format!("/producer/events{query}"), None).await
}

#[tokio::test]
async fn a_connected_reader_is_told_what_happens_as_it_happens() {
    let app = TestApp::start().await;
    let mut stream = all(&app.ann, "").await;
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(stream.header(name), Some(value));
    }
    assert!(stream.header("x-trace-id").is_some());
    app.client("eve@example.com").await.order_song("of nobody's concern").await;
    app.engine.until_orders(1).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    let first = stream.next().await.expect("an event");
    assert_eq!((first.event.as_str(), first.word().as_str()), ("task", "pending"));
    assert_eq!(first.json()["task_id"], id.as_str());
    assert_eq!(first.id.as_deref(), first.json()["cursor"].as_str());
    assert_eq!(stream.words(1).await, ["processing"]);
    app.engine.until_orders(2).await;
    app.engine.end("a slow waltz", Turn::Sing);
    assert_eq!(stream.words(1).await, ["succeeded"]);
    let page = app.ann.ask("/producer/events").await.json();
    assert_eq!(page["items"][0], first.json(), "the data is the item of a page");
}

#[tokio::test]
async fn a_reader_that_was_cut_off_goes_on_behind_what_it_saw() {
    let mut app = TestApp::start().await;
    let one = app.order_song("one").await;
    app.until_succeeded(&one).await;
    let mut stream = all(&app.ann, "").await;
    let seen = stream.next().await.expect("an event");
    drop(stream);
    app.restart().await;
    let two = app.order_song("two").await;
    app.until_succeeded(&two).await;
    // `EventSource` asks with the same URL again.
    let mut stream = EventSource::open(&app.ann, "/producer/events?after=latest", seen.id.as_deref()).await;
    let mut told = Vec::new();
    for _ in 0..5 {
        let json = stream.next().await.expect("an event").json();
        told.push((json["task_id"].clone(), json["state"].clone()));
    }
    let expected = [
        (&one, "processing"),
        (&one, "succeeded"),
        (&two, "pending"),
        (&two, "processing"),
        (&two, "succeeded"),
    ];
    assert_eq!(told, expected.map(|(id, state)| (id.as_str().into(), state.into())));
}

#[tokio::test]
async fn who_begins_now_knows_the_place_before_anything_happens() {
    let app = TestApp::start().await;
    let before = app.order_song("before").await;
    app.until_succeeded(&before).await;
    let mut stream = all(&app.ann, "?after=latest").await;
    let place = stream.next().await.expect("its place");
    assert_eq!((place.id.as_deref(), place.event.as_str(), place.data.as_str()), (Some("3"), "", ""));
    let after = app.order_song("after").await;
    assert_eq!(stream.next().await.expect("an event").json()["task_id"], after.as_str());
}

#[tokio::test]
async fn who_follows_one_task_is_told_its_progress_and_its_end() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    let path = format!("/producer/tasks/{id}/events");
    app.engine.until_orders(1).await;
    let mut stream = EventSource::open(&app.ann, &path, None).await;
    assert_eq!(stream.words(2).await, ["pending", "processing"]);
    app.engine.report("a slow waltz", 0.42);
    let at_42 = || async { app.retrieve(&id).await["response"]["progress"] == "42%" };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(5), at_42).await;
    let mut progress = stream.next().await.expect("progress");
    while progress.word() == "0%" {
        progress = stream.next().await.expect("progress");
    }
    assert_eq!((progress.event.as_str(), &progress.id), ("progress", &None));
    assert_eq!(progress.json(), serde_json::json!({ "task_id": id, "progress": "42%" }));
    // Who comes in the middle is told how far it is.
    let mut late = EventSource::open(&app.ann, &path, Some("2")).await;
    assert_eq!(late.words(1).await, ["42%"]);
    app.order_song("something else").await;
    app.engine.end("a slow waltz", Turn::Sing);
    for stream in [&mut stream, &mut late] {
        let end = stream.next().await.expect("its end");
        assert_eq!((end.word().as_str(), end.json()["task_id"].as_str()), ("succeeded", Some(id.as_str())));
        assert_eq!(stream.next().await, None, "there is nothing more to tell");
    }
    // `EventSource` comes again after every end; 204 tells it not to.
    let cursor = app.ann.ask(&path).await.word("cursor");
    let again = app.ann.request(Method::GET, &path).bearer_auth(&app.ann.token);
    let again = again.header("accept", "text/event-stream").header("last-event-id", &cursor);
    assert_eq!(read(again).await.status, 204);
}

#[tokio::test]
async fn a_task_that_is_tried_again_begins_its_progress_anew() {
    let app = TestApp::start().await;
    app.engine.next(Turn::Hold);
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    let mut stream = EventSource::open(&app.ann, &format!("/producer/tasks/{id}/events"), None).await;
    app.engine.until_orders(1).await;
    app.engine.report("a slow waltz", 0.42);
    let at_42 = || async { app.retrieve(&id).await["response"]["progress"] == "42%" };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(5), at_42).await;
    app.engine.end("a slow waltz", Turn::Retry("out of tune"));
    app.until_state(&id, "pending").await;
    let again = || async { app.engine.prompts().len() == 2 };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(5), again).await;
    app.engine.report("a slow waltz", 0.07);
    let at_7 = || async { app.retrieve(&id).await["response"]["progress"] == "7%" };
    app.advance_until(Duration::from_millis(500), Duration::from_secs(5), at_7).await;
    app.engine.end("a slow waltz", Turn::Sing);
    let mut told = Vec::new();
    while let Some(block) = stream.next().await {
        told.extend(Some(block.word()).filter(|word| word != "0%"));
    }
    assert_eq!(told, ["pending", "processing", "42%", "pending", "processing", "7%", "succeeded"]);
}

#[tokio::test]
async fn a_stop_ends_every_stream_well_and_nothing_is_missing_after_it() {
    let mut app = TestApp::with(|settings| settings.worker.stop_seconds = 10).await;
    app.engine.next(Turn::Hold);
    let id = app.order_song("a slow waltz").await;
    app.engine.until_orders(1).await;
    let mut everything = all(&app.ann, "").await;
    let mut of_task = EventSource::open(&app.ann, &format!("/producer/tasks/{id}/events"), None).await;
    let before = [everything.words(2).await, of_task.words(2).await];
    assert_eq!(before, [["pending", "processing"], ["pending", "processing"]]);
    app.begin_to_stop();
    assert_eq!((everything.next().await, of_task.next().await), (None, None));
    // Who comes while the server stops is told what there is, and sent away.
    let mut late = EventSource::open(&app.ann, "/producer/events", Some("1")).await;
    assert_eq!((late.words(1).await, late.next().await), (vec!["processing".to_owned()], None));
    app.engine.end("a slow waltz", Turn::Sing);
    app.restart().await;
    let mut again = EventSource::open(&app.ann, "/producer/events", Some("2")).await;
    assert_eq!(again.words(1).await, ["succeeded"]);
}

#[tokio::test]
async fn a_stream_ends_within_a_second_of_its_tokens_revocation() {
    let app = TestApp::start().await;
    let caller = app.client("ann@example.com").await;
    let mut revoked = all(&caller, "").await;
    let mut mine = all(&app.ann, "").await;
    let id = app.credential_of(&caller.token).await;
    assert!(app.store().revoke_token(id, BEGIN).await.expect("written"));
    app.advance(Duration::from_secs(1));
    assert_eq!(revoked.next().await, None);
    app.order_song("still here").await;
    assert_eq!(mine.words(1).await, ["pending"], "nobody else is disturbed");
}

#[tokio::test]
async fn a_stream_ends_when_its_tokens_time_is_over_or_its_application_is_off() {
    let app = TestApp::start().await;
    let end = BEGIN.plus(Duration::from_secs(10));
    let token = app.token_with("ann@example.com", |token| token.expires_at = Some(end)).await;
    let mut expires = all(&app.ann.with_token(&token), "").await;
    app.advance(Duration::from_secs(10));
    assert_eq!(expires.next().await, None);
    let mut switched_off = all(&app.ann, "").await;
    app.switch_application("ann@example.com", true).await;
    app.advance(Duration::from_secs(1));
    assert_eq!(switched_off.next().await, None);
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_still_there() {
    let app = TestApp::start().await;
    let mut stream = all(&app.ann, "").await;
    for _ in 0..2 {
        app.advance(Duration::from_secs(15));
        assert_eq!(stream.next().await.expect("a comment").comment, "still here");
    }
    app.order_song("a slow waltz").await;
    assert_eq!(stream.words(1).await, ["pending"]);
}

#[tokio::test]
async fn a_reader_that_reads_nothing_holds_up_nobody_and_no_stop() {
    let mut app = TestApp::with(|settings| settings.limits.orders_in_flight = 1).await;
    app.engine.always(Turn::Hold);
    let token = &app.ann.token;
    let request = format!(
        "GET /producer/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\r\n"
    );
    let _unread = app.ann.raw_unread(&request).await;
    let mut read = all(&app.ann, "").await;
    let credential_id = app.credential_of(token).await;
    let order = |n: u128| NewTask {
        id: domain::TaskId(uuid::Uuid::from_u128(n)),
        trace_id: domain::TraceId(uuid::Uuid::from_u128(n)),
        credential_id,
        kind: domain::TaskKind::Audios,
        created_at: BEGIN,
        request: r#"{"prompt":"x"}"#.to_owned(),
        callback_url: None,
        price: domain::Credits::ZERO,
        waits: false,
        fingerprint: [0; 16],
        repeat_of: None,
        key: None,
        deadline: None,
        headers: OrderHeaders::default(),
    };
    let most = 20_000;
    let accepted = futures_util::future::join_all((1..=most).map(|n| app.store().accept(order(n)))).await;
    assert!(accepted.into_iter().all(|answer| matches!(answer, Ok(store::Accepted::New))));
    let mut seen = 0;
    while seen < most {
        seen += u128::from(read.next().await.expect("an event").word() == "pending");
    }
    app.stop().await;
}
