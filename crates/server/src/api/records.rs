//! The records of ended tasks that were asked for lately, as they are sent.

use bytes::Bytes;
use domain::{TaskId, UserId};
use quick_cache::sync::Cache;

/// A record that will not change, ready to be sent to its owner.
#[derive(Clone)]
pub struct Ready {
    /// Whose it is.
    pub owner: UserId,
    /// Its JSON.
    pub json: Bytes,
}

#[derive(Clone)]
struct Weight;

impl quick_cache::Weighter<TaskId, Ready> for Weight {
    fn weight(&self, _: &TaskId, ready: &Ready) -> u64 {
        // What the record takes beside its text: the entry and the allocation.
        ready.json.len() as u64 + 256
    }
}

/// Bounded by the bytes it holds, however many tasks there are.
pub struct Records(Cache<TaskId, Ready, Weight>);

impl Records {
    /// Holds at most about `bytes`.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let usual_record = 3_500;
        let items = usize::try_from(bytes / usual_record).unwrap_or(usize::MAX).max(16);
        Self(Cache::with_weighter(items, bytes, Weight))
    }

    /// The record, if it is here and `owner`'s.
    #[must_use]
    pub fn get(&self, owner: UserId, task: &TaskId) -> Option<Bytes> {
        self.0.get(task).filter(|ready| ready.owner == owner).map(|ready| ready.json)
    }

    /// Keeps a record that will not change.
    pub fn keep(&self, task: TaskId, ready: Ready) {
        self.0.insert(task, ready);
    }
}
