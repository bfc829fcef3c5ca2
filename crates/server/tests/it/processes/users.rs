//! `backline user`, beside a running server.

use std::io::Write as _;
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};

use super::process::{Process, backline, tell, token};
use crate::client::{Answer, Client, eventually, read};

const EMAIL: &str = "ann@example.com";

async fn log_in(server: &Client, password: &str) -> Answer {
    let body: Value = json!({ "email": EMAIL, "password": password });
    read(server.request(Method::POST, "/api/v1/session").body(body.to_string())).await
}

#[tokio::test]
async fn a_user_who_was_made_with_a_token_gets_a_password_by_a_link_or_by_hand() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let client = server.client(&token(&data, &[]));
    log_in(&client, "a good password").await.assert_is_error(401, "invalid_token");

    let said = tell(&["user", "link", "--email", EMAIL], &data);
    assert!(said.status.success(), "{}", said.err);
    let secret = said.out.trim_end().split("/reset-password#").nth(1).expect("a link").to_owned();
    let path = format!("/api/v1/password-resets/{secret}");
    let set =
        read(client.request(Method::POST, &path).body(json!({ "password": "a good password" }).to_string()));
    assert_eq!(set.await.status, 200);
    let answer = log_in(&client, "a good password").await;
    assert_eq!(
        (answer.status, answer.word("role").as_str()),
        (200, "operator"),
        "the first user runs the server"
    );

    let mut command = backline(&["user", "password", "--email", EMAIL, "--data-dir"]);
    let mut child = command.arg(&data).stdin(Stdio::piped()).spawn().expect("started");
    child.stdin.take().expect("piped").write_all(b"another good password\n").expect("written");
    assert!(child.wait().expect("ended").success());
    log_in(&client, "a good password").await.assert_is_error(401, "invalid_token");
    assert_eq!(log_in(&client, "another good password").await.status, 200);
    let listed = tell(&["user", "list"], &data).out;
    assert!(listed.contains(EMAIL) && listed.contains("operator\tenabled\tpassword=set"), "{listed}");
}

#[tokio::test]
async fn users_are_made_and_switched_off_from_the_command_line() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let made = tell(&["user", "create", "--email", "owner@example.com"], &data);
    assert!(made.status.success() && made.out.contains("/reset-password#"), "{}", made.err);
    let again = tell(&["user", "create", "--email", "owner@example.com"], &data);
    assert!(!again.status.success() && again.err.contains("already"), "{}", again.err);
    let client = server.client(&token(&data, &[]));
    for (word, status) in [("disable", 403), ("enable", 200)] {
        assert!(tell(&["user", word, "--email", EMAIL], &data).status.success());
        let now = || async { client.query(&json!({ "action": "retrieve_batch" })).await.status == status };
        eventually(word, now).await;
    }
    let last = tell(&["user", "role", "--email", "owner@example.com", "user"], &data);
    assert!(!last.status.success() && last.err.contains("last operator"), "{}", last.err);
    assert!(tell(&["user", "role", "--email", EMAIL, "operator"], &data).status.success());
    assert!(tell(&["user", "role", "--email", "owner@example.com", "user"], &data).status.success());
    let invited = tell(&["user", "invite"], &data);
    assert!(invited.out.contains("/register#"), "{}", invited.err);
    let nobody = tell(&["user", "link", "--email", "nobody@example.com"], &data);
    assert!(!nobody.status.success() && nobody.err.contains("nobody@example.com") && nobody.out.is_empty());
}
