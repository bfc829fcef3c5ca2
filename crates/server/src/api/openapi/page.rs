//! The document as one page of HTML: no script, nothing from elsewhere.

use std::fmt::Write as _;

use serde_json::Value;

/// Nothing is loaded, and nothing runs.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}\
h2{border-bottom:1px solid #ccc;margin-top:3rem}h3 code{font-size:1rem}table{border-collapse:collapse;width:100%}\
td,th{border:1px solid #ccc;padding:.35rem .5rem;text-align:left;vertical-align:top}code,pre{font:14px/1.4 ui-monospace,monospace}\
code{overflow-wrap:anywhere}.ours{background:#e8f0ff;border-radius:.3rem;padding:0 .4rem;font-size:.8rem}\
.verb{text-transform:uppercase;font-weight:700}details{margin:.5rem 0}\
@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}td,th,h2{border-color:#444}a{color:#8ab4ff}.ours{background:#24365c}}";

/// The page.
pub(super) fn page(document: &Value) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Backline API</title><style>{STYLE}</style><h1>Backline API {}</h1>",
        text(&document["info"]["version"])
    );
    paragraphs(&mut out, &document["info"]["description"]);
    out.push_str("<p>As a document for tools: <a href=\"/openapi.json\">openapi.json</a>. <span class=\"ours\">ours</span> marks additions to the hosted service's API.</p><ul>");
    for_operations(document, |path, verb, operation| {
        let id = text(&operation["operationId"]);
        let _ = write!(
            out,
            "<li><a href=\"#{id}\"><span class=\"verb\">{verb}</span> {}</a></li>",
            escaped(path)
        );
    });
    out.push_str("</ul><h2>Operations</h2>");
    for_operations(document, |path, verb, shown| operation(&mut out, document, path, verb, shown));
    out.push_str("<h2>Bodies</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        body(&mut out, name, schema);
    }
    out.push_str("</html>");
    out
}

fn for_operations(document: &Value, mut show: impl FnMut(&str, &str, &Value)) {
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for verb in ["get", "post", "delete"] {
            if let Some(operation) = item.get(verb) {
                show(path, verb, operation);
            }
        }
    }
}

fn operation(out: &mut String, document: &Value, path: &str, verb: &str, shown: &Value) {
    let id = text(&shown["operationId"]);
    let _ = write!(
        out,
        "<h3 id=\"{id}\"><code><span class=\"verb\">{verb}</span> {}</code> {}{}</h3>",
        escaped(path),
        text(&shown["summary"]),
        mark(shown)
    );
    paragraphs(out, &shown["description"]);
    if let Some(name) = reference(&shown["requestBody"]["content"]["application/json"]["schema"]) {
        let _ = write!(out, "<p>Takes <a href=\"#{name}\">{name}</a>.</p>");
    }
    let parameters: Vec<&Value> = shown["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        out.push_str("<table><tr><th>Parameter<th>In<th>What it is</tr>");
        for parameter in parameters {
            let _ = write!(
                out,
                "<tr><td><code>{}</code>{}<td>{}<td>{} {}</tr>",
                text(&parameter["name"]),
                mark(parameter),
                text(&parameter["in"]),
                text(&parameter["description"]),
                kind(&parameter["schema"])
            );
        }
        out.push_str("</table>");
    }
    out.push_str("<details><summary>Answers</summary><table><tr><th>Status<th>When<th>Body</tr>");
    for (status, answer) in shown["responses"].as_object().into_iter().flatten() {
        let answer = reference(answer).map_or(answer, |name| &document["components"]["responses"][name]);
        let bodies = answer["content"].as_object().into_iter().flatten();
        let bodies: Vec<String> =
            bodies.map(|(media, body)| format!("{}: {}", escaped(media), kind(&body["schema"]))).collect();
        let _ = write!(
            out,
            "<tr><td>{status}<td>{}<td>{}</tr>",
            text(&answer["description"]),
            bodies.join("<br>")
        );
    }
    out.push_str("</table></details>");
}

fn body(out: &mut String, name: &str, schema: &Value) {
    let _ = write!(out, "<h3 id=\"{name}\">{name}{}</h3>", mark(schema));
    paragraphs(out, &schema["description"]);
    if schema.get("anyOf").is_some() {
        let _ = write!(out, "<p>One of: {}.</p>", kind(schema));
    } else {
        fields(out, schema);
    }
}

fn fields(out: &mut String, schema: &Value) {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    out.push_str("<table><tr><th>Field<th>Type<th>What it is</tr>");
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&name.as_str()) { "" } else { " (may be absent)" };
        let _ = write!(
            out,
            "<tr><td><code>{}</code>{}<td>{}{needed}<td>{}",
            escaped(name),
            mark(field),
            kind(field),
            text(&field["description"])
        );
        if let Some(default) = field.get("default") {
            let _ = write!(out, " Default: <code>{}</code>.", escaped(&default.to_string()));
        }
        if let Some(example) = field["examples"].get(0) {
            let _ = write!(out, " Example: <code>{}</code>.", escaped(&example.to_string()));
        }
        if field.get("properties").is_some() {
            fields(out, field);
        }
        if field["items"].get("properties").is_some() {
            fields(out, &field["items"]);
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
}

/// What a schema takes, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    let list = |key: &str| schema[key].as_array();
    if let Some(any) = list("anyOf") {
        return any.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(words) = list("enum") {
        return words
            .iter()
            .map(|word| format!("<code>{}</code>", escaped(&word.to_string())))
            .collect::<Vec<_>>()
            .join(", ");
    }
    if let Some(word) = schema.get("const") {
        return format!("<code>{}</code>", escaped(&word.to_string()));
    }
    let mut words = match &schema["type"] {
        Value::String(word) => escaped(word),
        Value::Array(words) => words.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    };
    if let Some(items) = schema.get("items") {
        let _ = write!(words, " of {}", kind(items));
    }
    for (key, what) in [
        ("minimum", "from"),
        ("maximum", "to"),
        ("maxLength", "up to, in characters,"),
        ("maxItems", "up to"),
    ] {
        if let Some(bound) = schema.get(key) {
            let _ = write!(words, " {what} {bound}");
        }
    }
    words
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

fn mark(value: &Value) -> &'static str {
    if value.get("x-backline-addition").is_some() { " <span class=\"ours\">ours</span>" } else { "" }
}

fn paragraphs(out: &mut String, value: &Value) {
    for paragraph in
        value.as_str().unwrap_or_default().split("\n\n").filter(|paragraph| !paragraph.is_empty())
    {
        let _ = write!(out, "<p>{}</p>", escaped(paragraph));
    }
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_operation_and_loads_nothing() {
        let document = super::super::document();
        let page = page(&document);
        for path in document["paths"].as_object().into_iter().flatten().map(|(path, _)| path) {
            assert!(page.contains(path), "{path}");
        }
        for foreign in ["http-equiv", "<script", "src=", "<link", "@import", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn what_could_be_markup_is_shown_as_text() {
        let hostile =
            serde_json::json!({ "info": { "description": "<script>alert(1)</script>" }, "paths": {} });
        assert!(!page(&hostile).contains("<script"));
    }
}
