//! The OpenAPI document (3.1), made of the same words and bounds that the readers use, and a page that shows it.
//!
//! `docs/openapi.json` is a copy: `backline openapi` prints it anew, and a test compares.

mod accounts;
mod answers;
mod errors;
mod page;
mod paths;
mod requests;
mod schema;

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

/// The document, as text that ends with a line break.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| format!("{:#}\n", document()))
}

/// `GET /openapi.json`
pub async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

/// `GET /docs`: the document as a page that needs nothing from elsewhere.
pub async fn show() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| page::page(&document()));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, page::POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, page.as_str()).into_response()
}

/// Every field of an order of a song, whatever is to be done.
pub(crate) fn any_song() -> Value {
    requests::audios()
}

/// The document.
pub(crate) fn document() -> Value {
    let schemas: serde_json::Map<String, Value> =
        requests::all().into_iter().chain(answers::all()).chain(accounts::schemas()).collect();
    let tag = |name: &str, about: &str| json!({ "name": name, "description": about });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Backline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A self-hosted music API. What the hosted service does not document is marked `x-backline-addition`.\n\nIn every body a field that is absent, `null` or `\"\"` is not given, and a number that is `false` neither. Unknown fields are ignored. Whatever an order becomes, its task is durable before it is answered.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This server." }],
        "security": [{ "bearer": [] }],
        "tags": [
            tag("orders", "What is to be made."),
            tag("tasks", "What became of it."),
            tag("callbacks", "Results that are posted."),
            tag("usage", "What was ordered, and what it cost."),
            tag("files", "What was made."),
            tag("accounts", "Users, applications and credentials."),
            tag("operation", "For whoever runs the server."),
        ],
        "paths": paths::all(),
        "components": {
            "schemas": schemas,
            "responses": errors::all(),
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "description": "A token of this server." }, "session": accounts::session_scheme() },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(value: &Value, seen: &mut dyn FnMut(&Value)) {
        seen(value);
        match value {
            Value::Object(fields) => fields.values().for_each(|value| walk(value, seen)),
            Value::Array(list) => list.iter().for_each(|value| walk(value, seen)),
            _ => (),
        }
    }

    #[test]
    fn the_copy_in_docs_is_what_the_code_says() {
        let copy = include_str!("../../../../../docs/openapi.json");
        assert!(copy == text(), "write it anew: `cargo run --release -- openapi > docs/openapi.json`");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        walk(&document, &mut |value| {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
        });
    }

    #[test]
    fn every_field_has_a_type_a_description_and_an_example() {
        walk(&document()["components"]["schemas"], &mut |value| {
            let Some(properties) = value.get("properties").and_then(Value::as_object) else { return };
            for (name, field) in properties.iter().filter(|(_, field)| field.get("$ref").is_none()) {
                let composed = field.get("properties").is_some() || field.get("items").is_some();
                let anything = name == "value";
                let is_typed =
                    ["type", "enum", "const", "anyOf"].iter().any(|word| field.get(word).is_some());
                assert!(is_typed || anything, "{name}: {field}");
                assert!(
                    composed || field["description"].is_string() || field.get("anyOf").is_some(),
                    "{name} is not described: {field}"
                );
                assert!(
                    composed || field.get("examples").is_some() || field.get("anyOf").is_some(),
                    "{name} has no example: {field}"
                );
            }
        });
    }
}
