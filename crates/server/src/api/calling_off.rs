//! `POST /producer/tasks` with `cancel` or `delete`: tasks that are not wanted any more.

use std::sync::Arc;

use bytes::Bytes;
use domain::{Failure, Outcome, TaskId, UserId};
use futures_util::future::try_join_all;

use super::ApiError;
use super::wire::tasks::{Change, Chosen};
use crate::app::App;
use crate::workers;

/// What became of the tasks that were named, as JSON.
///
/// # Errors
/// [`ApiError::NotFound`] for a single task that is unknown.
pub async fn change(
    app: &Arc<App>,
    owner: UserId,
    change: Change,
    chosen: Chosen,
) -> Result<Bytes, ApiError> {
    match chosen {
        Chosen::One(id) => {
            let told = match id {
                Some(id) => one(Arc::clone(app), owner, change, id).await?,
                None => None,
            };
            told.map(Bytes::from).ok_or(ApiError::NotFound)
        }
        Chosen::Many(ids) => {
            // All at once, so that they share commits.
            let each = ids.into_iter().map(|id| one(Arc::clone(app), owner, change, id));
            let told: Vec<_> = try_join_all(each).await?.into_iter().flatten().collect();
            Ok(Bytes::from(format!(r#"{{"items":[{}],"count":{}}}"#, told.join(","), told.len())))
        }
    }
}

async fn one(app: Arc<App>, owner: UserId, change: Change, id: TaskId) -> Result<Option<String>, ApiError> {
    // On its own, so that a client that hangs up after the commit keeps nobody from being told.
    let changing = tokio::spawn(async move {
        match change {
            Change::Cancel => cancel(&app, owner, id).await,
            Change::Delete => delete(&app, owner, id).await,
        }
    });
    changing.await.map_err(|error| ApiError::Internal(error.to_string(), None))?
}

async fn cancel(app: &App, owner: UserId, id: TaskId) -> Result<Option<String>, ApiError> {
    let Some(called_off) = app.store.cancel(owner, id, app.clock.now()).await? else { return Ok(None) };
    if called_off.now {
        tracing::info!(trace_id = %called_off.trace_id, task_id = %id, "cancelled on request");
        app.metrics.ended(&Outcome::Cancelled(Failure::cancelled()));
        workers::called_off(app, id);
    }
    let (state, now) = (called_off.state.as_str(), called_off.now);
    Ok(Some(format!(r#"{{"id":"{id}","state":"{state}","cancelled":{now}}}"#)))
}

async fn delete(app: &App, owner: UserId, id: TaskId) -> Result<Option<String>, ApiError> {
    let Some(deleted) = app.store.delete(owner, id, app.clock.now()).await? else { return Ok(None) };
    let trace_id = deleted.trace_id;
    tracing::info!(%trace_id, task_id = %id, "deleted on request");
    if deleted.ended_it {
        app.metrics.ended(&Outcome::Cancelled(Failure::cancelled()));
    }
    app.records.forget(&id);
    workers::called_off(app, id);
    if let Err(error) = workers::bury_deleted(app, deleted.folders).await {
        // The folders are noted: it is tried again.
        tracing::error!(%trace_id, task_id = %id, %error, "could not remove the files of a deleted task");
    }
    Ok(Some(format!(r#"{{"id":"{id}","deleted":true}}"#)))
}
