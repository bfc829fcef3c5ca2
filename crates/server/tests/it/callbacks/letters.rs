//! Callbacks that were given up, and what their owners do about it.

use std::time::Duration;

use serde_json::{Value, json};
use server::clock::Clock as _;
use store::DeliveryState::{Delivered, GivenUp, Waiting};

use super::delivery::{order_called_back, until_delivery};
use crate::app::TestApp;
use crate::client::{Answer, Client, read};
use crate::receiver::{Receiver, Reply};

/// A server that gives up after the first attempt.
async fn impatient() -> TestApp {
    TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = Vec::new()).await
}

impl Client {
    async fn callbacks(&self, path: &str) -> Answer {
        let path = format!("/producer/callbacks{path}");
        read(self.request(reqwest::Method::GET, &path).bearer_auth(&self.token)).await
    }

    async fn replay(&self, what: Value) -> Answer {
        let mut body = what;
        body["action"] = json!("replay");
        self.post("/producer/callbacks", &body).await
    }
}

#[tokio::test]
async fn a_callback_that_was_given_up_is_found_looked_at_and_sent_again() {
    let app = impatient().await;
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "out of paper"));
    let ordered = order_called_back(&app, "a slow waltz", &receiver.url("/hook/secret?x=1")).await;
    let id = ordered.task_id();
    until_delivery(&app, &id, GivenUp, 1).await;

    let listed = app.ann.callbacks("?state=given_up").await;
    assert_eq!((listed.status, &listed.json()["cursor"]), (200, &Value::Null));
    let begin = crate::app::BEGIN.as_seconds();
    let expected = json!({
        "task_id": id,
        "trace_id": ordered.word("trace_id"),
        "state": "given_up",
        "destination": receiver.url(""),
        "attempts": 1,
        "due_at": null,
        "last_status": 500,
        "last_error": null,
        "created_at": begin,
    });
    assert_eq!(listed.json()["items"], json!([expected]));
    let whole = app.ann.callbacks(&format!("/{id}")).await.json();
    let attempt =
        json!({ "at": begin, "duration": 0.0, "status": 500, "error": null, "answer": "out of paper" });
    assert_eq!(whole["history"], json!([attempt]));

    let replayed = app.ann.replay(json!({ "id": id })).await;
    let put_back = json!({ "task_id": id, "state": "waiting", "replayed": true });
    assert_eq!(replayed.json(), json!({ "items": [put_back], "count": 1 }));
    let calls = receiver.until_calls(2).await;
    assert_eq!(calls[0].body, calls[1].body);
    assert_eq!(calls[0].header("webhook-id"), calls[1].header("webhook-id"));
    until_delivery(&app, &id, Delivered, 2).await;
    assert_eq!(app.ann.callbacks("?state=given_up").await.json()["items"], json!([]));
    let whole = app.ann.callbacks(&format!("/{id}")).await.json();
    assert_eq!((&whole["state"], &whole["attempts"]), (&json!("delivered"), &json!(2)));
}

#[tokio::test]
async fn a_replayed_callback_has_all_its_attempts_again() {
    let app = TestApp::with(|settings| settings.webhooks.retry_schedule_seconds = vec![5]).await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    for round in 0..2 {
        let waits = until_delivery(&app, &id, Waiting, round * 2 + 1).await;
        app.advance(waits.due_at.since(app.clock.now()));
        until_delivery(&app, &id, GivenUp, round * 2 + 2).await;
        assert_eq!(app.ann.replay(json!({ "ids": [id, "no id"] })).await.json()["count"], 1);
    }
    receiver.until_calls(5).await;
}

#[tokio::test]
async fn all_that_were_given_up_are_sent_again_at_one_word() {
    let app = impatient().await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let ordered = order_called_back(&app, &format!("song {number}"), &receiver.url("/")).await;
        until_delivery(&app, &ordered.task_id(), GivenUp, 1).await;
        ids.push(ordered.task_id());
    }
    for _ in 0..3 {
        receiver.next(Reply::Status(204, ""));
    }
    let answer = app.ann.replay(json!({ "state": "given_up" })).await.json();
    assert_eq!((&answer["count"], &answer["more"]), (&json!(3), &json!(false)));
    for id in &ids {
        until_delivery(&app, id, Delivered, 2).await;
    }
    let answer = app.ann.replay(json!({ "state": "given_up" })).await.json();
    assert_eq!(answer, json!({ "items": [], "count": 0, "more": false }));

    let first = app.ann.callbacks("?limit=2").await.json();
    let next =
        app.ann.callbacks(&format!("?limit=2&before={}", first["cursor"].as_str().expect("more"))).await;
    let of = |page: &Value| {
        let items = page["items"].as_array().expect("a list").clone();
        items.into_iter().map(|item| item["task_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    ids.reverse();
    assert_eq!([of(&first), of(&next.json())].concat(), ids, "the newest first");
    assert_eq!(next.json()["cursor"], Value::Null);
}

#[tokio::test]
async fn what_is_under_way_is_left_alone_and_says_so() {
    let app = TestApp::start().await;
    let receiver = Receiver::that_answers(Reply::Hang).await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    receiver.until_calls(1).await;
    let told = json!({ "task_id": id, "state": "under_way", "replayed": false });
    assert_eq!(app.ann.replay(json!({ "id": id })).await.json(), json!({ "items": [told], "count": 1 }));
    app.advance(Duration::from_secs(1));
    assert_eq!(receiver.calls().len(), 1);
}

#[tokio::test]
async fn callbacks_of_others_are_as_unknown_as_those_that_never_were() {
    let app = impatient().await;
    let bob = app.client("bob@example.com").await;
    let receiver = Receiver::that_answers(Reply::Status(500, "no")).await;
    let id = order_called_back(&app, "a slow waltz", &receiver.url("/")).await.task_id();
    until_delivery(&app, &id, GivenUp, 1).await;
    assert_eq!(bob.callbacks("").await.json()["items"], json!([]));
    let never = "00000000-0000-7000-8000-000000000000";
    for unknown in [id.as_str(), never, "no-id"] {
        bob.callbacks(&format!("/{unknown}")).await.assert_is_error(404, "not_found");
        bob.replay(json!({ "id": unknown })).await.assert_is_error(404, "not_found");
    }
    assert_eq!(bob.replay(json!({ "ids": [id] })).await.json()["count"], 0);
    assert_eq!(bob.replay(json!({ "state": "given_up" })).await.json()["count"], 0);
    until_delivery(&app, &id, GivenUp, 1).await;
}

#[tokio::test]
async fn whoever_asks_wrongly_or_without_a_right_to_is_told_so() {
    let app = TestApp::start().await;
    app.ann.with_token("nobody").callbacks("").await.assert_is_error(401, "invalid_token");
    let only_audios = |token: &mut store::NewToken| {
        token.apis = Some(vec![domain::Api::Makes(domain::TaskKind::Audios)]);
    };
    let token = app.token_with("ann@example.com", only_audios).await;
    app.ann.with_token(&token).callbacks("").await.assert_is_error(400, "token_mismatched");
    let wrong = app.ann.callbacks("?state=lost&limit=1000&before=x").await;
    wrong.assert_is_error(400, "bad_request");
    assert_eq!(wrong.json()["error"]["details"].as_array().map(Vec::len), Some(3));
    let answer = app.ann.post("/producer/callbacks", json!({ "action": "forget" })).await;
    answer.assert_is_error(400, "api_not_implemented");
    app.ann.replay(json!({})).await.assert_is_error(400, "bad_request");
    app.ann.replay(json!({ "state": "delivered" })).await.assert_is_error(400, "bad_request");
}
