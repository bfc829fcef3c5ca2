//! The events feed, a page at a time.

use domain::{Api, TaskKind};
use reqwest::Method;
use serde_json::{Value, json};
use store::EventStore as _;

use crate::app::{BEGIN, TestApp};
use crate::client::{Client, read};
use crate::engine::Turn;
use crate::shown::shown;

/// What a page tells: of which task, and its state.
fn told(page: &Value) -> Vec<(String, String)> {
    let word = |item: &Value, key: &str| item[key].as_str().expect("a word").to_owned();
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| (word(item, "task_id"), word(item, "state"))).collect()
}

impl Client {
    pub async fn ask(&self, path: &str) -> crate::client::Answer {
        read(self.request(Method::GET, path).bearer_auth(&self.token)).await
    }

    async fn events(&self, query: &str) -> Value {
        let answer = self.ask(&format!("/producer/events?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

#[tokio::test]
async fn everything_that_happened_is_told_in_order_a_page_at_a_time() {
    let app = TestApp::start().await;
    assert_eq!(app.ann.events("").await, json!({ "items": [], "cursor": "0" }));
    let id = app.order_song("a slow waltz").await;
    app.until_succeeded(&id).await;
    let answer = app.ann.ask("/producer/events").await;
    insta::assert_snapshot!("events", shown(&answer));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let trace = app.retrieve(&id).await["trace_id"].clone();
    let all = answer.json();
    assert!(all["items"].as_array().expect("items").iter().all(|item| item["trace_id"] == trace));

    let (mut after, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let page = app.ann.events(&format!("after={after}&limit=1")).await;
        seen.extend(told(&page));
        if page["items"] == json!([]) {
            assert_eq!(page["cursor"], after.as_str(), "nothing more: the cursor stays");
            break;
        }
        after = page["cursor"].as_str().expect("a string of digits").to_owned();
    }
    assert_eq!(seen, told(&all));
    assert_eq!(app.ann.events(&format!("after={after}")).await["cursor"], after.as_str());
}

#[tokio::test]
async fn a_consumer_that_was_down_catches_up_across_a_restart_of_the_server() {
    let mut app = TestApp::start().await;
    let before = app.order_song("before").await;
    app.until_succeeded(&before).await;
    let cursor = app.ann.events("").await["cursor"].as_str().expect("a cursor").to_owned();
    app.engine.next(Turn::Hold);
    let during = app.order_song("during").await;
    app.engine.until_orders(2).await;
    app.restart().await;
    app.until_succeeded(&during).await;
    let page = app.ann.events(&format!("after={cursor}")).await;
    let states = ["pending", "processing", "pending", "processing", "succeeded"];
    assert_eq!(told(&page), states.map(|state| (during.clone(), state.to_owned())));
}

#[tokio::test]
async fn the_feed_of_one_task_tells_of_it_alone() {
    let app = TestApp::start().await;
    let (one, two) = (app.order_song("one").await, app.order_song("two").await);
    app.until_succeeded(&one).await;
    app.until_succeeded(&two).await;
    let page = app.ann.ask(&format!("/producer/tasks/{two}/events")).await.json();
    let states = ["pending", "processing", "succeeded"];
    assert_eq!(told(&page), states.map(|state| (two.clone(), state.to_owned())));
    let rest =
        format!("/producer/tasks/{two}/events?after={}", page["items"][1]["cursor"].as_str().expect("one"));
    assert_eq!(told(&app.ann.ask(&rest).await.json()), [(two, "succeeded".to_owned())]);
}

#[tokio::test]
async fn nobody_is_told_of_another_users_tasks() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    let eve = app.client("eve@example.com").await;
    assert_eq!(eve.events("").await["items"], json!([]));
    for id in [id.as_str(), "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", &id.to_uppercase(), "nonsense", "%ff"] {
        for accept in ["application/json", "text/event-stream"] {
            let path = format!("/producer/tasks/{id}/events");
            let request = eve.request(Method::GET, &path).bearer_auth(&eve.token).header("accept", accept);
            read(request).await.assert_is_error(404, "not_found");
        }
    }
    let second = app.client("ann@example.com").await;
    assert_eq!(told(&second.events("limit=1").await), [(id, "pending".to_owned())], "all tokens of a user");
}

#[tokio::test]
async fn who_begins_now_begins_at_the_end() {
    let app = TestApp::start().await;
    app.engine.always(Turn::Hold);
    app.order_song("before").await;
    app.engine.until_orders(1).await;
    let latest = app.ann.events("after=latest").await;
    assert_eq!(latest, json!({ "items": [], "cursor": "2" }));
    let after = app.order_song("after").await;
    assert_eq!(told(&app.ann.events("after=2&limit=1").await), [(after, "pending".to_owned())]);
}

#[tokio::test]
async fn a_cursor_that_would_miss_something_or_is_not_from_here_is_refused_with_what_to_do() {
    let app = TestApp::start().await;
    for prompt in ["one", "two"] {
        let id = app.order_song(prompt).await;
        app.until_succeeded(&id).await;
    }
    let late = BEGIN.plus(std::time::Duration::from_secs(60));
    assert_eq!(app.store().delete_events_before(late, late, 4).await.expect("deleted"), 4);
    assert_eq!(told(&app.ann.events("after=4").await).len(), 2, "nothing behind it is missing");
    assert_eq!(told(&app.ann.events("after=0").await).len(), 2);
    insta::assert_snapshot!("cursor_too_old", shown(&app.ann.ask("/producer/events?after=3").await));
    insta::assert_snapshot!("cursor_too_new", shown(&app.ann.ask("/producer/events?after=7").await));
    insta::assert_snapshot!("cursor_wrong", shown(&app.ann.ask("/producer/events?after=x&limit=0").await));
    for last in ["3", "7", "x"] {
        let request = app.ann.request(Method::GET, "/producer/events?after=4").bearer_auth(&app.ann.token);
        let request = request.header("accept", "text/event-stream").header("last-event-id", last);
        let refused = read(request).await;
        refused.assert_is_error(400, "bad_request");
        assert_eq!(refused.json()["error"]["details"][0]["field"], "Last-Event-ID");
    }
    // A neighbour that was quiet has missed nothing by that.
    let eve = app.client("eve@example.com").await;
    assert_eq!(eve.events("after=1").await["cursor"], "1");
}

#[tokio::test]
async fn the_feed_is_asked_for_with_a_token_for_tasks_and_with_get() {
    let app = TestApp::start().await;
    let id = app.order_song("a slow waltz").await;
    let only = Some(vec![Api::Makes(TaskKind::Audios)]);
    let orders = app.token_with("ann@example.com", |token| token.apis = only).await;
    for path in ["/producer/events".to_owned(), format!("/producer/tasks/{id}/events")] {
        app.ann.with_token("nonsense").ask(&path).await.assert_is_error(401, "invalid_token");
        app.ann.with_token(&orders).ask(&path).await.assert_is_error(400, "token_mismatched");
        let posted = app.ann.post(&path, "{}").await;
        posted.assert_is_error(405, "bad_request");
        assert_eq!(posted.header("allow"), Some("GET,HEAD"));
        let head = read(app.ann.request(Method::HEAD, &path).bearer_auth(&app.ann.token)).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
    app.ann.ask("/producer/tasks//events").await.assert_is_error(404, "not_found");
    app.ann.ask("/producer/events/1").await.assert_is_error(404, "no_api");
}

#[tokio::test]
async fn asking_for_events_takes_a_turn_of_the_tokens_rate() {
    let app = TestApp::start().await;
    let token = app.token_with("ann@example.com", |token| token.requests_per_second = Some(2)).await;
    let caller = app.ann.with_token(&token);
    assert_eq!(caller.ask("/producer/events").await.header("ratelimit"), Some("\"token\";r=1;t=1"));
    caller.ask("/producer/events").await;
    caller.ask("/producer/events").await.assert_is_error(429, "too_many_requests");
}
