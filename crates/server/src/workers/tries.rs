//! A try of a task: what it needs at hand, and what the answers of engine and disk mean for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{ErrorCode, Failure, GaveBack, ResponseText};
use engines::{EngineError, Watch};
use store::{Claimed, Kept};
use tokio_util::sync::CancellationToken;

use super::files::NotKept;
use super::stalls::{self, Stalled};
use super::traces;
use crate::api::wire::made::Head;
use crate::app::App;

/// Why a try brought no result.
pub(super) enum Stopped {
    /// The claim is no longer in force: another worker has the task, or it has ended.
    Lost,
    /// The task goes back to the queue.
    GiveBack(GaveBack),
    /// The task has failed, and is not tried again.
    Fails(Failure),
}

impl Stopped {
    /// The order is refused as it stands.
    pub fn refused(message: String) -> Self {
        Self::Fails(Failure { code: ErrorCode::BadRequest, message })
    }

    /// Another try may go better. The cause is for the log.
    pub fn again(cause: impl std::fmt::Display) -> Self {
        Self::GiveBack(GaveBack::Retryable(cause.to_string()))
    }
}

/// A try of a task.
pub(super) struct Try<'a> {
    /// The server.
    pub app: &'a Arc<App>,
    /// The task.
    pub claimed: &'a Claimed,
    /// How far the work is, and whether it is to stop.
    pub watch: &'a Watch,
    /// Cancelled once the task has ended without this try.
    pub called_off: &'a CancellationToken,
    /// Work was left alone that may still write into the folder of the claim.
    pub is_written_to: AtomicBool,
}

/// What came of a task.
pub(super) type Done = (ResponseText, Kept);

impl Try<'_> {
    /// What the response begins with.
    pub fn head<'m>(&self, mark: &'m str) -> Head<'m> {
        Head { task: self.claimed.claim.task, trace: self.claimed.trace_id, mark }
    }

    /// A text that nobody can guess.
    pub fn mark(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.app.random.bytes()))
    }

    /// The result of a task that has files of its own, and no song.
    pub fn with_files(
        &self,
        response: impl FnOnce(Head<'_>) -> Result<ResponseText, String>,
    ) -> Result<Done, Stopped> {
        let mark = self.mark();
        let response = response(self.head(&mark)).map_err(Stopped::again)?;
        Ok((response, Kept::Files(self.claimed.folder.clone())))
    }

    /// Lets an engine work.
    pub async fn engine<T>(
        &self,
        making: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, Stopped> {
        let app = self.app;
        let began = app.clock.now();
        let made = self.guarded(making).await;
        app.metrics.engine.observe(app.clock.now().since(began).as_secs_f64());
        traces::part(app, self.claimed, "engine", began, !matches!(made, Ok(Ok(_))));
        self.judged(made?)
    }

    /// Waits for work that tells its watch that it goes on, and no longer for work that has stalled.
    pub async fn guarded<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        let done = stalls::guarded(self.app, self.claimed, self.watch, work).await;
        done.map_err(|stalled| self.stopped(&stalled))
    }

    fn stopped(&self, stalled: &Stalled) -> Stopped {
        if self.called_off.is_cancelled() {
            Stopped::Lost
        } else if self.app.hands_off.is_cancelled() {
            Stopped::GiveBack(GaveBack::SoftStop)
        } else {
            Stopped::again(&stalled.why)
        }
    }

    /// What an engine's answer means for the task.
    pub fn judged<T>(&self, made: Result<T, EngineError>) -> Result<T, Stopped> {
        self.still_wanted()?;
        made.map_err(|error| match error {
            EngineError::Refused(message) => Stopped::refused(message),
            EngineError::NotImplemented(message) => {
                Stopped::Fails(Failure { code: ErrorCode::NotImplemented, message })
            }
            EngineError::Failed(failure) => Stopped::Fails(failure),
            EngineError::Retry(cause) => Stopped::again(cause),
            EngineError::Cancelled => Stopped::again("the engine stopped although nobody told it to"),
        })
    }

    /// Whether the work goes on.
    pub fn still_wanted(&self) -> Result<(), Stopped> {
        if self.called_off.is_cancelled() {
            return Err(Stopped::Lost);
        }
        if self.watch.is_cancelled() {
            return Err(Stopped::GiveBack(GaveBack::SoftStop));
        }
        Ok(())
    }

    /// Lets what was made be kept.
    pub async fn kept<T>(&self, keeping: impl Future<Output = Result<T, NotKept>>) -> Result<T, Stopped> {
        let (app, trace_id, task_id) = (self.app, self.claimed.trace_id, self.claimed.claim.task);
        let began = app.clock.now();
        let kept = self.filed(keeping).await;
        let took = app.clock.now().since(began);
        app.metrics.keep_files.observe(took.as_secs_f64());
        traces::part(app, self.claimed, "keep files", began, kept.is_err());
        let kept = kept?;
        let duration_ms = took.as_secs() * 1_000 + u64::from(took.subsec_millis());
        let attempt = self.claimed.claim.attempt;
        tracing::info!(%trace_id, %task_id, attempt, duration_ms, "kept its files");
        Ok(kept)
    }

    /// Lets files be written into the folder of the claim.
    pub async fn filed<T>(&self, filing: impl Future<Output = Result<T, NotKept>>) -> Result<T, Stopped> {
        let (app, trace_id, task_id) = (self.app, self.claimed.trace_id, self.claimed.claim.task);
        let filed = stalls::guarded(app, self.claimed, self.watch, filing).await.map_err(|stalled| {
            self.is_written_to.fetch_or(stalled.is_left, Ordering::Relaxed);
            self.stopped(&stalled)
        });
        match filed? {
            Ok(filed) => Ok(filed),
            // Told to stop, and by whom: a server that stops puts the task back.
            Err(NotKept::CalledOff) => Err(self.still_wanted().err().unwrap_or(Stopped::Lost)),
            Err(NotKept::NoRoom(cause)) => {
                tracing::error!(%trace_id, %task_id, cause, "no room for its files");
                Err(Stopped::GiveBack(GaveBack::NoRoom))
            }
            Err(NotKept::Failed(cause)) => Err(Stopped::again(cause)),
        }
    }
}
