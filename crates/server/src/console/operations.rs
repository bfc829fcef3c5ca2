//! The endpoints that have a page, read from the OpenAPI document: so a page takes what the API takes.

use std::sync::LazyLock;

use serde_json::Value;

use super::fields::{Field, Place};
use crate::api::openapi;

/// An endpoint.
pub(super) struct Operation {
    /// Its name, in the document and in the page's address.
    pub(super) id: &'static str,
    /// `GET` or `POST`.
    pub(super) method: String,
    /// Its path, with names in braces.
    pub(super) path: String,
    /// What it does, in English.
    pub(super) summary: String,
    /// More about it, in English.
    pub(super) about: String,
    /// What it takes, in groups.
    pub(super) groups: Vec<Group>,
    /// Whether it is no part of the hosted service's API.
    pub(super) ours: bool,
}

/// Fields that belong together.
pub(super) struct Group {
    /// What they have in common.
    pub(super) name: &'static str,
    /// In the order in which people think of them.
    pub(super) fields: Vec<Field>,
}

/// The endpoints in the order of the menu.
const IDS: [&str; 11] = [
    "audios",
    "lyrics",
    "upload",
    "videos",
    "wav",
    "tasks",
    "events",
    "task_events",
    "callbacks",
    "callback",
    "replay",
];

/// Groups of fields. What a group names and an endpoint does not have is passed over.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "what",
        &[
            "action",
            "id",
            "task_id",
            "prompt",
            "lyric",
            "audio_url",
            "title",
            "model",
            "custom",
            "instrumental",
        ],
    ),
    (
        "sound",
        &[
            "style",
            "style_negative",
            "vocal_gender",
            "lyric_prompt",
            "seed",
            "weirdness",
            "lyrics_strength",
            "sound_strength",
        ],
    ),
    (
        "edit",
        &[
            "audio_id",
            "continue_at",
            "replace_section_start",
            "replace_section_end",
            "cover_strength",
            "swap_audio_id",
        ],
    ),
    (
        "which",
        &[
            "ids",
            "trace_id",
            "trace_ids",
            "state",
            "type",
            "application_id",
            "user_id",
            "created_at_min",
            "created_at_max",
            "after",
            "before",
            "limit",
            "offset",
        ],
    ),
    ("answer", &["async", "callback_url", "dry_run", "wait", "include"]),
    ("headers", &["Idempotency-Key", "Cancel-After"]),
];

/// Every endpoint that has a page.
pub(super) fn all() -> &'static [Operation] {
    static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let document = openapi::document();
        IDS.into_iter().filter_map(|id| operation(&document, id)).collect()
    });
    &ALL
}

fn operation(document: &Value, id: &'static str) -> Option<Operation> {
    let paths = document["paths"].as_object()?;
    let (path, item, method) = paths.iter().find_map(|(path, item)| {
        let method = ["get", "post"].into_iter().find(|method| item[method]["operationId"] == id)?;
        Some((path, item, method))
    })?;
    let shown = &item[method];
    let text = |key: &str| shown[key].as_str().unwrap_or_default().to_owned();
    Some(Operation {
        id,
        method: method.to_uppercase(),
        path: path.clone(),
        summary: text("summary"),
        about: text("description"),
        groups: grouped(fields(document, item, shown)),
        ours: shown.get("x-backline-addition").is_some(),
    })
}

fn fields(document: &Value, item: &Value, shown: &Value) -> Vec<Field> {
    let parameters =
        [item, shown].into_iter().flat_map(|of| of["parameters"].as_array().into_iter().flatten());
    let mut fields: Vec<Field> = parameters.filter_map(parameter).collect();
    let reference = shown["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
    if let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) {
        let whole = (name == "AudioOrder").then(openapi::any_song);
        let schema = whole.as_ref().unwrap_or(&document["components"]["schemas"][name]);
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().into_iter().flatten();
        fields.extend(properties.map(|(name, schema)| {
            Field::new(name, Place::Body, required.contains(&name.as_str()), schema, schema)
        }));
    }
    fields
}

fn parameter(parameter: &Value) -> Option<Field> {
    let place = match parameter["in"].as_str()? {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        _ => return None,
    };
    let required = parameter["required"] == true;
    Some(Field::new(parameter["name"].as_str()?, place, required, &parameter["schema"], parameter))
}

fn grouped(mut fields: Vec<Field>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (name, names) in GROUPS {
        let mut own = Vec::new();
        for name in names {
            if let Some(at) = fields.iter().position(|field| field.name == *name) {
                own.push(fields.swap_remove(at));
            }
        }
        if !own.is_empty() {
            groups.push(Group { name, fields: own });
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_endpoint_of_the_service_has_a_page_with_every_field() {
        let document = openapi::document();
        let mut wanted = BTreeSet::new();
        let paths = document["paths"].as_object().expect("paths").iter();
        for (_, item) in paths.filter(|(path, _)| path.starts_with("/producer/")) {
            for method in ["get", "post"] {
                let operation = &item[method];
                if operation.is_object() && operation.get("security").is_none() {
                    wanted.insert(operation["operationId"].as_str().expect("an id").to_owned());
                    let id = operation["operationId"].as_str().expect("an id");
                    let fields = fields(&document, item, operation);
                    let told: BTreeSet<_> = fields.iter().map(|field| field.name.clone()).collect();
                    let page = all().iter().find(|page| page.id == id).expect("a page");
                    let shown = page.groups.iter().flat_map(|group| &group.fields);
                    assert_eq!(shown.map(|field| field.name.clone()).collect::<BTreeSet<_>>(), told, "{id}");
                }
            }
        }
        assert_eq!(all().iter().map(|page| page.id.to_owned()).collect::<BTreeSet<_>>(), wanted);
    }
}
