//! A host that callbacks are sent to: it notes every request and answers as it was told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::client::PATIENCE;

/// How the host answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With this status and text.
    Status(u16, &'static str),
    /// With this status, and when to come again.
    RetryAfter(u16, String),
    /// With 302 and this location.
    Redirect(String),
    /// Never.
    Hang,
    /// It closes the connection.
    Drop,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Call {
    pub line: String,
    pub head: String,
    pub body: String,
    /// The head as it came, capitals and all.
    as_sent: String,
}

impl Call {
    /// The value of a header.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.as_sent.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.as_sent)).1
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

pub struct Receiver {
    address: SocketAddr,
    calls: watch::Sender<Vec<Call>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    usual: Reply,
}

impl Receiver {
    /// A host that answers like this, unless it is told otherwise.
    pub async fn that_answers(usual: Reply) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let calls = watch::Sender::new(Vec::new());
        let receiver = Arc::new(Self { address, calls, replies: Arc::default(), usual });
        tokio::spawn(accept(listener, Arc::clone(&receiver)));
        receiver
    }

    pub async fn start() -> Arc<Self> {
        Self::that_answers(Reply::Status(200, "thank you")).await
    }

    /// How it answers next.
    pub fn next(&self, reply: Reply) {
        self.replies.lock().expect("whole").push_back(reply);
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Its URL under a name that has to be resolved.
    pub fn named_url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.address.port())
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// Waits until this many requests have arrived, and gives them.
    #[track_caller]
    pub fn until_calls(&self, count: usize) -> impl Future<Output = Vec<Call>> {
        let mut calls = self.calls.subscribe();
        async move {
            let reached = tokio::time::timeout(PATIENCE, calls.wait_for(|calls| calls.len() >= count)).await;
            reached.unwrap_or_else(|_| panic!("{count} calls never came")).expect("listening").clone()
        }
    }
}

async fn accept(listener: TcpListener, receiver: Arc<Receiver>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&receiver)));
    }
}

async fn answer(mut stream: TcpStream, receiver: Arc<Receiver>) {
    let Some(call) = request(&mut stream).await else { return };
    let reply = receiver.replies.lock().expect("whole").pop_front().unwrap_or_else(|| receiver.usual.clone());
    receiver.calls.send_modify(|calls| calls.push(call));
    let text = match reply {
        Reply::Status(status, body) => {
            format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::RetryAfter(status, when) => format!(
            "HTTP/1.1 {status} X\r\nretry-after: {when}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        ),
        Reply::Redirect(to) => {
            format!("HTTP/1.1 302 X\r\nlocation: {to}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        }
        Reply::Hang => return std::future::pending().await,
        Reply::Drop => return,
    };
    // The sender may have given up.
    drop(stream.write_all(text.as_bytes()).await);
}

async fn request(stream: &mut TcpStream) -> Option<Call> {
    let mut read = Vec::new();
    let head_end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    };
    let as_sent = String::from_utf8_lossy(&read[..head_end]).into_owned();
    let head = as_sent.to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
    while read.len() < head_end + 4 + length {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&read[head_end + 4..]).into_owned();
    Some(Call { line: head.lines().next()?.to_owned(), head, body, as_sent })
}
