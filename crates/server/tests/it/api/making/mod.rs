//! What is made of songs and uploads, and words.

mod conversions;
pub mod edits;
mod keys;
mod limits;
mod lyrics;
mod uploads;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};

impl Client {
    /// The id of a new song with this title.
    pub async fn sung(&self, title: &str) -> String {
        let answer = self.order(&json!({ "prompt": "a", "title": title, "lyric": "[Verse]\nRain" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        item(&answer)["id"].as_str().expect("an id").to_owned()
    }

    pub async fn edit(&self, action: &str, audio_id: &str, more: Value) -> Answer {
        let mut body = json!({ "action": action, "audio_id": audio_id });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        self.order(&body).await
    }
}

impl TestApp {
    /// The bytes that a URL of this server leads to.
    pub async fn download(&self, url: &Value) -> Vec<u8> {
        let url = url.as_str().expect("a URL");
        let answer = self.ann.get(url.strip_prefix(&self.ann.base).expect("one of this server")).await;
        assert_eq!(answer.status, 200, "{url}");
        answer.body
    }
}

/// The one item of an answer.
#[track_caller]
fn item(answer: &Answer) -> Value {
    let json = answer.json();
    assert_eq!(json["success"], true, "{json}");
    assert_eq!(json["data"].as_array().map(Vec::len), Some(1), "{json}");
    json["data"][0].clone()
}

/// The fields that an answer complains of.
#[track_caller]
fn wrong_fields(answer: &Answer) -> Vec<String> {
    answer.assert_is_error(400, "bad_request");
    let json = answer.json();
    let details = json["error"]["details"].as_array().expect("details");
    details.iter().map(|problem| problem["field"].as_str().expect("a field").to_owned()).collect()
}
