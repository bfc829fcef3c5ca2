//! A new server takes the socket over from the one before, under load. The test is the supervisor: it holds the socket.

use std::collections::HashSet;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rustix::process::Signal;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::process::{Process, backline, run, token};
use crate::app::song;
use crate::client::{Client, eventually};

/// `backline` with the socket as its descriptor 3, as systemd hands it over.
fn handed(socket: &TcpListener, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let start = r#"exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@""#;
    command.args(["-c", start, "sh", env!("CARGO_BIN_EXE_backline")]).args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BACKLINE_") {
            command.env_remove(name);
        }
    }
    let passed: OwnedFd = socket.try_clone().expect("a descriptor").into();
    command.stdin(Stdio::from(passed)).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn serve(socket: &TcpListener, data: &Path) -> Process {
    let mut command = handed(socket, &[]);
    command.env("BACKLINE_WORKER__STOP_SECONDS", "1");
    Process::serve_with(data, command)
}

#[tokio::test]
async fn a_socket_that_is_handed_over_is_served_at_its_address() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let token = token(&data, &[]);
    let server = serve(&socket, &data);
    assert_eq!(server.base, format!("http://{}", socket.local_addr().expect("bound")));
    let ann = server.client(&token);
    assert_eq!(ann.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_server_that_never_gets_its_folder_says_so_and_tells_whoever_it_held() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let first = Process::serve(&data);
    let mut command = handed(&socket, &["serve", "--data-dir"]);
    command.arg(&data).env("BACKLINE_HTTP__HANDOVER_SECONDS", "1");
    let base = format!("http://{}", socket.local_addr().expect("bound"));
    let held = tokio::spawn(async move { Client::new(&base, "any").query(&json!({})).await });
    let said = tokio::task::spawn_blocking(move || run(command)).await.expect("run");
    assert_eq!(said.status.code(), Some(1));
    assert!(said.err.contains("still uses the data folder"), "{}", said.err);
    assert!(said.err.contains("http.handover_seconds"), "{}", said.err);
    assert_eq!(held.await.expect("answered").error(), (503, "api_error".to_owned()));
    drop(first);
}

#[tokio::test]
async fn what_is_no_listening_socket_is_refused_with_what_is_expected() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = backline(&["serve", "--data-dir"]);
    command.arg(home.path()).env("LISTEN_FDS", "1").env("LISTEN_FDS_FIRST_FD", "0");
    let said = run(command);
    assert_eq!(said.status.code(), Some(1));
    assert!(said.err.contains("LISTEN_FDS") && said.err.contains("ListenStream"), "{}", said.err);
}

/// What the clients of a restart saw.
#[derive(Default)]
struct Seen {
    enough: AtomicBool,
    answers: AtomicUsize,
    told_to_try_again: AtomicUsize,
    accepted: std::sync::Mutex<Vec<String>>,
}

impl Seen {
    /// Notes an answer, which must be one of a server at work or of one that stops.
    fn note(&self, status: u16, text: &str) {
        match status {
            200 => self.answers.fetch_add(1, Ordering::Relaxed),
            503 => self.told_to_try_again.fetch_add(1, Ordering::Relaxed),
            _ => panic!("{status}: {text}"),
        };
        if let Some((_, after)) = text.split_once(r#""task_id":""#)
            && status == 200
            && text.contains("\"success\":true")
        {
            self.accepted.lock().expect("whole").push(after[..36].to_owned());
        }
    }
}

/// One request on a connection: status, whole text, and whether the connection is to be closed. No error is forgiven.
async fn ask(stream: &mut TcpStream, request: &str) -> (u16, String, bool) {
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut read = Vec::new();
    loop {
        let count = stream.read_buf(&mut read).await.expect("not reset");
        assert!(count > 0, "closed without an answer after {:?}", String::from_utf8_lossy(&read));
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        if body.len() >= length.parse::<usize>().expect("a number") {
            let status = head[9..12].parse().expect("a status");
            return (status, body.to_owned(), head.contains("connection: close"));
        }
    }
}

/// Asks again and again; on a new connection each time, or on one as long as the server keeps it.
async fn load(address: String, token: String, number: usize, seen: Arc<Seen>) {
    let keeps = number.is_multiple_of(2);
    let mut kept = None;
    let mut round = 0_usize;
    while !seen.enough.load(Ordering::Relaxed) {
        round += 1;
        let orders = round.is_multiple_of(20);
        let (path, body) = if orders {
            ("audios", song(&format!("song {round} of client {number}")).to_string())
        } else {
            ("tasks", json!({ "action": "retrieve_batch", "limit": 1 }).to_string())
        };
        let request = format!(
            "POST /producer/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = match kept.take() {
            Some(stream) => stream,
            None => TcpStream::connect(&address).await.expect("not refused"),
        };
        let (status, text, closes) = ask(&mut stream, &request).await;
        seen.note(status, &text);
        kept = (keeps && !closes).then_some(stream);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_restarts_under_load_refuse_and_reset_no_connection_and_lose_no_order() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("bound").to_string();
    let token = token(&data, &[]);
    let mut server = serve(&socket, &data);
    let seen = Arc::new(Seen::default());
    let clients: Vec<_> = (0..8)
        .map(|number| tokio::spawn(load(address.clone(), token.clone(), number, Arc::clone(&seen))))
        .collect();
    let more = async |count: usize| {
        let before = seen.answers.load(Ordering::Relaxed);
        let seen = &seen;
        eventually("there are more answers", || async move {
            seen.answers.load(Ordering::Relaxed) >= before + count
        })
        .await;
    };
    for _ in 0..3 {
        more(300).await;
        // The new one holds what it accepts from here on, until the old one has ended.
        let (next_data, next_socket) = (data.clone(), socket.try_clone().expect("a descriptor"));
        let next =
            tokio::task::spawn_blocking(move || serve(&next_socket, &next_data)).await.expect("listening");
        server.signal(Signal::TERM);
        assert_eq!(server.ended().await.0.code(), Some(0));
        server = next;
        more(300).await;
    }
    seen.enough.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no request was refused, reset or lost");
    }
    let accepted = seen.accepted.lock().expect("whole").clone();
    let ann = server.client(&token);
    assert!(accepted.len() > 50, "{} orders were accepted", accepted.len());
    assert_eq!(accepted.iter().collect::<HashSet<_>>().len(), accepted.len(), "each is one task");
    assert_eq!(ann.count_tasks().await, accepted.len() as u64, "no order was lost or made twice");
}
