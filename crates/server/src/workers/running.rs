//! The work that is under way in this process, so that it can be told at once that nobody wants it any more.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::TaskId;
use store::Claim;
use tokio_util::sync::CancellationToken;

/// What the workers are at.
#[derive(Default)]
pub struct Running(Mutex<State>);

#[derive(Default)]
struct State {
    at_work: Vec<(Claim, CancellationToken)>,
    /// Workers that have asked for a task and do not know yet which one they got.
    claiming: usize,
    /// Tasks that ended while a worker was claiming: it may have got one of them.
    ended_meanwhile: HashSet<TaskId>,
}

impl Running {
    /// Tells whoever is at work on `task`, or has just got it, that it has ended.
    pub fn call_off(&self, task: TaskId) {
        let mut state = self.lock();
        for (claim, called_off) in &state.at_work {
            if claim.task == task {
                called_off.cancel();
            }
        }
        if state.claiming > 0 {
            state.ended_meanwhile.insert(task);
        }
    }

    /// A worker is about to ask for a task.
    pub fn claiming(&self) -> Claiming<'_> {
        self.lock().claiming += 1;
        Claiming(self)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that has asked for a task.
pub struct Claiming<'a>(&'a Running);

impl<'a> Claiming<'a> {
    /// It got this one.
    #[must_use]
    pub fn got(self, claim: Claim) -> AtWork<'a> {
        let called_off = CancellationToken::new();
        let mut state = self.0.lock();
        if state.ended_meanwhile.contains(&claim.task) {
            called_off.cancel();
        }
        state.at_work.push((claim, called_off.clone()));
        drop(state);
        AtWork { running: self.0, claim, called_off }
    }
}

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.claiming -= 1;
        if state.claiming == 0 {
            state.ended_meanwhile.clear();
        }
    }
}

/// A worker at work on a task.
pub struct AtWork<'a> {
    running: &'a Running,
    claim: Claim,
    /// Cancelled once the task has ended without this worker.
    pub called_off: CancellationToken,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.running.lock().at_work.retain(|(claim, _)| *claim != self.claim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: Claim = Claim { task: TaskId(uuid::Uuid::nil()), attempt: 1 };

    #[test]
    fn work_is_told_that_its_task_has_ended_and_other_work_is_not() {
        let running = Running::default();
        let at_work = running.claiming().got(CLAIM);
        let other = running.claiming().got(Claim { task: TaskId(uuid::Uuid::max()), attempt: 1 });
        running.call_off(CLAIM.task);
        assert!(at_work.called_off.is_cancelled() && !other.called_off.is_cancelled());
        drop(at_work);
        let later = running.claiming().got(Claim { attempt: 2, ..CLAIM });
        assert!(!later.called_off.is_cancelled(), "what is over concerns no later claim");
    }

    #[test]
    fn a_worker_that_was_just_getting_the_task_is_told_too() {
        let running = Running::default();
        let claiming = running.claiming();
        running.call_off(CLAIM.task);
        assert!(claiming.got(CLAIM).called_off.is_cancelled());
        assert!(running.lock().ended_meanwhile.is_empty(), "nobody is claiming any more");
    }
}
