//! `backline ledger` beside a running server.

use super::process::{Process, backline, tell, token};
use crate::app::song;
use crate::client::eventually;

#[tokio::test]
async fn credits_are_granted_beside_a_running_server_and_the_ledger_is_proven() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let mut command = backline(&[]);
    command.env("BACKLINE_ENGINE__DEFAULT", "simulated");
    let server = Process::serve_with(&data, command);
    let ann = server.client(&token(&data, &["--quota", "0"]));
    ann.order(&song("too poor")).await.assert_is_error(403, "used_up");

    let grant = ["ledger", "grant", "--credits", "1.5", "--reason", "a birthday", "--author", "eve"];
    let said = tell(&grant, &data);
    assert_eq!(said.out, "granted=1.5\tavailable=1.5\theld=0\tspent=0\n", "{}", said.err);
    let id = ann.order_song("a short waltz").await;
    let ended = || async { ann.retrieve(&id).await["state"] == "succeeded" };
    eventually("it is made", ended).await;
    ann.order(&song("too poor again")).await.assert_is_error(403, "used_up");

    let shown = tell(&["ledger", "show"], &data).out;
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "granted=1.5\tavailable=0.5\theld=0\tspent=1");
    assert_eq!(lines.len(), 2, "setting the quota to what it was is no grant");
    assert!(lines[1].ends_with("\t1.5\teve\ta birthday"), "{shown}");

    let back = tell(&["ledger", "grant", "--credits", "-1", "--reason", "too much"], &data);
    assert!(!back.status.success() && back.err.contains("only 0.5 credits"), "{}", back.err);
    let back = tell(&["ledger", "grant", "--credits", "-0.5", "--reason", "a slip"], &data);
    assert_eq!(back.out, "granted=1\tavailable=0\theld=0\tspent=1\n");

    let proven = tell(&["ledger", "verify"], &data);
    assert_eq!(proven.status.code(), Some(0), "{}{}", proven.out, proven.err);
    assert!(proven.out.lines().filter(|line| line.starts_with("ok ")).count() >= 10, "{}", proven.out);
    assert!(proven.out.ends_with("1 applications, 4 entries: granted=1\tavailable=0\theld=0\tspent=1\n"));
}

#[test]
fn a_grant_needs_a_reason_and_an_amount() {
    let home = tempfile::tempdir().expect("a folder");
    token(home.path(), &[]);
    for wrong in [
        &["--credits", "1"][..],
        &["--credits", "1", "--reason", " "],
        &["--credits", "0.0000001", "--reason", "a prize"],
        &["--credits", "many", "--reason", "a prize"],
        &["--credits", "1", "--reason", "a prize", "--email", "nobody@example.com"],
    ] {
        let said = tell(&[&["ledger", "grant"][..], wrong].concat(), home.path());
        assert!(!said.status.success() && said.out.is_empty(), "{wrong:?}: {}", said.out);
    }
    assert_eq!(tell(&["ledger", "show"], home.path()).out, "without limit\n");
}

#[test]
fn a_ledger_that_cannot_be_read_is_told_by_the_status() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    assert_eq!(tell(&["ledger", "verify"], &data).status.code(), Some(2), "there is none");
    token(&data, &["--quota", "3"]);
    assert_eq!(tell(&["ledger", "verify"], &data).status.code(), Some(0));
}
