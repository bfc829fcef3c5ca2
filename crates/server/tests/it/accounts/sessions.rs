//! Logging in and out.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, song};
use crate::browser::{Browser, PASSWORD, cookie};
use crate::client::read;

const ME: &str = "/api/v1/users/me";
const SESSION: &str = "/api/v1/session";

#[tokio::test]
async fn somebody_registers_logs_in_and_out() {
    let app = TestApp::start().await;
    let mut browser = Browser::new(&app);
    assert_eq!(browser.register("eve@example.com").await.status, 200);
    browser.get(ME).await.assert_is_error(401, "invalid_token");

    let answer = browser.try_log_in("Eve@Example.com", PASSWORD).await;
    let me = answer.json();
    assert_eq!((&me["email"], &me["role"]), (&json!("eve@example.com"), &json!("user")));
    let set = answer.header("set-cookie").expect("a cookie");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=1209600"] {
        assert!(set.contains(part), "{part} is not in {set}");
    }
    assert!(!set.contains("Secure"), "this server is not reached over TLS");
    assert_eq!(browser.get(ME).await.json(), me);
    assert_eq!(browser.get("/api/v1/users/me/").await.json(), me);

    let out = browser.delete(SESSION).await;
    assert_eq!(out.status, 200);
    assert_eq!(cookie(&out), "");
    browser.get(ME).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn a_cookie_of_a_server_behind_tls_is_sent_over_tls_alone() {
    let app =
        TestApp::with(|settings| settings.http.public_url = "https://music.example.com".to_owned()).await;
    let mut browser = Browser::new(&app);
    browser.register("eve@example.com").await;
    let answer = browser.try_log_in("eve@example.com", PASSWORD).await;
    assert!(answer.header("set-cookie").expect("a cookie").contains("; Secure"));
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let app = TestApp::with(|settings| settings.accounts.session_days = 1).await;
    let browser = app.logged_in("eve@example.com").await;
    app.advance(Duration::from_secs(24 * 60 * 60 - 1));
    assert_eq!(browser.get(ME).await.status, 200);
    app.advance(Duration::from_secs(1));
    browser.get(ME).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn a_session_that_somebody_chose_before_the_log_in_is_of_no_use_after_it() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let mut victim = Browser { cookie: Some("0".repeat(64)), ..Browser::new(&app) };
    victim.register("ann2@example.com").await;
    victim.try_log_in("ann2@example.com", PASSWORD).await;
    assert_ne!(victim.cookie, Some("0".repeat(64)));
    let planted = Browser { cookie: Some("0".repeat(64)), ..Browser::new(&app) };
    planted.get(ME).await.assert_is_error(401, "invalid_token");

    // A session of somebody else's that was planted ends where the next one begins.
    let mut victim = Browser { cookie: browser.cookie.clone(), ..Browser::new(&app) };
    victim.try_log_in("ann2@example.com", PASSWORD).await;
    assert_ne!(victim.cookie, browser.cookie);
    browser.get(ME).await.assert_is_error(401, "invalid_token");
}

#[tokio::test]
async fn nothing_is_changed_without_the_csrf_token_or_from_another_site() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let other = app.logged_in("mallory@example.com").await;
    let without = Browser { csrf: None, ..browser.clone() };
    let with_theirs = Browser { csrf: other.csrf.clone(), ..browser.clone() };
    for wrong in [without, with_theirs] {
        wrong.delete(SESSION).await.assert_is_error(403, "forbidden");
    }
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
        let csrf = browser.csrf.clone().expect("a token");
        let request = browser.client.request(Method::DELETE, SESSION).header(name, value);
        let cookie = format!("backline_session={}", browser.cookie.as_deref().expect("a cookie"));
        let answer = read(request.header("cookie", cookie).header("x-csrf-token", csrf)).await;
        answer.assert_is_error(403, "forbidden");
    }
    assert_eq!(browser.get(ME).await.status, 200);

    // Nobody is logged in, registered or sent mail by another site's page.
    let body = json!({ "email": "eve@example.com", "password": PASSWORD }).to_string();
    for path in [SESSION, "/api/v1/users/", "/api/v1/password-resets/"] {
        let request = app.ann.request(Method::POST, path).header("origin", "https://evil.example");
        read(request.body(body.clone())).await.assert_is_error(403, "forbidden");
        let form = app.ann.request(Method::POST, path).header("content-type", "text/plain");
        read(form.body(body.clone())).await.assert_is_error(415, "bad_request");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    app.logged_in("eve@example.com").await;
    let mut browser = Browser::new(&app);
    let mut texts = Vec::new();
    // Ann has tokens, and no password.
    for email in ["eve@example.com", "nobody@example.com", "ann@example.com"] {
        let answer = browser.try_log_in(email, "another password").await;
        answer.assert_is_error(401, "invalid_token");
        assert_eq!(answer.header("set-cookie"), None);
        let mut json = answer.json();
        json["trace_id"] = Value::Null;
        texts.push(json.to_string());
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    let again = browser.register("eve@example.com").await;
    let first = browser.register("zoe@example.com").await;
    assert_eq!((again.status, again.body), (first.status, first.body), "whether it is taken does not show");
    browser.try_log_in("eve@example.com", PASSWORD).await.json()["id"].as_str().expect("the password stays");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it measures how long the machine takes")]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let app = TestApp::with(|settings| {
        settings.accounts.login_attempts = 1_000;
        settings.accounts.login_attempts_per_address = 1_000;
    })
    .await;
    app.logged_in("eve@example.com").await;
    let mut browser = Browser::new(&app);
    let mut shortest = [Duration::MAX; 2];
    // The shortest of many in turn: whatever disturbs a machine only makes one longer.
    for _ in 0..12 {
        for (email, shortest) in ["eve@example.com", "nobody@example.com"].into_iter().zip(&mut shortest) {
            let began = std::time::Instant::now();
            browser.try_log_in(email, "another password").await.assert_is_error(401, "invalid_token");
            *shortest = began.elapsed().min(*shortest);
        }
    }
    let [known, unknown] = shortest.map(|time| time.as_secs_f64());
    assert!((0.5..2.0).contains(&(unknown / known)), "{unknown} s for a stranger, {known} s for a user");
}

