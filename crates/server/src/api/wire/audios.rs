//! The body of `/producer/audios`.

use std::str::FromStr;

use domain::{Action, AudioId, AudioOrder, Model, VocalGender, Window, line_breaks};
use serde_json::{Map, Value};

use super::limits::{LONGEST_LYRIC, LONGEST_PROMPT, LONGEST_TITLE};
use super::{Fields, Reply};
use crate::api::ApiError;

/// The order in a body, and how to reply. `seed` is taken if the order has none.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action; [`ApiError::BadRequest`] with everything that is wrong.
pub fn order(body: &Map<String, Value>, seed: u32) -> Result<(AudioOrder, Reply), ApiError> {
    let mut fields = Fields::new(body);
    let read = read(&mut fields, body, seed)?;
    fields.finish(read)
}

/// The order as far as it can be read; what is wrong with it is noted in `fields`.
pub(super) fn read(
    fields: &mut Fields<'_>,
    body: &Map<String, Value>,
    seed: u32,
) -> Result<(AudioOrder, Reply), ApiError> {
    let action = action(body)?;
    let model = model(fields);
    let source = Source::read(action, fields);
    let order = AudioOrder {
        action,
        model,
        prompt: fields.words("prompt", LONGEST_PROMPT).map(str::to_owned),
        lyric: fields.words("lyric", LONGEST_LYRIC).map(line_breaks),
        custom: fields.flag("custom"),
        title: fields.text("title", LONGEST_TITLE).map(str::to_owned),
        instrumental: fields.flag("instrumental"),
        style: fields.text("style", LONGEST_PROMPT).map(str::to_owned),
        style_negative: fields.text("style_negative", LONGEST_PROMPT).map(str::to_owned),
        vocal_gender: gender(fields),
        lyrics_strength: fields.number("lyrics_strength", 0.0..=1.0, 0.7),
        sound_strength: fields.number("sound_strength", 0.0..=1.0, 0.7).max(0.2),
        weirdness: fields.number("weirdness", 0.0..=1.0, 0.5),
        audio_id: source.audio_id,
        swap_audio_id: source.swap_audio_id,
        continue_at: source.continue_at,
        window: source.window,
        cover_strength: fields.number("cover_strength", 0.0..=1.0, 1.0).max(0.2),
        lyric_prompt: fields.text("lyric_prompt", LONGEST_PROMPT).map(str::to_owned),
        seed: fields.seed().unwrap_or(seed),
    };
    let has_words = |field| {
        fields.given(field).is_some_and(|given| given.as_str().is_none_or(|text| !text.trim().is_empty()))
    };
    if action == Action::Generate && !has_words("prompt") && !has_words("lyric") {
        fields.wrong_because(
            "prompt",
            "`generate` needs a `prompt` or a `lyric`, and neither is given.",
            "a string of up to 2,000 characters, or a `lyric`",
        );
    }
    let reply = Reply::read(fields);
    Ok((order, reply))
}

/// What an action starts from. What only other actions use is looked at too, so that what is wrong with it is told.
struct Source {
    audio_id: Option<AudioId>,
    swap_audio_id: Option<AudioId>,
    continue_at: Option<f64>,
    window: Option<Window>,
}

impl Source {
    fn read(action: Action, fields: &mut Fields<'_>) -> Self {
        let plain = action.plain();
        if action.needs_source() && fields.given("audio_id").is_none() {
            let message = format!("`{}` needs an `audio_id`, and none is given.", action.as_str());
            fields.wrong_because("audio_id", &message, "the id of a song or upload of yours");
        }
        let audio_id = fields.audio_id("audio_id").filter(|_| action.needs_source());
        let swaps = matches!(plain, Action::SwapVocals | Action::SwapInstrumentals);
        let swap_audio_id = fields.audio_id("swap_audio_id").filter(|_| swaps);
        let continue_at = fields.optional_number("continue_at", 0.0..=f64::MAX);
        let window = window(plain == Action::ReplaceSection, fields);
        Self { audio_id, swap_audio_id, continue_at: continue_at.filter(|_| plain == Action::Extend), window }
    }
}

/// `replace_section_start` and `replace_section_end`, if they are `needed`.
fn window(needed: bool, fields: &mut Fields<'_>) -> Option<Window> {
    const START: &str = "replace_section_start";
    const END: &str = "replace_section_end";
    let start = fields.optional_number(START, 0.0..=f64::MAX);
    let end = fields.optional_number(END, 0.0..=f64::MAX);
    if !needed {
        return None;
    }
    if start.is_none() && end.is_none() {
        if !fields.is_wrong(START) && !fields.is_wrong(END) {
            let message = format!("`replace_section` needs `{START}` or `{END}`, and neither is given.");
            fields.wrong_because(START, &message, "a number of seconds within the song");
        }
        return None;
    }
    // The official command line shows how to leave one out.
    let window = Window { start: start.unwrap_or(0.0), end: end.unwrap_or(f64::INFINITY) };
    if window.start >= window.end {
        let message =
            format!("`{START}` is {}, and not before `{END}`, which is {}.", window.start, window.end);
        fields.wrong_because(START, &message, "less than `replace_section_end`");
    }
    Some(window)
}

fn action(body: &Map<String, Value>) -> Result<Action, ApiError> {
    let given = match body.get("action") {
        None | Some(Value::Null) => return Ok(Action::Generate),
        Some(Value::String(word)) if word.is_empty() => return Ok(Action::Generate),
        Some(Value::String(word)) => word.parse().ok(),
        Some(_) => None,
    };
    given.ok_or_else(|| {
        let known = Action::ALL.map(Action::as_str).join(", ");
        ApiError::NotImplemented(format!("`action` is expected to be one of {known}."))
    })
}

