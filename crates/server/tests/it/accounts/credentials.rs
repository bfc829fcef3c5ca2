//! Tokens that users make themselves.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, song};
use crate::browser::Browser;
use crate::client::{Client, read};
use crate::engine::Turn;
use crate::log;

const CREDENTIALS: &str = "/api/v1/credentials/";

fn path(credential: &Value) -> String {
    format!("{CREDENTIALS}{}/", credential["id"].as_str().expect("an id"))
}

async fn with_application(app: &TestApp) -> (Browser, Value) {
    let browser = app.logged_in("eve@example.com").await;
    let application = browser.acquire().await;
    (browser, application)
}

#[tokio::test]
async fn a_token_is_told_once_and_known_by_its_last_four() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let made = browser.credential(&application, &json!({ "name": "laptop" })).await;
    let token = made["token"].as_str().expect("a token").to_owned();
    browser.client_of(&made).order_song("a slow waltz").await;
    assert_eq!((&made["type"], &made["name"]), (&json!("Token"), &json!("laptop")));
    assert_eq!(made["last_four"], token[token.len() - 4..]);
    for shown in [
        browser.get(CREDENTIALS).await,
        browser.get(&path(&made)).await,
        browser.get("/api/v1/applications").await,
    ] {
        assert!(shown.text().contains(made["id"].as_str().expect("an id")) && !shown.text().contains(&token));
    }
    let of_another = format!("{CREDENTIALS}?application_id={}", made["id"].as_str().expect("an id"));
    assert_eq!(browser.get(&of_another).await.json()["count"], 0);
    assert!(log::lines_with(&token).is_empty(), "a token stands in no log");
    let on_the_disk = |name: &str| std::fs::read(app.home().join(name)).unwrap_or_default();
    for name in ["backline.db", "backline.db-wal"] {
        let found = on_the_disk(name).windows(token.len()).any(|bytes| bytes == token.as_bytes());
        assert!(!found, "{name}");
    }
}

#[tokio::test]
async fn a_revoked_credential_is_refused_at_once() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let made = browser.credential(&application, &json!({})).await;
    let caller = browser.client_of(&made);
    caller.order_song("before").await;
    assert_eq!(browser.delete(&path(&made)).await.json(), json!({ "id": made["id"], "deleted": true }));
    // The clock stands: nothing that looks from time to time has looked.
    caller.order(&song("after")).await.assert_is_error(401, "invalid_token");
    caller.query(&json!({})).await.assert_is_error(401, "invalid_token");
    browser.delete(&path(&made)).await.assert_is_error(404, "not_found");
    assert_eq!(browser.get(CREDENTIALS).await.json()["count"], 0);
}

#[tokio::test]
async fn a_rotated_token_works_beside_the_next_for_a_while() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let made = browser.credential(&application, &json!({})).await;
    let old = browser.client_of(&made);
    old.order_song("before").await;
    let rotated =
        browser.post(&format!("{}rotate/", path(&made)), &json!({ "overlap_seconds": 60 })).await.json();
    let new = browser.client_of(&rotated);
    assert_eq!(rotated["id"], made["id"]);
    assert_ne!(rotated["token"], made["token"]);
    for caller in [&old, &new] {
        caller.order_song("meanwhile").await;
    }
    app.advance(Duration::from_secs(60));
    old.order(&song("after")).await.assert_is_error(401, "token_expired");
    new.order_song("after").await;

    // Without a body, as the SDK asks; then at once.
    let request = browser.request(Method::POST, &format!("{}rotate/", path(&made)));
    let third = read(request.header("content-type", "application/json")).await.json();
    let third = browser.client_of(&third);
    app.advance(Duration::from_secs(3_599));
    new.order_song("still").await;
    browser.post(&format!("{}rotate/", path(&made)), &json!({ "overlap_seconds": 0 })).await;
    for caller in [&old, &new, &third] {
        caller.order(&song("after")).await.assert_is_error(401, "token_expired");
    }
    browser.delete(&path(&made)).await;
    third.order(&song("after")).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn a_credential_may_do_only_what_it_is_for() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let restricted =
        browser.credential(&application, &json!({ "apis": ["tasks"], "expired_at": 1_767_119_805 })).await;
    let caller = browser.client_of(&restricted);
    caller.order(&song("a slow waltz")).await.assert_is_error(400, "token_mismatched");
    assert_eq!(caller.query(&json!({ "action": "retrieve_batch" })).await.status, 200);
    app.advance(Duration::from_secs(60));
    caller.query(&json!({})).await.assert_is_error(401, "token_expired");
    let slow =
        browser.client_of(&browser.credential(&application, &json!({ "requests_per_second": 1 })).await);
    assert_eq!(slow.query(&json!({ "action": "retrieve_batch" })).await.status, 200);
    slow.query(&json!({ "action": "retrieve_batch" })).await.assert_is_error(429, "too_many_requests");
}

