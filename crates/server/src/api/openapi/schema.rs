//! Small pieces of JSON Schema 2020-12, of which the document is built.

use serde_json::{Value, json};

/// A seed as digits: any number of zeros, then a number up to 2^32 - 1.
const SEED_DIGITS: &str = "^0*([0-9]{1,9}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$";
/// An http or https URL with a host; the server takes whatever the URL standard reads as one.
const WEB_ADDRESS: &str = "^https?://[^/?#]";
/// A lower-case UUID.
const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

/// A schema that is being described.
pub(super) struct Schema(Value);

impl Schema {
    /// From the keywords that say what it takes.
    pub(super) fn new(keywords: Value) -> Self {
        Self(keywords)
    }

    /// In words.
    pub(super) fn about(mut self, description: &str) -> Self {
        self.0["description"] = json!(description);
        self
    }

    /// What is taken when it is not given.
    pub(super) fn default(mut self, value: Value) -> Self {
        self.0["default"] = value;
        self
    }

    /// What it may look like.
    pub(super) fn example(mut self, value: Value) -> Self {
        self.0["examples"] = json!([value]);
        self
    }

    /// Ours: the hosted service does not document it.
    pub(super) fn ours(mut self) -> Self {
        self.0["x-backline-addition"] = json!(true);
        self
    }

    /// The finished JSON.
    pub(super) fn json(self) -> Value {
        self.0
    }
}

/// A text of a request: `null` and the empty text mean that it is not given.
pub(super) fn text(longest: usize) -> Schema {
    Schema::new(json!({ "type": ["string", "null"], "maxLength": longest }))
}

/// A URL that is posted to, or not given.
pub(super) fn web_address(longest: usize) -> Schema {
    let url = json!({ "type": "string", "format": "uri", "maxLength": longest, "pattern": WEB_ADDRESS });
    Schema::new(json!({ "anyOf": [url, { "enum": [null, ""] }] }))
}

/// One of some words, or not given.
pub(super) fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    let mut words: Vec<Value> = words.into_iter().map(Value::from).collect();
    words.extend([json!(""), Value::Null]);
    Schema::new(json!({ "enum": words }))
}

/// Yes or no, or not given.
pub(super) fn flag() -> Schema {
    Schema::new(json!({ "anyOf": [{ "type": "boolean" }, { "enum": [null, ""] }] })).default(json!(false))
}

/// A number in a range, or not given: `null`, `false` and the empty text.
pub(super) fn number(least: f64, most: Option<f64>) -> Schema {
    let mut number = json!({ "type": "number", "minimum": least });
    if let Some(most) = most {
        number["maximum"] = json!(most);
    }
    Schema::new(json!({ "anyOf": [number, not_a_number()] }))
}

/// A whole number in a range, as a number or in digits, or not given.
pub(super) fn whole_number(least: u64, most: u64) -> Schema {
    let number = json!({ "type": "integer", "minimum": least, "maximum": most });
    let digits = json!({ "type": "string", "pattern": "^[0-9]+$", "maxLength": 20 });
    Schema::new(json!({ "anyOf": [number, digits, not_a_number()] }))
}

/// The seed of a song or lyric.
pub(super) fn seed() -> Schema {
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let digits = json!({ "type": "string", "pattern": SEED_DIGITS });
    Schema::new(json!({ "anyOf": [number, digits, not_a_number()] }))
        .about("The same order with the same seed is the same song. Drawn at random if it is not given; answers tell it as a string.")
        .example(json!("1490770667"))
}

fn not_a_number() -> Value {
    json!({ "enum": [null, false, ""] })
}

/// The id of something of the caller's, which must be given.
pub(super) fn id() -> Schema {
    Schema::new(json!({ "type": "string", "format": "uuid", "pattern": UUID }))
}

/// The id of something of the caller's, or not given.
pub(super) fn optional_id() -> Schema {
    let id = json!({ "type": "string", "format": "uuid", "pattern": UUID });
    Schema::new(json!({ "anyOf": [id, { "enum": [null, ""] }] }))
}

/// A list of ids; what is no id is passed over.
pub(super) fn ids() -> Schema {
    let list = json!({ "type": "array", "maxItems": 1_000, "items": { "type": "string" } });
    Schema::new(json!({ "anyOf": [list, { "enum": [null, ""] }] }))
}

/// Text of an answer.
pub(super) fn string(description: &str, example: &str) -> Value {
    Schema::new(json!({ "type": "string" })).about(description).example(json!(example)).json()
}

/// A URL of an answer.
pub(super) fn url(description: &str, example: &str) -> Value {
    Schema::new(json!({ "type": "string", "format": "uri" }))
        .about(description)
        .example(json!(example))
        .json()
}

/// Seconds since 1970, or a length in seconds.
pub(super) fn seconds(description: &str, example: f64) -> Value {
    Schema::new(json!({ "type": "number" })).about(description).example(json!(example)).json()
}

/// An object of an answer, all of whose fields are there but those named.
pub(super) fn object(description: &str, properties: Value, optional: &[&str]) -> Value {
    let names = properties.as_object().into_iter().flat_map(|fields| fields.keys());
    let required: Vec<&String> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    json!({ "type": "object", "description": description, "required": required, "properties": properties })
}

/// A schema by its name.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
