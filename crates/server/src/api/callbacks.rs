//! `/producer/callbacks`: what became of the callbacks of one's tasks, and sending them again.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::{TaskId, UserId};
use serde_json::{Map, Value, json};
use store::{CallbackFilter, CallbackListing, Replay};

use super::ApiError;
use super::caller::Caller;
use super::wire::SentBody;
use super::wire::callbacks::{Wanted, item, query, wanted, whole, word};
use crate::app::App;

/// Most that are put back for one request; whoever has more asks again.
const A_TURN: u32 = 1_000;

/// `GET /producer/callbacks`: a page of them, the newest first.
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let text = text.unwrap_or_default();
    let parameters: Map<String, Value> = url::form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    let (filter, limit) = query(&parameters)?;
    let filter = CallbackFilter { owner: Some(caller.credential().user_id), ..filter };
    let found = app.store.callbacks(filter, limit).await?;
    // A page that is not full is the last one.
    let last = found.last().filter(|_| found.len() == limit as usize);
    let cursor = last.map(|last| last.cursor.to_string());
    Ok(sent(&json!({ "items": found.iter().map(item).collect::<Vec<_>>(), "cursor": cursor })))
}

/// `GET /producer/callbacks/{task_id}`: one, with every attempt.
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(task): Path<String>,
) -> Result<Response, ApiError> {
    let task: TaskId = task.parse().map_err(|_| ApiError::NotFound)?;
    let found = app.store.callback(Some(caller.credential().user_id), task).await?;
    let (listing, attempts) = found.ok_or(ApiError::NotFound)?;
    Ok(sent(&whole(&listing, &attempts)))
}

/// `POST /producer/callbacks`: puts callbacks back, to be sent at once.
pub async fn replay(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: SentBody,
) -> Result<Response, ApiError> {
    let owner = caller.credential().user_id;
    let answer = match wanted(&body.fields)? {
        Wanted::One(task) => {
            let task = task.ok_or(ApiError::NotFound)?;
            let item = one(&app, owner, task).await?.ok_or(ApiError::NotFound)?;
            json!({ "items": [item], "count": 1 })
        }
        Wanted::Many(tasks) => {
            let mut items = Vec::with_capacity(tasks.len());
            for task in tasks {
                items.extend(one(&app, owner, task).await?);
            }
            json!({ "count": items.len(), "items": items })
        }
        Wanted::GivenUp => {
            let replay = Replay::GivenUp(A_TURN);
            let put_back = app.store.replay(Some(owner), replay, app.clock.now()).await?;
            let (trace_id, count) = (caller.trace_id, put_back.len());
            tracing::info!(%trace_id, count, "callbacks are to be sent again");
            let items: Vec<_> = put_back.iter().map(|&task| told(task, "waiting", true)).collect();
            json!({ "count": items.len(), "more": items.len() == A_TURN as usize, "items": items })
        }
    };
    app.wake_callbacks.notify_one();
    Ok(sent(&answer))
}

/// Puts one back and says how it stands; `None` if there is none of this task, or it is someone else's.
async fn one(app: &App, owner: UserId, task: TaskId) -> Result<Option<Value>, ApiError> {
    let put_back = app.store.replay(Some(owner), Replay::Task(task), app.clock.now()).await?;
    let found = app.store.callback(Some(owner), task).await?;
    if put_back.is_empty() {
        return Ok(found.map(|(listing, _)| told(task, word(listing.state), false)));
    }
    if let Some((CallbackListing { trace_id, .. }, _)) = found {
        tracing::info!(%trace_id, task_id = %task, "the callback is to be sent again");
    }
    Ok(Some(told(task, "waiting", true)))
}

fn told(task: TaskId, state: &str, replayed: bool) -> Value {
    json!({ "task_id": task.to_string(), "state": state, "replayed": replayed })
}

fn sent(answer: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}
