//! What users acquire.

use serde_json::{Value, json};

use crate::app::{TestApp, song};
use crate::browser::{Browser, SERVICE};
use crate::client::Answer;

const APPLICATIONS: &str = "/api/v1/applications/";

async fn list(browser: &Browser) -> Value {
    let answer = browser.get(APPLICATIONS).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn whoever_acquires_the_service_gets_the_free_quota_once() {
    let app = TestApp::with(|settings| {
        settings.accounts.free_quota = 2;
        settings.accounts.further_quota = 1;
    })
    .await;
    let browser = app.logged_in("eve@example.com").await;
    assert_eq!(list(&browser).await, json!({ "count": 0, "items": [] }));
    let (first, second) = (browser.acquire().await, browser.acquire().await);
    assert_eq!((&first["remaining_amount"], &second["remaining_amount"]), (&json!(2), &json!(1)));
    assert_eq!((&first["name"], &second["name"]), (&json!("Producer"), &json!("Producer 2")));
    assert_eq!(list(&browser).await, json!({ "count": 2, "items": [second, first] }));

    let caller = browser.client_of(&browser.credential(&first, &json!({})).await);
    for prompt in ["one", "two"] {
        let id = caller.order_song(prompt).await;
        app.until_ended(&caller, &id).await;
    }
    caller.order(&song("three")).await.assert_is_error(403, "used_up");
    let used = browser.get(&format!("{APPLICATIONS}{}/", first["id"].as_str().expect("an id"))).await.json();
    assert_eq!((&used["remaining_amount"], &used["used_amount"]), (&json!(0), &json!(2)));
    assert_eq!(used["credentials"].as_array().expect("a list").len(), 1);
    assert_eq!(used["credentials"][0].get("token"), None, "a token is told once");
}

#[tokio::test]
async fn many_who_acquire_at_the_same_time_get_the_free_quota_once() {
    let app = TestApp::with(|settings| settings.accounts.free_quota = 5).await;
    let browser = app.logged_in("eve@example.com").await;
    let acquired = futures_util::future::join_all((0..16).map(|_| browser.acquire())).await;
    let free = acquired.iter().filter(|application| application["remaining_amount"] == 5).count();
    assert_eq!((acquired.len(), free), (16, 1));
    let mut names: Vec<_> = acquired.iter().map(|application| application["name"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 16);
}

#[tokio::test]
async fn an_application_has_the_shape_that_clients_read() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let application = browser.acquire().await;
    let me = browser.get("/api/v1/users/me").await.json();
    assert_eq!(application["user_id"], me["id"]);
    assert_eq!((&application["type"], &application["scope"]), (&json!("Usage"), &json!("Global")));
    assert_eq!((&application["service_id"], &application["role"]), (&json!(SERVICE), &json!("owner")));
    assert_eq!(application["created_at"], "2025-12-30T18:35:45.524000Z");
    for key in ["remaining_amount", "used_amount", "credentials", "updated_at", "expired_at"] {
        assert!(application.get(key).is_some(), "{key}");
    }
    let query = format!("?user_id=me&service_id={SERVICE}&affiliation=owner&affiliation=granted&limit=1");
    let found = browser.get(&format!("/api/v1/applications{query}")).await.json();
    assert_eq!(found, json!({ "count": 1, "items": [application] }));
    let of_another = format!("/api/v1/applications?service_id={}", me["id"].as_str().expect("an id"));
    assert_eq!(browser.get(&of_another).await.json()["count"], 0);
}

#[tokio::test]
async fn what_cannot_be_acquired_is_told() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let post = async |body: Value| -> Answer { browser.post(APPLICATIONS, &body).await };
    post(json!({})).await.assert_is_error(400, "bad_request");
    post(json!({ "service_id": "another" })).await.assert_is_error(404, "not_found");
    let named = json!({ "service_id": SERVICE, "name": "radio" });
    assert_eq!(post(named.clone()).await.json()["name"], "radio");
    post(named).await.assert_is_error(400, "bad_request");
    app.ann.with_token("nonsense").get(APPLICATIONS).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn everyone_may_see_what_is_offered() {
    let app = TestApp::start().await;
    let services = app.ann.get("/api/v1/services/").await.json();
    assert_eq!(services["count"], 1);
    assert_eq!(services["items"][0]["id"], SERVICE);
    for id in [SERVICE, "producer"] {
        assert_eq!(app.ann.get(&format!("/api/v1/services/{id}")).await.json(), services["items"][0]);
    }
    let apis = services["items"][0]["apis"].as_array().expect("a list");
    assert!(apis.iter().any(|api| api["id"] == "e706d672-d7c9-4232-8652-0cf53219e7bf"));
    app.ann.get("/api/v1/services/another").await.assert_is_error(404, "not_found");
    assert_eq!(app.ann.get("/api/v1/models/").await.json()["count"], 8);
    let config = app.ann.get("/api/v1/config/").await.json();
    assert_eq!((&config["registration"], &config["free_quota"]), (&json!("open"), &json!(20)));
}
