//! `backline reproduce`: the same samples again.

use std::path::Path;

use serde_json::json;

use super::process::{Process, Said, backline, tell, token};
use crate::client::eventually;

fn reproduce(data: &Path, task: &str, more: &[&str]) -> (Option<i32>, Said) {
    let said = tell(&[&["reproduce", task], more].concat(), data);
    (said.status.code(), said)
}

/// The two sums that were printed.
fn sums(said: &Said) -> Vec<(&str, &str)> {
    said.out.lines().filter_map(|line| line.split_once(' ')).map(|(word, sum)| (word, sum.trim())).collect()
}

#[tokio::test]
async fn a_song_is_made_again_to_the_sample_beside_its_server_and_without_on_any_number_of_threads() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let mut command = backline(&[]);
    command.env("BACKLINE_ENGINE__SIMULATED__ENABLED", "true");
    let server = Process::serve_with(&data, command);
    let ann = server.client(&token(&data, &[]));
    let order =
        json!({ "prompt": "a fast waltz", "lyric": "[Verse]\nOne two three", "custom": true, "async": true });
    let task = ann.order(&order).await.task_id();
    let ended = || async { ann.retrieve(&task).await["state"] == "succeeded" };
    eventually("there is a song", ended).await;
    let told = ann.query(&json!({ "id": task, "include": ["assets"] })).await.json();
    let stored = told["assets"]["master_sha256"].as_str().expect("told").to_owned();

    let (status, said) = reproduce(&data, &task, &["--threads", "3"]);
    assert_eq!(status, Some(0), "{}{}", said.out, said.err);
    assert_eq!(sums(&said), [("stored", stored.as_str()), ("rendered", stored.as_str())]);

    let simulated =
        ann.order(&json!({ "prompt": "a reel", "model": "simulated", "async": true })).await.task_id();
    let ended = || async { ann.retrieve(&simulated).await["state"] == "succeeded" };
    eventually("there is a rehearsal", ended).await;
    drop(server);
    let (status, said) = reproduce(&data, &task, &["--threads", "1"]);
    assert_eq!((status, sums(&said).len()), (Some(0), 2), "{}", said.err);
    let (status, said) = reproduce(&data, &simulated, &[]);
    assert_eq!((status, sums(&said).len()), (Some(1), 1), "{}", said.out);
    assert!(said.err.contains("made by simulated-1"), "{}", said.err);
    let (status, said) = reproduce(&data, "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad", &[]);
    assert_eq!(status, Some(1));
    assert!(said.err.contains("no song") && said.out.is_empty(), "{}", said.err);
}
