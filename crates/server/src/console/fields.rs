//! A field of a request, and the control that fits it: both are read from its JSON Schema.

use maud::{Markup, html};
use serde_json::Value;

use super::words::{Language, Words};

/// From this length on a text is written in several lines.
const LONG_TEXT: u64 = 200;

/// Where a field goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Into the path.
    Path,
    /// Behind the question mark.
    Query,
    /// Among the headers.
    Header,
    /// Into the body.
    Body,
}

impl Place {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

/// How a field is filled in.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Control {
    /// One of some words.
    Choice(Vec<String>),
    /// This word.
    Fixed(String),
    /// Yes or no.
    Switch,
    /// A number from 0 to 1 or the like, on a slider.
    Slider(f64, f64),
    /// A number from here, up to there if there is an end; whole or not.
    Number { least: f64, most: Option<f64>, whole: bool },
    /// Digits, drawn at random if wanted.
    Seed,
    /// Text of several lines, of so many characters.
    Text(Option<u64>),
    /// Text of one line.
    Line(Option<u64>),
    /// A web address.
    Address(Option<u64>),
    /// An id.
    Id,
    /// Ids, a line each.
    Ids(u64),
    /// A list that has this word or is not given.
    Listed(String),
}

/// A field.
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    place: Place,
    required: bool,
    control: Control,
    default: Option<Value>,
    example: Option<Value>,
    /// What it is, in English.
    about: String,
    ours: bool,
}

impl Field {
    /// Reads a field; `described` is where its description stands.
    pub(super) fn new(name: &str, place: Place, required: bool, schema: &Value, described: &Value) -> Self {
        Self {
            name: name.to_owned(),
            place,
            required,
            control: control(name, schema),
            default: schema.get("default").cloned(),
            example: schema["examples"].get(0).cloned(),
            about: described["description"].as_str().unwrap_or_default().to_owned(),
            ours: described.get("x-backline-addition").is_some(),
        }
    }
}

fn control(name: &str, schema: &Value) -> Control {
    if let Some(word) = schema["const"].as_str() {
        return Control::Fixed(word.to_owned());
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Value::as_str).filter(|word| !word.is_empty());
        return Control::Choice(words.map(str::to_owned).collect());
    }
    if name == "seed" {
        return Control::Seed;
    }
    // Of several readings the first is the one that people mean; the others say that it is not given.
    let meant = schema["anyOf"].get(0).unwrap_or(schema);
    let is = |kind: &str| {
        let kinds = &meant["type"];
        kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.iter().any(|known| known == kind))
    };
    let longest = meant["maxLength"].as_u64();
    if is("boolean") {
        Control::Switch
    } else if is("array") {
        meant["items"]["const"].as_str().map_or_else(
            || Control::Ids(meant["maxItems"].as_u64().unwrap_or(u64::MAX)),
            |word| Control::Listed(word.to_owned()),
        )
    } else if is("number") || is("integer") {
        let least = meant["minimum"].as_f64().unwrap_or(0.0);
        match meant["maximum"].as_f64() {
            Some(most) if most <= 1.0 => Control::Slider(least, most),
            most => Control::Number { least, most, whole: is("integer") },
        }
    } else if meant["format"] == "uuid" || name.ends_with("_id") || name == "id" {
        Control::Id
    } else if meant["format"] == "uri" || name.ends_with("_url") {
        Control::Address(longest)
    } else if longest.is_some_and(|longest| longest > LONG_TEXT) {
        Control::Text(longest)
    } else {
        Control::Line(longest)
    }
}

impl Field {
    /// Its label, what it takes, what it is, and the control.
    pub(super) fn show(&self, words: &Words, operation: &str) -> Markup {
        let id = format!("field-{}", self.name.to_lowercase());
        let hint = format!("{id}-about");
        html! {
            div.field {
                div.field-head {
                    label for=(id) { code { (self.name) } }
                    @if self.required { span.tag.needed { (words.say("form-needed")) } }
                    @if self.ours { span.tag title=(words.say("addition-about")) { (words.say("addition")) } }
                    span.kind { (self.takes(words)) }
                }
                (self.input(words, &id, &hint))
                p.hint id=(hint) { (rich(&self.explained(words, operation))) }
            }
        }
    }

    /// What it is: the document's own words, or the catalogue's.
    fn explained(&self, words: &Words, operation: &str) -> String {
        if words.language == Language::English {
            return self.about.clone();
        }
        let name = self.name.to_lowercase().replace('_', "-");
        let own = format!("doc-{operation}-{name}").replace('_', "-");
        let shared = format!("doc-{name}");
        words.say(if words.has(&own) { &own } else { &shared })
    }

    /// Its type, range and default.
    fn takes(&self, words: &Words) -> String {
        let count = |number: &u64| number.to_string();
        let taken = match &self.control {
            Control::Choice(known) => words.say_with("takes-choice", &[("count", &known.len().to_string())]),
            Control::Fixed(word) => words.say_with("takes-fixed", &[("word", word)]),
            Control::Switch => words.say("takes-switch"),
            Control::Slider(least, most) => range(words, *least, Some(*most)),
            Control::Number { least, most, whole: true } if most.is_none_or(|most| most > 1e15) => {
                words.say_with("takes-whole-from", &[("least", &least.to_string())])
            }
            Control::Number { least, most: Some(most), whole: true } => {
                words.say_with("takes-whole", &[("least", &least.to_string()), ("most", &most.to_string())])
            }
            Control::Number { least, most, .. } => range(words, *least, *most),
            Control::Seed => words.say("takes-seed"),
            Control::Text(Some(longest)) | Control::Line(Some(longest)) => {
                words.say_with("takes-text", &[("longest", &grouped(*longest))])
            }
            Control::Text(None) | Control::Line(None) => words.say("takes-line"),
            Control::Address(_) => words.say("takes-address"),
            Control::Id => words.say("takes-id"),
            Control::Ids(most) => words.say_with("takes-ids", &[("most", &count(most))]),
            Control::Listed(word) => words.say_with("takes-listed", &[("word", word)]),
        };
        match &self.default {
            Some(default) if self.control != Control::Switch => {
                let plain = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
                format!("{taken} · {}", words.say_with("takes-default", &[("value", &plain)]))
            }
            _ => taken,
        }
    }

