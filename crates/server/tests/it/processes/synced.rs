//! An order's id is told only after the disk has the order: seen from the system calls.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::process::{Process, backline, token};

/// The server under strace.
fn traced(trace: &Path) -> Command {
    let strace = Command::new("strace").arg("-V").output();
    assert!(strace.is_ok_and(|told| told.status.success()), "this test needs strace: apt-get install strace");
    let mut command = backline(&[]);
    let program = PathBuf::from(command.get_program());
    let removed: Vec<_> =
        command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name.to_owned()).collect();
    command = Command::new("strace");
    for name in removed {
        command.env_remove(name);
    }
    let calls = "trace=fdatasync,fsync,pwrite64,recvfrom,read,readv,write,writev,sendto,sendmsg";
    command.args(["-f", "-y", "-s", "64", "-e", calls, "-o"]).arg(trace).arg(program);
    command
}

/// The numbers of the lines in which such a call on the database's log ended, at once or resumed.
fn ends(lines: &[&str], call: &str) -> Vec<usize> {
    let (begun, resumed) = (format!(" {call}("), format!("<... {call} resumed>"));
    let thread = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let end = |number: usize| {
        if !lines[number].ends_with("<unfinished ...>") {
            return Some(number);
        }
        let goes_on = |line: &&str| line.contains(&resumed) && thread(line) == thread(lines[number]);
        lines.iter().skip(number).position(goes_on).map(|further| number + further)
    };
    let of_log = |line: &str| line.contains(&begun) && line.contains("backline.db-wal>");
    let begun = lines.iter().enumerate().filter(|(_, line)| of_log(line));
    begun.filter_map(|(number, _)| end(number)).collect()
}

#[tokio::test]
async fn the_log_of_the_database_is_synced_before_the_first_answer_of_a_burst() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let trace = home.path().join("trace");
    let key = token(&data, &[]);
    let mut command = traced(&trace);
    command.env("BACKLINE_WORKER__STOP_SECONDS", "0");
    let server = Process::serve_with(&data, command);
    let ann = server.client(&key);
    let order = |number| {
        let ann = ann.clone();
        tokio::spawn(async move { ann.order_song(&format!("song {number}")).await })
    };
    for order in (0..32).map(order).collect::<Vec<_>>() {
        order.await.expect("accepted");
    }
    // strace writes the rest of its file when the server has ended.
    server.signal(Signal::TERM);
    server.ended().await;

    let trace = std::fs::read_to_string(&trace).expect("a trace; may this machine trace processes?");
    let lines: Vec<&str> = trace.lines().collect();
    let asked =
        lines.iter().position(|line| line.contains("POST /producer/audios")).expect("an order was read");
    let answered =
        lines.iter().position(|line| line.contains("\"HTTP/1.1 200")).expect("an answer was written");
    // SQLite is built to use either call.
    let synced: Vec<_> = ["fsync", "fdatasync"].iter().flat_map(|call| ends(&lines, call)).collect();
    let written =
        ends(&lines, "pwrite64").into_iter().find(|&line| asked < line).expect("the order was written");
    assert!(written < answered, "answered in line {answered}, written in line {written} at the earliest");
    let in_time = |&line: &usize| written < line && line < answered;
    assert!(
        synced.iter().any(in_time),
        "written in line {written}, answered in line {answered}, synced in {synced:?}"
    );
}
