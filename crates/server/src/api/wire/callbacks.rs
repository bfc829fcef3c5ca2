//! The bodies of `/producer/callbacks`.

use domain::TaskId;
use serde_json::{Map, Value, json};
use store::{Attempt, CallbackFilter, CallbackListing, DeliveryState};

use super::Fields;
use crate::api::ApiError;

/// Most callbacks in one answer.
const MOST: u64 = 100;
/// How many an answer has if nothing is said.
const USUAL: u64 = 12;
/// Most ids in one request.
const MOST_IDS: usize = 1_000;

/// Every state with its word.
const STATES: [(&str, DeliveryState); 4] = [
    ("waiting", DeliveryState::Waiting),
    ("under_way", DeliveryState::UnderWay),
    ("delivered", DeliveryState::Delivered),
    ("given_up", DeliveryState::GivenUp),
];

/// The word of a state.
#[must_use]
pub fn word(state: DeliveryState) -> &'static str {
    STATES.into_iter().find(|known| known.1 == state).map_or("", |known| known.0)
}

/// The state of a word.
///
/// # Errors
/// With the words that there are.
pub fn state(word: &str) -> Result<DeliveryState, String> {
    let found = STATES.into_iter().find(|known| known.0 == word);
    found.map(|known| known.1).ok_or_else(expected_states)
}

fn expected_states() -> String {
    format!("one of {}", STATES.map(|known| known.0).join(", "))
}

/// Which callbacks are asked for, and how many at most.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn query(parameters: &Map<String, Value>) -> Result<(CallbackFilter, u32), ApiError> {
    let mut fields = Fields::new(parameters);
    let limit = fields.whole_number("limit", 1..=MOST).unwrap_or(USUAL);
    let before = fields.text("before", 19).map(|text| text.parse().ok());
    if before == Some(None) {
        fields.wrong("before", "the `cursor` of an earlier answer");
    }
    let state = fields.text("state", usize::MAX).map(state).transpose();
    if state.is_err() {
        fields.wrong("state", &expected_states());
    }
    let filter = CallbackFilter { owner: None, state: state.unwrap_or_default(), before: before.flatten() };
    fields.finish((filter, u32::try_from(limit).unwrap_or(u32::MAX)))
}

/// What is to be put back.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The callback of this task; a text that is no id names none.
    One(Option<TaskId>),
    /// The callbacks of these tasks; what is no id is left out.
    Many(Vec<TaskId>),
    /// Those that were given up.
    GivenUp,
}

/// What the body asks.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action; [`ApiError::BadRequest`] with everything that is wrong.
pub fn wanted(body: &Map<String, Value>) -> Result<Wanted, ApiError> {
    if body.get("action").and_then(Value::as_str) != Some("replay") {
        return Err(ApiError::NotImplemented("`action` is expected to be `replay`.".to_owned()));
    }
    let mut fields = Fields::new(body);
    let id = fields.text("id", usize::MAX);
    let ids = fields.texts("ids", MOST_IDS);
    let state = fields.text("state", usize::MAX);
    if state.is_some_and(|state| state != "given_up") {
        fields.wrong("state", "given_up");
    }
    let is_given = |field| fields.given(field).is_some();
    let wanted = match () {
        () if is_given("ids") => {
            Wanted::Many(ids.into_iter().flatten().filter_map(|id| id.parse().ok()).collect())
        }
        () if is_given("state") => Wanted::GivenUp,
        () => Wanted::One(id.and_then(|id| id.parse().ok())),
    };
    if !["id", "ids", "state"].into_iter().any(is_given) {
        let message = "`id` is not given: which callback is to be sent again?";
        fields.wrong_because("id", message, "the id of a task, `ids`, or `state`: \"given_up\"");
    }
    fields.finish(wanted)
}

/// A callback as lists show it.
#[must_use]
pub fn item(listing: &CallbackListing) -> Value {
    json!({
        "task_id": listing.task.to_string(),
        "trace_id": listing.trace_id.to_string(),
        "state": word(listing.state),
        "destination": listing.destination,
        "attempts": listing.attempts,
        "due_at": listing.due_at.map(domain::Timestamp::as_seconds),
        "last_status": listing.last_status,
        "last_error": listing.last_error,
        "created_at": listing.created_at.as_seconds(),
    })
}

/// A callback with every attempt that was noted.
#[must_use]
pub fn whole(listing: &CallbackListing, attempts: &[Attempt]) -> Value {
    let mut whole = item(listing);
    whole["history"] = attempts.iter().map(attempt).collect();
    whole
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "at": attempt.at.as_seconds(),
        "duration": attempt.duration.as_secs_f64(),
        "status": attempt.status,
        "error": attempt.error,
        "answer": String::from_utf8_lossy(&attempt.answer),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn what_is_asked_for_is_understood_and_what_is_wrong_is_named() {
        let (filter, limit) = query(&map(json!({ "state": "given_up", "before": "17" }))).expect("read");
        assert_eq!((filter.state, filter.before, limit), (Some(DeliveryState::GivenUp), Some(17), 12));
        let (filter, limit) = query(&map(json!({ "state": "", "limit": "100" }))).expect("read");
        assert_eq!((filter.state, filter.before, limit), (None, None, 100));
        let wrong = map(json!({ "state": "lost", "before": "x", "limit": "101" }));
        let Err(ApiError::BadRequest(problems)) = query(&wrong) else { panic!("accepted") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["limit", "before", "state"]);
    }

    #[test]
    fn a_replay_names_one_several_or_all_that_were_given_up() {
        let id = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad";
        let read = |fields: Value| {
            let mut body = map(fields);
            body.insert("action".to_owned(), json!("replay"));
            wanted(&body)
        };
        let parsed = id.parse().ok();
        assert_eq!(read(json!({ "id": id })).expect("read"), Wanted::One(parsed));
        assert_eq!(read(json!({ "id": "x" })).expect("read"), Wanted::One(None));
        assert_eq!(
            read(json!({ "ids": [id, "x"] })).expect("read"),
            Wanted::Many(parsed.into_iter().collect())
        );
        assert_eq!(read(json!({ "state": "given_up" })).expect("read"), Wanted::GivenUp);
        assert!(matches!(read(json!({ "state": "delivered" })), Err(ApiError::BadRequest(_))));
        assert!(matches!(read(json!({})), Err(ApiError::BadRequest(_))));
        assert!(matches!(wanted(&map(json!({ "id": id }))), Err(ApiError::NotImplemented(_))));
    }
}
