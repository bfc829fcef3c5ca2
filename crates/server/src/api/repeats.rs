//! Orders whose answer may never have arrived. A client that did not get its answer sends the same request again;
//! within ten seconds it gets the task that it already has, not a second song.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{CredentialId, TaskId, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::clock::Clock;

/// How long a request counts as the same one again.
pub const WINDOW: Duration = Duration::from_secs(10);

/// Tells the same request of the same credential again.
pub type Fingerprint = [u8; 16];

/// The fingerprint of a request.
#[must_use]
pub fn fingerprint(credential: CredentialId, path: &str, body: &[u8]) -> Fingerprint {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(credential.as_bytes())
        .chain_update(path.as_bytes())
        .chain_update([0])
        .chain_update(body)
        .finalize()
        .into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

/// The orders that may be asked for again.
pub struct Repeats {
    clock: Arc<dyn Clock>,
    /// Identical orders have a mark each, and are found in turn.
    marks: Mutex<HashMap<Fingerprint, Vec<Mark>>>,
}

#[derive(Clone, Copy)]
struct Mark {
    task: TaskId,
    until: Timestamp,
}

/// Marks are swept out when there are this many.
const SWEEP_AT: usize = 1_024;

impl Repeats {
    /// None yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, marks: Mutex::default() }
    }

    /// The task that this request already has, if its answer may not have arrived.
    #[must_use]
    pub fn find(&self, fingerprint: &Fingerprint) -> Option<TaskId> {
        let now = self.clock.now();
        let mut marks = self.lock();
        let of_request = marks.get_mut(fingerprint)?;
        of_request.retain(|mark| mark.until > now);
        let task = of_request.first()?.task;
        of_request.rotate_left(1);
        Some(task)
    }

    /// Notes that the answer may not have arrived.
    pub fn unanswered(&self, fingerprint: Fingerprint, task: TaskId) {
        let now = self.clock.now();
        let mut marks = self.lock();
        if marks.len() >= SWEEP_AT && marks.len().is_power_of_two() {
            marks.retain(|_, of_request| of_request.iter().any(|mark| mark.until > now));
        }
        let of_request = marks.entry(fingerprint).or_default();
        of_request.retain(|mark| mark.task != task && mark.until > now);
        of_request.push(Mark { task, until: now.plus(WINDOW) });
    }

    /// Notes that the task's answer has been written.
    pub fn answered(&self, fingerprint: &Fingerprint, task: TaskId) {
        let mut marks = self.lock();
        let Some(of_request) = marks.get_mut(fingerprint) else { return };
        of_request.retain(|mark| mark.task != task);
        if of_request.is_empty() {
            marks.remove(fingerprint);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Vec<Mark>>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer on its way. Dropped before it was written, it marks its order as unanswered.
pub struct OnItsWay {
    repeats: Arc<Repeats>,
    fingerprint: Fingerprint,
    task: TaskId,
    written: bool,
}

impl OnItsWay {
    /// The answer of `task` to the request with this fingerprint.
    #[must_use]
    pub fn new(repeats: Arc<Repeats>, fingerprint: Fingerprint, task: TaskId) -> Self {
        Self { repeats, fingerprint, task, written: false }
    }

    /// It turned out to be the answer of another task.
    pub fn becomes(&mut self, task: TaskId) {
        self.task = task;
    }

    /// It was written, or there is no task that it could be about.
    pub fn written(mut self) {
        self.written = true;
        self.repeats.answered(&self.fingerprint, self.task);
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if !self.written {
            self.repeats.unanswered(self.fingerprint, self.task);
        }
    }
}
