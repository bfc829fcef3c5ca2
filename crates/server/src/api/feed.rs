//! One connection that is told what happens, as it happens.
//!
//! It is pulled: events are read from the store only when the connection can take more, so that a slow reader holds
//! up nobody and holds no more than a page and what the connection buffers. It waits for commits of its own user and
//! looks at nothing while there are none.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use domain::{Api, TaskId, Timestamp, UserId};
use futures_util::Stream;
use store::{Standing, StoreError, TaskState};
use tokio::sync::watch;

use super::ApiError;
use super::caller::{self, Caller};
use super::events::check;
use super::progress::Followed;
use super::wire::events::{self, HEARTBEAT, Query, Start};
use crate::app::App;
use crate::metrics::Opened;

/// Most events that are held at once for one connection.
const A_TURN: u32 = 64;
/// How often a connection is told that the server is there; this is also how a vanished client is noticed.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

/// What the events are about.
pub enum Subject {
    /// All tasks of the user.
    All,
    /// One task.
    Task {
        /// Tells how far it is.
        progress: Followed,
        /// How it stood when the connection came.
        standing: Standing,
    },
}

impl Subject {
    /// The one task, if it is about one.
    #[must_use]
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::All => None,
            Self::Task { progress, .. } => Some(progress.task()),
        }
    }
}

/// The connection.
pub struct Feed {
    app: Arc<App>,
    owner: UserId,
    /// The one task that it is about, if it is.
    one: Option<OneTask>,
    /// The last cursor that was sent, or where it began.
    after: u64,
    /// What is to be sent before anything else.
    first: Option<String>,
    news: watch::Receiver<u64>,
    /// Who asks, as it came: it is looked at again whenever any rights have changed.
    token: HeaderMap,
    tokens: watch::Receiver<u64>,
    _open: Opened,
    timer: Pin<Box<dyn Future<Output = ()> + Send>>,
}

struct OneTask {
    progress: Followed,
    /// A worker has it, as far as was sent.
    runs: bool,
    /// Its end was sent.
    over: bool,
    /// How far the record said it was, until its worker says more.
    percent: Option<u8>,
    sent: Option<u8>,
}

enum Woken {
    /// There may be something to send.
    Look,
    /// It is time to say that the server is there.
    Beat,
    /// A token has changed.
    Access,
    /// The store was closed.
    Over,
}

impl Feed {
    /// Begins; `None` when nothing will ever happen any more.
    ///
    /// # Errors
    /// When the cursor is none of this server's, or the token was revoked at this very moment.
    pub async fn begin(
        app: &Arc<App>,
        caller: &Caller,
        headers: &HeaderMap,
        query: &Query,
        subject: Subject,
    ) -> Result<Option<Self>, ApiError> {
        let owner = caller.credential().user_id;
        let token = caller::identity(headers);
        let (news, tokens) = (app.store.event_news(owner).await?, app.callers.news());
        // Once more, since the token may have changed before its changes were listened to.
        caller::admit(app, Api::Tasks, &token).await?;
        let after = match query.start {
            Start::Oldest => 0,
            Start::Latest => app.store.last_event_cursor().await?,
            Start::After(after) => {
                check(app, caller, query, after).await?;
                after
            }
        };
        if let Subject::Task { standing: Standing::Ended(_), .. } = &subject
            && app.store.events(owner, subject.task(), after, 1).await?.is_empty()
        {
            return Ok(None);
        }
        let one = match subject {
            Subject::All => None,
            Subject::Task { progress, standing } => Some(OneTask::new(progress, &standing)),
        };
        // A client that is cut off before the first event comes again from here, and not from the end as it is then.
        let first = (query.start == Start::Latest).then(|| events::sent_place(after));
        let timer = timer(app, caller.credential().expires_at);
        let _open = app.metrics.event_streams.one();
        Ok(Some(Self { app: Arc::clone(app), owner, one, after, first, news, token, tokens, timer, _open }))
    }