fn model(fields: &mut Fields<'_>) -> Model {
    let Some(given) = fields.given("model") else { return Model::Fuzz20 };
    match given.as_str().map(Model::from_str) {
        Some(Ok(model)) => model,
        _ => {
            let known = Model::ALL.map(Model::as_str).join(", ");
            fields.wrong_because(
                "model",
                &format!("model is invalid. Expected one of {known}."),
                &format!("one of {known}"),
            );
            Model::Fuzz20
        }
    }
}

fn gender(fields: &mut Fields<'_>) -> Option<VocalGender> {
    match fields.given("vocal_gender")?.as_str() {
        Some("m" | "male") => Some(VocalGender::Male),
        Some("f" | "female") => Some(VocalGender::Female),
        _ => {
            fields.wrong("vocal_gender", "one of m, f, male, female");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<(AudioOrder, Reply), ApiError> {
        order(body.as_object().expect("an object"), 7)
    }

    #[test]
    fn what_is_left_out_has_its_documented_default() {
        let (order, reply) = read(json!({ "prompt": "a slow waltz" })).expect("accepted");
        assert_eq!((order.action, order.model, order.seed), (Action::Generate, Model::Fuzz20, 7));
        assert_eq!((order.lyrics_strength, order.sound_strength, order.weirdness), (0.7, 0.7, 0.5));
        assert!(reply.waits && !order.custom && !order.instrumental);
    }

    #[test]
    fn what_the_clients_really_send_is_accepted() {
        let sdk = json!({ "action": "generate", "prompt": "a", "weirdness": false, "seed": false, "continue_at": false });
        let mcp =
            json!({ "action": "generate", "prompt": "a", "lyric": null, "seed": null, "callback_url": null });
        let cli =
            json!({ "prompt": "a", "title": "", "callback_url": "", "sound_strength": 0.05, "async": true });
        assert_eq!(read(sdk).expect("the SDK's").0.seed, 7);
        assert!(read(mcp).expect("the MCP server's").1.waits);
        let (order, reply) = read(cli).expect("the command line's");
        assert_eq!((order.sound_strength, reply.waits), (0.2, false));
    }

    #[test]
    fn an_unknown_action_is_not_implemented_and_an_unknown_model_invalid() {
        assert!(matches!(read(json!({ "action": "sing" })), Err(ApiError::NotImplemented(_))));
        let Err(ApiError::BadRequest(problems)) = read(json!({ "prompt": "a", "model": "FUZZ-9" })) else {
            panic!("accepted")
        };
        assert!(problems[0].message.starts_with("model is invalid."));
        assert!(problems[0].message.contains("FUZZ-2.0 Pro"));
    }

    const ID: &str = "1dd08826-478e-43a6-868f-aff5ababac2c";

    fn problems(body: Value) -> Vec<String> {
        match read(body) {
            Err(ApiError::BadRequest(problems)) => {
                problems.into_iter().map(|problem| problem.field).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_action_but_generate_starts_from_a_song_or_upload() {
        for action in Action::ALL.into_iter().filter(|action| *action != Action::Generate) {
            let body = |id: Value| {
                json!({
                    "action": action.as_str(), "audio_id": id, "replace_section_start": 1, "replace_section_end": 2,
                })
            };
            for missing in [json!(null), json!(""), json!("no id"), json!(3)] {
                assert_eq!(problems(body(missing)), ["audio_id"], "{action:?}");
            }
            let (order, _) = read(body(json!(ID))).expect("accepted");
            assert_eq!(order.audio_id, ID.parse().ok());
            assert_eq!(order.window.is_some(), action.plain() == Action::ReplaceSection, "{action:?}");
        }
        let (order, _) = read(json!({ "prompt": "a", "audio_id": ID })).expect("accepted");
        assert_eq!(order.audio_id, None, "a new song starts from nothing");
    }

    #[test]
    fn a_section_to_replace_begins_before_it_ends() {
        let body = |start: Value, end: Value| {
            json!({
                "action": "replace_section", "audio_id": ID, "replace_section_start": start, "replace_section_end": end,
            })
        };
        let (order, _) = read(body(json!(0), json!(4.5))).expect("accepted");
        assert_eq!(order.window, Some(Window { start: 0.0, end: 4.5 }));
        assert_eq!(problems(body(json!(2), json!(2))), ["replace_section_start"]);
        assert_eq!(problems(body(json!(-1), json!(2))), ["replace_section_start"]);
        assert_eq!(problems(body(json!(false), json!("x"))), ["replace_section_end"]);
        assert_eq!(problems(body(json!(null), json!(false))), ["replace_section_start"]);
    }

    #[test]
    fn a_section_that_has_one_end_reaches_to_that_of_the_song() {
        let window = |body: Value| read(body).map(|(order, _)| order.window);
        let from = json!({ "action": "replace_section", "audio_id": ID, "replace_section_start": 4 });
        assert_eq!(window(from).expect("accepted"), Some(Window { start: 4.0, end: f64::INFINITY }));
        let to = json!({ "action": "replace_section", "audio_id": ID, "replace_section_end": 4 });
        assert_eq!(window(to).expect("accepted"), Some(Window { start: 0.0, end: 4.0 }));
    }

    #[test]
    fn a_song_is_continued_at_a_moment_or_at_its_end() {
        let at = |at: Value| {
            let body = json!({ "action": "upload_extend", "audio_id": ID, "continue_at": at });
            read(body).map(|(order, _)| order.continue_at)
        };
        assert_eq!(at(json!(12.5)).expect("accepted"), Some(12.5));
        for end in [json!(null), json!(false), json!("")] {
            assert_eq!(at(end).expect("accepted"), None);
        }
        assert!(at(json!(-1)).is_err() && at(json!("soon")).is_err());
    }
}
