//! Wakes idle workers, each crew by itself: a song must not wake a fetcher while every maker sleeps.

use domain::Crew;
use tokio::sync::Notify;

/// Where idle workers sleep.
#[derive(Default)]
pub struct Wake {
    makers: Notify,
    fetchers: Notify,
}

impl Wake {
    /// A task may wait for this crew: one of it looks. If none is idle, the next that is looks once more.
    pub fn one(&self, crew: Crew) {
        self.of(crew).notify_one();
    }

    /// A task may wait for any crew.
    pub fn one_of_each(&self) {
        Crew::ALL.into_iter().for_each(|crew| self.one(crew));
    }

    /// Waits until a task may wait for this crew.
    pub(super) async fn woken(&self, crew: Crew) {
        self.of(crew).notified().await;
    }

    const fn of(&self, crew: Crew) -> &Notify {
        match crew {
            Crew::Makers => &self.makers,
            Crew::Fetchers => &self.fetchers,
        }
    }
}
