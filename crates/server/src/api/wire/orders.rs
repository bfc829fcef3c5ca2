//! The bodies of all endpoints that make something.

use domain::{AudioId, LyricOrder, Order, TaskKind, UploadOrder};
use serde_json::{Map, Value};

use super::limits::LONGEST_PROMPT;
use super::{Fields, Problem, Reply, audios};
use crate::api::ApiError;

/// The order in a body of the endpoint that makes `kind`, and how to reply. `seed` is taken if the order has none.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action; [`ApiError::BadRequest`] with everything that is wrong.
pub fn order(kind: TaskKind, body: &Map<String, Value>, seed: u32) -> Result<(Order, Reply), ApiError> {
    let (order, reply, allowed) = read(kind, body, seed)?.finish();
    allowed.map(|()| (order, reply))
}

/// A body that was read as far as that goes: more can be found wrong with it before it counts.
pub struct Read {
    /// The order. Where something is wrong with it, a default stands.
    pub order: Order,
    reply: Reply,
    problems: Vec<Problem>,
}

impl Read {
    /// Notes something that is wrong.
    pub fn wrong(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether nothing is to be made of it.
    #[must_use]
    pub const fn is_dry_run(&self) -> bool {
        self.reply.dry_run
    }

    /// Whether something is wrong with a field.
    #[must_use]
    pub fn is_wrong(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field == field)
    }

    /// What was read, and its refusal with everything that was wrong.
    pub fn finish(self) -> (Order, Reply, Result<(), ApiError>) {
        let Self { order, reply, problems } = self;
        let allowed = if problems.is_empty() { Ok(()) } else { Err(ApiError::BadRequest(problems)) };
        (order, reply, allowed)
    }
}

/// Reads a body of the endpoint that makes `kind`.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action.
pub fn read(kind: TaskKind, body: &Map<String, Value>, seed: u32) -> Result<Read, ApiError> {
    let mut fields = Fields::new(body);
    let order = match kind {
        TaskKind::Audios => {
            let (order, reply) = audios::read(&mut fields, body, seed)?;
            return Ok(Read { order: Order::Audio(order), reply, problems: fields.into_problems() });
        }
        TaskKind::Lyrics => Order::Lyric(lyric(&mut fields, seed)),
        TaskKind::Upload => Order::Upload(upload(&mut fields)),
        TaskKind::Videos => Order::Video(fields.needed_audio_id("to make a video of")),
        TaskKind::Wav => Order::Wav(fields.needed_audio_id("to make a WAV file of")),
    };
    let reply = Reply::read(&mut fields);
    Ok(Read { order, reply, problems: fields.into_problems() })
}

fn lyric(fields: &mut Fields<'_>, seed: u32) -> LyricOrder {
    let seed = fields.seed().unwrap_or(seed);
    LyricOrder { prompt: fields.prompt_of_words(), seed }
}

fn upload(fields: &mut Fields<'_>) -> UploadOrder {
    if fields.given("audio_url").is_none() {
        let expected = "an http or https URL of a sound";
        fields.wrong_because(
            "audio_url",
            "`audio_url` is not given: which sound is to be uploaded?",
            expected,
        );
    }
    UploadOrder { audio_url: fields.web_address("audio_url").map(String::from).unwrap_or_default() }
}

impl Fields<'_> {
    /// `seed`, if it is given.
    pub(super) fn seed(&mut self) -> Option<u32> {
        self.whole_number("seed", 0..=u64::from(u32::MAX)).and_then(|seed| seed.try_into().ok())
    }

    /// The id of a song or an upload. Whether there is one of this id is for the store to say.
    pub(super) fn audio_id(&mut self, field: &str) -> Option<AudioId> {
        let id = self.text(field, usize::MAX)?.parse().ok();
        if id.is_none() {
            self.wrong(field, "the id of a song or upload of yours");
        }
        id
    }

    /// `audio_id`, which must be given.
    fn needed_audio_id(&mut self, what_for: &str) -> AudioId {
        if self.given("audio_id").is_none() {
            let message = format!("`audio_id` is not given: the id of the song or upload {what_for}.");
            self.wrong_because("audio_id", &message, "the id of a song or upload of yours");
        }
        self.audio_id("audio_id").unwrap_or(AudioId::from_bytes([0; 16]))
    }

    /// `prompt` of words: a string, or an object, which is taken by its text.
    fn prompt_of_words(&mut self) -> String {
        let expected = format!("a string of up to {LONGEST_PROMPT} characters, or an object with text in it");
        let prompt = match self.given("prompt") {
            Some(Value::Object(object)) => text_of(object),
            Some(_) => self.text("prompt", LONGEST_PROMPT).unwrap_or_default().to_owned(),
            None => String::new(),
        };
        let told = self.is_wrong("prompt");
        if !told && prompt.trim().is_empty() {
            self.wrong_because("prompt", "`prompt` is not given: what are the words to be about?", &expected);
        } else if !told && prompt.chars().count() > LONGEST_PROMPT {
            self.wrong("prompt", &expected);
        }
        prompt
    }
}

