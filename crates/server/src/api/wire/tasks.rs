//! The body of `/producer/tasks`.

use domain::{ApplicationId, TaskId, TaskKind, Timestamp, TraceId, UserId};
use serde_json::{Map, Value};
use store::{Filter, Page};

use super::Fields;
use crate::api::ApiError;

/// Most ids in one request.
const MOST_IDS: usize = 1_000;

/// What is asked of `/producer/tasks`.
#[derive(Debug, PartialEq)]
pub enum Query {
    /// One task. A text that is no id names no task.
    One(Key),
    /// These tasks, in this order; what is no id is left out.
    Many(Vec<Key>),
    /// A list, of this user alone if one is named.
    List {
        /// Whose tasks; a text that is no id is nobody's.
        user: Option<Option<UserId>>,
        /// Which of them; `None` if something is named that cannot exist.
        filter: Option<Filter>,
        /// Which part.
        page: Page,
    },
}

/// What a task is looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Its own id.
    Task(TaskId),
    /// The trace of its order.
    Trace(TraceId),
    /// Something that names no task.
    Nothing,
}

/// What the body asks.
///
/// # Errors
/// [`ApiError::NotImplemented`] for an unknown action; [`ApiError::BadRequest`] with everything that is wrong.
pub fn query(body: &Map<String, Value>) -> Result<Query, ApiError> {
    match body.get("action") {
        None | Some(Value::Null) => one(body),
        Some(Value::String(word)) => match word.as_str() {
            "" | "retrieve" => one(body),
            "retrieve_batch" => many(body),
            _ => Err(unknown()),
        },
        Some(_) => Err(unknown()),
    }
}

fn unknown() -> ApiError {
    ApiError::NotImplemented("`action` is expected to be `retrieve` or `retrieve_batch`.".to_owned())
}

fn one(body: &Map<String, Value>) -> Result<Query, ApiError> {
    let mut fields = Fields::new(body);
    let id = ["id", "task_id"].into_iter().find(|field| fields.given(field).is_some());
    let key = match id {
        Some(field) => fields.text(field, usize::MAX).map(task_key),
        None => fields.text("trace_id", usize::MAX).map(trace_key),
    };
    if id.is_none() && fields.given("trace_id").is_none() {
        fields.wrong_because(
            "id",
            "`id` is not given: which task is asked for?",
            "the id of a task, or a `trace_id`",
        );
    }
    fields.finish(Query::One(key.unwrap_or(Key::Nothing)))
}

fn many(body: &Map<String, Value>) -> Result<Query, ApiError> {
    let mut fields = Fields::new(body);
    if fields.given("ids").is_some() {
        let keys = fields.texts("ids", MOST_IDS).unwrap_or_default().into_iter().map(task_key).collect();
        return fields.finish(Query::Many(keys));
    }
    if fields.given("trace_ids").is_some() {
        let keys =
            fields.texts("trace_ids", MOST_IDS).unwrap_or_default().into_iter().map(trace_key).collect();
        return fields.finish(Query::Many(keys));
    }
    let user = fields.text("user_id", usize::MAX).map(|text| text.parse().ok());
    let application =
        fields.text("application_id", usize::MAX).map(|text| text.parse::<ApplicationId>().ok());
    let kind = fields.word::<TaskKind>("type", &TaskKind::ALL.map(TaskKind::as_str));
    let created_min = fields.seconds("created_at_min").map(|seconds| millis(seconds, f64::ceil));
    let created_max = fields.seconds("created_at_max").map(|seconds| millis(seconds, f64::floor));
    let limit = fields.whole_number("limit", 0..=100).unwrap_or(12);
    let offset = fields.whole_number("offset", 0..=i64::MAX.unsigned_abs()).unwrap_or(0);
    let filter = match application {
        Some(None) => None,
        application => Some(Filter { application: application.flatten(), kind, created_min, created_max }),
    };
    let page = Page { limit: u32::try_from(limit).unwrap_or(u32::MAX), offset };
    fields.finish(Query::List { user, filter, page })
}

fn task_key(text: &str) -> Key {
    text.parse().map_or(Key::Nothing, Key::Task)
}

fn trace_key(text: &str) -> Key {
    text.parse().map_or(Key::Nothing, Key::Trace)
}

fn millis(seconds: f64, round: fn(f64) -> f64) -> Timestamp {
    // A product such as 1767119745.524 * 1000 lies beside its whole number; a thousandth of a millisecond is nothing.
    let exact = seconds * 1000.0;
    let nearest = exact.round();
    let millis = if (exact - nearest).abs() < 1e-3 { nearest } else { round(exact) };
    #[expect(clippy::cast_possible_truncation, reason = "the conversion saturates, as a bound should")]
    Timestamp::from_millis(millis as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad";

    fn read(body: Value) -> Result<Query, ApiError> {
        query(body.as_object().expect("an object"))
    }

    #[test]
    fn a_task_is_named_by_its_id_or_its_trace() {
        let task = Query::One(Key::Task(ID.parse().expect("an id")));
        assert_eq!(read(json!({ "action": "retrieve", "id": ID })).expect("read"), task);
        assert_eq!(read(json!({ "task_id": ID })).expect("read"), task);
        assert_eq!(
            read(json!({ "trace_id": ID })).expect("read"),
            Query::One(Key::Trace(ID.parse().expect("an id")))
        );
        assert_eq!(read(json!({ "id": ID.to_uppercase() })).expect("read"), Query::One(Key::Nothing));
        assert!(matches!(read(json!({ "id": 3 })), Err(ApiError::BadRequest(_))));
        assert!(matches!(read(json!({})), Err(ApiError::BadRequest(_))));
    }

    #[test]
    fn an_empty_list_of_ids_is_an_empty_answer_and_never_a_list() {
        assert_eq!(
            read(json!({ "action": "retrieve_batch", "ids": [] })).expect("read"),
            Query::Many(vec![])
        );
        assert_eq!(
            read(json!({ "action": "retrieve_batch", "trace_ids": [] })).expect("read"),
            Query::Many(vec![])
        );
        assert!(matches!(read(json!({ "action": "retrieve_batch" })).expect("read"), Query::List { .. }));
    }

    #[test]
    fn at_most_a_thousand_ids_are_taken() {
        let ids = |n: usize| read(json!({ "action": "retrieve_batch", "ids": vec![ID; n] }));
        assert!(ids(1_000).is_ok());
        assert!(matches!(ids(1_001), Err(ApiError::BadRequest(_))));
    }

    #[test]
    fn bounds_of_time_are_inclusive_to_the_millisecond() {
        let body = json!({ "action": "retrieve_batch", "created_at_min": 1_767_119_745.524, "created_at_max": 1_767_119_745.524 });
        let Query::List { filter: Some(filter), .. } = read(body).expect("read") else { panic!("no list") };
        let then = Some(Timestamp::from_millis(1_767_119_745_524));
        assert_eq!((filter.created_min, filter.created_max), (then, then));
    }
}
