//! Clients that send too much, too slowly, or take nothing; and too many of them.

use std::time::Duration;

use server::config::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::app::TestApp;
use crate::client::{PATIENCE, eventually};
use crate::engine::Turn;

fn one_second(settings: &mut Settings) {
    settings.http.read_timeout_seconds = 1;
    settings.http.write_timeout_seconds = 1;
    settings.http.idle_timeout_seconds = 1;
}

async fn connect(app: &TestApp) -> TcpStream {
    let address = app.ann.base.strip_prefix("http://").expect("an http URL");
    TcpStream::connect(address).await.expect("connected")
}

/// Whatever comes until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A reset is an end too.
    drop(tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("closed in time"));
    String::from_utf8_lossy(&rest).into_owned()
}

/// Asserts that this raw answer is an error of ours in its one form.
#[track_caller]
fn assert_is_refusal(answer: &str, status: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let trace = body["trace_id"].as_str().expect("a trace");
    assert!(head.contains(&format!("x-trace-id: {trace}")) && head.contains("connection: close"), "{head}");
    assert_eq!(body["success"], false);
    assert!(body["error"]["message"].as_str().is_some_and(|message| message.len() > 20), "{body}");
}

#[tokio::test]
async fn a_flood_of_headers_is_refused_in_the_one_form() {
    let app = TestApp::start().await;
    let many = (0..500).map(|number| format!("x-{number}: y\r\n")).collect::<String>();
    let endless = format!("x-long: {}\r\n", "y".repeat(4_000_000));
    for headers in [many, endless] {
        let request = format!("POST /producer/tasks HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
        assert_is_refusal(&app.ann.raw(&request).await, "431");
    }
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(100_000));
    assert_is_refusal(&app.ann.raw(&long).await, "4");
}

#[tokio::test]
async fn what_is_no_http_is_told_so_in_the_one_form() {
    let app = TestApp::start().await;
    for request in ["\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        assert_is_refusal(&app.ann.raw(request).await, "400");
    }
}

#[tokio::test]
async fn a_client_that_drips_its_headers_is_let_go() {
    let app = TestApp::with(one_second).await;
    let mut stream = connect(&app).await;
    let dripping = async {
        // One byte every tenth of a second: never idle, and never done.
        let mut drips = tokio::time::interval(Duration::from_millis(100));
        for byte in b"POST /producer/tasks HTTP/1.1\r\nhost: ".iter().chain(std::iter::repeat(&b'x')) {
            drips.tick().await;
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), dripping).await.expect("closed while it drips");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let app = TestApp::with(one_second).await;
    app.engine.always(Turn::Hold);
    // It waits longer for its song than anyone may be idle.
    let waiting = app.ann.ordering(crate::app::waited_song("a slow waltz"));
    app.engine.until_orders(1).await;
    for sent in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut idle = connect(&app).await;
        idle.write_all(sent.as_bytes()).await.expect("sent");
        let answer = rest(&mut idle).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200"), !sent.is_empty(), "{answer}");
    }
    app.engine.end("a slow waltz", Turn::Sing);
    assert_eq!(waiting.await.expect("no panic").status, 200);
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_a_large_answer_is_let_go() {
    let app = TestApp::with(one_second).await;
    let lyric = "la ".repeat(3_000);
    let song = app.ann.order(&serde_json::json!({ "lyric": lyric, "custom": true, "async": true })).await;
    app.until_succeeded(&song.task_id()).await;
    // Some 18 megabytes: more than the system takes off the server's hands.
    let ids = vec![song.task_id(); 1_000];
    let body = serde_json::json!({ "action": "retrieve_batch", "ids": ids }).to_string();
    let address = app.ann.base.strip_prefix("http://").expect("an http URL").parse().expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("set");
    let mut stream = socket.connect(address).await.expect("connected");
    let head = format!(
        "POST /producer/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        app.ann.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let let_go = || async { !crate::log::lines_with("takes nothing of its answer").is_empty() };
    eventually("it is let go", let_go).await;
    // What it still has is less than what it asked for.
    assert!(rest(&mut stream).await.len() < 12_000_000);
}

#[tokio::test]
async fn beyond_the_bound_connections_are_turned_away_with_words_until_there_is_room() {
    let app = TestApp::with(|settings| settings.http.max_connections = 3).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&app).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.expect("answered");
        assert_eq!(&first, b"HTTP/1.1 200");
        held.push(stream);
    }
    let refused = rest(&mut connect(&app).await).await;
    assert_is_refusal(&refused, "503");
    assert!(refused.contains("retry-after: "), "{refused}");
    // One that reads its answer only after all of its request is sent gets it too.
    let mut slow = connect(&app).await;
    assert_eq!(slow.readable().await.map_err(|error| error.kind()), Ok(()));
    for _ in 0..8 {
        slow.write_all(&[b'x'; 1_000]).await.expect("it is not reset");
    }
    assert_is_refusal(&rest(&mut slow).await, "503");
    held.pop();
    let answered = || async {
        let request = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let mut stream = connect(&app).await;
        drop(stream.write_all(request.as_bytes()).await);
        rest(&mut stream).await.starts_with("HTTP/1.1 200")
    };
    eventually("there is room again", answered).await;
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_and_the_client_hears_of_it() {
    let app = TestApp::start().await;
    let body = vec![b' '; 100 << 20];
    let answer = app.ann.post_bytes("/producer/audios", &body).await;
    answer.assert_is_error(413, "bad_request");
}
