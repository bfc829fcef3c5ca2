//! The records of ended tasks that were asked for lately, as they are sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

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

/// Bounded by the bytes it holds, however many tasks there are. A record is kept when it is asked for a second time:
/// where each is asked for once, keeping them would cost more than it brings.
pub struct Records {
    kept: Cache<TaskId, Ready, Weight>,
    asked: Box<[AtomicU64]>,
    /// How many tasks were deleted: what was read before the last deletion is not kept.
    deletions: RwLock<u64>,
}

/// When a record was read, by the deletions so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadAt(u64);

/// How many ids that were asked for once are remembered, more or less: each has one place.
const REMEMBERED: usize = 1 << 14;

impl Records {
    /// Holds at most about `bytes`.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let usual_record = 3_500;
        let items = usize::try_from(bytes / usual_record).unwrap_or(usize::MAX).max(16);
        let asked = (0..REMEMBERED).map(|_| AtomicU64::new(0)).collect();
        Self { kept: Cache::with_weighter(items, bytes, Weight), asked, deletions: RwLock::new(0) }
    }

    /// The record, if it is here and `owner`'s.
    #[must_use]
    pub fn get(&self, owner: UserId, task: &TaskId) -> Option<Bytes> {
        self.kept.get(task).filter(|ready| ready.owner == owner).map(|ready| ready.json)
    }

    /// To be asked before a record is read that may be kept.
    #[must_use]
    pub fn about_to_read(&self) -> ReadAt {
        ReadAt(*self.deletions.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps a record that will not change, if it was asked for before and no task was deleted since it was read.
    pub fn keep(&self, task: TaskId, ready: Ready, read_at: ReadAt) {
        // The second half of an id is random.
        let mark = task.0.as_u64_pair().1;
        let place = usize::try_from(mark % REMEMBERED as u64).unwrap_or_default();
        if self.asked[place].swap(mark, Ordering::Relaxed) == mark {
            let deletions = self.deletions.read().unwrap_or_else(PoisonError::into_inner);
            if ReadAt(*deletions) == read_at {
                self.kept.insert(task, ready);
            }
        }
    }

    /// Drops the record of a task that was deleted; whoever has read it before does not keep it.
    pub fn forget(&self, task: &TaskId) {
        let mut deletions = self.deletions.write().unwrap_or_else(PoisonError::into_inner);
        *deletions += 1;
        self.kept.remove(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_kept_for_its_owner_when_it_is_asked_for_again() {
        let owner = UserId::from_bytes([1; 16]);
        let task = TaskId::from_bytes([7; 16]);
        let records = Records::new(1 << 20);
        let ready = || Ready { owner, json: Bytes::from_static(b"{}") };
        records.keep(task, ready(), records.about_to_read());
        assert_eq!(records.get(owner, &task), None);
        records.keep(task, ready(), records.about_to_read());
        assert_eq!(records.get(owner, &task), Some(Bytes::from_static(b"{}")));
        assert_eq!(records.get(UserId::from_bytes([2; 16]), &task), None);
    }

    #[test]
    fn a_record_that_was_read_before_its_task_was_deleted_is_not_kept() {
        let owner = UserId::from_bytes([1; 16]);
        let task = TaskId::from_bytes([7; 16]);
        let records = Records::new(1 << 20);
        let ready = || Ready { owner, json: Bytes::from_static(b"{}") };
        records.keep(task, ready(), records.about_to_read());
        let before = records.about_to_read();
        records.keep(task, ready(), before);
        assert!(records.get(owner, &task).is_some());
        records.forget(&task);
        assert_eq!(records.get(owner, &task), None);
        records.keep(task, ready(), before);
        assert_eq!(records.get(owner, &task), None);
    }
}