#[tokio::test]
async fn a_token_for_some_pages_is_refused_to_others() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let made =
        browser.credential(&application, &json!({ "allowed_origins": ["https://mine.example"] })).await;
    assert_eq!(made["host"], "https://mine.example");
    let caller = browser.client_of(&made);
    let from = |origin: Option<&str>| {
        let request = caller.request(Method::POST, "/producer/audios").bearer_auth(&caller.token);
        let request = request.body(song("from a page").to_string());
        read(match origin {
            Some(origin) => request.header("origin", origin.to_owned()),
            None => request,
        })
    };
    assert_eq!(from(Some("https://mine.example")).await.status, 200);
    assert_eq!(from(None).await.status, 200, "a program is no page");
    from(Some("https://other.example")).await.assert_is_error(400, "token_mismatched");
}

#[tokio::test]
async fn a_limit_of_its_own_is_held_by_orders_and_given_back_by_failures() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let made = browser.credential(&application, &json!({ "limited_amount": 2 })).await;
    let caller = browser.client_of(&made);
    app.engine.next(Turn::Sing);
    app.engine.next(Turn::Hold);
    let sung = caller.order_song("one").await;
    app.engine.until_orders(1).await;
    let held = caller.order_song("two").await;
    app.engine.until_orders(2).await;
    caller.order(&song("three")).await.assert_is_error(403, "used_up");
    let used = async || browser.get(&path(&made)).await.json()["used_amount"].clone();
    assert_eq!(used().await, 2);
    app.engine.end("two", Turn::Refuse("no"));
    app.until_ended(&caller, &sung).await;
    app.until_ended(&caller, &held).await;
    assert_eq!(used().await, 1);
    let last = caller.order_song("four").await;
    app.until_ended(&caller, &last).await;
    caller.order(&song("five")).await.assert_is_error(403, "used_up");
    assert_eq!(used().await, 2);
    // The application has more.
    browser.client_of(&browser.credential(&application, &json!({})).await).order_song("six").await;
}

#[tokio::test]
async fn many_orders_at_once_never_spend_more_than_the_limit() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let caller = browser.client_of(&browser.credential(&application, &json!({ "limited_amount": 7 })).await);
    let orders = (0..40).map(|number| caller.post("/producer/audios", song(&format!("song {number}"))));
    let answers = futures_util::future::join_all(orders).await;
    let accepted = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(accepted, 7);
    let refused = answers.iter().filter(|answer| answer.error() == (403, "used_up".to_owned()));
    assert_eq!(refused.count(), 33);
}

#[tokio::test]
async fn a_restricted_token_makes_no_other() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let body = json!({ "application_id": application["id"] });
    for more in
        [json!({ "apis": ["audios"] }), json!({ "limited_amount": 1 }), json!({ "host": "a.example" })]
    {
        let caller = browser.client_of(&browser.credential(&application, &more).await);
        caller.post(CREDENTIALS, &body).await.assert_is_error(400, "token_mismatched");
        manage(&caller, Method::GET, CREDENTIALS).await.assert_is_error(400, "token_mismatched");
    }
    // One that ends makes none that lasts longer.
    let ending = browser.credential(&application, &json!({ "expired_at": "2026-01-01T00:00:00Z" })).await;
    let caller = browser.client_of(&ending);
    for asked in [json!({}), json!({ "expired_at": "2027-01-01T00:00:00Z" })] {
        let mut body = body.clone();
        body.as_object_mut().expect("an object").extend(asked.as_object().expect("an object").clone());
        assert_eq!(caller.post(CREDENTIALS, &body).await.json()["expired_at"], ending["expired_at"]);
    }
}

async fn manage(caller: &Client, method: Method, path: &str) -> crate::client::Answer {
    read(caller.request(method, path).bearer_auth(&caller.token)).await
}

#[tokio::test]
async fn a_token_manages_what_is_its_users() {
    let app = TestApp::start().await;
    let (browser, application) = with_application(&app).await;
    let caller = browser.client_of(&browser.credential(&application, &json!({})).await);
    let me = manage(&caller, Method::GET, "/api/v1/users/me").await.json();
    assert_eq!(me["email"], "eve@example.com");
    assert_eq!(me.get("csrf"), None);
    let made = caller
        .post(CREDENTIALS, json!({ "application_id": application["id"], "name": "second" }))
        .await
        .json();
    assert_eq!(manage(&caller, Method::GET, CREDENTIALS).await.json()["count"], 2);
    assert_eq!(manage(&caller, Method::DELETE, &path(&made)).await.status, 200);
    app.switch_user("eve@example.com", true).await;
    app.advance(Duration::from_secs(1));
    let refused = || async { caller.query(&json!({})).await.error() == (403, "disabled".to_owned()) };
    crate::client::eventually("the user's token is refused", refused).await;
    manage(&caller, Method::GET, CREDENTIALS).await.assert_is_error(403, "disabled");
}
