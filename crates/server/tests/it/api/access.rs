//! Who is let in.

use std::time::Duration;

use domain::{Api, TaskKind};
use reqwest::Method;
use serde_json::json;

use crate::app::{BEGIN, TestApp, song};
use crate::client::{eventually, read};
use crate::shown::shown;

#[tokio::test]
async fn without_a_valid_token_nobody_is_let_in() {
    let app = TestApp::start().await;
    let ask = |authorization: Option<String>| {
        let request = app.ann.request(Method::POST, "/producer/tasks").body("{}");
        read(match authorization {
            Some(text) => request.header("authorization", text),
            None => request,
        })
    };
    insta::assert_snapshot!("no_token", shown(&ask(None).await));
    let token = &app.ann.token;
    let wrong = ["", "Bearer", "Bearer ", "Bearer nonsense", &format!("Basic {token}"), token];
    for wrong in
        wrong.map(str::to_owned).into_iter().chain([format!("Bearer {token}0"), "Bearer \u{e9}".to_owned()])
    {
        ask(Some(wrong)).await.assert_is_error(401, "invalid_token");
    }
    ask(Some(format!("bearer  {token}"))).await.assert_is_error(400, "bad_request");
}

#[tokio::test]
async fn a_token_is_refused_before_its_body_is_read() {
    let app = TestApp::start().await;
    let stranger = app.ann.with_token("nonsense");
    stranger.post("/producer/audios", "no JSON").await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over() {
    let app = TestApp::start().await;
    let end = BEGIN.plus(Duration::from_secs(60));
    let token = app.token_with("ann@example.com", |token| token.expires_at = Some(end)).await;
    let caller = app.ann.with_token(&token);
    app.advance(Duration::from_millis(59_999));
    assert_eq!(caller.order(&song("in time")).await.status, 200);
    app.advance(Duration::from_millis(1));
    let late = caller.order(&song("too late")).await;
    late.assert_is_error(401, "token_expired");
    insta::assert_snapshot!("token_expired", shown(&late));
}

#[tokio::test]
async fn a_revoked_token_is_refused_within_a_second() {
    let app = TestApp::start().await;
    let caller = app.client("ann@example.com").await;
    caller.order_song("before").await;
    let id = app.credential_of(&caller.token).await;
    assert!(store::AccessStore::revoke_token(app.store(), id, BEGIN).await.expect("written"));
    app.advance(Duration::from_secs(1));
    let refused = || async { caller.query(&json!({})).await.error() == (401, "invalid_token".to_owned()) };
    eventually("the revoked token is refused", refused).await;
    caller.order(&song("after")).await.assert_is_error(401, "invalid_token");
    // Nobody else is disturbed.
    app.order_song("still here").await;
}

#[tokio::test]
async fn a_disabled_application_is_refused_within_a_second_and_comes_back() {
    let app = TestApp::start().await;
    app.order_song("before").await;
    app.switch_application("ann@example.com", true).await;
    // An order is refused at once: it is checked where it is kept.
    app.ann.order(&song("meanwhile")).await.assert_is_error(403, "disabled");
    app.advance(Duration::from_secs(1));
    eventually("it is refused", || async { app.ann.query(&json!({})).await.status == 403 }).await;
    insta::assert_snapshot!("disabled", shown(&app.ann.query(&json!({})).await));

    app.switch_application("ann@example.com", false).await;
    app.advance(Duration::from_secs(1));
    eventually("it is let in", || async { app.ann.query(&json!({})).await.status == 400 }).await;
    app.order_song("after").await;
}

#[tokio::test]
async fn a_token_may_call_only_what_it_is_for() {
    let app = TestApp::start().await;
    let only = |api: Api| app.token_with("ann@example.com", move |token| token.apis = Some(vec![api]));
    let reads = app.ann.with_token(&only(Api::Tasks).await);
    let orders = app.ann.with_token(&only(Api::Makes(TaskKind::Audios)).await);
    let id = orders.order_song("a slow waltz").await;
    reads.retrieve(&id).await;
    orders.query(&json!({ "id": id })).await.assert_is_error(400, "token_mismatched");
    let refused = reads.order(&song("a slow waltz")).await;
    insta::assert_snapshot!("token_mismatched", shown(&refused));
}

#[tokio::test]
async fn a_quota_is_taken_by_orders_and_given_back_by_failures() {
    use crate::engine::Turn;
    let app = TestApp::start().await;
    let caller = app.ann.with_token(&app.token_with("eve@example.com", |token| token.quota = Some(2)).await);
    app.engine.next(Turn::Sing);
    app.engine.next(Turn::Hold);
    let sung = caller.order_song("one").await;
    app.engine.until_orders(1).await;
    let held = caller.order_song("two").await;
    app.engine.until_orders(2).await;
    let refused = caller.order(&song("three")).await;
    refused.assert_is_error(403, "used_up");
    insta::assert_snapshot!("used_up", shown(&refused));
    assert_eq!(caller.count_tasks().await, 2, "a refused order is no task");

    app.engine.end("two", Turn::Refuse("no"));
    let ended = |id: String| {
        let caller = caller.clone();
        async move { caller.retrieve(&id).await.get("finished_at").is_some() }
    };
    eventually("both ended", || async { ended(sung.clone()).await && ended(held.clone()).await }).await;
    caller.order_song("four").await;
    caller.order(&song("five")).await.assert_is_error(403, "used_up");
}
