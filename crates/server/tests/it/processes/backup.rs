//! One person's way back: a backup while the server works, and a server on what was restored of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::process::{Process, backline, run, tell, token};
use crate::app::song;
use crate::client::{Client, eventually};

/// Orders song after song until it is told to stop.
async fn keep_ordering(ann: Client, stop: Arc<AtomicBool>, accepted: Arc<AtomicUsize>) {
    while !stop.load(Ordering::Relaxed) {
        let number = accepted.fetch_add(1, Ordering::Relaxed);
        ann.order_song(&format!("a slow waltz {number}")).await;
    }
}

/// Runs `backline` with these arguments while this test goes on.
async fn tell_meanwhile(arguments: &[&str], file: &Path, data: &Path) -> super::process::Said {
    let mut command = backline(arguments);
    command.arg(file).arg("--data-dir").arg(data);
    tokio::task::spawn_blocking(|| run(command)).await.expect("no panic")
}

async fn media(ann: &Client, record: &Value) -> Vec<u8> {
    let url = record["response"]["data"][0]["audio_url"].as_str().expect("a song");
    let path = &url[url.find("/files/").expect("one of our files")..];
    let answer = ann.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.body
}

/// A record's answer without the address at which its server listens.
fn without_base(record: &Value, base: &str) -> String {
    record.to_string().replace(base, "")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_orders_flow_serves_the_same_answers_and_files() {
    let home = tempfile::tempdir().expect("a folder");
    let (data, file, again) =
        (home.path().join("data"), home.path().join("backup.tar"), home.path().join("again"));
    let server = Process::serve(&data);
    let key = token(&data, &[]);
    let ann = server.client(&key);
    let made = ann.order(&json!({ "prompt": "a short waltz", "instrumental": true })).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.task_id();
    let waiting = ann.order_song("another waltz").await;

    let (stop, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let callers: Vec<_> =
        (0..4).map(|_| tokio::spawn(keep_ordering(ann.clone(), stop.clone(), accepted.clone()))).collect();
    eventually("orders flow", || async { accepted.load(Ordering::Relaxed) > 20 }).await;
    let before = accepted.load(Ordering::Relaxed);
    let said = tell_meanwhile(&["backup"], &file, &data).await;
    assert!(said.status.success(), "{}", said.err);
    assert!(said.err.contains("database: 100 %"), "how far it is, is on stderr: {}", said.err);
    let meanwhile = accepted.load(Ordering::Relaxed) - before;
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.expect("no panic");
    }
    assert!(meanwhile > 0, "orders are taken while a backup is made");

    let mut verify = backline(&["restore", "--verify"]);
    verify.arg(&file);
    let whole = run(verify);
    assert!(whole.status.success() && whole.out.contains("is whole"), "{}{}", whole.out, whole.err);
    let first = ann.retrieve(&made).await;
    let sound = media(&ann, &first).await;
    let said = tell_meanwhile(&["restore"], &file, &again).await;
    assert!(said.status.success(), "{}", said.err);
    let restored = Process::serve(&again);
    let ann_again = restored.client(&key);
    let second = ann_again.retrieve(&made).await;
    assert_eq!(without_base(&second, &restored.base), without_base(&first, &server.base));
    assert_eq!(media(&ann_again, &second).await, sound);
    let state = ann_again.retrieve(&waiting).await["state"].as_str().expect("a state").to_owned();
    assert!(["pending", "processing", "succeeded"].contains(&state.as_str()), "{state}");
    assert!(ann_again.count_tasks().await >= 22);
    let new = ann_again.order_song("one more").await;
    assert_ne!(new, made);
}

#[tokio::test]
async fn a_backup_of_a_killed_servers_folder_puts_its_song_back_in_the_queue() {
    let home = tempfile::tempdir().expect("a folder");
    let (data, file, again) =
        (home.path().join("data"), home.path().join("backup.tar"), home.path().join("again"));
    let server = Process::serve(&data);
    let key = token(&data, &[]);
    let ann = server.client(&key);
    let id = ann.order(&song("a long waltz")).await.task_id();
    eventually("it is in work", || async { ann.retrieve(&id).await["state"] == "processing" }).await;
    server.signal(Signal::KILL);
    server.ended().await;

    assert!(tell_meanwhile(&["backup"], &file, &data).await.status.success());
    assert!(tell_meanwhile(&["restore"], &file, &again).await.status.success());
    let restored = Process::serve(&again);
    let ann = restored.client(&key);
    eventually("it is made again", || async { ann.retrieve(&id).await["state"] == "succeeded" }).await;
}

#[test]
fn what_cannot_be_backed_up_or_restored_is_told_in_a_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    let (data, file) = (home.path().join("data"), home.path().join("backup.tar"));
    let file_name = file.to_str().expect("UTF-8");
    let wrong = tell(&["backup", file_name], &data);
    assert!(!wrong.status.success() && wrong.err.contains("is not a data folder"), "{}", wrong.err);
    assert!(!data.exists() && !file.exists(), "a wrong folder is not made");
    token(&data, &[]);
    assert!(tell(&["backup", file_name], &data).status.success());
    let twice = tell(&["backup", file_name], &data);
    assert!(!twice.status.success() && twice.err.contains("--force"), "{}", twice.err);
    assert!(tell(&["backup", "--force", file_name], &data).status.success());
    let full = tell(&["restore", file_name], &data);
    assert!(!full.status.success() && full.err.contains("is not empty"), "{}", full.err);
    let other = data.join("backline.db");
    let strange = tell(&["restore", other.to_str().expect("UTF-8")], &home.path().join("new"));
    assert!(!strange.status.success(), "{}", strange.out);
    assert!(strange.err.contains("backup"), "{}", strange.err);
    assert!(!home.path().join("new").exists());
    let both = tell(&["restore", "--verify", file_name], &home.path().join("new"));
    assert!(both.status.success(), "{}", both.err);
    assert!(both.out.contains("is whole") && both.out.contains("restored "), "{}", both.out);
    assert!(home.path().join("new/backline.db").exists(), "with a folder it is restored, too");
}

#[test]
fn a_backup_on_a_full_disk_is_told_and_leaves_nothing() {
    // Every write to it fails as on a full disk.
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    token(&data, &[]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -f 16; trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_backline")]);
    limited.arg("backup").arg(home.path().join("backup.tar")).arg("--data-dir").arg(&data);
    limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let said = run(limited);
    assert!(!said.status.success() && said.out.is_empty(), "{}", said.out);
    assert!(said.err.contains("backline: cannot"), "{}", said.err);
    let left: Vec<_> = home.path().read_dir().expect("readable").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}
