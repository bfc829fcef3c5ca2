//! `GET /producer/events` and `GET /producer/tasks/{id}/events`: what happened to a user's tasks, in order of commit,
//! a page at a time or as it happens.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::TaskId;

use super::ApiError;
use super::caller::Caller;
use super::feed::{Feed, Subject};
use super::wire::events::{self, Query, Start};
use crate::app::App;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies that gather answers before they pass them on would hold events back.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
const NO_STORE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Everything that happened to the caller's tasks.
pub async fn all_events(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = understand(&headers, query.as_deref())?;
    answer(&app, &caller, &headers, &query, Subject::All).await
}

/// What happened to one of the caller's tasks.
pub async fn task_events(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let id: TaskId = path.ok().and_then(|Path(id)| id.parse().ok()).ok_or(ApiError::NotFound)?;
    let query = understand(&headers, query.as_deref())?;
    // Followed before it is looked at, so that no progress between the two is missed.
    let progress = app.progress.follow(id);
    let task = app.store.task(caller.credential().user_id, id).await?.ok_or(ApiError::NotFound)?;
    answer(&app, &caller, &headers, &query, Subject::Task { progress, standing: task.standing }).await
}

fn understand(headers: &HeaderMap, query: Option<&str>) -> Result<Query, ApiError> {
    let last_event_id = headers.get(LAST_EVENT_ID).filter(|_| wants_stream(headers));
    let last_event_id = last_event_id.map(|id| String::from_utf8_lossy(id.as_bytes()));
    events::query(query.unwrap_or_default(), last_event_id.as_deref())
}

async fn answer(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    query: &Query,
    subject: Subject,
) -> Result<Response, ApiError> {
    if wants_stream(headers) {
        let feed = Feed::begin(app, caller, headers, query, subject).await?;
        return Ok(feed.map_or_else(|| StatusCode::NO_CONTENT.into_response(), stream));
    }
    let owner = caller.credential().user_id;
    let (page, cursor) = match query.start {
        Start::Latest => (Vec::new(), app.store.last_event_cursor().await?),
        Start::Oldest => (app.store.events(owner, subject.task(), 0, query.limit).await?, 0),
        Start::After(after) => {
            let page = app.store.events(owner, subject.task(), after, query.limit).await?;
            // Behind the events: what is deleted in between is noticed.
            check(app, caller, query, after).await?;
            (page, after)
        }
    };
    let cursor = page.last().map_or(cursor, |last| last.cursor);
    let json = [(header::CONTENT_TYPE, "application/json"), NO_STORE];
    Ok((json, events::page(&page, cursor)).into_response())
}

/// That a cursor is one of this server's, and everything behind it is still kept.
pub(super) async fn check(app: &App, caller: &Caller, query: &Query, after: u64) -> Result<(), ApiError> {
    let gone = app.store.events_gone(caller.credential().user_id).await?;
    if after < gone {
        return Err(query.too_old(after, gone));
    }
    let last = app.store.last_event_cursor().await?;
    if after > last { Err(query.too_new(after, last)) } else { Ok(()) }
}

fn stream(feed: Feed) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), NO_STORE, UNBUFFERED];
    (headers, Body::from_stream(feed.into_stream())).into_response()
}

/// Whether server-sent events are asked for by name: what admits anything is answered in JSON.
fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/event-stream"))
            && !parts.any(|part| {
                part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            })
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn server_sent_events_are_sent_to_who_names_them() {
        let asked = |accept: &'static str| {
            wants_stream(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        for accept in ["text/event-stream", "application/json;q=0.5, Text/Event-Stream; q=0.9"] {
            assert!(asked(accept), "{accept}");
        }
        for accept in ["*/*", "text/*", "application/json", "text/event-stream;q=0", ""] {
            assert!(!asked(accept), "{accept}");
        }
        assert!(!wants_stream(&HeaderMap::new()));
    }
}
