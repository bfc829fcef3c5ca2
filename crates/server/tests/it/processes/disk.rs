//! What the disk can do to a server: be full, be read-only, hold what another version or a fault has written. Each is
//! one clear message, and loses nothing.

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use serde_json::json;

use super::process::{Process, backline, run, tell, token};
use crate::app::song;
use crate::client::eventually;

/// `backline` in a mount namespace of its own, in which `script` has been run first; `$HOME_OF_TEST` is its folder.
fn behind(script: &str, home: &Path) -> Command {
    let plain = backline(&[]);
    let mut command = Command::new("unshare");
    for (name, _) in plain.get_envs().filter(|(_, value)| value.is_none()) {
        command.env_remove(name);
    }
    command.args([
        "--map-root-user",
        "--mount",
        "sh",
        "-ec",
        &format!("{script}\nexec \"$BIN\" \"$@\""),
        "sh",
    ]);
    command.env("HOME_OF_TEST", home).env("BIN", plain.get_program());
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    command
}

/// Whether this machine lets us mount; where it does not, the story says so instead of being told. In CI it must be told.
#[expect(clippy::print_stdout, reason = "a story that is not told must say so")]
#[expect(clippy::disallowed_methods, reason = "only the environment tells where this runs")]
fn can_mount() -> bool {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = behind("mount -t tmpfs -o size=1m none \"$HOME_OF_TEST\"", home.path());
    command.arg("--version");
    let can = run(command).status.success();
    if !can {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "CI must let us mount (unshare --map-root-user --mount)");
        println!("SKIPPED: this machine does not let us mount (unshare --map-root-user --mount)");
    }
    can
}

/// Fills the disk to its last byte.
fn fill(ballast: &Path) {
    let mut file = std::fs::File::create(ballast).expect("made");
    for size in [1 << 16, 1 << 10, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
}

#[tokio::test]
async fn on_a_full_disk_orders_are_refused_queries_answered_and_all_goes_on_when_there_is_room() {
    if !can_mount() {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let key = home.path().with_extension("token");
    let script = "mount -t tmpfs -o size=24m none \"$HOME_OF_TEST\"\n\
                  \"$BIN\" token create --email ann@example.com --data-dir \"$HOME_OF_TEST/data\" > \"$KEY\"";
    let mut command = behind(script, home.path());
    command.env("KEY", &key);
    let server = Process::serve_with(&data, command);
    let ann = server.client(std::fs::read_to_string(&key).expect("a token").trim());
    let mut accepted = vec![ann.order_song("before").await];

    let inside: PathBuf = format!("/proc/{}/root{}", server.id(), home.path().display()).into();
    fill(&inside.join("ballast"));
    // What the log has room for is still taken.
    let mut refused = None;
    for number in 0..2_000 {
        let order = json!({ "lyric": "la ".repeat(3_000), "custom": true, "title": number.to_string(), "async": true });
        let answer = ann.order(&order).await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
        accepted.push(answer.task_id());
    }
    let refused = refused.expect("the disk is full");
    refused.assert_is_error(503, "api_error");
    assert!(
        refused.message().contains("no room left on its disk") && refused.header("retry-after").is_some()
    );
    for id in &accepted {
        ann.retrieve(id).await;
    }
    assert_eq!(ann.get("/readyz").await.status, 200);

    std::fs::remove_file(inside.join("ballast")).expect("removed");
    eventually("orders are taken again", || async { ann.order(&song("after")).await.status == 200 }).await;
    let ended = || async { ann.retrieve(&accepted[0]).await["state"] == "succeeded" };
    eventually("work goes on", ended).await;
    for id in &accepted {
        ann.retrieve(id).await;
    }
    server.signal(Signal::TERM);
    assert_eq!(server.ended().await.0.code(), Some(0));
    std::fs::remove_file(&key).expect("removed");
}

#[test]
fn a_read_only_data_folder_is_told_with_its_name() {
    if !can_mount() {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    token(&data, &[]);
    let script = "mount --bind \"$HOME_OF_TEST\" \"$HOME_OF_TEST\"\n\
                  mount -o remount,bind,ro \"$HOME_OF_TEST\"";
    let mut command = behind(script, home.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
    let said = run(command);
    assert!(!said.status.success() && said.out.is_empty(), "{}", said.out);
    let lines: Vec<&str> = said.err.lines().collect();
    let [line] = lines[..] else { panic!("expected one line: {}", said.err) };
    assert!(line.contains(&data.display().to_string()) && line.contains("Read-only file system"), "{line}");
}

/// Refused at the start, with these words, and not a byte of the database is another.
#[track_caller]
fn assert_is_refused_untouched(data: &Path, words: &[&str]) {
    let database = data.join("backline.db");
    let before = std::fs::read(&database).expect("there");
    let said = tell(&["serve", "--listen", "127.0.0.1:0"], data);
    assert!(!said.status.success() && said.out.is_empty(), "{}", said.out);
    for word in words {
        assert!(said.err.contains(word), "{word} is not in: {}", said.err);
    }
    assert!(said.err.contains(&database.display().to_string()), "{}", said.err);
    assert!(before == std::fs::read(&database).expect("there"), "the database was changed");
}

fn write_at(data: &Path, offset: u64, bytes: &[u8]) {
    let file = std::fs::OpenOptions::new().write(true).open(data.join("backline.db")).expect("there");
    file.write_all_at(bytes, offset).expect("written");
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    token(home.path(), &[]);
    // The file format's user_version (SQLite, "Database File Format", section 1.3).
    write_at(home.path(), 60, &9_999_u32.to_be_bytes());
    assert_is_refused_untouched(home.path(), &["newer version of backline"]);
}

#[test]
fn a_database_that_is_damaged_is_refused_and_left_as_it_is() {
    let home = tempfile::tempdir().expect("a folder");
    token(home.path(), &[]);
    write_at(home.path(), 0, &[0x5a; 100]);
    assert_is_refused_untouched(home.path(), &["is damaged", "backline doctor"]);
    // A page that only a later read would meet: the schema's.
    let home = tempfile::tempdir().expect("a folder");
    token(home.path(), &[]);
    write_at(home.path(), 100, &[0x5a; 4_000]);
    assert_is_refused_untouched(home.path(), &["is damaged", "backline doctor"]);
}
