//! Reads server-sent events (WHATWG HTML, section 9.2), as far as the server sends them.

use reqwest::Method;
use serde_json::Value;

use crate::client::{Client, PATIENCE};

/// A connection that is told what happens.
pub struct EventSource {
    response: reqwest::Response,
    text: String,
}

/// Lines up to an empty one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub id: Option<String>,
    pub event: String,
    pub data: String,
    pub comment: String,
}

impl Block {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The state that it tells, or the progress.
    pub fn word(&self) -> String {
        let json = self.json();
        json["state"].as_str().or(json["progress"].as_str()).expect("a word").to_owned()
    }
}

impl EventSource {
    /// Connects, and goes on behind `last` if there is one.
    pub async fn open(client: &Client, path: &str, last: Option<&str>) -> Self {
        let request = client.request(Method::GET, path).bearer_auth(&client.token);
        let request = request.header("accept", "text/event-stream");
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { response, text: String::new() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().expect("readable"))
    }

    /// The next block; `None` when the server has ended the stream well.
    pub async fn next(&mut self) -> Option<Block> {
        let reading = async {
            loop {
                if let Some((block, rest)) = self.text.split_once("\n\n") {
                    let block = read(block);
                    self.text = rest.to_owned();
                    return Some(block);
                }
                let chunk = self.response.chunk().await.expect("no connection breaks")?;
                self.text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("something in time")
    }

    /// What is told next, in words.
    pub async fn words(&mut self, how_many: usize) -> Vec<String> {
        let mut words = Vec::new();
        for _ in 0..how_many {
            words.push(self.next().await.expect("more is told").word());
        }
        words
    }
}

fn read(lines: &str) -> Block {
    let mut block = Block::default();
    for line in lines.lines() {
        match line.split_once(": ").expect("a field with a value") {
            ("id", id) => block.id = Some(id.to_owned()),
            ("event", event) => block.event = event.to_owned(),
            ("data", data) => block.data.push_str(data),
            ("", comment) => block.comment = comment.to_owned(),
            other => panic!("an unknown field: {other:?}"),
        }
    }
    block
}
