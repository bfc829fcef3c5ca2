//! What is deleted for its age, in small steps that other writes pass between.

use async_trait::async_trait;
use domain::{TaskId, Timestamp};

use crate::StoreError;

/// What is older than these times may go; `None` keeps its kind for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ages {
    /// Tasks that ended before then, with their record, files, song and deliveries.
    pub tasks: Option<Timestamp>,
    /// Tasks that failed or were cancelled before then; `None`: as other tasks.
    pub failed_tasks: Option<Timestamp>,
    /// Attempts of callbacks that arrived, or were given up, before then.
    pub attempts: Option<Timestamp>,
    /// Events from before then.
    pub events: Option<Timestamp>,
    /// Idempotency keys that were used before then.
    pub keys: Option<Timestamp>,
}

impl Ages {
    /// From when on an ended task of this kind of outcome is kept.
    pub(crate) fn of_outcome(&self, succeeded: bool) -> Option<Timestamp> {
        if succeeded { self.tasks } else { self.failed_tasks.or(self.tasks) }
    }
}

/// How much there is of each kind that may go for its age.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Due {
    /// Tasks that succeeded.
    pub succeeded: u64,
    /// Tasks that failed or were cancelled.
    pub failed: u64,
    /// Attempts of callbacks.
    pub attempts: u64,
    /// Events.
    pub events: u64,
    /// Idempotency keys.
    pub keys: u64,
}

/// What one step over the rows of a table did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forgotten<T> {
    /// What is gone.
    pub gone: T,
    /// Where the next step goes on; `None` once the oldest row was reached that is too young.
    pub next: Option<i64>,
    /// The first row that was passed over and may go later; the next walk can begin there.
    pub left: Option<i64>,
}

/// Deletes what is old. Each method looks at no more than `most` rows, and deletes them in one transaction.
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// Deletes ended tasks from number `from` on, in order of their numbers. A task that has not ended stays, and so
    /// does one that is still to be called about. The folders of their files are noted to be removed.
    async fn forget_tasks(
        &self,
        ages: Ages,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<Vec<TaskId>>, StoreError>;

    /// Deletes attempts of callbacks from the delivery of number `from` on; looks at those that have any. A delivery
    /// that was passed can be replayed, and has attempts again: a walk now and then begins at the first.
    async fn forget_attempts(
        &self,
        before: Timestamp,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<usize>, StoreError>;

    /// Deletes idempotency keys, the first that came first; the last of all stays, however old. Gives how many are gone.
    async fn forget_keys(&self, before: Timestamp, most: u32) -> Result<usize, StoreError>;
}
