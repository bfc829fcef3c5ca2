//! What must hold of everything that comes back. A check that fails says what was expected and what came.

use media::decode::{Limits, Sound, decode, picture_size};
use serde_json::Value;

use crate::bench::root_mean_square;
use crate::cli::Failure;

/// What was ordered, and what the order was answered with.
pub(super) struct Ordered {
    /// The body, as it was sent.
    pub body: String,
    /// The song's words.
    pub lyric: String,
    /// The id of its task.
    pub task_id: String,
    /// The trace of the order.
    pub trace_id: String,
}

/// Every key of the document's record, and of the song in it.
const RECORD_KEYS: [&str; 13] = [
    "_id",
    "id",
    "api_id",
    "application_id",
    "created_at",
    "credential_id",
    "request",
    "trace_id",
    "type",
    "user_id",
    "response",
    "duration",
    "finished_at",
];
const SONG_KEYS: [&str; 15] = [
    "id",
    "title",
    "image_url",
    "lyric",
    "audio_url",
    "video_url",
    "image_id",
    "topic",
    "seed",
    "sound",
    "created_at",
    "model",
    "progress",
    "state",
    "duration",
];

/// The song sounds, as a whole (-40 dB of full scale) and in each of its thirds (-50 dB).
const QUIETEST: f64 = 0.01;
const QUIETEST_THIRD: f64 = 0.003_162;
/// The smallest cover, in pixels a side.
const SMALLEST_COVER: u32 = 1_024;

/// Fails unless `holds`.
pub(super) fn check(
    what: &str,
    holds: bool,
    expected: impl std::fmt::Display,
    came: impl std::fmt::Display,
) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure(format!("check failed: {what}: expected {expected}; came {came}")))
    }
}

fn equal(what: &str, expected: &Value, came: &Value) -> Result<(), Failure> {
    check(what, expected == came, expected, came)
}

fn all_keys(what: &str, keys: &[&str], object: &Value) -> Result<(), Failure> {
    let missing: Vec<_> = keys.iter().copied().filter(|key| object.get(key).is_none()).collect();
    check(
        what,
        missing.is_empty(),
        keys.join(", "),
        format_args!("none of {}, in {object}", missing.join(", ")),
    )
}

/// The song that a finished record names.
pub(super) fn song(record: &Value) -> &Value {
    &record["response"]["data"][0]
}

