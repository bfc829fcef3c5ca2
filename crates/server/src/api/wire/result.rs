//! The `response` of a task that succeeded, as it is stored.

use domain::{AudioId, AudioOrder, ResponseText, TaskId, Timestamp, TraceId};
use serde::Serialize;

use super::media::{Media, marked};

/// A song as the wire shows it.
pub struct SongItem<'a> {
    /// The song's id.
    pub id: AudioId,
    /// Its order, with the seed that was used.
    pub order: &'a AudioOrder,
    /// Its title.
    pub title: &'a str,
    /// Its words.
    pub lyric: &'a str,
    /// The cover's name relative to the public base.
    pub image: &'a str,
    /// The sound's name relative to the public base.
    pub audio: &'a str,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its length in seconds.
    pub duration: f64,
}

#[derive(Serialize)]
struct Response<'a> {
    success: bool,
    task_id: String,
    trace_id: String,
    data: [Item<'a>; 1],
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    title: &'a str,
    image_url: Media<'a>,
    lyric: &'a str,
    audio_url: Media<'a>,
    video_url: Option<Media<'a>>,
    image_id: String,
    topic: Option<&'a str>,
    seed: String,
    sound: &'a str,
    created_at: String,
    model: &'a str,
    progress: &'a str,
    state: &'a str,
    duration: String,
}

/// The response of a song's task. `mark` is a text that nobody can guess, and that does not stay.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn song_response(
    task: TaskId,
    trace: TraceId,
    song: &SongItem<'_>,
    mark: &str,
) -> Result<ResponseText, String> {
    let order = song.order;
    let item = Item {
        id: song.id.to_string(),
        title: song.title,
        image_url: Media { mark, name: song.image },
        lyric: song.lyric,
        audio_url: Media { mark, name: song.audio },
        video_url: None,
        image_id: song.id.to_string(),
        topic: None,
        seed: order.seed.to_string(),
        sound: order.style.as_deref().or(order.prompt.as_deref()).unwrap_or_default(),
        created_at: iso_time(song.made_at),
        model: order.model.as_str(),
        progress: "100%",
        state: "succeeded",
        duration: format!("{:?}", song.duration),
    };
    let response =
        Response { success: true, task_id: task.to_string(), trace_id: trace.to_string(), data: [item] };
    marked(&response, mark)
}

/// RFC 3339 with six decimals, in UTC.
pub(super) fn iso_time(time: Timestamp) -> String {
    let since_epoch = std::time::Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or_default());
    humantime::format_rfc3339_micros(std::time::UNIX_EPOCH + since_epoch).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_has_every_key_of_the_seed_and_no_mark() {
        let body = json!({ "lyric": "[Verse]\nOne", "custom": true, "model": "FUZZ-2.0 Pro", "seed": 1_490_770_667 });
        let (order, _) =
            crate::api::wire::audios::order(body.as_object().expect("an object"), 0).expect("accepted");
        let song = SongItem {
            id: "1dd08826-478e-43a6-868f-aff5ababac2c".parse().expect("a UUID"),
            order: &order,
            title: "One",
            lyric: "[Verse]\nOne",
            image: "files/f/cover.jpg",
            audio: "files/f/song.m4a",
            made_at: Timestamp::from_millis(1_767_119_760_994),
            duration: 5_963_776.0 / 44_100.0,
        };
        let task = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("a UUID");
        let trace = "1da03537-4eb8-410d-b849-43f03085a3bb".parse().expect("a UUID");
        let text = song_response(task, trace, &song, "MARK").expect("written");
        let mut out = String::new();
        text.write_with_base("http://h/", &mut out);
        insta::assert_snapshot!(out);
        assert!(!text.json().contains("MARK"));
    }
}
