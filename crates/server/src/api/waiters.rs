//! Requests that wait for a task to end.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::TaskId;
use tokio::sync::oneshot;

/// Who waits for what.
#[derive(Default)]
pub struct Waiters(Mutex<HashMap<TaskId, Vec<oneshot::Sender<()>>>>);

impl Waiters {
    /// Resolves once `task` has ended, or will never.
    pub fn wait_for(&self, task: TaskId) -> oneshot::Receiver<()> {
        let (waiter, ended) = oneshot::channel();
        let mut waiters = self.lock();
        let of_task = waiters.entry(task).or_default();
        of_task.retain(|other| !other.is_closed());
        of_task.push(waiter);
        ended
    }

    /// Wakes whoever waits for `task`.
    pub fn ended(&self, task: TaskId) {
        for waiter in self.lock().remove(&task).into_iter().flatten() {
            // A request that is gone needs no answer.
            let _ = waiter.send(());
        }
    }

    /// How many wait for `task`.
    pub fn of(&self, task: TaskId) -> usize {
        let waiters = self.lock();
        waiters.get(&task).map_or(0, |of_task| of_task.iter().filter(|waiter| !waiter.is_closed()).count())
    }

    /// Forgets a task for which nobody waits any more.
    pub fn tidy(&self, task: TaskId) {
        let mut waiters = self.lock();
        if waiters.get(&task).is_some_and(|of_task| of_task.iter().all(oneshot::Sender::is_closed)) {
            waiters.remove(&task);
        }
    }

    /// Forgets `task` when what this gives is dropped, if nobody waits for it then.
    pub fn tidying(&self, task: TaskId) -> Tidying<'_> {
        Tidying { waiters: self, task }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, Vec<oneshot::Sender<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Someone who waits for a task, and may go away at any time.
pub struct Tidying<'a> {
    waiters: &'a Waiters,
    task: TaskId,
}

impl Drop for Tidying<'_> {
    fn drop(&mut self) {
        self.waiters.tidy(self.task);
    }
}
