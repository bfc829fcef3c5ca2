//! Tasks that end before their work is done, and tasks that are to be forgotten.

use async_trait::async_trait;
use domain::{TaskId, Timestamp, TraceId, UserId};

use crate::{FolderName, StoreError, TaskState};

/// What became of a task that was to be called off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CalledOff {
    /// The trace of its order.
    pub trace_id: TraceId,
    /// The state that it is in now; it is an ended one.
    pub state: TaskState,
    /// True: this call ended it. False: it had ended before, and is as it was.
    pub now: bool,
}

/// What is left of a task that was deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deleted {
    /// The trace of its order.
    pub trace_id: TraceId,
    /// True: it had not ended, and this ended it.
    pub ended_it: bool,
    /// Folders that nobody needs any more, noted among the doomed ones.
    pub folders: Vec<FolderName>,
}

/// A task that was ended since it was past its deadline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Late {
    /// The task.
    pub task: TaskId,
    /// The trace of its order.
    pub trace_id: TraceId,
}

/// Ends tasks that are not to be worked on any longer, and forgets tasks.
#[async_trait]
pub trait CancelStore: Send + Sync {
    /// Calls off `owner`'s task, wherever it stands: its outcome, the callback that was asked for and a price that is
    /// given back are one transaction, and a worker's claim to it is void. A task that has ended is left as it is;
    /// `None` if `owner` ordered no such task.
    async fn cancel(
        &self,
        owner: UserId,
        task: TaskId,
        now: Timestamp,
    ) -> Result<Option<CalledOff>, StoreError>;

    /// Forgets `owner`'s task with its song, its deliveries and all else that hangs on it; an unfinished one is called
    /// off first. Its idempotency key stays taken. `None` if `owner` ordered no such task.
    async fn delete(
        &self,
        owner: UserId,
        task: TaskId,
        now: Timestamp,
    ) -> Result<Option<Deleted>, StoreError>;

    /// Fails the tasks that are past their deadline, wherever they stand; some of them, if there are many.
    async fn end_late(&self, now: Timestamp) -> Result<Vec<Late>, StoreError>;
}
