//! One task, from its claim to its outcome.

use std::sync::Arc;
use std::time::Duration;

use domain::{AudioOrder, ErrorCode, Failure, GaveBack, Outcome, TaskId};
use engines::{EngineError, Made, Sources, Watch};
use store::{Claimed, Finish, GivenBack, NewSong, StoreError};
use tokio_util::sync::CancellationToken;

use super::files::{self, NotKept};
use super::stalls::{self, Stalled};
use super::{burial, pool, traces};
use crate::api::wire::audios;
use crate::app::App;

/// How often progress is looked at; it is written when it has changed.
const LOOK: Duration = Duration::from_millis(500);

/// How long a task waits after its result found no room on the disk.
const UNTIL_THERE_IS_ROOM: Duration = Duration::from_secs(30);

/// How long to wait before the store is asked again to keep an outcome.
const UNTIL_ASKED_AGAIN: Duration = Duration::from_secs(1);

/// Why a try brought no outcome.
enum Stopped {
    /// The claim is no longer in force: another worker has the task, or it has ended.
    Lost,
    /// The task goes back to the queue.
    GiveBack(GaveBack),
}

/// Works on a task until it has its outcome, goes back to the queue, is lost or called off.
pub async fn run(app: &Arc<App>, claimed: Claimed, called_off: &CancellationToken) -> Result<(), StoreError> {
    let (claim, trace_id, folder) = (claimed.claim, claimed.trace_id, claimed.folder.clone());
    tracing::info!(%trace_id, task_id = %claim.task, attempt = claim.attempt, "started");
    traces::claimed(app, &claimed);
    let watch = Watch::default();
    let making = make(app, &claimed, &watch, called_off);
    let made = watched(app, &claimed, &watch, called_off, making).await;
    // Before the store is told: whoever works on it next begins anew.
    app.progress.tell(claim.task, None);
    let ended = match made {
        Ok((outcome, song)) => {
            let sings = song.is_some();
            let stored = finish(app, claimed, outcome, song).await;
            if matches!(stored, Ok(false)) && !called_off.is_cancelled() {
                app.metrics.lease_lost();
            }
            stored.map(|stored| stored && sings)
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
    if matches!(ended, Ok(false)) {
        // Noted all the same: a server that starts removes it.
        if let Err(error) = burial::bury_own(app, folder).await {
            tracing::error!(%trace_id, task_id = %claim.task, %error, "could not remove files that nobody needs");
        }
    }
    ended.map(drop)
}

async fn make(
    app: &Arc<App>,
    claimed: &Claimed,
    watch: &Watch,
    called_off: &CancellationToken,
) -> Result<(Outcome, Option<NewSong>), Stopped> {
    let order = match understand(claimed) {
        Ok(order) => order,
        Err(failure) => return Ok((Outcome::Failed(failure), None)),
    };
    if called_off.is_cancelled() {
        return Err(Stopped::Lost);
    }
    let again = |cause: String| Err(Stopped::GiveBack(GaveBack::Retryable(cause)));
    let engine = app.simulation.engine_for(claimed, &app.engine);
    let began = app.clock.now();
    let made =
        stalls::made(app, claimed, watch, engine.make(order.clone(), Sources::default(), watch.clone()))
            .await;
    app.metrics.engine.observe(app.clock.now().since(began).as_secs_f64());
    traces::part(app, claimed, "engine", began, !matches!(made, Ok(Ok(_))));
    let made = match made {
        Ok(made) => made,
        Err(Stalled(_)) if called_off.is_cancelled() => return Err(Stopped::Lost),
        Err(Stalled(_)) if app.hands_off.is_cancelled() => return Err(Stopped::GiveBack(GaveBack::SoftStop)),
        Err(Stalled(cause)) => return again(cause),
    };
    let song = match made {
        _ if called_off.is_cancelled() => return Err(Stopped::Lost),
        _ if watch.is_cancelled() => return Err(Stopped::GiveBack(GaveBack::SoftStop)),
        Ok(Made::Song(song)) => song,
        Ok(Made::Stems(_)) => return again("the engine made parts of nothing".to_owned()),
        Err(EngineError::NotImplemented(message)) => {
            return Ok((Outcome::Failed(Failure { code: ErrorCode::NotImplemented, message }), None));
        }
        Err(EngineError::Refused(message)) => {
            return Ok((Outcome::Failed(Failure { code: ErrorCode::BadRequest, message }), None));
        }
        Err(EngineError::Failed(failure)) => return Ok((Outcome::Failed(failure), None)),
        Err(EngineError::Retry(cause)) => return again(cause),
        Err(EngineError::Cancelled) => {
            return again("the engine stopped although nobody told it to".to_owned());
        }
    };
    let began = app.clock.now();
    let kept = files::keep(app, claimed, &order, song, called_off).await;
    let took = app.clock.now().since(began);
    app.metrics.keep_files.observe(took.as_secs_f64());
    traces::part(app, claimed, "keep files", began, kept.is_err());
    match kept {
        Ok((response, song)) => {
            let (trace_id, task_id) = (claimed.trace_id, claimed.claim.task);
            let duration_ms = took.as_secs() * 1_000 + u64::from(took.subsec_millis());
            let attempt = claimed.claim.attempt;
            tracing::info!(%trace_id, %task_id, attempt, duration_ms, "kept its files");
            Ok((Outcome::Succeeded(response), Some(song)))
        }
        Err(NotKept::CalledOff) => Err(Stopped::Lost),
        Err(NotKept::NoRoom(cause)) => {
            let (trace_id, task_id) = (claimed.trace_id, claimed.claim.task);
            tracing::error!(%trace_id, %task_id, cause, "no room for a song");
            Err(Stopped::GiveBack(GaveBack::NoRoom))
        }
        Err(NotKept::Failed(cause)) => again(cause),
    }
}

/// The order in the task's request. It was understood when it was accepted; a newer version may see it otherwise.
fn understand(claimed: &Claimed) -> Result<AudioOrder, Failure> {
    let refused = |message: String| Failure { code: ErrorCode::BadRequest, message };
    let body = serde_json::from_str(&claimed.request).map_err(|error| refused(error.to_string()))?;
    let order = audios::order(&body, seed_of(claimed.claim.task));
    order.map(|(order, _)| order).map_err(|error| refused(error.message()))
}

/// A task without a seed draws one from its id, so that every try of it makes the same song.
fn seed_of(task: TaskId) -> u32 {
    let [.., a, b, c, d] = *task.as_bytes();
    u32::from_be_bytes([a, b, c, d])
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

async fn finish(
    app: &App,
    claimed: Claimed,
    outcome: Outcome,
    song: Option<NewSong>,
) -> Result<bool, StoreError> {
    let (claim, trace_id) = (claimed.claim, claimed.trace_id);
    let failed = match &outcome {
        Outcome::Succeeded(_) => None,
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => Some(failure.message.clone()),
    };
    let ended = claimed.state.clone().end(outcome, app.clock.now());
    let finish = insist(app, &claimed, || app.store.finish(claim, ended.clone(), song.clone())).await?;
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
