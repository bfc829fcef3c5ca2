//! The command line that others script against.

use std::process::Stdio;

use reqwest::Method;
use serde_json::json;

use super::process::{Process, backline, run, tell, token};
use crate::app::song;
use crate::client::{Client, eventually};

#[tokio::test]
async fn a_new_token_may_call_a_running_server_at_once_and_a_revoked_one_within_a_second() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let token = token(&data, &[]);
    assert_eq!((token.len(), token.lines().count()), (64, 1));
    let ann = server.client(&token);
    assert_eq!(ann.query(&json!({ "action": "retrieve_batch" })).await.status, 200);

    let listed = tell(&["token", "list"], &data).out;
    let line = listed.lines().find(|line| line.contains(&token[60..])).expect("listed");
    assert!(
        line.contains("ann@example.com") && line.contains("valid") && !listed.contains(&token),
        "{listed}"
    );
    let id = line.split('\t').next().expect("an id");
    assert!(tell(&["token", "revoke", id], &data).status.success());
    let refused = || async { ann.query(&json!({ "action": "retrieve_batch" })).await.status == 401 };
    tokio::time::timeout(std::time::Duration::from_secs(2), eventually("it is refused", refused))
        .await
        .expect("soon");
    assert!(tell(&["token", "list"], &data).out.contains("revoked"));
    let again = tell(&["token", "revoke", id], &data);
    assert!(!again.status.success() && again.err.contains("no valid token") && again.out.is_empty());
}

#[tokio::test]
async fn a_disabled_application_is_refused_by_the_running_server() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let ann =
        server.client(&token(&data, &["--application", "radio", "--quota", "1", "--apis", "audios,tasks"]));
    let which = ["--email", "ann@example.com", "--application", "radio"];
    for (word, status) in [("disable", 403), ("enable", 200)] {
        assert!(tell(&[&["application", word][..], &which].concat(), &data).status.success());
        let now = || async { ann.query(&json!({ "action": "retrieve_batch" })).await.status == status };
        eventually(word, now).await;
    }
    let missing = tell(&["application", "disable", "--email", "nobody@example.com"], &data);
    assert!(!missing.status.success() && missing.err.contains("nobody@example.com"));
}

#[tokio::test]
async fn a_folder_has_one_server_and_a_second_one_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let second = tell(&["serve", "--listen", "127.0.0.1:0"], &data);
    assert!(!second.status.success() && second.out.is_empty(), "{}", second.out);
    assert!(second.err.contains("another server is using the data folder"), "{}", second.err);
    assert_eq!(server.client("").get("/healthz").await.status, 200);
}

#[test]
fn the_settings_in_force_are_printed_as_a_settings_file() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = backline(&["config", "--data-dir"]);
    command.arg(home.path()).env("BACKLINE_HTTP__THREADS", "7").env("BACKLINE_PORT", "tcp://10.0.0.1:80");
    let said = run(command);
    assert!(said.status.success(), "{}", said.err);
    let settings: toml::Table = said.out.parse().expect("TOML");
    assert_eq!(settings["http"]["threads"].as_integer(), Some(7));

    std::fs::write(home.path().join("backline.toml"), &said.out).expect("written");
    assert_eq!(tell(&["config"], home.path()).out, said.out, "what is printed can be read again");
}

#[test]
fn a_wrong_setting_is_told_with_its_place_and_what_is_expected() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("backline.toml"), "[webhooks]\nallow_private = true\n").expect("written");
    let said = tell(&["serve", "--listen", "127.0.0.1:0"], home.path());
    assert!(!said.status.success() && said.out.is_empty());
    for word in ["webhooks.allow_private", "backline.toml", "allow_private_addresses"] {
        assert!(said.err.contains(word), "{word} is not in: {}", said.err);
    }
    let mut command = backline(&["config", "--data-dir"]);
    let empty = tempfile::tempdir().expect("a folder");
    command.arg(empty.path()).env("BACKLINE_HTTP__THREADS", "many");
    let said = run(command);
    assert!(!said.status.success());
    for word in ["the variable BACKLINE_HTTP__THREADS", "u32"] {
        assert!(said.err.contains(word), "{word} is not in: {}", said.err);
    }
}

#[test]
fn a_command_whose_reader_has_gone_says_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    token(home.path(), &[]);
    for command in ["config", "doctor"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = backline(&[command, "--data-dir"]);
        command.arg(home.path()).stdout(writer);
        let said = run(command);
        assert!(!said.status.success());
        assert_eq!(said.err, "");
    }
}

#[tokio::test]
async fn a_server_whose_reader_has_gone_serves() {
    let home = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    drop(taken);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = backline(&["serve", "--listen", &address, "--data-dir"]);
    command.arg(home.path()).stdout(writer).stderr(Stdio::null());
    let mut server = tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("started");
    let client = Client::new(&format!("http://{address}"), "");
    let answers = || async { client.request(Method::GET, "/healthz").send().await.is_ok() };
    eventually("it answers", answers).await;
    server.kill().await.expect("running");
}

#[test]
fn a_folder_with_files_of_others_is_used_with_a_warning() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("documents");
    std::fs::create_dir(&data).expect("made");
    std::fs::write(data.join("thesis.tex"), "").expect("written");
    let server = Process::serve(&data);
    let log = server.log();
    assert!(log.contains("has no database but `thesis.tex`"), "{log}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let home = tempfile::tempdir().expect("a folder");
    let said = tell(&["serve", "--listen", &address], home.path());
    assert!(!said.status.success() && said.out.is_empty());
    assert!(said.err.contains(&format!("cannot listen on {address}")), "{}", said.err);
}

#[tokio::test]
async fn callbacks_pass_by_a_proxy_of_the_environment() {
    use crate::receiver::Receiver;
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let (proxy, receiver) = (Receiver::start().await, Receiver::start().await);
    let mut command = backline(&[]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, proxy.url(""));
    }
    command.env("BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true");
    let server = Process::serve_with(&data, command);
    let ann = server.client(&token(&data, &[]));
    let order = json!({ "prompt": "a short waltz", "instrumental": true, "callback_url": receiver.url("/") });
    assert_eq!(ann.order(&order).await.status, 200);
    receiver.until_calls(1).await;
    assert!(proxy.calls().is_empty());
    let id = ann.order(&song("another")).await.task_id();
    assert!(server.log().contains(&id), "the log is on stderr");
}

#[test]
fn the_binary_shows_the_licences_of_all_that_is_in_it() {
    let said = run(backline(&["licenses"]));
    assert!(said.status.success(), "{}", said.err);
    for holder in ["Carnegie Mellon", "Fraunhofer", "Maureese Williams", "Frank Wen", "SIL OPEN FONT LICENSE"]
    {
        assert!(said.out.contains(holder), "{holder}");
    }
}

/// The figures themselves are for a machine without other work.
#[test]
fn what_an_order_costs_is_told_beside_a_bare_loop() {
    let said = run(backline(&["bench", "door", "--orders", "200", "--callers", "8"]));
    assert!(said.status.success(), "{}{}", said.out, said.err);
    let beside = ["orders, one at a time", "orders of 8 callers", "parsed and validated alone"];
    for line in beside {
        assert!(said.out.lines().any(|told| told.starts_with(line) && told.ends_with('%')), "{}", said.out);
    }
}
