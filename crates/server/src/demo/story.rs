//! One song's way through the server, as its client sees it.

use std::time::Duration;

use bytes::Bytes;
use domain::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::checks::{self, Ordered};
use super::client::{Answer, Client};
use super::data::{self, Data};
use super::order;
use super::receiver::Receiver;
use crate::cli::Failure;
use crate::clock::{Clock as _, SystemClock};

/// How often the task is asked for.
const POLL: Duration = Duration::from_millis(250);
/// The longest that the song may take.
const SONG_WITHIN: Duration = Duration::from_secs(15 * 60);
/// The longest that the callback may take after the song is there: its first retries too.
const CALLBACK_WITHIN: Duration = Duration::from_secs(60);

/// Everything that came back, checked.
pub(super) struct Story {
    /// The task's record.
    pub record: Value,
    /// The answer of `retrieve_batch`.
    pub batch: Value,
    /// The callback's body.
    pub callback: Value,
    /// The song.
    pub audio: Bytes,
    /// Its picture.
    pub cover: Bytes,
    /// The song as data.
    pub data: Data,
    /// The song's length in seconds.
    pub song_seconds: f64,
    /// The cover's pixels a side.
    pub cover_side: u32,
    /// From the order to its answer.
    pub answered_after: Duration,
    /// From the order to the first answer that had the song.
    pub ready_after: Duration,
    /// From the order to when the callback was taken up.
    pub called_after: Duration,
}

/// Orders the song, waits for it, and checks all that came of it.
pub(super) async fn tell(client: &Client) -> Result<Story, Failure> {
    let mut receiver = Receiver::start().await?;
    let lyric = order::sample_lyric()?;
    let body = order::with_callback(&lyric, Some(&receiver.url()))?;
    let began = SystemClock::default().now();
    let answer = client.post("/producer/audios", body.clone()).await?;
    let answered_after = since(began);
    let text = |key: &str| answer.json[key].as_str().map(str::to_owned);
    let (Some(task_id), Some(trace_id)) = (text("task_id"), text("trace_id")) else {
        return Err(Failure(format!("expected task_id and trace_id; came {}", answer.text)));
    };
    let ordered = Ordered { body, lyric, task_id, trace_id };

    let record = until_ended(client, &ordered.task_id, began).await?;
    let ready_after = since(began);
    checks::record(&ordered, &record.text, &record.json)?;
    let callback = receiver.next(CALLBACK_WITHIN).await;
    let called_after = since(began);
    let waited = CALLBACK_WITHIN.as_secs();
    let callback =
        callback.ok_or_else(|| Failure(format!("expected a callback; none came in {waited} s")))?;
    let callback = serde_json::from_slice(&callback)?;
    checks::callback(&record.json, &callback)?;
    let ids = [&ordered.task_id, &ordered.task_id];
    let batch =
        client.post("/producer/tasks", json!({ "action": "retrieve_batch", "ids": ids }).to_string()).await?;
    checks::batch(&record.json, &batch.json)?;

    let song = checks::song(&record.json);
    let audio = client.download(song["audio_url"].as_str().unwrap_or_default(), "audio/").await?;
    let cover = client.download(song["image_url"].as_str().unwrap_or_default(), "image/").await?;
    let song_seconds = checks::audio(song, &audio)?;
    Ok(Story {
        data: data::fetch(client, &ordered.task_id, &ordered.lyric, song_seconds).await?,
        song_seconds,
        cover_side: checks::cover(&cover)?,
        record: record.json,
        batch: batch.json,
        callback,
        audio,
        cover,
        answered_after,
        ready_after,
        called_after,
    })
}

fn since(then: Timestamp) -> Duration {
    SystemClock::default().now().since(then)
}

/// Asks for the task until it has ended, and shows how far it is.
async fn until_ended(client: &Client, task_id: &str, began: Timestamp) -> Result<Answer, Failure> {
    let query = json!({ "action": "retrieve", "id": task_id }).to_string();
    let bar = progress();
    let result = loop {
        let record = client.post("/producer/tasks", query.clone()).await?;
        match record.json["state"].as_str() {
            Some("pending" | "processing") if since(began) < SONG_WITHIN => {
                bar.set_position(percent(&record.json));
                bar.set_message(record.json["state"].as_str().unwrap_or_default().to_owned());
                SystemClock::default().sleep_until(SystemClock::default().now().plus(POLL)).await;
            }
            Some("succeeded") => break Ok(record),
            _ => {
                break Err(Failure(format!(
                    "expected a song within {} s; came {}",
                    SONG_WITHIN.as_secs(),
                    record.text
                )));
            }
        }
    };
    bar.finish_and_clear();
    result
}

/// `{"progress": "42%"}` of a record's response.
fn percent(record: &Value) -> u64 {
    let told = record["response"]["progress"].as_str().and_then(|text| text.strip_suffix('%'));
    told.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn progress() -> ProgressBar {
    let bar = ProgressBar::new(100);
    let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos:>3} %  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_the_response() {
        assert_eq!(percent(&json!({ "response": { "progress": "42%" } })), 42);
        assert_eq!(percent(&json!({ "response": {} })), 0);
    }
}
