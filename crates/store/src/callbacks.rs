//! The callbacks that were owed, as their owner and the operator look at them, and putting them back.

use async_trait::async_trait;
use domain::{TaskId, Timestamp, TraceId, UserId};

use crate::{Attempt, DeliveryState, StoreError};

/// Which callbacks are listed.
#[derive(Clone, Default, Debug)]
pub struct CallbackFilter {
    /// Those of this user's tasks alone.
    pub owner: Option<UserId>,
    /// Those that stand like this alone.
    pub state: Option<DeliveryState>,
    /// Those behind the one whose cursor this is.
    pub before: Option<i64>,
}

/// A callback, as lists show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallbackListing {
    /// Where a list that goes on behind it begins.
    pub cursor: i64,
    /// Whose result it tells.
    pub task: TaskId,
    /// The trace of the order.
    pub trace_id: TraceId,
    /// How it stands.
    pub state: DeliveryState,
    /// Scheme, host and port of where it goes; the rest is its owner's secret.
    pub destination: String,
    /// How many attempts were noted, also those of which only the number is kept; anew from the first once all were
    /// deleted for their age.
    pub attempts: u32,
    /// When it is next due, while it waits.
    pub due_at: Option<Timestamp>,
    /// The status of the last answer, if the last attempt got one.
    pub last_status: Option<u16>,
    /// What went wrong with the last attempt, if no answer came.
    pub last_error: Option<String>,
    /// When it was owed first.
    pub created_at: Timestamp,
}

/// Which callbacks are put back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replay {
    /// The callback of this task, whether it arrived, was given up or waits. One that is under way is left alone.
    Task(TaskId),
    /// So many of those that were given up, the oldest first.
    GivenUp(u32),
}

/// Looks at callbacks, and puts them back.
#[async_trait]
pub trait CallbackStore: Send + Sync {
    /// Up to `limit` callbacks, the newest first.
    async fn callbacks(&self, filter: CallbackFilter, limit: u32)
    -> Result<Vec<CallbackListing>, StoreError>;

    /// The callback of a task, of this owner if one is named, with every attempt that was noted, the first first.
    async fn callback(
        &self,
        owner: Option<UserId>,
        task: TaskId,
    ) -> Result<Option<(CallbackListing, Vec<Attempt>)>, StoreError>;

    /// Puts callbacks back, of this owner if one is named: they wait again and are due at `now`, their attempts are
    /// counted anew, and what was noted of the earlier ones stays. Gives the tasks whose callbacks were put back.
    async fn replay(
        &self,
        owner: Option<UserId>,
        which: Replay,
        now: Timestamp,
    ) -> Result<Vec<TaskId>, StoreError>;
}
