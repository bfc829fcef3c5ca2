//! Who runs the server.

use serde_json::{Value, json};
use server::config::Registration;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD};

const USERS: &str = "/api/v1/users/";

/// A server on which nobody has a token, and its first user.
async fn first_user(change: impl FnOnce(&mut server::config::Settings)) -> (TestApp, Browser) {
    let app = TestApp::with_nobody(change).await;
    let operator = app.logged_in("owner@example.com").await;
    (app, operator)
}

fn id_of(users: &Value, email: &str) -> String {
    let items = users["items"].as_array().expect("a list");
    let found = items.iter().find(|user| user["email"] == email).expect("listed");
    found["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn the_first_user_is_the_operator_and_no_other() {
    let (app, operator) = first_user(|_| ()).await;
    assert_eq!(operator.get("/api/v1/users/me").await.json()["role"], "operator");
    let user = app.logged_in("eve@example.com").await;
    assert_eq!(user.get("/api/v1/users/me").await.json()["role"], "user");
    let users = operator.get(USERS).await.json();
    assert_eq!(users["count"], 2);
    assert!(!users.to_string().contains("argon2"));
    user.get(USERS).await.assert_is_error(403, "forbidden");
    user.post("/api/v1/invitations/", &json!({})).await.assert_is_error(403, "forbidden");
    let own = format!("{USERS}{}", id_of(&users, "eve@example.com"));
    user.post(&own, &json!({ "role": "operator" })).await.assert_is_error(403, "forbidden");
    Browser::new(&app).get(USERS).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn an_operator_switches_users_off_and_on_and_makes_operators() {
    let (app, operator) = first_user(|_| ()).await;
    let mut user = app.logged_in("eve@example.com").await;
    let application = user.acquire().await;
    let caller = user.client_of(&user.credential(&application, &json!({})).await);
    caller.order_song("before").await;
    let users = operator.get(USERS).await.json();
    let (eve, owner) = (id_of(&users, "eve@example.com"), id_of(&users, "owner@example.com"));
    let change = async |id: &str, body: Value| operator.post(&format!("{USERS}{id}/"), &body).await;

    assert_eq!(change(&eve, json!({ "disabled": true })).await.json()["disabled"], true);
    caller.query(&json!({})).await.assert_is_error(403, "disabled");
    user.get("/api/v1/users/me").await.assert_is_error(401, "invalid_token");
    user.try_log_in("eve@example.com", PASSWORD).await.assert_is_error(403, "disabled");
    user.try_log_in("eve@example.com", "another password").await.assert_is_error(401, "invalid_token");
    assert_eq!(change(&eve, json!({ "disabled": false })).await.status, 200);
    user.try_log_in("eve@example.com", PASSWORD).await;
    caller.order_song("after").await;

    for body in [json!({ "disabled": true }), json!({ "role": "user" })] {
        change(&owner, body).await.assert_is_error(403, "forbidden");
    }
    assert_eq!(change(&eve, json!({ "role": "operator" })).await.json()["role"], "operator");
    assert_eq!(change(&owner, json!({ "role": "user" })).await.json()["role"], "user");
    change(&eve, json!({ "role": "user" })).await.assert_is_error(403, "forbidden");
    change("nonsense", json!({})).await.assert_is_error(403, "forbidden");
    user.post(&format!("{USERS}nonsense"), &json!({})).await.assert_is_error(404, "not_found");
    user.post(&format!("{USERS}{eve}"), &json!({ "role": "king" })).await.assert_is_error(400, "bad_request");
}

#[tokio::test]
async fn whoever_is_invited_registers_once_with_the_address_that_is_meant() {
    let (app, operator) =
        first_user(|settings| settings.accounts.registration = Registration::Invitation).await;
    let invited = async |email: Value| {
        let answer = operator.post("/api/v1/invitations/", &json!({ "email": email })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.word("invitation")
    };
    let browser = Browser::new(&app);
    let register = async |email: &str, invitation: &str| {
        let body = json!({ "email": email, "password": PASSWORD, "invitation": invitation });
        browser.post(USERS, &body).await
    };
    let for_eve = invited(json!("Eve@example.com")).await;
    register("mallory@example.com", &for_eve).await.assert_is_error(403, "forbidden");
    assert_eq!(register("eve@example.com", &for_eve).await.status, 200);
    register("eve2@example.com", &for_eve).await.assert_is_error(403, "forbidden");
    let for_anyone = invited(Value::Null).await;
    assert_eq!(register("zoe@example.com", &for_anyone).await.status, 200);
    register("zoe2@example.com", &for_anyone).await.assert_is_error(403, "forbidden");
    let late = invited(Value::Null).await;
    app.advance(std::time::Duration::from_secs(7 * 24 * 60 * 60));
    register("late@example.com", &late).await.assert_is_error(403, "forbidden");
    register("late@example.com", "nonsense").await.assert_is_error(403, "forbidden");
}

#[tokio::test]
async fn whoever_knows_the_password_sets_another_and_other_browsers_are_logged_out() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let mut other = Browser::new(&app);
    other.try_log_in("eve@example.com", PASSWORD).await;
    let set = async |password: &str, new: &str| {
        browser.post("/api/v1/users/me/password", &json!({ "password": password, "new_password": new })).await
    };
    set("not the password", "another good one").await.assert_is_error(401, "invalid_token");
    set(PASSWORD, "short").await.assert_is_error(400, "bad_request");
    assert_eq!(set(PASSWORD, "another good one").await.status, 200);
    assert_eq!(browser.get("/api/v1/users/me").await.status, 200);
    other.get("/api/v1/users/me").await.assert_is_error(401, "invalid_token");
    assert_eq!(other.try_log_in("eve@example.com", "another good one").await.status, 200);
}
