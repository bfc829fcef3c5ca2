//! The events feed: every change of a task's state, in order of commit.

use async_trait::async_trait;
use domain::{Outcome, TaskId, TaskKind, Timestamp, TraceId, UserId};
use tokio::sync::watch;

use crate::StoreError;

/// How a task stands, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskState {
    /// It waits for a worker.
    Pending,
    /// A worker has it.
    Processing,
    /// It was made.
    Succeeded,
    /// It could not be made.
    Failed,
    /// It was called off.
    Cancelled,
}

impl TaskState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Processing, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The state that an outcome leaves a task in.
    #[must_use]
    pub const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Succeeded(_) => Self::Succeeded,
            Outcome::Failed(_) => Self::Failed,
            Outcome::Cancelled(_) => Self::Cancelled,
        }
    }

    /// The state's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a task stays in it for ever.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A task has changed its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its place in the order of commits. Cursors rise, with gaps where other users' events are, and none is given
    /// twice.
    pub cursor: u64,
    /// Whose state.
    pub task: TaskId,
    /// The trace of the task's order.
    pub trace_id: TraceId,
    /// What the task makes.
    pub kind: TaskKind,
    /// The state that it is in from here on.
    pub state: TaskState,
    /// When it changed.
    pub at: Timestamp,
}

/// What happened to a user's tasks, in order of commit.
///
/// Every change of state writes its event in the transaction that makes it. Whoever has read up to a cursor has
/// missed nothing before it, ever: no event appears later with a lower one. A deleted task takes its events along.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// The first `most` of `owner`'s events behind the cursor `after`, of this task alone if one is named. A foreign
    /// task has none.
    async fn events(
        &self,
        owner: UserId,
        task: Option<TaskId>,
        after: u64,
        most: u32,
    ) -> Result<Vec<Event>, StoreError>;

    /// The last cursor that was given to anyone.
    async fn last_event_cursor(&self) -> Result<u64, StoreError>;

    /// The cursor up to which `owner`'s events are no longer kept, for their age. Read it after the events: they are
    /// deleted and it is raised in one transaction.
    async fn events_gone(&self, owner: UserId) -> Result<u64, StoreError>;

    /// Changes with every commit that brings `owner` an event; its value is the last of their cursors. It ends when
    /// the store is closed.
    async fn event_news(&self, owner: UserId) -> Result<watch::Receiver<u64>, StoreError>;

    /// Deletes at most `most` events from before `before`, and gives their number: of each user the first ones, up
    /// to the first that is younger. One that is dated after `now` is as old as the next that is not.
    async fn delete_events_before(
        &self,
        before: Timestamp,
        now: Timestamp,
        most: u32,
    ) -> Result<usize, StoreError>;
}
