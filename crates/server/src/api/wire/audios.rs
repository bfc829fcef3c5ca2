//! The body of `/producer/audios`.

use std::str::FromStr;

use domain::{Action, AudioOrder, Model, VocalGender, line_breaks};
use serde_json::{Map, Value};
use store::CallbackUrl;
use url::Url;

use super::Fields;
use crate::api::ApiError;

/// How the orderer wants to hear of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The connection waits for it.
    pub waits: bool,
    /// It is to be posted there.
    pub callback_url: Option<CallbackUrl>,
}

/// The order in a body, and how to reply. `seed` is taken if the order has none.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action; [`ApiError::BadRequest`] with everything that is wrong.
pub fn order(body: &Map<String, Value>, seed: u32) -> Result<(AudioOrder, Reply), ApiError> {
    let action = action(body)?;
    let mut fields = Fields::new(body);
    let model = model(&mut fields);
    let order = AudioOrder {
        action,
        model,
        prompt: fields.text("prompt", 2_000).map(str::to_owned),
        lyric: fields.text("lyric", 10_000).map(line_breaks),
        custom: fields.flag("custom"),
        title: fields.text("title", 200).map(str::to_owned),
        instrumental: fields.flag("instrumental"),
        style: fields.text("style", 2_000).map(str::to_owned),
        style_negative: fields.text("style_negative", 2_000).map(str::to_owned),
        vocal_gender: gender(&mut fields),
        lyrics_strength: fields.number("lyrics_strength", 0.0..=1.0, 0.7),
        sound_strength: fields.number("sound_strength", 0.0..=1.0, 0.7).max(0.2),
        weirdness: fields.number("weirdness", 0.0..=1.0, 0.5),
        seed: fields
            .whole_number("seed", 0..=u64::from(u32::MAX))
            .and_then(|s| s.try_into().ok())
            .unwrap_or(seed),
    };
    if action == Action::Generate && fields.given("prompt").is_none() && fields.given("lyric").is_none() {
        fields.wrong_because(
            "prompt",
            "`generate` needs a `prompt` or a `lyric`, and neither is given.",
            "a string of up to 2,000 characters, or a `lyric`",
        );
    }
    of_other_actions(&mut fields);
    let reply = reply(&mut fields);
    fields.finish((order, reply))
}

/// Fields that only other actions use: looked at, so that what is wrong with them is told.
fn of_other_actions(fields: &mut Fields<'_>) {
    for field in ["audio_id", "swap_audio_id"] {
        fields.text(field, 200);
    }
    fields.text("lyric_prompt", 2_000);
    fields.number("cover_strength", 0.0..=1.0, 1.0);
    for field in ["continue_at", "replace_section_start", "replace_section_end"] {
        fields.number(field, 0.0..=f64::MAX, 0.0);
    }
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

fn reply(fields: &mut Fields<'_>) -> Reply {
    let at_once = fields.flag("async");
    let callback_url = fields.text("callback_url", 8_192).map(callback);
    let callback_url = match callback_url {
        Some(None) => {
            fields.wrong("callback_url", "an http or https URL with a host");
            None
        }
        Some(found) => found,
        None => None,
    };
    Reply { waits: !at_once && callback_url.is_none(), callback_url }
}

fn callback(text: &str) -> Option<CallbackUrl> {
    let url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let port = url.port_or_known_default()?;
    let destination = format!("{}://{}:{port}", url.scheme(), url.host_str()?);
    Some(CallbackUrl { url: url.into(), destination })
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

    #[test]
    fn a_callback_goes_to_a_web_address() {
        let url = |url: &str| read(json!({ "prompt": "a", "callback_url": url })).map(|(_, reply)| reply);
        let reply = url("https://Example.com/secret?x=1").expect("accepted");
        let callback = reply.callback_url.expect("a callback");
        assert_eq!(callback.destination, "https://example.com:443");
        assert_eq!(callback.url, "https://example.com/secret?x=1");
        for wrong in ["ftp://example.com/", "example.com", "http://", "javascript:alert(1)"] {
            assert!(matches!(url(wrong), Err(ApiError::BadRequest(_))), "{wrong}");
        }
    }
}
