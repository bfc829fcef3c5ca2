//! How fast a token may call.

use std::time::Duration;

use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::shown::shown;

async fn ask(caller: &Client) -> Answer {
    caller.query(&json!({ "action": "retrieve_batch", "ids": [] })).await
}

async fn let_in(caller: &Client, most: usize) -> usize {
    for number in 0..most {
        if ask(caller).await.status == 429 {
            return number;
        }
    }
    most
}

#[tokio::test]
async fn a_burst_is_one_seconds_worth_and_comes_back_with_time() {
    let app = TestApp::with(|settings| settings.limits.requests_per_second = 5).await;
    insta::assert_snapshot!("within_the_rate", shown(&ask(&app.ann).await));
    assert_eq!(let_in(&app.ann, 20).await, 4);
    let refused = ask(&app.ann).await;
    refused.assert_is_error(429, "too_many_requests");
    insta::assert_snapshot!("beyond_the_rate", shown(&refused));

    app.advance(Duration::from_millis(200));
    assert_eq!(let_in(&app.ann, 20).await, 1);
    app.advance(Duration::from_secs(3_600));
    assert_eq!(let_in(&app.ann, 20).await, 5);
}

#[tokio::test]
async fn a_tokens_own_limit_wins_over_the_setting() {
    let app = TestApp::with(|settings| settings.limits.requests_per_second = 3).await;
    let with =
        |limit| app.token_with("ann@example.com", move |token| token.requests_per_second = Some(limit));
    let free = app.ann.with_token(&with(0).await);
    assert_eq!(let_in(&free, 50).await, 50);
    assert_eq!(ask(&free).await.header("ratelimit"), None);
    let slow = app.ann.with_token(&with(1).await);
    assert_eq!(let_in(&slow, 50).await, 1);
    assert_eq!(let_in(&app.ann, 50).await, 3, "each token has its own");
}

#[tokio::test]
async fn a_tokens_own_limit_wins_over_a_setting_of_none() {
    let app = TestApp::with(|settings| settings.limits.requests_per_second = 0).await;
    let token = app.token_with("ann@example.com", |token| token.requests_per_second = Some(2)).await;
    assert_eq!(let_in(&app.ann.with_token(&token), 50).await, 2);
    assert_eq!(let_in(&app.ann, 50).await, 50);
}

#[tokio::test]
async fn a_change_of_one_token_gives_no_other_a_new_burst() {
    let app = TestApp::with(|settings| settings.limits.requests_per_second = 3).await;
    assert_eq!(let_in(&app.ann, 50).await, 3);
    app.token("bob@example.com").await;
    app.advance(Duration::from_millis(250));
    assert_eq!(let_in(&app.ann, 50).await, 0);
}
