//! Passwords that are forgotten.

use std::time::Duration;

use serde_json::json;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD};
use crate::client::eventually;
use crate::log;

const RESETS: &str = "/api/v1/password-resets/";
const ANOTHER: &str = "another good password";

/// The secret of the link that was written to the log for this address.
fn link_for(email: &str) -> Option<String> {
    let line = log::lines_with(email).into_iter().rfind(|line| line.contains("/reset-password#"))?;
    let after = line.split("/reset-password#").nth(1)?;
    Some(after.chars().take_while(char::is_ascii_hexdigit).collect())
}

async fn asked_for(browser: &Browser, email: &str) -> String {
    let answer = browser.post(RESETS, &json!({ "email": email })).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"success":true}"#));
    eventually("the link is written", || async { link_for(email).is_some() }).await;
    link_for(email).expect("a link")
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_all_sessions() {
    let app = TestApp::start().await;
    let email = "forgetful@example.com";
    let mut browser = app.logged_in(email).await;
    let link = asked_for(&browser, email).await;
    let set = |password: &str| {
        let (browser, path, body) =
            (Browser::new(&app), format!("{RESETS}{link}"), json!({ "password": password }));
        async move { browser.post(&path, &body).await }
    };
    set("short").await.assert_is_error(400, "bad_request");
    assert_eq!(set(ANOTHER).await.status, 200);
    set("a third good password").await.assert_is_error(404, "not_found");
    browser.get("/api/v1/users/me").await.assert_is_error(401, "invalid_token");
    browser.try_log_in(email, PASSWORD).await.assert_is_error(401, "invalid_token");
    assert_eq!(browser.try_log_in(email, ANOTHER).await.status, 200);
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_nobody_guesses_one() {
    let app = TestApp::start().await;
    let email = "slow@example.com";
    let browser = app.logged_in(email).await;
    let link = asked_for(&browser, email).await;
    app.advance(Duration::from_secs(60 * 60));
    for link in [link, "0".repeat(64), "x".to_owned()] {
        let answer = browser.post(&format!("{RESETS}{link}"), &json!({ "password": ANOTHER })).await;
        answer.assert_is_error(404, "not_found");
    }
}

#[tokio::test]
async fn whether_an_address_has_a_user_does_not_show_and_no_mailbox_is_filled() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let ask = async |email: &str| browser.post(RESETS, &json!({ "email": email })).await;
    for _ in 0..3 {
        let (there, not_there) = (ask("ann@example.com").await, ask("nobody.at.all@example.com").await);
        assert_eq!((there.status, &there.body), (200, &not_there.body));
    }
    ask("ann@example.com").await.assert_is_error(429, "too_many_requests");
    ask("nobody.at.all@example.com").await.assert_is_error(429, "too_many_requests");
    assert_eq!(link_for("nobody.at.all@example.com"), None);
}

#[tokio::test]
async fn a_link_goes_to_the_mail_command_and_then_not_to_the_log() {
    let home = tempfile::tempdir().expect("a folder");
    let mailbox = home.path().join("mailbox");
    let command = format!("cat > {0}.part && mv {0}.part {0}", mailbox.display());
    let app = TestApp::with(|settings| {
        settings.accounts.mail_command = vec!["sh".to_owned(), "-c".to_owned(), command];
    })
    .await;
    let email = "reader@example.com";
    let mut browser = app.logged_in(email).await;
    assert_eq!(browser.post(RESETS, &json!({ "email": email })).await.status, 200);
    eventually("the message is there", || async { mailbox.exists() }).await;
    let message = std::fs::read_to_string(&mailbox).expect("readable");
    assert!(message.starts_with("To: reader@example.com\n"), "{message}");
    let secret: String = message
        .split("/reset-password#")
        .nth(1)
        .expect("a link")
        .chars()
        .take_while(char::is_ascii_hexdigit)
        .collect();
    assert!(log::lines_with(&secret).is_empty());
    let set = browser.post(&format!("{RESETS}{secret}"), &json!({ "password": ANOTHER })).await;
    assert_eq!(set.status, 200);
    assert_eq!(browser.try_log_in(email, ANOTHER).await.status, 200);
}

#[tokio::test]
async fn a_password_is_in_no_answer_and_no_log() {
    let app = TestApp::start().await;
    let mut browser = app.logged_in("careful@example.com").await;
    let long = "long secret ".repeat(40);
    let refused = browser.try_log_in("careful@example.com", &long).await;
    refused.assert_is_error(400, "bad_request");
    assert!(!refused.text().contains("long secret"));
    assert!(log::lines_with(PASSWORD).is_empty() && log::lines_with("long secret").is_empty());
    let cookie = browser.cookie.clone().expect("a cookie");
    assert!(log::lines_with(&cookie).is_empty());
}
