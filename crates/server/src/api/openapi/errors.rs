//! The table of errors, and which of them an operation may answer.

use serde_json::{Map, Value, json};

use super::schema::named;

/// Code, status, when.
pub(super) const TABLE: [(&str, u16, &str); 21] = [
    (
        "bad_request",
        400,
        "The body is no JSON object, or a field is missing, of a wrong type, out of range or of an unknown value.",
    ),
    ("token_mismatched", 400, "The token may not call this API."),
    ("api_not_implemented", 400, "An unknown `action`, or one that the engine in use cannot do."),
    ("invalid_token", 401, "The token is missing, malformed or unknown."),
    ("token_expired", 401, "The token's time is over."),
    ("disabled", 403, "The application or its user is switched off."),
    ("forbidden", 403, "The caller may not do this; the message says why."),
    ("used_up", 403, "The quota does not cover the order."),
    ("no_api", 404, "There is no such path."),
    ("not_found", 404, "There is no such thing, or it is someone else's."),
    ("bad_request", 405, "The path does not take this method; `Allow` tells which."),
    ("bad_request", 408, "The body did not come in time."),
    ("bad_request", 413, "The body is too large."),
    ("bad_request", 414, "The request's line is too long."),
    ("bad_request", 415, "The body is said to be something else than JSON."),
    ("bad_request", 416, "The file has no such part."),
    ("too_many_requests", 429, "Too many requests or orders at a time; see `Retry-After`."),
    ("bad_request", 431, "The request's headers are too large."),
    ("api_error", 500, "Our fault, or the engine's. The cause is in the server's log, under the `trace_id`."),
    ("api_error", 503, "The server stops, its disk or its queue is full; see `Retry-After`."),
    (
        "timeout",
        504,
        "The request waited as long as it may; the task goes on, under the `task_id` in the body.",
    ),
];

/// How a task may end in an error beside those of the table.
const OF_TASKS: [&str; 2] = ["canceled", "deadline_exceeded"];

/// What an operation does, of which errors follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// Takes an order.
    Order,
    /// Takes a body and answers from what is kept.
    Query,
    /// Reads with a token.
    Read,
    /// Reads without a token.
    Public,
}

/// Every code.
pub(super) fn codes() -> Vec<&'static str> {
    let mut codes: Vec<&str> = TABLE.iter().map(|(code, ..)| *code).chain(OF_TASKS).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The statuses that an operation may answer instead of what is wished.
fn statuses(does: Does, finds: bool) -> Vec<u16> {
    let mut statuses = vec![405, 408, 414, 431, 500, 503];
    if does != Does::Public {
        statuses.extend([400, 401, 403, 429]);
    }
    if finds {
        statuses.push(404);
    }
    match does {
        Does::Order => statuses.extend([413, 415, 504]),
        Does::Query => statuses.extend([413, 415]),
        Does::Read | Does::Public => (),
    }
    statuses.sort_unstable();
    statuses
}

/// The error answers of an operation that takes one thing by its id (`finds`) or not.
pub(super) fn answers(does: Does, finds: bool) -> Map<String, Value> {
    let finds = finds || does == Does::Order;
    statuses(does, finds).into_iter().map(|status| (status.to_string(), reference(does, status))).collect()
}

/// Where there is nothing to find but a path, 404 has another code.
fn reference(does: Does, status: u16) -> Value {
    let name = if (does, status) == (Does::Public, 404) { NO_API.to_owned() } else { name(status) };
    json!({ "$ref": format!("#/components/responses/{name}") })
}

const NO_API: &str = "Error404NoApi";

fn name(status: u16) -> String {
    format!("Error{status}")
}

/// Every error answer by its name.
pub(super) fn all() -> Map<String, Value> {
    let mut all = Map::new();
    for (_, status, _) in TABLE {
        let is_own = |code: &str| code != "no_api";
        all.insert(name(status), answer(status, is_own));
    }
    all.insert(NO_API.to_owned(), answer(404, |code| code == "no_api"));
    all
}

fn answer(status: u16, is_told: impl Fn(&str) -> bool) -> Value {
    let rows = TABLE.iter().filter(|(code, known, _)| *known == status && is_told(code));
    let described: Vec<String> = rows.map(|(code, _, when)| format!("`{code}`: {when}")).collect();
    let mut headers = trace_header();
    if status == 401 {
        headers["WWW-Authenticate"] = header("Always `Bearer`.", "Bearer");
    }
    if status == 405 {
        headers["Allow"] = header("The methods that the path takes.", "POST");
    }
    if [429, 503].contains(&status) {
        headers["Retry-After"] = json!({
            "description": "Seconds after which to try again.", "schema": { "type": "integer", "minimum": 0, "examples": [2] },
        });
    }
    json!({
        "description": described.join("\n\n"),
        "headers": headers,
        "content": { "application/json": { "schema": named("Error") } },
    })
}

fn header(description: &str, example: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string", "examples": [example] } })
}

/// The header that every answer has.
pub(super) fn trace_header() -> Value {
    json!({ "x-trace-id": {
        "description": "The request: the same as `trace_id` where the body has one.",
        "schema": { "type": "string", "format": "uuid", "examples": ["1da03537-4eb8-410d-b849-43f03085a3bb"] },
    } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ApiError;
    use domain::TaskId;
    use std::time::Duration;

    #[test]
    fn every_error_that_is_answered_stands_in_the_table() {
        let none = String::new;
        let task = TaskId(uuid::Uuid::nil());
        for error in [
            ApiError::BadRequest(Vec::new()),
            ApiError::Malformed(none()),
            ApiError::TokenMismatched(none()),
            ApiError::TokenRestricted(""),
            ApiError::NotImplemented(none()),
            ApiError::InvalidToken,
            ApiError::TokenExpired,
            ApiError::LoginFailed,
            ApiError::NotLoggedIn,
            ApiError::Forbidden(""),
            ApiError::NoSuch(""),
            ApiError::Disabled,
            ApiError::UsedUp,
            ApiError::NoApi,
            ApiError::NotFound,
            ApiError::MethodNotAllowed,
            ApiError::TooLarge(1),
            ApiError::TooSlow(Duration::ZERO),
            ApiError::NotJson(none()),
            ApiError::NoSuchPart,
            ApiError::TooManyRequests(Duration::ZERO),
            ApiError::Busy,
            ApiError::Internal(none(), None),
            ApiError::NoRoom(none(), None),
            ApiError::Unavailable("", None),
            ApiError::Timeout(task),
        ] {
            let row = (error.word(), error.status().as_u16());
            assert!(TABLE.iter().any(|(code, status, _)| (*code, *status) == row), "{row:?}");
        }
    }
}
