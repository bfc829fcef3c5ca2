//! A server that is killed loses nothing that it has answered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::process::{Process, backline, run, token};
use crate::app::{song, waited_song};
use crate::client::{Client, eventually};

/// Orders song after song until the connection breaks, and keeps the ids that were answered.
async fn order_until_it_breaks(ann: Client, accepted: Arc<Mutex<Vec<String>>>, number: Arc<AtomicUsize>) {
    loop {
        let prompt = format!("a very short waltz {}", number.fetch_add(1, Ordering::Relaxed));
        let order = json!({ "prompt": prompt, "instrumental": true, "async": true });
        match ann.try_post("/producer/audios", order.to_string().into_bytes()).await {
            Ok(answer) => {
                assert_eq!(answer.status, 200, "{}", answer.text());
                accepted.lock().expect("whole").push(answer.task_id());
            }
            Err(_) => return,
        }
    }
}

async fn all_records(ann: &Client, ids: &[String]) -> Vec<Value> {
    let mut found = Vec::new();
    for ids in ids.chunks(500) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let batch = ann.retrieve_batch(&ids).await;
        assert_eq!(batch["count"], ids.len(), "every accepted order is found again");
        found.extend(batch["items"].as_array().expect("items").iter().cloned());
    }
    found
}

#[tokio::test]
async fn three_kills_while_orders_come_in_lose_no_accepted_order() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let key = token(&data, &[]);
    let accepted = Arc::new(Mutex::new(Vec::new()));
    let number = Arc::new(AtomicUsize::new(0));
    for round in 1..=3 {
        let server = Process::serve(&data);
        let callers: Vec<_> = (0..8)
            .map(|_| {
                tokio::spawn(order_until_it_breaks(server.client(&key), accepted.clone(), number.clone()))
            })
            .collect();
        let enough = || async { accepted.lock().expect("whole").len() >= round * 200 };
        eventually("orders are accepted", enough).await;
        server.signal(Signal::KILL);
        server.ended().await;
        for caller in callers {
            caller.await.expect("no panic");
        }
    }

    let server = Process::serve(&data);
    let ann = server.client(&key);
    let ids = accepted.lock().expect("whole").clone();
    let mut distinct = ids.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len(), "no two orders got the same task");
    let records = all_records(&ann, &ids).await;
    let ends = ["pending", "processing", "succeeded"];
    assert!(records.iter().all(|record| ends.contains(&record["state"].as_str().expect("a state"))));
    // What is ended stays as it is, and the work goes on.
    let ended = |records: &[Value]| records.iter().filter(|record| record["state"] == "succeeded").count();
    let before = ended(&records);
    eventually("another song is made", || async { ended(&all_records(&ann, &ids).await) > before }).await;
}

#[tokio::test]
async fn after_a_kill_an_order_that_was_not_answered_is_the_same_task() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let ann = server.client(&token(&data, &[]));
    let first = ann.order_song("a slow waltz").await;
    let waiting = ann.ordering_fallibly(&waited_song("a long waltz"));
    eventually("both are there", || async { ann.count_tasks().await == 2 }).await;
    server.signal(Signal::KILL);
    server.ended().await;
    assert!(waiting.await.expect("no panic").is_err(), "it was never answered");

    let server = Process::serve(&data);
    let ann = Client::new(&server.base, &ann.token);
    // As far as the server knows, neither answer arrived.
    assert_eq!(ann.order(&song("a slow waltz")).await.task_id(), first);
    let again = ann.ordering_fallibly(&waited_song("a long waltz"));
    let counted = tokio::time::timeout(
        Duration::from_millis(500),
        eventually("three", || async { ann.count_tasks().await > 2 }),
    );
    assert!(counted.await.is_err(), "no third song was made");
    again.abort();
}

/// The short form of `backline bench crash`, which is run with 50 kills before a release. Its seed is drawn and told.
#[test]
fn a_server_that_is_killed_again_and_again_under_load_keeps_all_that_it_promised() {
    let said = run(backline(&["bench", "crash", "--kills", "6"]));
    assert!(said.status.success(), "{}{}", said.out, said.err);
    let kept = said.out.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(kept >= 40 && !said.out.contains("BROKEN"), "{}", said.out);
}