/// The record of the ordered song has the document's shape, and tells what was ordered and what came of it.
pub(super) fn record(ordered: &Ordered, text: &str, record: &Value) -> Result<(), Failure> {
    all_keys("keys of the record", &RECORD_KEYS, record)?;
    equal("id of the record", &ordered.task_id.as_str().into(), &record["id"])?;
    equal("trace_id of the record", &ordered.trace_id.as_str().into(), &record["trace_id"])?;
    equal("type of the record", &"audios".into(), &record["type"])?;
    equal("state of the record", &"succeeded".into(), &record["state"])?;
    let request = format!(r#""request":{}"#, ordered.body);
    check("request of the record, to the byte", text.contains(&request), &ordered.body, &record["request"])?;
    let seconds = |key: &str| record[key].as_f64().unwrap_or(f64::NAN);
    let took = seconds("finished_at") - seconds("created_at");
    check("duration of the record", (took - seconds("duration")).abs() < 1e-6, took, &record["duration"])?;
    let response = &record["response"];
    equal("success of the response", &true.into(), &response["success"])?;
    equal("task_id of the response", &record["id"], &response["task_id"])?;
    equal("trace_id of the response", &record["trace_id"], &response["trace_id"])?;
    let songs = response["data"].as_array().map_or(0, Vec::len);
    check("songs of the response", songs == 1, "1", songs)?;
    the_song(ordered, song(record))
}

fn the_song(ordered: &Ordered, song: &Value) -> Result<(), Failure> {
    all_keys("keys of the song", &SONG_KEYS, song)?;
    let title = ordered.lyric.lines().find(|line| !line.starts_with('[')).unwrap_or_default();
    equal("title of the song", &title.into(), &song["title"])?;
    equal("lyric of the song", &ordered.lyric.as_str().into(), &song["lyric"])?;
    equal("model of the song", &"FUZZ-2.0 Pro".into(), &song["model"])?;
    equal("state of the song", &"succeeded".into(), &song["state"])?;
    equal("progress of the song", &"100%".into(), &song["progress"])?;
    equal("image_id of the song", &song["id"], &song["image_id"])?;
    for key in ["image_url", "audio_url"] {
        let url = song[key].as_str().unwrap_or_default();
        check(key, url.starts_with("http://"), "an address", &song[key])?;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    check("seed of the song", song["seed"].as_str().is_some_and(digits), "digits", &song["seed"])
}

/// The batch holds the record twice, since it was asked for twice.
pub(super) fn batch(record: &Value, batch: &Value) -> Result<(), Failure> {
    equal("count of the batch", &2.into(), &batch["count"])?;
    let items = batch["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    check("items of the batch", items.len() == 2, "2", items.len())?;
    items.iter().try_for_each(|item| equal("an item of the batch", record, item))
}

/// The callback brought what the record holds.
pub(super) fn callback(record: &Value, callback: &Value) -> Result<(), Failure> {
    equal("body of the callback", &record["response"], callback)
}

/// The song decodes, lasts as long as its record says, and sounds from beginning to end. Gives its seconds.
pub(super) fn audio(song: &Value, bytes: &[u8]) -> Result<f64, Failure> {
    let sound = decode(bytes, &Limits::default())
        .map_err(|error| Failure(format!("check failed: the song decodes: expected sound; came {error}")))?;
    lasts_and_sounds(song, &sound)
}

fn lasts_and_sounds(song: &Value, sound: &Sound) -> Result<f64, Failure> {
    let seconds = sound.seconds();
    equal("duration of the song, as its samples have it", &format!("{seconds:?}").into(), &song["duration"])?;
    check("rate of the song", sound.sample_rate == 44_100, 44_100, sound.sample_rate)?;
    let whole = root_mean_square(&sound.left, &sound.right);
    check("loudness of the song", whole >= QUIETEST, format_args!("at least {QUIETEST}"), whole)?;
    let third = sound.left.len().div_ceil(3).max(1);
    for (number, (left, right)) in sound.left.chunks(third).zip(sound.right.chunks(third)).enumerate() {
        let loudness = root_mean_square(left, right);
        let what = format!("loudness of third {} of the song", number + 1);
        check(&what, loudness >= QUIETEST_THIRD, format_args!("at least {QUIETEST_THIRD}"), loudness)?;
    }
    Ok(seconds)
}

/// The cover decodes and is large enough. Gives its pixels a side.
pub(super) fn cover(bytes: &[u8]) -> Result<u32, Failure> {
    let (width, height) = picture_size(bytes).map_err(|error| {
        Failure(format!("check failed: the cover decodes: expected a picture; came {error}"))
    })?;
    let square = width == height && width >= SMALLEST_COVER;
    let expected = format_args!("a square of at least {SMALLEST_COVER} pixels");
    check("size of the cover", square, expected, format_args!("{width} x {height}"))?;
    Ok(width)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LYRIC: &str = "[Verse]\nOne\nTwo";
    const BODY: &str = r#"{"lyric":"[Verse]\nOne\nTwo","custom":true}"#;

    fn ordered() -> Ordered {
        let (task_id, trace_id) = ("the-task".to_owned(), "the-trace".to_owned());
        Ordered { body: BODY.to_owned(), lyric: LYRIC.to_owned(), task_id, trace_id }
    }

    fn good() -> Value {
        let song = json!({
            "id": "s", "title": "One", "image_url": "http://h/c.jpg", "lyric": LYRIC,
            "audio_url": "http://h/s.m4a", "video_url": null, "image_id": "s", "topic": null, "seed": "7",
            "sound": "", "created_at": "2025-12-30T18:36:00.994141Z", "model": "FUZZ-2.0 Pro",
            "progress": "100%", "state": "succeeded", "duration": "0.5",
        });
        json!({
            "_id": "o", "id": "the-task", "api_id": "a", "application_id": "b", "created_at": 10.25,
            "credential_id": "c", "request": serde_json::from_str::<Value>(BODY).expect("JSON"),
            "trace_id": "the-trace", "type": "audios", "user_id": "u", "state": "succeeded",
            "response": { "success": true, "task_id": "the-task", "trace_id": "the-trace", "data": [song] },
            "duration": 2.5, "finished_at": 12.75,
        })
    }

    fn text() -> String {
        format!(r#"{{"request":{BODY}}}"#)
    }

    #[test]
    fn a_right_record_passes() {
        record(&ordered(), &text(), &good()).expect("right");
    }

    #[test]
    fn every_wrong_part_of_a_record_is_told() {
        let wrong = [
            ("/id", json!("another")),
            ("/trace_id", json!("another")),
            ("/type", json!("wav")),
            ("/state", json!("failed")),
            ("/duration", json!(2.6)),
            ("/response/success", json!(false)),
            ("/response/task_id", json!("another")),
            ("/response/data", json!([])),
            ("/response/data/0", json!({ "id": "s" })),
            ("/response/data/0/title", json!("Two")),
            ("/response/data/0/lyric", json!("")),
            ("/response/data/0/model", json!("FUZZ-0.8")),
            ("/response/data/0/image_id", json!("t")),
            ("/response/data/0/audio_url", json!(null)),
            ("/response/data/0/seed", json!(7)),
        ];
        for (place, value) in wrong {
            let mut bad = good();
            *bad.pointer_mut(place).expect(place) = value;
            assert!(record(&ordered(), &text(), &bad).is_err(), "{place}");
        }
    }

    #[test]
    fn a_missing_key_and_a_changed_request_are_told() {
        for key in RECORD_KEYS {
            let mut bad = good();
            bad.as_object_mut().expect("an object").remove(key);
            let failure = record(&ordered(), &text(), &bad).expect_err(key).to_string();
            assert!(failure.contains(key), "{failure}");
        }
        let failure = record(&ordered(), r#"{"request":{}}"#, &good()).expect_err("changed").to_string();
        assert!(
            failure.contains("to the byte") && failure.contains("expected") && failure.contains("came"),
            "{failure}"
        );
    }

    #[test]
    fn a_batch_holds_the_record_twice() {
        let right = json!({ "items": [good(), good()], "count": 2 });
        batch(&good(), &right).expect("right");
        for wrong in [
            json!({ "items": [good()], "count": 1 }),
            json!({ "items": [good(), good()], "count": 1 }),
            json!({ "items": [good(), {}], "count": 2 }),
        ] {
            assert!(batch(&good(), &wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_callback_brings_the_response() {
        callback(&good(), &good()["response"]).expect("right");
        assert!(callback(&good(), &json!({ "success": true })).is_err());
    }

    fn half_a_second(level: impl Fn(usize) -> f32) -> Sound {
        let samples: Vec<f32> = (0..22_050).map(level).collect();
        Sound { left: samples.clone(), right: samples, sample_rate: 44_100 }
    }

    #[test]
    fn a_song_lasts_what_is_said_and_sounds_throughout() {
        let song = json!({ "duration": "0.5" });
        lasts_and_sounds(&song, &half_a_second(|_| 0.1)).expect("right");
        assert!(lasts_and_sounds(&json!({ "duration": "0.51" }), &half_a_second(|_| 0.1)).is_err(), "length");
        assert!(lasts_and_sounds(&song, &half_a_second(|_| 0.0)).is_err(), "silence");
        let cut = half_a_second(|place| if place < 14_000 { 0.1 } else { 0.0 });
        let failure = lasts_and_sounds(&song, &cut).expect_err("a silent end").to_string();
        assert!(failure.contains("third 3"), "{failure}");
    }

    #[test]
    fn what_is_no_song_and_no_cover_is_told() {
        assert!(audio(&json!({}), b"no sound").is_err());
        assert!(cover(b"no picture").is_err());
    }
}
