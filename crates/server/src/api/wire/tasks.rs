//! The body of `/producer/tasks`.

use std::collections::HashSet;
use std::time::Duration;

use domain::{ApplicationId, TaskId, TaskKind, Timestamp, TraceId, UserId};
use serde_json::{Map, Value};
use store::{Filter, Page};

use super::Fields;
use crate::api::ApiError;

/// Most ids in one request.
const MOST_IDS: usize = 1_000;
/// The longest that a query may wait for the end of a task, in seconds.
const LONGEST_WAIT: f64 = 60.0;

/// What is asked of `/producer/tasks`.
#[derive(Debug, PartialEq)]
pub enum Query {
    /// One task. A text that is no id names no task.
    One {
        /// Which one.
        key: Key,
        /// How long to wait for its end.
        wait: Option<Duration>,
        /// Whether what is stored with it, and is no part of its record, is told too.
        assets: bool,
    },
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
    /// Tasks that are not wanted any more.
    Change(Change, Chosen),
}

/// What is to become of tasks that are not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// They end, if they have not yet.
    Cancel,
    /// They are forgotten.
    Delete,
}

/// The tasks that are meant.
#[derive(Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This one; `None` if a text was given that is no id.
    One(Option<TaskId>),
    /// These, each once; what is no id is left out.
    Many(Vec<TaskId>),
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
            "cancel" => change(Change::Cancel, body),
            "delete" => change(Change::Delete, body),
            _ => Err(unknown()),
        },
        Some(_) => Err(unknown()),
    }
}

fn unknown() -> ApiError {
    ApiError::NotImplemented(
        "`action` is expected to be `retrieve`, `retrieve_batch`, `cancel` or `delete`.".to_owned(),
    )
}

/// Every field of a query, whichever action it is for: what is wrong with any of them is told.
struct Given<'a> {
    /// `id`, or what is taken for it.
    id: Option<&'a str>,
    trace_id: Option<&'a str>,
    ids: Option<Vec<&'a str>>,
    trace_ids: Option<Vec<&'a str>>,
    wait: Option<Duration>,
    assets: bool,
    user: Option<Option<UserId>>,
    filter: Option<Filter>,
    page: Page,
}

impl<'a> Given<'a> {
    fn read(fields: &mut Fields<'a>) -> Self {
        let id = fields.text("id", usize::MAX);
        let task_id = fields.text("task_id", usize::MAX);
        let trace_id = fields.text("trace_id", usize::MAX);
        let wait = Some(fields.number("wait", 0.0..=LONGEST_WAIT, 0.0)).filter(|wait| *wait > 0.0);
        let assets = includes_assets(fields);
        let ids = fields.texts("ids", MOST_IDS);
        let trace_ids = fields.texts("trace_ids", MOST_IDS);
        let user = fields.text("user_id", usize::MAX).map(|text| text.parse().ok());
        let filter = filter(fields);
        let page = page(fields);
        let wait = wait.map(Duration::from_secs_f64);
        Self { id: id.or(task_id), trace_id, ids, trace_ids, wait, assets, user, filter, page }
    }
}

/// Which tasks are meant; `None` if something is named that cannot exist.
pub(super) fn filter(fields: &mut Fields<'_>) -> Option<Filter> {
    let application =
        fields.text("application_id", usize::MAX).map(|text| text.parse::<ApplicationId>().ok());
    let kind = fields.word::<TaskKind>("type", &TaskKind::ALL.map(TaskKind::as_str));
    let created_min = fields.seconds("created_at_min").map(|seconds| millis(seconds, f64::ceil));
    let created_max = fields.seconds("created_at_max").map(|seconds| millis(seconds, f64::floor));
    match application {
        Some(None) => None,
        application => Some(Filter { application: application.flatten(), kind, created_min, created_max }),
    }
}

fn page(fields: &mut Fields<'_>) -> Page {
    let limit = fields.whole_number("limit", 0..=100).unwrap_or(12);
    let offset = fields.whole_number("offset", 0..=i64::MAX.unsigned_abs()).unwrap_or(0);
    Page { limit: u32::try_from(limit).unwrap_or(u32::MAX), offset }
}

fn one(body: &Map<String, Value>) -> Result<Query, ApiError> {
    let mut fields = Fields::new(body);
    let given = Given::read(&mut fields);
    let is_named = ["id", "task_id", "trace_id"].into_iter().any(|field| fields.given(field).is_some());
    if !is_named {
        fields.wrong_because(
            "id",
            "`id` is not given: which task is asked for?",
            "the id of a task, or a `trace_id`",
        );
    }
    let key = given.id.map(task_key).or(given.trace_id.map(trace_key)).unwrap_or(Key::Nothing);
    fields.finish(Query::One { key, wait: given.wait, assets: given.assets })
}

/// `include`: what else is told.
fn includes_assets(fields: &mut Fields<'_>) -> bool {
    const EXPECTED: &str = r#"a list of what to include: ["assets"]"#;
    match fields.given("include") {
        None => false,
        Some(Value::Array(words)) if words.iter().all(|word| word == "assets") => !words.is_empty(),
        Some(_) => {
            fields.wrong("include", EXPECTED);
            false
        }
    }
}