#[tokio::test]
async fn attempts_are_counted_by_account_and_by_address() {
    let app = TestApp::with(|settings| {
        settings.accounts.login_attempts = 3;
        settings.accounts.login_attempts_per_address = 8;
    })
    .await;
    let mut browser = Browser::new(&app);
    browser.register("eve@example.com").await;
    for _ in 0..3 {
        browser.try_log_in("EVE@example.com", "another password").await.assert_is_error(401, "invalid_token");
    }
    let refused = browser.try_log_in("eve@example.com", PASSWORD).await;
    refused.assert_is_error(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("300"));
    // An account that is not there is counted like one that is.
    for _ in 0..3 {
        browser.try_log_in("nobody@example.com", PASSWORD).await.assert_is_error(401, "invalid_token");
    }
    browser.try_log_in("another@example.com", PASSWORD).await.assert_is_error(429, "too_many_requests");
    app.advance(Duration::from_secs(300));
    assert_eq!(browser.try_log_in("eve@example.com", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn who_may_register_is_a_setting() {
    use server::config::Registration;
    let closed = TestApp::with(|settings| settings.accounts.registration = Registration::Closed).await;
    Browser::new(&closed).register("eve@example.com").await.assert_is_error(403, "forbidden");
    let invited = TestApp::with(|settings| settings.accounts.registration = Registration::Invitation).await;
    Browser::new(&invited).register("eve@example.com").await.assert_is_error(403, "forbidden");
    // Who is there already does not show either.
    Browser::new(&invited).register("ann@example.com").await.assert_is_error(403, "forbidden");
}

#[tokio::test]
async fn a_page_of_ours_orders_with_a_credential_of_its_user() {
    let app = TestApp::start().await;
    let browser = app.logged_in("eve@example.com").await;
    let token = app.token("eve@example.com").await;
    let (theirs, anns) = (app.credential_of(&token).await, app.credential_of(&app.ann.token).await);
    let order = |browser: &Browser, credential: String| {
        let request =
            browser.request(Method::POST, "/producer/audios").header("backline-credential", credential);
        read(request.body(song("from the console").to_string()))
    };
    let ordered = order(&browser, theirs.to_string()).await;
    assert_eq!(ordered.status, 200, "{}", ordered.text());
    let record = app.ann.with_token(&token).retrieve(&ordered.task_id()).await;
    assert_eq!(record["credential_id"], theirs.to_string(), "it is kept as the token's own order is");

    for credential in [anns.to_string(), "nonsense".to_owned(), theirs.to_string().to_uppercase()] {
        order(&browser, credential).await.assert_is_error(401, "invalid_token");
    }
    let without = Browser { csrf: None, ..browser.clone() };
    order(&without, theirs.to_string()).await.assert_is_error(403, "forbidden");
    order(&Browser::new(&app), theirs.to_string()).await.assert_is_error(401, "invalid_token");
    let read_events = |browser: &Browser| {
        let csrf = browser.csrf.clone().unwrap_or_default();
        let request = browser.request(Method::GET, "/producer/events").header("x-csrf-token", csrf);
        read(request.header("backline-credential", theirs.to_string()))
    };
    assert_eq!(read_events(&browser).await.status, 200);
    read_events(&without).await.assert_is_error(403, "forbidden");
    browser.delete(SESSION).await;
    order(&browser, theirs.to_string()).await.assert_is_error(401, "invalid_token");
}