    fn input(&self, words: &Words, id: &str, hint: &str) -> Markup {
        let (name, place) = (&self.name, self.place.as_str());
        let example = match &self.example {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let default = self.default.as_ref().map(|value| value.to_string()).unwrap_or_default();
        html! {
            @match &self.control {
                Control::Choice(known) => select id=(id) name=(name) data-place=(place) aria-describedby=(hint) {
                    option value="" { (words.say("form-not-given")) }
                    @for word in known { option value=(word) { (word) } }
                },
                Control::Fixed(word) => select id=(id) name=(name) data-place=(place) aria-describedby=(hint) {
                    option value=(word) selected { (word) }
                },
                Control::Switch => input.switch #(id) type="checkbox" name=(name) data-place=(place) data-kind="flag" aria-describedby=(hint);,
                Control::Listed(word) => input.switch #(id) type="checkbox" name=(name) value=(word) data-place=(place) data-kind="listed" aria-describedby=(hint);,
                Control::Slider(least, most) => div.slider {
                    input type="range" min=(least) max=(most) step="0.01" value=(default) data-slides=(id) aria-label=(name);
                    input #(id) type="number" name=(name) min=(least) max=(most) step="any" placeholder=(default) data-place=(place) data-kind="number" aria-describedby=(hint);
                },
                Control::Number { least, most, whole } => input #(id) type="number" name=(name) min=(least) max=[most.filter(|most| *most < 1e15)] step=(if *whole { "1" } else { "any" }) placeholder=(default) data-place=(place) data-kind="number" aria-describedby=(hint);,
                Control::Seed => div.with-button {
                    input #(id) type="text" inputmode="numeric" pattern="[0-9]*" name=(name) placeholder=(example) data-place=(place) aria-describedby=(hint);
                    button.quiet type="button" data-draws=(id) { (words.say("form-draw")) }
                },
                Control::Text(longest) => textarea #(id) name=(name) rows=(if longest.is_some_and(|longest| longest > 5_000) { "8" } else { "2" }) maxlength=[*longest] placeholder=(example) data-place=(place) aria-describedby=(hint) {},
                Control::Line(longest) => input #(id) type="text" name=(name) maxlength=[*longest] placeholder=(example) data-place=(place) aria-describedby=(hint);,
                Control::Address(longest) => input #(id) type="url" name=(name) maxlength=[*longest] placeholder=(example) data-place=(place) aria-describedby=(hint);,
                Control::Id => input #(id) type="text" name=(name) maxlength="36" spellcheck="false" placeholder=(example) data-place=(place) data-kind="id" aria-describedby=(hint);,
                Control::Ids(_) => textarea #(id) name=(name) rows="2" spellcheck="false" placeholder=(words.say("form-a-line-each")) data-place=(place) data-kind="lines" aria-describedby=(hint) {},
            }
        }
    }
}

fn range(words: &Words, least: f64, most: Option<f64>) -> String {
    let least = least.to_string();
    match most {
        Some(most) => words.say_with("takes-number", &[("least", &least), ("most", &most.to_string())]),
        None => words.say_with("takes-number-from", &[("least", &least)]),
    }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Text in which what stands between backticks is code.
pub(super) fn rich(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::console::operations;

    #[test]
    fn each_kind_of_schema_has_the_control_that_fits() {
        let not_given = json!({ "enum": [null, ""] });
        let cases = [
            (
                "action",
                json!({ "enum": ["a", "b", "", null] }),
                Control::Choice(vec!["a".into(), "b".into()]),
            ),
            ("custom", json!({ "anyOf": [{ "type": "boolean" }, not_given] }), Control::Switch),
            (
                "weirdness",
                json!({ "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }] }),
                Control::Slider(0.0, 1.0),
            ),
            (
                "at",
                json!({ "anyOf": [{ "type": "number", "minimum": 0 }] }),
                Control::Number { least: 0.0, most: None, whole: false },
            ),
            ("prompt", json!({ "type": ["string", "null"], "maxLength": 2_000 }), Control::Text(Some(2_000))),
            ("title", json!({ "type": ["string", "null"], "maxLength": 200 }), Control::Line(Some(200))),
            ("audio_id", json!({ "type": "string", "format": "uuid" }), Control::Id),
            (
                "ids",
                json!({ "anyOf": [{ "type": "array", "maxItems": 9, "items": { "type": "string" } }] }),
                Control::Ids(9),
            ),
        ];
        for (name, schema, fits) in cases {
            assert_eq!(control(name, &schema), fits, "{name}");
        }
    }

    #[test]
    fn every_field_and_endpoint_is_explained_in_every_language() {
        let chinese = Words::of(Language::Chinese);
        for operation in operations::all() {
            for field in operation.groups.iter().flat_map(|group| &group.fields) {
                let told = field.explained(chinese, operation.id);
                assert!(!told.starts_with("doc-"), "{told}");
            }
        }
    }

    #[test]
    fn what_could_be_markup_is_text() {
        assert_eq!(rich("a <b> `c<d>`").into_string(), "a &lt;b&gt; <code>c&lt;d&gt;</code>");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
