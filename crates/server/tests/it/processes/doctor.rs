//! `backline doctor` and what else works beside a running server.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde_json::Value;

use super::process::{Process, Said, tell, token};

fn doctor(data: &Path, more: &[&str]) -> (Option<i32>, Said) {
    let said = tell(&[&["doctor"], more].concat(), data);
    (said.status.code(), said)
}

#[tokio::test]
async fn the_doctor_and_its_kin_work_beside_a_running_server() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let server = Process::serve(&data);
    let ann = server.client(&token(&data, &[]));
    ann.order_song("a slow waltz").await;
    let (status, said) = doctor(&data, &[]);
    assert_eq!(status, Some(0), "{}{}", said.out, said.err);
    for line in ["ok    server       one runs", "ok    pages", "ok    queue", "ok    counts", "ok    songs"] {
        assert!(said.out.contains(line), "{line} is not in: {}", said.out);
    }
    assert!(!said.out.contains("FAIL"), "{}", said.out);
    let (_, said) = doctor(&data, &["--json"]);
    let json: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(json["checks"].as_array().expect("checks").len(), 15);
    let counted = tell(&["retention", "--dry-run"], &data);
    assert!(
        counted.status.success() && counted.out.contains("\nfailed tasks\t0\tretention.tasks_days = 0"),
        "{}",
        counted.out
    );
    assert!(tell(&["token", "list"], &data).status.success());
}

#[test]
fn the_doctor_says_by_its_status_what_it_found() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let (status, said) = doctor(&data, &[]);
    assert_eq!(status, Some(2), "{}", said.out);
    assert!(said.err.contains("is not a data folder") && said.out.is_empty(), "{}", said.err);
    assert!(!data.exists(), "a wrong folder is not made");

    token(&data, &[]);
    assert_eq!(doctor(&data, &[]).0, Some(0));
    let database = data.join("backline.db");
    let mut file = std::fs::OpenOptions::new().write(true).open(&database).expect("there");
    file.seek(SeekFrom::Start(8_192 * 5)).expect("there");
    file.write_all(&[0xff; 256]).expect("written");
    drop(file);
    let (status, said) = doctor(&data, &[]);
    assert_eq!(status, Some(1));
    let line = said.out.lines().find(|line| line.starts_with("FAIL  pages")).expect("told");
    assert!(line.contains('6') && line.contains("restore the last backup"), "page 6 is not named in {line}");
}

#[test]
fn a_database_of_a_newer_version_is_told_by_every_command_and_left_as_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    token(&data, &[]);
    // Where SQLite keeps `user_version`: big endian, at byte 60 of the file.
    let database = data.join("backline.db");
    let mut file = std::fs::OpenOptions::new().write(true).open(&database).expect("there");
    file.seek(SeekFrom::Start(60)).expect("there");
    file.write_all(&99_u32.to_be_bytes()).expect("written");
    drop(file);
    let before = std::fs::read(&database).expect("readable");
    let (status, said) = doctor(&data, &[]);
    assert_eq!(status, Some(1));
    assert!(said.out.contains("FAIL  schema       99"), "{}", said.out);
    let target = home.path().join("backup.tar");
    let target = target.to_str().expect("UTF-8");
    let serve = &["serve", "--listen", "127.0.0.1:0"];
    for command in [&["backup", target][..], &["retention", "--dry-run"], &["token", "list"], serve] {
        let said = tell(command, &data);
        assert!(!said.status.success(), "{command:?}");
        assert!(said.err.contains("newer version"), "{command:?}: {}", said.err);
    }
    assert_eq!(std::fs::read(&database).expect("readable"), before);
}

#[test]
fn commands_that_need_a_folder_make_none() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let id = "01a20423-d8c9-70f4-b667-f9290fab1bb8";
    for command in [
        &["token", "list"][..],
        &["token", "revoke", id],
        &["application", "disable", "--email", "ann@example.com"],
        &["retention", "--dry-run"],
        &["ledger", "verify"],
        &["ledger", "show"],
        &["doctor"],
    ] {
        let said = tell(command, &data);
        assert!(!said.status.success(), "{command:?}");
        assert!(said.err.contains("is not a data folder") && said.err.contains("--data-dir"), "{}", said.err);
        assert!(!data.exists(), "{command:?} made it");
    }
}
