//! What is deleted for its age, in small steps that other writes pass between.

use async_trait::async_trait;
use domain::{TaskId, Timestamp};

use crate::{KeyPlace, StoreError};

/// What is older than these times may go; `None` keeps its kind for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ages {
    /// What time it is. What is dated later is from a clock that was wrong: it tells nothing of what came after it.
    pub now: Timestamp,
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

/// What one step over the index of keys did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swept {
    /// How many entries are gone.
    pub gone: usize,
    /// Where the next step goes on; `None` at the end.
    pub next: Option<KeyPlace>,
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

    /// Deletes idempotency keys that were given before `before`, from number `from` on, in the order in which they came;
    /// the last of all stays, however old. `now` is what time it is.
    async fn forget_keys(
        &self,
        before: Timestamp,
        now: Timestamp,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<usize>, StoreError>;

    /// Sweeps what led to keys that are gone out of their index, in its order, behind `after`. Until then it takes room,
    /// and does no harm.
    async fn sweep_keys(&self, after: KeyPlace, most: u32) -> Result<Swept, StoreError>;
}
