//! How far running tasks are, for connections that follow them. The store is told too, for everyone else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::TaskId;
use tokio::sync::watch;

/// What workers said of the tasks that are followed.
#[derive(Clone, Default)]
pub struct Progress(Arc<Mutex<HashMap<TaskId, watch::Sender<Option<u8>>>>>);

impl Progress {
    /// Follows a task.
    #[must_use]
    pub fn follow(&self, task: TaskId) -> Followed {
        let said = self.lock().entry(task).or_default().subscribe();
        Followed { task, said: Some(said), progress: self.clone() }
    }

    /// Tells whoever follows how far a task is; `None` when its worker lets go of it, before the store is told.
    pub fn tell(&self, task: TaskId, percent: Option<u8>) {
        if let Some(said) = self.lock().get(&task) {
            said.send_if_modified(|said| std::mem::replace(said, percent) != percent);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, watch::Sender<Option<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that is followed until this is dropped.
pub struct Followed {
    task: TaskId,
    said: Option<watch::Receiver<Option<u8>>>,
    progress: Progress,
}

impl Followed {
    /// Which task.
    #[must_use]
    pub fn task(&self) -> TaskId {
        self.task
    }

    /// What its worker said last, in percent; `None` if nobody works on it, or said nothing since it is followed.
    pub fn percent(&mut self) -> Option<u8> {
        self.said.as_mut().and_then(|said| *said.borrow_and_update())
    }

    /// Waits until its worker says more.
    pub async fn changed(&mut self) {
        let changed = match &mut self.said {
            Some(said) => said.changed().await.is_ok(),
            None => false,
        };
        if !changed {
            std::future::pending().await
        }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.said.take();
        let mut followed = self.progress.lock();
        if followed.get(&self.task).is_some_and(|said| said.receiver_count() == 0) {
            followed.remove(&self.task);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_is_followed_by_several_and_forgotten_with_the_last() {
        let progress = Progress::default();
        let task = TaskId(uuid::Uuid::nil());
        progress.tell(task, Some(1));
        let mut followers = [progress.follow(task), progress.follow(task)];
        progress.tell(task, Some(42));
        for follower in &mut followers {
            follower.changed().await;
            assert_eq!(follower.percent(), Some(42));
        }
        let [one, two] = followers;
        drop(one);
        assert_eq!(progress.lock().len(), 1);
        drop(two);
        assert!(progress.lock().is_empty());
    }
}
