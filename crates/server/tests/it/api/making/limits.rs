//! Who may order what, and how much at a time.

use domain::{Api, TaskKind};
use reqwest::Method;
use serde_json::json;
use server::config::WhenBusy;

use crate::app::{TestApp, song};
use crate::client::read;
use crate::engine::Turn;

#[tokio::test]
async fn a_token_makes_only_what_it_was_made_for() {
    let app = TestApp::start().await;
    for allowed in TaskKind::ALL {
        let only = |token: &mut store::NewToken| token.apis = Some(vec![Api::Makes(allowed)]);
        let token = app.token_with("ann@example.com", only).await;
        for kind in TaskKind::ALL {
            let answer = app.ann.with_token(&token).post(&format!("/producer/{}", kind.as_str()), "{}").await;
            // What is let in is then told what its empty body lacks.
            let code = if kind == allowed { "bad_request" } else { "token_mismatched" };
            answer.assert_is_error(400, code);
        }
    }
}

#[tokio::test]
async fn a_busy_token_is_refused_where_the_settings_say_so() {
    let app = TestApp::with(|settings| {
        settings.limits.orders_in_flight = 2;
        settings.limits.when_busy = WhenBusy::Reject;
    })
    .await;
    app.engine.always(Turn::Hold);
    let first = app.order_song("first").await;
    app.order_song("second").await;
    let refused = app.ann.order(&song("third")).await;
    refused.assert_is_error(429, "too_many_requests");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(app.client("bob@example.com").await.order(&song("his")).await.status, 200);
    app.engine.until_orders(2).await;
    app.engine.end("first", Turn::Sing);
    app.until_succeeded(&first).await;
    assert_eq!(app.ann.order(&song("third")).await.status, 200);
    assert_eq!(json!(app.ann.count_tasks().await), json!(3));
}

#[tokio::test]
async fn every_endpoint_has_a_defined_answer_to_every_body_and_method() {
    let app = TestApp::start().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [&[u8]; 12] = [
        b"",
        b"[]",
        b"null",
        b"\"text\"",
        b"{",
        b"{\"prompt\": NaN}",
        b"{\"prompt\": 1e999}",
        b"\xef\xbb\xbf{}",
        b"{\"prompt\": \"\\ud800\"}",
        b"{\"prompt\": \"\xff\"}",
        b"{\"audio_id\": \"a\\u0000\", \"audio_url\": \"http://a\\u0000/\", \"prompt\": {}}",
        deep.as_bytes(),
    ];
    for kind in TaskKind::ALL {
        let path = format!("/producer/{}", kind.as_str());
        for body in bodies {
            app.ann.post_bytes(&path, body).await.assert_is_error(400, "bad_request");
        }
        // Of a key that is sent twice the last holds.
        let twice = br#"{"prompt": "a", "audio_id": 1, "audio_url": "x", "prompt": 3}"#;
        app.ann.post_bytes(&path, twice).await.assert_is_error(400, "bad_request");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = read(app.ann.request(method, &path)).await;
            answer.assert_is_error(405, "bad_request");
            assert_eq!(answer.header("allow"), Some("POST"));
        }
        let head = read(app.ann.request(Method::HEAD, &path)).await;
        assert_eq!((head.status, head.body.len()), (405, 0));
        let options = read(app.ann.request(Method::OPTIONS, &path)).await;
        assert_eq!(options.status, 200, "{path}");
    }
    assert_eq!(app.ann.count_tasks().await, 0);
}
