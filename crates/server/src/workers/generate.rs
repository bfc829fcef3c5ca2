//! One task, from its claim to its outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{GaveBack, Outcome, TaskId};
use engines::Watch;
use store::{Claimed, Finish, GivenBack, Kept, StoreError};
use tokio_util::sync::CancellationToken;

use super::make;
use super::tries::{Stopped, Try};
use super::{burial, pool, traces};
use crate::app::App;

/// How often progress is looked at; it is written when it has changed.
const LOOK: Duration = Duration::from_millis(500);

/// How long a task waits after its result found no room on the disk.
const UNTIL_THERE_IS_ROOM: Duration = Duration::from_secs(30);

/// How long to wait before the store is asked again to keep an outcome.
const UNTIL_ASKED_AGAIN: Duration = Duration::from_secs(1);

/// Works on a task until it has its outcome, goes back to the queue, is lost or called off.
pub async fn run(app: &Arc<App>, claimed: Claimed, called_off: &CancellationToken) -> Result<(), StoreError> {
    let (claim, trace_id, folder) = (claimed.claim, claimed.trace_id, claimed.folder.clone());
    tracing::info!(%trace_id, task_id = %claim.task, attempt = claim.attempt, "started");
    traces::claimed(app, &claimed);
    let watch = Watch::default();
    let is_written_to = AtomicBool::new(false);
    let this = Try { app, claimed: &claimed, watch: &watch, called_off, is_written_to };
    let made = watched(app, &claimed, &watch, called_off, make::make(&this)).await;
    let is_written_to = this.is_written_to.load(Ordering::Relaxed);
    // Before the store is told: whoever works on it next begins anew.
    app.progress.tell(claim.task, None);
    let ended = match made {
        Ok((response, kept)) => ends(app, claimed, Outcome::Succeeded(response), kept, called_off).await,
        Err(Stopped::Fails(failure)) => {
            let outcome = Outcome::Failed(failure);
            ends(app, claimed, outcome, Kept::Nothing, called_off).await.map(|_| false)
        }
        Err(Stopped::Lost) if called_off.is_cancelled() => {
            tracing::info!(%trace_id, task_id = %claim.task, attempt = claim.attempt, "called off");
            Ok(false)
        }
        Err(Stopped::Lost) => {
            app.metrics.lease_lost();
            tracing::warn!(%trace_id, task_id = %claim.task, attempt = claim.attempt, "lost its lease");
            Ok(false)
        }
        Err(Stopped::GiveBack(why)) => give_back(app, &claimed, why, called_off).await.map(|()| false),
    };
    // Of a store that failed nobody knows what it has kept: a server that starts does, and tidies up then.
    // It also does of a folder into which something is still written that was left alone.
    if matches!(ended, Ok(false)) && !is_written_to {
        // Noted all the same: a server that starts removes it.
        if let Err(error) = burial::bury_own(app, folder).await {
            tracing::error!(%trace_id, task_id = %claim.task, %error, "could not remove files that nobody needs");
        }
    }
    ended.map(drop)
}

/// Lets engine and encoder work, and meanwhile keeps the lease and notes the progress.
async fn watched<T>(
    app: &App,
    claimed: &Claimed,
    watch: &Watch,
    called_off: &CancellationToken,
    making: impl Future<Output = Result<T, Stopped>>,
) -> Result<T, Stopped> {
    tokio::pin!(making);
    let mut renewed_at = app.clock.now();
    let mut written = None;
    let third_of_lease = Duration::from_secs(app.settings.worker.lease_seconds) / 3;
    loop {
        let look_at = app.clock.now().plus(LOOK.min(third_of_lease));
        let look = async {
            tokio::select! {
                () = app.clock.nap_until(look_at) => (),
                () = app.clock.sleep_until(renewed_at.plus(third_of_lease)) => (),
            }
        };
        tokio::select! {
            made = &mut making => return made,
            () = called_off.cancelled(), if !watch.is_cancelled() => watch.cancel(),
            () = app.hands_off.cancelled(), if !watch.is_cancelled() => watch.cancel(),
            () = look => {
                let now = app.clock.now();
                let percent = watch.percent();
                if written == Some(percent) && now.since(renewed_at) < third_of_lease {
                    continue;
                }
                match app.store.renew(claimed.claim, pool::lease_end(app, now), Some(percent)).await {
                    Ok(true) => {
                        (renewed_at, written) = (now, Some(percent));
                        app.progress.tell(claimed.claim.task, written);
                    }
                    Ok(false) => {
                        watch.cancel();
                        // The work stops soon; until then this worker is busy with it.
                        drop(making.await);
                        return Err(Stopped::Lost);
                    }
                    Err(error) => {
                        let (trace_id, task_id) = (claimed.trace_id, claimed.claim.task);
                        tracing::warn!(%trace_id, %task_id, %error, "could not renew a lease");
                    }
                }
            }
        }
    }
}