/// The text of an object: the field that is named so, else every text in it.
fn text_of(object: &Map<String, Value>) -> String {
    let named = ["text", "prompt", "content"].into_iter().find_map(|name| object.get(name)?.as_str());
    if let Some(text) = named.map(str::trim).filter(|text| !text.is_empty()) {
        return text.to_owned();
    }
    let mut found = Vec::new();
    object.values().for_each(|value| gather(value, &mut found));
    found.join("\n")
}

/// Every text in a value, in the order of the names of its fields. The parser has bounded how deep it is.
fn gather<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => found.push(text.trim()),
        Value::Array(list) => list.iter().for_each(|value| gather(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, found)),
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::wire::Problem;

    const ID: &str = "1dd08826-478e-43a6-868f-aff5ababac2c";

    fn read(kind: TaskKind, body: &Value) -> Result<Order, Vec<Problem>> {
        match order(kind, body.as_object().expect("an object"), 7) {
            Ok((order, _)) => Ok(order),
            Err(ApiError::BadRequest(problems)) => Err(problems),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn wrong(kind: TaskKind, body: Value) -> Vec<String> {
        let problems = read(kind, &body).expect_err("accepted");
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_prompt_of_words_is_a_string_or_the_text_in_an_object() {
        let words = |prompt: Value| match read(TaskKind::Lyrics, &json!({ "prompt": prompt })) {
            Ok(Order::Lyric(order)) => Ok(order.prompt),
            Ok(other) => panic!("{other:?}"),
            Err(problems) => Err(problems[0].message.clone()),
        };
        assert_eq!(words(json!("rain")).as_deref(), Ok("rain"));
        let told = json!({ "language": "en", "text": " rain ", "model": "x" });
        assert_eq!(words(told).as_deref(), Ok("rain"));
        let nested = json!({ "about": "rain", "more": [{ "mood": " sad " }, 3, null] });
        assert_eq!(words(nested).as_deref(), Ok("rain\nsad"));
        for nothing in [json!(""), json!(null), json!({}), json!({ "n": 1 }), json!("  ")] {
            assert!(words(nothing).expect_err("accepted").contains("not given"));
        }
        assert!(words(json!(["rain"])).expect_err("accepted").contains("expected a string"));
        assert!(words(json!({ "text": "x".repeat(2_001) })).is_err());
    }

    #[test]
    fn a_song_or_upload_is_named_by_a_lower_case_uuid() {
        for kind in [TaskKind::Wav, TaskKind::Videos] {
            let order = read(kind, &json!({ "audio_id": ID })).expect("accepted");
            assert_eq!(order.kind(), kind);
            assert_eq!(order.sources().collect::<Vec<_>>(), [ID.parse().expect("a UUID")]);
            for body in [
                json!({}),
                json!({ "audio_id": null }),
                json!({ "audio_id": "x" }),
                json!({ "audio_id": 3 }),
                json!({ "audio_id": ID.to_uppercase() }),
            ] {
                assert_eq!(wrong(kind, body), ["audio_id"]);
            }
        }
    }

    #[test]
    fn a_sound_is_fetched_from_the_web() {
        let order = read(TaskKind::Upload, &json!({ "audio_url": "https://example.com/a.mp3" }));
        let Ok(Order::Upload(order)) = order else { panic!("{order:?}") };
        assert_eq!(order.audio_url, "https://example.com/a.mp3");
        for url in ["", "file:///etc/passwd", "ftp://example.com/a", "a.mp3", "data:audio/wav;base64,"] {
            assert_eq!(wrong(TaskKind::Upload, json!({ "audio_url": url })), ["audio_url"], "{url}");
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_body_is_told() {
        let body = json!({ "prompt": 3, "seed": "x", "async": 1, "callback_url": "x" });
        assert_eq!(wrong(TaskKind::Lyrics, body), ["seed", "prompt", "async", "callback_url"]);
    }
}
