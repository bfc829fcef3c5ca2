//! Callbacks of a real server, and the commands that work beside it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use standardwebhooks::Webhook;

use super::process::{Process, backline, tell, token};
use crate::client::{Client, eventually};
use crate::receiver::{Call, Receiver, Reply};

/// A server that calls back on this machine and gives up after the first attempt.
fn serve(data: &Path) -> Process {
    let mut command = backline(&[]);
    command.env("BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true");
    command.env("BACKLINE_WEBHOOKS__RETRY_SCHEDULE_SECONDS", "[]");
    Process::serve_with(data, command)
}

async fn order(ann: &Client, receiver: &Arc<Receiver>) -> String {
    let order =
        json!({ "prompt": "a short waltz", "instrumental": true, "callback_url": receiver.url("/secret") });
    ann.order(&order).await.task_id()
}

/// What a command says, line by line.
fn lines(arguments: &[&str], data: &Path) -> Vec<String> {
    let said = tell(arguments, data);
    assert!(said.status.success(), "{}", said.err);
    said.out.lines().map(str::to_owned).collect()
}

fn verifies(secret: &str, call: &Call) -> bool {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let value = HeaderValue::from_str(call.header(name)).expect("a value");
        headers.insert(HeaderName::from_static(name), value);
    }
    let verifier = Webhook::new(secret).expect("a secret");
    verifier.verify(call.body.as_bytes(), &headers).is_ok()
}

#[tokio::test]
async fn dead_letters_are_listed_shown_and_sent_again_beside_a_running_server() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = serve(&data);
    let ann = server.client(&token(&data, &[]));
    let receiver = Receiver::start().await;
    receiver.next(Reply::Status(500, "out\tof\npaper"));
    let id = order(&ann, &receiver).await;
    let given_up = || async { lines(&["callbacks", "list", "--state", "given_up"], &data).len() == 1 };
    eventually("it is given up", given_up).await;

    let listed = lines(&["callbacks", "list"], &data).remove(0);
    let columns: Vec<&str> = listed.split('\t').collect();
    assert_eq!(columns.len(), 9, "{listed}");
    assert_eq!((columns[0], columns[2], columns[3]), (id.as_str(), "given_up", receiver.url("").as_str()));
    assert_eq!(columns[4..8], ["1", "-", "500", "-"]);
    assert!(!listed.contains("secret"));
    let shown = lines(&["callbacks", "show", "--task", &id], &data);
    assert_eq!(shown[0], listed);
    assert!(shown[1].ends_with("\t500\t-\tout\\tof\\npaper"), "{shown:?}");

    assert_eq!(lines(&["callbacks", "replay", "--task", &id], &data), std::slice::from_ref(&id));
    let arrived = receiver.until_calls(2);
    tokio::time::timeout(Duration::from_secs(2), arrived).await.expect("the server notices at once");
    let delivered = || async { lines(&["callbacks", "list", "--state", "delivered"], &data).len() == 1 };
    eventually("it is delivered", delivered).await;
    assert!(lines(&["callbacks", "replay", "--all-given-up"], &data).is_empty());
    let never = "00000000-0000-7000-8000-000000000000";
    let missing = tell(&["callbacks", "replay", "--task", never], &data);
    assert!(!missing.status.success() && missing.err.contains(never) && missing.out.is_empty());
}

#[tokio::test]
async fn a_secret_is_shown_and_replaced_beside_a_running_server() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = serve(&data);
    let ann = server.client(&token(&data, &["--application", "radio"]));
    let receiver = Receiver::start().await;
    let secret = |arguments: &[&str]| {
        let said = lines(&[&["webhook-secret"][..], arguments, &["--application", "radio"]].concat(), &data);
        assert!(said.len() == 1 && said[0].starts_with("whsec_"), "{said:?}");
        said[0].clone()
    };
    let first = secret(&["show"]);
    assert_eq!(secret(&["show"]), first);
    order(&ann, &receiver).await;
    let call = receiver.until_calls(1).await.remove(0);
    assert!(verifies(&first, &call));

    let second = secret(&["rotate", "--overlap", "10m"]);
    assert_eq!((second == first, secret(&["show"])), (false, second.clone()));
    order(&ann, &receiver).await;
    let call = receiver.until_calls(2).await.remove(1);
    assert!(verifies(&first, &call) && verifies(&second, &call), "both sign");
    let third = secret(&["rotate", "--overlap", "0s"]);
    order(&ann, &receiver).await;
    let call = receiver.until_calls(3).await.remove(2);
    assert!(verifies(&third, &call) && !verifies(&second, &call));

    let missing = tell(&["webhook-secret", "show", "--application", "film"], &data);
    assert!(!missing.status.success() && missing.err.contains("film") && missing.out.is_empty());
    assert!(
        tell(&["token", "create", "--email", "bob@example.com", "--application", "radio"], &data)
            .status
            .success()
    );
    let unclear = tell(&["webhook-secret", "show", "--application", "radio"], &data);
    assert!(!unclear.status.success() && unclear.err.contains("--email"), "{}", unclear.err);
    assert_eq!(secret(&["show", "--email", "ann@example.com"]), third);
    let log = server.log();
    for told in [&first, &second, &third] {
        assert!(!log.contains(told.trim_start_matches("whsec_")), "the log tells a secret");
    }
}

#[test]
fn a_replay_of_nothing_names_both_ways() {
    let home = tempfile::tempdir().expect("a folder");
    let both = ["--all-given-up", "--task", "1dd08826-478e-43a6-868f-aff5ababac2c"];
    for arguments in [&both[..0], &both] {
        let said = tell(&[&["callbacks", "replay"], arguments].concat(), home.path());
        assert!(!said.status.success());
        assert!(said.err.contains("--task <ID>") && said.err.contains("--all-given-up"), "{}", said.err);
    }
}
