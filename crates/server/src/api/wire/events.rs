//! The events feed: what is asked of it, and how an event is written, in JSON and as a server-sent event (WHATWG HTML,
//! section 9.2).

use std::fmt::Write as _;

use domain::TaskId;
use serde_json::{Map, Value};
use store::Event;
use url::form_urlencoded;

use super::{Fields, Problem};
use crate::api::ApiError;

/// What is asked of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Where to begin.
    pub start: Start,
    /// Most events in one answer.
    pub limit: u32,
    /// Which field said where to begin.
    field: &'static str,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the oldest event that is kept.
    Oldest,
    /// Behind this cursor.
    After(u64),
    /// With what happens from now on.
    Latest,
}

/// The field with which `EventSource` goes on after a connection that broke.
const LAST_EVENT_ID: &str = "Last-Event-ID";
const EXPECTED: &str = "a cursor as this feed gave it, a string of digits; `0` for the oldest event that is kept, \
                        or `latest` for what happens from now on";

/// What the query of a URL asks. `last_event_id` wins over `after`.
///
/// # Errors
/// [`ApiError::BadRequest`] with everything that is wrong.
pub fn query(text: &str, last_event_id: Option<&str>) -> Result<Query, ApiError> {
    let given = form_urlencoded::parse(text.as_bytes());
    let mut given: Map<String, Value> =
        given.map(|(field, value)| (field.into_owned(), Value::String(value.into_owned()))).collect();
    let last_event_id = last_event_id.filter(|id| !id.is_empty());
    given.remove(LAST_EVENT_ID);
    given.extend(last_event_id.map(|id| (LAST_EVENT_ID.to_owned(), Value::String(id.to_owned()))));
    let field = if last_event_id.is_some() { LAST_EVENT_ID } else { "after" };
    let mut fields = Fields::new(&given);
    let start = match fields.given(field).and_then(Value::as_str) {
        None => Some(Start::Oldest),
        Some("latest") => Some(Start::Latest),
        Some(text) => cursor(text),
    };
    if start.is_none() {
        fields.wrong(field, EXPECTED);
    }
    let limit = fields.whole_number("limit", 1..=1_000).unwrap_or(100);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    fields.finish(Query { start: start.unwrap_or(Start::Oldest), limit, field })
}

fn cursor(text: &str) -> Option<Start> {
    // Digits alone: a number's own parser would take a sign too.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse().ok().filter(|_| digits)? {
        0 => Some(Start::Oldest),
        cursor => Some(Start::After(cursor)),
    }
}

impl Query {
    /// The events up to `gone` are no longer kept, and the consumer has not seen them all.
    #[must_use]
    pub fn too_old(&self, after: u64, gone: u64) -> ApiError {
        self.refused(
            after,
            format!(
                "`{}` is {after}, but events up to {gone} are no longer kept, so that some would be missing. Ask \
                 /producer/tasks how your tasks stand, and begin anew with `after=0`, which is the oldest event that \
                 is kept, or `after=latest`.",
                self.field
            ),
        )
    }

    /// No event has had such a cursor yet.
    #[must_use]
    pub fn too_new(&self, after: u64, last: u64) -> ApiError {
        self.refused(
            after,
            format!(
                "`{}` is {after}, but the last cursor that this server gave is {last}: this one is not from here, or \
                 from before a backup was restored. Begin anew with `after=0`, which is the oldest event that is \
                 kept, or `after=latest`.",
                self.field
            ),
        )
    }

    fn refused(&self, after: u64, message: String) -> ApiError {
        ApiError::BadRequest(vec![Problem {
            field: self.field.to_owned(),
            message,
            value: Value::String(after.to_string()),
            expected: EXPECTED.to_owned(),
        }])
    }
}

/// A page of the feed; `cursor` is where the next one begins.
#[must_use]
pub fn page(events: &[Event], cursor: u64) -> String {
    let mut out = String::with_capacity(events.len() * 192 + 32);
    out.push_str("{\"items\":[");
    for (number, event) in events.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        item(&mut out, event);
    }
    let _ = write!(out, "],\"cursor\":\"{cursor}\"}}");
    out
}