fn change(change: Change, body: &Map<String, Value>) -> Result<Query, ApiError> {
    let mut fields = Fields::new(body);
    let given = Given::read(&mut fields);
    if fields.given("ids").is_some() {
        let mut seen = HashSet::new();
        let ids = given.ids.into_iter().flatten().filter_map(|text| text.parse().ok());
        let ids = ids.filter(|id: &TaskId| seen.insert(*id)).collect();
        return fields.finish(Query::Change(change, Chosen::Many(ids)));
    }
    if ["id", "task_id"].into_iter().all(|field| fields.given(field).is_none()) {
        fields.wrong_because(
            "id",
            "`id` is not given: which task is meant?",
            "the id of a task, or a list `ids`",
        );
    }
    fields.finish(Query::Change(change, Chosen::One(given.id.and_then(|text| text.parse().ok()))))
}

fn many(body: &Map<String, Value>) -> Result<Query, ApiError> {
    let mut fields = Fields::new(body);
    let given = Given::read(&mut fields);
    let keys = |texts: Option<Vec<&str>>, key: fn(&str) -> Key| {
        Query::Many(texts.into_iter().flatten().map(key).collect())
    };
    let query = match () {
        () if fields.given("ids").is_some() => keys(given.ids, task_key),
        () if fields.given("trace_ids").is_some() => keys(given.trace_ids, trace_key),
        () => Query::List { user: given.user, filter: given.filter, page: given.page },
    };
    fields.finish(query)
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
        let one = |key| Query::One { key, wait: None, assets: false };
        let task = one(Key::Task(ID.parse().expect("an id")));
        assert_eq!(read(json!({ "action": "retrieve", "id": ID })).expect("read"), task);
        assert_eq!(read(json!({ "task_id": ID })).expect("read"), task);
        assert_eq!(
            read(json!({ "trace_id": ID })).expect("read"),
            one(Key::Trace(ID.parse().expect("an id")))
        );
        assert_eq!(read(json!({ "id": ID.to_uppercase() })).expect("read"), one(Key::Nothing));
        assert!(matches!(read(json!({ "id": 3 })), Err(ApiError::BadRequest(_))));
        assert!(matches!(read(json!({})), Err(ApiError::BadRequest(_))));
    }

    #[test]
    fn a_query_waits_from_no_time_to_a_minute() {
        let wait = |wait: Value| read(json!({ "id": ID, "wait": wait }));
        for (given, expected) in [(json!(0), 0.0), (json!(null), 0.0), (json!(0.5), 0.5), (json!(60), 60.0)] {
            let Ok(Query::One { wait, .. }) = wait(given) else { panic!("refused") };
            assert_eq!(wait.unwrap_or_default(), Duration::from_secs_f64(expected));
        }
        for wrong in [json!(-1), json!(60.5), json!("soon"), json!(true)] {
            assert!(matches!(wait(wrong), Err(ApiError::BadRequest(_))));
        }
    }

    #[test]
    fn tasks_that_are_not_wanted_any_more_are_named_by_their_ids_each_once() {
        let id: TaskId = ID.parse().expect("an id");
        let asked = |body: Value| read(body).expect("read");
        let one = |change, id| Query::Change(change, Chosen::One(id));
        assert_eq!(asked(json!({ "action": "cancel", "id": ID })), one(Change::Cancel, Some(id)));
        assert_eq!(asked(json!({ "action": "delete", "task_id": ID })), one(Change::Delete, Some(id)));
        assert_eq!(asked(json!({ "action": "cancel", "id": "waltz" })), one(Change::Cancel, None));
        let many = |ids| Query::Change(Change::Delete, Chosen::Many(ids));
        assert_eq!(asked(json!({ "action": "delete", "ids": [ID, "waltz", ID] })), many(vec![id]));
        assert_eq!(asked(json!({ "action": "delete", "ids": [] })), many(vec![]));
        for wrong in [json!({}), json!({ "id": 3 }), json!({ "ids": ID }), json!({ "ids": vec![ID; 1_001] })]
        {
            let mut body = wrong;
            body["action"] = json!("cancel");
            assert!(matches!(read(body), Err(ApiError::BadRequest(_))));
        }
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
    fn what_is_wrong_with_any_field_is_told_whatever_is_asked() {
        for action in ["retrieve", "retrieve_batch", "cancel", "delete"] {
            let body = json!({
                "action": action, "id": ID, "ids": [ID], "trace_ids": {}, "user_id": [], "limit": -1, "wait": 61, "type": "x",
            });
            let Err(ApiError::BadRequest(problems)) = read(body) else { panic!("{action} was taken") };
            let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(fields, ["wait", "trace_ids", "user_id", "type", "limit"], "{action}");
        }
    }

    #[test]
    fn assets_are_included_when_they_are_asked_for() {
        let asked = |include: Value| match read(json!({ "id": ID, "include": include })) {
            Ok(Query::One { assets, .. }) => Some(assets),
            _ => None,
        };
        assert_eq!(asked(json!(["assets"])), Some(true));
        for nothing in [json!([]), json!(null), json!("")] {
            assert_eq!(asked(nothing), Some(false));
        }
        for wrong in [json!(["stems"]), json!(["assets", 1]), json!("assets"), json!({}), json!(true)] {
            assert_eq!(asked(wrong), None);
        }
        let Err(ApiError::BadRequest(problems)) = read(json!({ "id": ID, "include": ["plan"] })) else {
            panic!("taken")
        };
        assert_eq!(problems[0].field, "include");
        assert!(problems[0].expected.contains(r#"["assets"]"#), "{problems:?}");
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