    /// What the connection is sent.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        futures_util::stream::unfold(Some(self), |feed| async {
            let mut feed = feed?;
            match feed.next().await {
                Ok(Some(text)) => {
                    let goes_on = !feed.one.as_ref().is_some_and(|one| one.over);
                    Some((Ok(Bytes::from(text)), Some(feed).filter(|_| goes_on)))
                }
                Ok(None) => None,
                Err(error) => {
                    // The status is sent already; whoever reads comes again and is told.
                    tracing::debug!(error = error.message(), "ended a connection that was told of events");
                    None
                }
            }
        })
    }

    async fn next(&mut self) -> Result<Option<String>, ApiError> {
        if self.first.is_some() {
            return Ok(self.first.take());
        }
        loop {
            // Before the look: what is committed while it lasts wakes again.
            let stopping = self.app.stopping.is_cancelled();
            self.news.mark_unchanged();
            if let Some(text) = self.look().await? {
                return Ok(Some(text));
            }
            if stopping {
                return Ok(None);
            }
            match self.woken().await {
                Woken::Look => (),
                Woken::Beat => return self.beat().await,
                Woken::Access => drop(caller::admit(&self.app, Api::Tasks, &self.token).await?),
                Woken::Over => return Ok(None),
            }
        }
    }

    /// What has happened behind the last that was sent.
    async fn look(&mut self) -> Result<Option<String>, ApiError> {
        let task = self.one.as_ref().map(|one| one.progress.task());
        let found = self.app.store.events(self.owner, task, self.after, A_TURN).await?;
        let Some(last) = found.last() else {
            return Ok(self.one.as_mut().and_then(OneTask::progress));
        };
        if self.after > 0 && self.after < self.app.store.events_gone(self.owner).await? {
            let missed = "events were deleted before a connection could take them";
            return Err(StoreError::Missing(missed.to_owned()).into());
        }
        self.after = last.cursor;
        if let Some(one) = &mut self.one {
            one.becomes(last.state);
        }
        Ok(Some(events::sent(&found)))
    }

    async fn woken(&mut self) -> Woken {
        let progress = async {
            match &mut self.one {
                Some(one) => one.progress.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            news = self.news.changed() => if news.is_ok() { Woken::Look } else { Woken::Over },
            () = progress => Woken::Look,
            changed = self.tokens.changed() => if changed.is_ok() { Woken::Access } else { Woken::Over },
            () = self.app.stopping.cancelled() => Woken::Look,
            () = &mut self.timer => Woken::Beat,
        }
    }

    /// Says that the server is there, unless the token's time is over or the task was deleted.
    async fn beat(&mut self) -> Result<Option<String>, ApiError> {
        let entry = caller::admit(&self.app, Api::Tasks, &self.token).await?;
        self.timer = timer(&self.app, entry.expires_at());
        if let Some(one) = &self.one
            && self.app.store.task(self.owner, one.progress.task()).await?.is_none()
        {
            return Ok(None);
        }
        Ok(Some(HEARTBEAT.to_owned()))
    }
}

fn timer(app: &Arc<App>, expires_at: Option<Timestamp>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let clock = Arc::clone(&app.clock);
    let next = clock.machine_now().plus(HEARTBEAT_EVERY);
    let next = expires_at.map_or(next, |expires_at| expires_at.min(next));
    Box::pin(async move {
        // A nap may be shorter than it was meant to be.
        loop {
            let left = next.since(clock.machine_now());
            if left.is_zero() {
                return;
            }
            clock.nap_until(clock.now().plus(left)).await;
        }
    })
}

impl OneTask {
    fn new(progress: Followed, standing: &Standing) -> Self {
        let (runs, percent) = match standing {
            Standing::Processing { progress, .. } => (true, *progress),
            // An end is told as an event, and the connection ends with it.
            Standing::Pending | Standing::Ended(_) => (false, None),
        };
        Self { progress, runs, over: false, percent, sent: None }
    }

    fn becomes(&mut self, state: TaskState) {
        self.runs = state == TaskState::Processing;
        self.over = state.is_end();
        if !self.runs {
            (self.percent, self.sent) = (None, None);
        }
    }

    /// How far the task is, if that was not sent yet.
    fn progress(&mut self) -> Option<String> {
        let said = self.progress.percent();
        let percent = said.or(self.percent)?;
        if said.is_some() {
            self.percent = None;
        }
        if !self.runs || self.sent == Some(percent) {
            return None;
        }
        self.sent = Some(percent);
        Some(events::sent_progress(self.progress.task(), percent))
    }
}