fn item(out: &mut String, event: &Event) {
    // Every part is an id, a number or a word of ours; writing to a String cannot fail.
    let _ = write!(
        out,
        r#"{{"cursor":"{}","task_id":"{}","trace_id":"{}","type":"{}","state":"{}","at":{:?}}}"#,
        event.cursor,
        event.task,
        event.trace_id,
        event.kind.as_str(),
        event.state.as_str(),
        event.at.as_seconds(),
    );
}

/// Events, each as one server-sent event whose id is its cursor.
#[must_use]
pub fn sent(events: &[Event]) -> String {
    let mut out = String::with_capacity(events.len() * 224);
    for event in events {
        let _ = write!(out, "id: {}\nevent: task\ndata: ", event.cursor);
        item(&mut out, event);
        out.push_str("\n\n");
    }
    out
}

/// How far a task is. It has no id: who comes again is told how far the task is then.
#[must_use]
pub fn sent_progress(task: TaskId, percent: u8) -> String {
    format!("event: progress\ndata: {{\"task_id\":\"{task}\",\"progress\":\"{percent}%\"}}\n\n")
}

/// Tells a client where it stands before anything has happened: without data, it is no event to it.
#[must_use]
pub fn sent_place(cursor: u64) -> String {
    format!("id: {cursor}\n\n")
}

/// A comment, which tells both sides that the other is there.
pub const HEARTBEAT: &str = ": still here\n\n";

#[cfg(test)]
mod tests {
    use domain::{TaskKind, Timestamp, TraceId};
    use store::TaskState;

    use super::*;

    fn start(text: &str, last_event_id: Option<&str>) -> Option<Start> {
        query(text, last_event_id).ok().map(|query| query.start)
    }

    #[test]
    fn a_query_says_where_to_begin_and_what_the_client_saw_last_wins() {
        assert_eq!(start("", None), Some(Start::Oldest));
        assert_eq!(start("after=", Some("")), Some(Start::Oldest));
        assert_eq!(start("after=0", None), Some(Start::Oldest));
        assert_eq!(start("after=17&x=1", None), Some(Start::After(17)));
        assert_eq!(start("after=latest", None), Some(Start::Latest));
        assert_eq!(start("after=latest", Some("18")), Some(Start::After(18)));
        assert_eq!(
            start("Last-Event-ID=3", None),
            Some(Start::Oldest),
            "a header is not a part of the query"
        );
        assert_eq!(query("limit=1000", None).expect("read").limit, 1_000);
        assert_eq!(query("", None).expect("read").limit, 100);
    }

    #[test]
    fn everything_that_is_wrong_with_a_query_is_told() {
        for wrong in ["-1", "+1", "1.0", "one", "99999999999999999999", "1 "] {
            assert_eq!(start(&format!("after={}", wrong.replace('+', "%2B")), None), None, "{wrong}");
            assert_eq!(start("after=1", Some(wrong)), None, "{wrong}");
        }
        let Err(ApiError::BadRequest(problems)) = query("after=x&limit=0", None) else { panic!("accepted") };
        let told: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(told, ["after", "limit"]);
        assert!(query("limit=1001", None).is_err());
    }

    #[test]
    fn an_event_is_an_item_of_a_page_and_the_data_of_a_server_sent_event() {
        let id: TaskId = "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("an id");
        let event = Event {
            cursor: 7,
            task: id,
            trace_id: TraceId(id.0),
            kind: TaskKind::Audios,
            state: TaskState::Succeeded,
            at: Timestamp::from_millis(1_767_119_785_589),
        };
        insta::assert_snapshot!(page(&[event.clone(), Event { cursor: 9, ..event.clone() }], 9));
        insta::assert_snapshot!(sent(&[event.clone(), Event { cursor: 9, ..event }]));
        assert_eq!(page(&[], 0), r#"{"items":[],"cursor":"0"}"#);
    }
}
