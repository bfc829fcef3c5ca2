//! Words.

use serde_json::json;

use crate::app::TestApp;
use crate::shown::shown;

#[tokio::test]
async fn words_are_written_for_a_prompt_or_the_text_in_one() {
    let app = TestApp::start().await;
    let answer = app.ann.post("/producer/lyrics", json!({ "prompt": "rain" })).await;
    insta::assert_snapshot!("lyrics", shown(&answer));
    let object = app.ann.post("/producer/lyrics", json!({ "prompt": { "text": "rain" } })).await;
    assert_eq!(object.json()["data"], answer.json()["data"]);
    let record = app.retrieve(&answer.task_id()).await;
    assert_eq!((&record["type"], &record["state"]), (&json!("lyrics"), &json!("succeeded")));
    assert_eq!(record["response"], answer.json());
    let at_once = app.ann.post("/producer/lyrics", json!({ "prompt": "rain", "async": true })).await;
    assert!(at_once.json().get("data").is_none());
    app.until_succeeded(&at_once.task_id()).await;
    let deleted = app.ann.query(&json!({ "action": "delete", "id": answer.task_id() })).await;
    assert_eq!(deleted.json()["deleted"], true);
}

#[tokio::test]
async fn words_take_nothing_of_a_quota_of_songs() {
    let app = TestApp::start().await;
    let token = app.token_with("poor@example.com", |token| token.quota = Some(0)).await;
    let poor = app.ann.with_token(&token);
    poor.order(&json!({ "prompt": "a" })).await.assert_is_error(403, "used_up");
    assert_eq!(poor.post("/producer/lyrics", json!({ "prompt": "rain" })).await.status, 200);
}
