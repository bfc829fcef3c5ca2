//! Every refusal, in the one form.

use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::client::read;
use crate::engine::Turn;
use crate::shown::shown;

#[tokio::test]
async fn a_wrong_field_is_named_with_what_is_expected() {
    let app = TestApp::start().await;
    let answer =
        app.ann.order(&json!({ "prompt": "a", "model": "FUZZ-9", "title": 3, "weirdness": 2 })).await;
    answer.assert_is_error(400, "bad_request");
    insta::assert_snapshot!("wrong_fields", shown(&answer));
    insta::assert_snapshot!("nothing_to_sing", shown(&app.ann.order(&json!({})).await));
}

#[tokio::test]
async fn an_unknown_action_is_not_implemented_on_either_endpoint() {
    let app = TestApp::start().await;
    for path in ["/producer/audios", "/producer/tasks"] {
        for body in [json!({ "action": "sing" }), json!({ "action": 3 })] {
            app.ann.post(path, body).await.assert_is_error(400, "api_not_implemented");
        }
    }
}

#[tokio::test]
async fn an_unknown_path_has_no_api() {
    let app = TestApp::start().await;
    insta::assert_snapshot!("unknown_path", shown(&app.ann.get("/nowhere").await));
    for path in ["/", "/producer", "/producer/", "/producer/tasks/", "//producer/tasks", "/%ff"] {
        app.ann.post(path, "{}").await.assert_is_error(404, "no_api");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let app = TestApp::start().await;
    let answer = app.ann.get("/producer/tasks").await;
    insta::assert_snapshot!("wrong_method", shown(&answer));
    let answer = app.ann.post("/files/00000000000000000000000000000000/song.m4a", "{}").await;
    answer.assert_is_error(405, "bad_request");
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn a_body_that_is_said_to_be_no_json_is_not_read() {
    let app = TestApp::start().await;
    let with_type = |kind: &'static str| {
        let request = app.ann.request(Method::POST, "/producer/tasks").bearer_auth(&app.ann.token);
        read(request.header("content-type", kind).body("{}"))
    };
    insta::assert_snapshot!("not_json", shown(&with_type("text/plain").await));
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        with_type(kind).await.assert_is_error(415, "bad_request");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"] {
        with_type(kind).await.assert_is_error(400, "bad_request");
    }
    let untold = app.ann.request(Method::POST, "/producer/tasks").bearer_auth(&app.ann.token).body("{}");
    read(untold).await.assert_is_error(400, "bad_request");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_and_not_reset() {
    let app = TestApp::with(|settings| settings.http.max_body_bytes = 1_000).await;
    let body = |length: usize| format!("{{\"id\":\"{}\"}}", "x".repeat(length - 9));
    app.ann.post("/producer/tasks", body(1_000)).await.assert_is_error(404, "not_found");
    let answer = app.ann.post("/producer/tasks", body(1_001)).await;
    answer.assert_is_error(413, "bad_request");
    insta::assert_snapshot!("too_large", shown(&answer));
    for megabytes in [1, 3, 8] {
        let answer = app.ann.post("/producer/tasks", body(megabytes << 20)).await;
        answer.assert_is_error(413, "bad_request");
    }
}

#[tokio::test]
async fn a_refusal_reaches_whoever_still_sends_a_large_body() {
    let app = TestApp::start().await;
    let large = format!("{{\"prompt\":\"{}\"}}", "x".repeat(8 << 20));
    let stranger = app.ann.with_token("nonsense");
    stranger.post("/producer/audios", &large).await.assert_is_error(401, "invalid_token");
    app.ann.post("/nowhere", &large).await.assert_is_error(404, "no_api");
    app.ann.post("/healthz", &large).await.assert_is_error(405, "bad_request");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_without_end() {
    let app = TestApp::with(|settings| settings.http.read_timeout_seconds = 1).await;
    let head =
        format!("POST /producer/audios HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n", app.ann.token);
    let answer = app.ann.raw(&format!("{head}content-length: 100\r\n\r\n{{\"prompt\":")).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""code":"bad_request""#), "{answer}");
    assert!(answer.contains("connection: close") && answer.contains("x-trace-id: "), "{answer}");
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_told_what_it_is() {
    let app = TestApp::start().await;
    insta::assert_snapshot!("malformed", shown(&app.ann.post("/producer/audios", "{\"prompt\": ").await));
    let deep = format!("{{\"prompt\":\"a\",\"x\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let wrong: [&[u8]; 14] = [
        b"",
        b"[]",
        b"null",
        b"3",
        b"\"{}\"",
        b"\xef\xbb\xbf{\"prompt\":\"a\"}",
        b"{\"prompt\":\"a\",\"seed\":NaN}",
        b"{\"prompt\":\"a\",\"weirdness\":1e999}",
        b"{\"prompt\":\"\\ud800\"}",
        b"{\"prompt\":\"\xff\"}",
        b"{'prompt':'a'}",
        b"{\"prompt\":\"a\"} {}",
        b"{\"prompt\":\"a\nb\"}",
        deep.as_bytes(),
    ];
    for path in ["/producer/audios", "/producer/tasks"] {
        for body in wrong {
            app.ann.post_bytes(path, body).await.assert_is_error(400, "bad_request");
        }
    }
}

#[tokio::test]
async fn of_a_key_that_is_sent_twice_the_last_holds() {
    let app = TestApp::start().await;
    let sent = r#"{"prompt":"one","async":false,"prompt":"two","async":true}"#;
    let id = app.ann.post("/producer/audios", sent).await.task_id();
    app.until_succeeded(&id).await;
    assert_eq!(app.engine.prompts(), ["two"]);
    assert!(app.ann.query(&json!({ "id": id })).await.text().contains(sent));
}

#[tokio::test]
async fn a_nul_in_a_text_is_a_character_like_any_other() {
    let app = TestApp::start().await;
    let sent = json!({ "prompt": "a\u{0}b", "title": "c\u{0}d", "lyric": "\u{0}", "style": "\u{0}" });
    let answer = app.ann.order(&sent).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let item = &app.retrieve(&answer.task_id()).await["response"]["data"][0];
    assert_eq!((&item["title"], &item["lyric"]), (&json!("c\u{0}d"), &json!("\u{0}")));
}

#[tokio::test]
async fn the_engines_own_errors_are_never_told() {
    let app = TestApp::with(|settings| settings.worker.max_attempts = 1).await;
    app.engine.next(Turn::Retry("/secret/place: out of tune"));
    let answer = app.ann.order(&json!({ "prompt": "a slow waltz" })).await;
    answer.assert_is_error(500, "api_error");
    insta::assert_snapshot!("engine_failed", shown(&answer));
}

#[tokio::test]
async fn an_answer_is_not_held_back_by_a_stray_line_end_behind_the_body() {
    let app = TestApp::start().await;
    let body = r#"{"id":"x"}"#;
    let request = format!(
        "POST /producer/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}\r\n",
        app.ann.token,
        body.len()
    );
    let answer = app.ann.raw_first(&request).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}
