//! `POST /producer/tasks`: what became of one task, or of many, and what is to become of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::{Timestamp, UserId};
use store::{Filter, Page, Standing, TaskRecord};

use super::caller::Caller;
use super::records::{ReadAt, Ready};
use super::wire::SentBody;
use super::wire::record::record;
use super::wire::tasks::{Key, Query, query};
use super::{ApiError, assets, calling_off};
use crate::app::App;

/// Most records that are held at once for one answer; after them, other requests get their turn.
const A_TURN: usize = 16;

/// Answers a query.
pub async fn query_tasks(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: SentBody,
) -> Result<Response, ApiError> {
    let owner = caller.credential().user_id;
    match query(&body.fields)? {
        Query::One { key, wait, assets } => {
            let found = match wait {
                None => one(&app, owner, key).await?,
                Some(wait) => ended(&app, owner, key, app.clock.now().plus(wait)).await?,
            };
            let record = found.ok_or(ApiError::NotFound)?;
            Ok(json(if assets { with_assets(&app, owner, key, record).await? } else { record }))
        }
        Query::Change(change, chosen) => calling_off::change(&app, owner, change, chosen).await.map(json),
        Query::Many(keys) => many(&app, owner, keys).await,
        Query::List { user, filter, page } => {
            let own = user.is_none_or(|user| user == Some(owner));
            list(&app, owner, filter.filter(|_| own), page).await
        }
    }
}

async fn one(app: &App, owner: UserId, key: Key) -> Result<Option<Bytes>, ApiError> {
    if let Key::Task(id) = key
        && let Some(ready) = app.records.get(owner, &id)
    {
        app.metrics.record(true);
        return Ok(Some(ready));
    }
    app.metrics.record(false);
    let read_at = app.records.about_to_read();
    Ok(look_up(app, owner, key).await?.map(|task| written(app, &task, read_at)))
}

/// The record with `assets` as its last field.
async fn with_assets(app: &App, owner: UserId, key: Key, record: Bytes) -> Result<Bytes, ApiError> {
    let id = match key {
        Key::Task(id) => Some(id),
        _ => look_up(app, owner, key).await?.map(|task| task.id),
    };
    // It can have been deleted meanwhile.
    let assets = assets::of(app, id.ok_or(ApiError::NotFound)?).await?;
    let mut out = record.to_vec();
    out.pop();
    out.extend_from_slice(b",\"assets\":");
    out.extend_from_slice(assets.as_bytes());
    out.push(b'}');
    Ok(Bytes::from(out))
}

async fn look_up(app: &App, owner: UserId, key: Key) -> Result<Option<TaskRecord>, ApiError> {
    Ok(match key {
        Key::Nothing => None,
        Key::Task(id) => app.store.task(owner, id).await?,
        Key::Trace(trace) => app.store.task_by_trace(owner, trace).await?,
    })
}

/// The record once the task has ended, or as it stands when the time is over or the server stops.
async fn ended(app: &App, owner: UserId, key: Key, until: Timestamp) -> Result<Option<Bytes>, ApiError> {
    let Some(id) = look_up(app, owner, key).await?.map(|task| task.id) else { return Ok(None) };
    let _tidying = app.waiters.tidying(id);
    loop {
        let ended = app.waiters.wait_for(id);
        let read_at = app.records.about_to_read();
        // It can be deleted while this waits.
        let Some(task) = app.store.task(owner, id).await? else { return Ok(None) };
        let over = app.clock.now() >= until || app.stopping.is_cancelled();
        if over || matches!(task.standing, Standing::Ended(_)) {
            return Ok(Some(written(app, &task, read_at)));
        }
        // The record goes before the wait begins: thousands may wait.
        drop(task);
        tokio::select! {
            _ = ended => (),
            () = app.clock.sleep_until(until) => (),
            () = app.stopping.cancelled() => (),
        }
    }
}

/// The record as it is sent; one that will not change is kept.
fn written(app: &App, task: &TaskRecord, read_at: ReadAt) -> Bytes {
    let json = Bytes::from(record(task, &app.public_base));
    if matches!(task.standing, Standing::Ended(_)) {
        app.records.keep(task.id, Ready { owner: task.user_id, json: json.clone() }, read_at);
    }
    json
}

async fn many(app: &Arc<App>, owner: UserId, keys: Vec<Key>) -> Result<Response, ApiError> {
    if keys.len() > A_TURN {
        return Ok(stream(Arc::clone(app), owner, keys));
    }
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        found.extend(one(app, owner, key).await?);
    }
    let count = found.len() as u64;
    Ok(items(&found, count))
}

/// A long batch is read and sent a turn at a time: a thousand records can be far more than a server should hold.
fn stream(app: Arc<App>, owner: UserId, keys: Vec<Key>) -> Response {
    let turns = futures_util::stream::try_unfold(
        (keys.into_iter(), 0_u64, false),
        move |(mut keys, count, ended)| {
            let app = Arc::clone(&app);
            async move {
                if ended {
                    return Ok::<_, std::io::Error>(None);
                }
                let mut out = Vec::new();
                let mut found = count;
                for key in keys.by_ref().take(A_TURN) {
                    // The status is sent already: what breaks now breaks the connection.
                    let record = one(&app, owner, key)
                        .await
                        .map_err(|error| std::io::Error::other(error.message()))?;
                    if let Some(record) = record {
                        out.extend_from_slice(if found == 0 { b"{\"items\":[" } else { b"," });
                        out.extend_from_slice(&record);
                        found += 1;
                    }
                }
                let ended = keys.len() == 0;
                if ended {
                    let begin = if found == 0 { "{\"items\":[" } else { "" };
                    out.extend_from_slice(format!("{begin}],\"count\":{found}}}").as_bytes());
                }
                tokio::task::yield_now().await;
                Ok(Some((Bytes::from(out), (keys, found, ended))))
            }
        },
    );
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(turns)).into_response()
}

async fn list(app: &App, owner: UserId, filter: Option<Filter>, page: Page) -> Result<Response, ApiError> {
    let Some(filter) = filter else { return Ok(items(&[], 0)) };
    let listing = app.store.list(owner, filter, page).await?;
    let found: Vec<_> =
        listing.items.iter().map(|task| Bytes::from(record(task, &app.public_base))).collect();
    Ok(items(&found, listing.count))
}

fn items(records: &[Bytes], count: u64) -> Response {
    let mut out = Vec::with_capacity(records.iter().map(|record| record.len() + 1).sum::<usize>() + 32);
    out.extend_from_slice(b"{\"items\":[");
    for (number, record) in records.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend_from_slice(record);
    }
    out.extend_from_slice(format!("],\"count\":{count}}}").as_bytes());
    json(Bytes::from(out))
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
