//! SIGTERM, and a second one.

use rustix::process::Signal;

use super::process::{Process, token};
use crate::app::{song, waited_song};
use crate::client::{Client, eventually};

/// Orders and waits, in the background; resolves once the server has the order.
async fn waiting_order(ann: &Client) -> tokio::task::JoinHandle<crate::client::Answer> {
    let waiting = ann.ordering(waited_song("a long slow waltz"));
    eventually("the order is there", || async { ann.count_tasks().await == 1 }).await;
    waiting
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_answers_whoever_waits_and_ends_well() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let ann = server.client(&token(&data, &[]));
    let waiting = waiting_order(&ann).await;
    server.signal(Signal::TERM);
    let told = waiting.await.expect("an answer");
    told.assert_is_error(503, "api_error");
    let (status, rest) = server.ended().await;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "stdout has its one line alone");

    let server = Process::serve(&data);
    let record = Client::new(&server.base, &ann.token).retrieve(&told.task_id()).await;
    assert!(["pending", "processing", "succeeded"].contains(&record["state"].as_str().expect("a state")));
}

#[tokio::test]
async fn a_signal_right_after_the_first_line_ends_it_well() {
    let home = tempfile::tempdir().expect("a folder");
    for round in 0..10 {
        let server = Process::serve(&home.path().join("data"));
        server.signal(if round % 2 == 0 { Signal::TERM } else { Signal::INT });
        assert_eq!(server.ended().await.0.code(), Some(0));
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_and_nothing_is_lost() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let mut command = super::process::backline(&[]);
    command.env("BACKLINE_WORKER__STOP_SECONDS", "3600");
    let server = Process::serve_with(&data, command);
    let ann = server.client(&token(&data, &[]));
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(ann.order_song(&format!("song {number}")).await);
    }
    server.signal(Signal::TERM);
    eventually("it stops", || async { ann.order(&song("x")).await.status == 503 }).await;
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.0.code(), Some(1));

    let server = Process::serve(&data);
    let ann = Client::new(&server.base, &ann.token);
    for id in &ids {
        ann.retrieve(id).await;
    }
}