/// Gives the task its outcome; `false` if the claim was no longer in force.
async fn ends(
    app: &App,
    claimed: Claimed,
    outcome: Outcome,
    kept: Kept,
    called_off: &CancellationToken,
) -> Result<bool, StoreError> {
    let stored = finish(app, claimed, outcome, kept).await;
    if matches!(stored, Ok(false)) && !called_off.is_cancelled() {
        app.metrics.lease_lost();
    }
    stored
}

async fn finish(app: &App, claimed: Claimed, outcome: Outcome, kept: Kept) -> Result<bool, StoreError> {
    let (claim, trace_id) = (claimed.claim, claimed.trace_id);
    let failed = match &outcome {
        Outcome::Succeeded(_) => None,
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => Some(failure.message.clone()),
    };
    let ended = claimed.state.clone().end(outcome, app.clock.now());
    let finish = insist(app, &claimed, || app.store.finish(claim, ended.clone(), kept.clone())).await?;
    if finish == Finish::Stale {
        tracing::warn!(%trace_id, task_id = %claim.task, "this task has ended, or has another worker");
        announce(app, claim.task);
        return Ok(false);
    }
    traces::ended(app, &claimed, &ended.outcome);
    let attempt = claim.attempt;
    match failed {
        None => tracing::info!(%trace_id, task_id = %claim.task, attempt, "succeeded"),
        Some(reason) => tracing::warn!(%trace_id, task_id = %claim.task, attempt, reason, "failed"),
    }
    announce(app, claim.task);
    Ok(true)
}

/// Asks the store until it takes the outcome of work that is done: a full disk or a locked database pass, a song
/// is not to be made twice for them. The lease is asked for anew each time.
async fn insist<T, F: Future<Output = Result<T, StoreError>>>(
    app: &App,
    claimed: &Claimed,
    ask: impl Fn() -> F,
) -> Result<T, StoreError> {
    loop {
        let error = match ask().await {
            Err(error) if !app.hands_off.is_cancelled() && !matches!(error, StoreError::Closed) => error,
            answer => return answer,
        };
        let (claim, trace_id) = (claimed.claim, claimed.trace_id);
        tracing::error!(%trace_id, task_id = %claim.task, %error, "could not keep an outcome; it is tried again");
        let again_at = app.clock.now().plus(UNTIL_ASKED_AGAIN);
        tokio::select! { () = app.clock.sleep_until(again_at) => (), () = app.hands_off.cancelled() => () }
        drop(app.store.renew(claim, pool::lease_end(app, app.clock.now()), None).await);
    }
}

async fn give_back(
    app: &App,
    claimed: &Claimed,
    why: GaveBack,
    called_off: &CancellationToken,
) -> Result<(), StoreError> {
    let (claim, trace_id) = (claimed.claim, claimed.trace_id);
    let now = app.clock.now();
    let retry_at = match &why {
        GaveBack::Retryable(cause) => {
            tracing::warn!(%trace_id, task_id = %claim.task, cause, "a try failed");
            let doubled = 1_u64 << claimed.state.counts.failures.min(10);
            now.plus(Duration::from_secs(app.settings.worker.retry_seconds.saturating_mul(doubled)))
        }
        GaveBack::NoRoom => now.plus(UNTIL_THERE_IS_ROOM),
        GaveBack::Crashed | GaveBack::SoftStop => now,
    };
    let bounds = app.settings.worker.bounds();
    match insist(app, claimed, || app.store.give_back(claim, why.clone(), bounds, now, retry_at)).await? {
        GivenBack::Waits => {
            app.metrics.given_back(&why);
            let retry_seconds = retry_at.since(now).as_secs();
            tracing::info!(%trace_id, task_id = %claim.task, retry_seconds, "back in the queue");
        }
        GivenBack::Failed(failure) => {
            app.metrics.given_back(&why);
            traces::ended(app, claimed, &Outcome::Failed(failure));
            tracing::warn!(%trace_id, task_id = %claim.task, "failed: tried too often");
            announce(app, claim.task);
        }
        GivenBack::Stale if called_off.is_cancelled() => (),
        GivenBack::Stale => app.metrics.lease_lost(),
    }
    Ok(())
}

/// Tells whoever waits that a task has ended.
fn announce(app: &App, task: TaskId) {
    app.waiters.ended(task);
    app.wake_callbacks.notify_one();
}
