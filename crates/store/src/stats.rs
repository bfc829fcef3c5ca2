//! What an operator watches: how much waits, and how the writer fares.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::{CredentialId, TaskKind, Timestamp};

use crate::StoreError;

/// How much waits, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Depths {
    /// Tasks that wait for a worker.
    pub waiting: u64,
    /// Tasks that wait for the time of their next try.
    pub delayed: u64,
    /// Tasks that a worker has.
    pub running: u64,
    /// When the oldest waiting task was ordered.
    pub oldest_waiting: Option<Timestamp>,
    /// Callbacks that wait for an attempt.
    pub callbacks_waiting: u64,
    /// Callbacks that a sender has.
    pub callbacks_under_way: u64,
    /// Callbacks that were given up.
    pub dead_letters: u64,
}

/// What stands before an order that would be placed now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prospects {
    /// Tasks that are likely to begin before it: its application's, and as many of each other one, since they take turns.
    pub ahead: u64,
    /// Tasks that workers have.
    pub running: u64,
    /// Tasks of its credential that wait or that workers have.
    pub own: u64,
    /// How long the work of such a task usually takes, from the last ones; `None` if there were none lately.
    pub usual: Option<Duration>,
}

/// What is counted row by row is counted up to here, so that looking costs the same however much waits.
pub const MOST_COUNTED: u64 = 100_000;

/// Is told of every transaction of the writer.
pub trait CommitObserver: Send + Sync {
    /// One begins. The next call is that of its end: there is one writer.
    fn begins(&self);

    /// It has ended, with so many writes in it.
    fn ended(&self, writes: usize);
}

/// A look at the store that never reads a whole table.
#[async_trait]
pub trait StoreStats: Send + Sync {
    /// How much waits now. Delayed tasks, waiting callbacks and dead letters are counted up to [`MOST_COUNTED`].
    async fn depths(&self) -> Result<Depths, StoreError>;

    /// What stands before an order of this credential.
    async fn prospects(&self, credential: CredentialId, kind: TaskKind) -> Result<Prospects, StoreError>;

    /// Whether there is any task, done or not.
    async fn has_tasks(&self) -> Result<bool, StoreError>;

    /// Tells `observer` of every transaction from now on. The first observer stays.
    fn observe_commits(&self, observer: Arc<dyn CommitObserver>);
}

/// The place of an observer that may come later.
pub(crate) type Observed = Arc<OnceLock<Arc<dyn CommitObserver>>>;
