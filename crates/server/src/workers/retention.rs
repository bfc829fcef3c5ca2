//! Deletes what is older than the settings keep it: a few rows, a pause, a few rows more, so that orders pass between.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use store::{Ages, Forgotten, StoreError};

use crate::app::App;

/// Between two walks.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Before the first one: a server that starts has other things to do.
const AT_FIRST: Duration = Duration::from_secs(60);
/// Rows of one step: their transaction takes a few milliseconds, which is what an order waits behind it at most.
const MOST_AT_ONCE: u32 = 256;
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(50);

/// Between two walks over all attempts: one that was passed by has some again when it is replayed.
const ALL_ATTEMPTS_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the next walks begin: everything before it is gone, or stays for ever.
#[derive(Default)]
struct Floors {
    tasks: i64,
    attempts: i64,
    /// When attempts were last walked over from the first.
    all_attempts: Option<Timestamp>,
}

/// Walks once an hour until the server stops.
pub async fn retain(app: Arc<App>) {
    let mut floors = Floors::default();
    let mut wait = AT_FIRST;
    loop {
        let next = app.clock.now().plus(wait);
        tokio::select! { () = app.clock.sleep_until(next) => (), () = app.stopping.cancelled() => return }
        wait = EVERY;
        if let Err(error) = walk(&app, &mut floors).await {
            tracing::error!(%error, "could not delete what is old; it is tried again in an hour");
        }
    }
}

async fn walk(app: &App, floors: &mut Floors) -> Result<(), StoreError> {
    let ages = app.settings.retention.ages(app.clock.now());
    let tasks = forget_tasks(app, ages, &mut floors.tasks).await?;
    // What is found at once goes before the longest walk.
    let events = forget_by_age(app, ByAge::Events, ages.events).await?;
    let keys = forget_by_age(app, ByAge::Keys, ages.keys).await?;
    let attempts = forget_attempts(app, ages.attempts, floors).await?;
    if tasks + attempts + events + keys > 0 {
        tracing::info!(tasks, attempts, events, keys, "deleted what was older than the settings keep it");
    }
    Ok(())
}

async fn forget_tasks(app: &App, ages: Ages, floor: &mut i64) -> Result<usize, StoreError> {
    let mut walk = Walk::from(*floor);
    let mut gone = 0;
    while let Some(from) = walk.next
        && !app.stopping.is_cancelled()
    {
        let step = app.store.forget_tasks(ages, from, MOST_AT_ONCE).await?;
        for task in &step.gone {
            app.records.forget(task);
        }
        gone += step.gone.len();
        walk.note(&step);
        pause(app).await;
    }
    *floor = walk.floor();
    Ok(gone)
}

/// Walks over what has attempts: once a day from the first, else from where the last walk left one.
async fn forget_attempts(
    app: &App,
    before: Option<Timestamp>,
    floors: &mut Floors,
) -> Result<usize, StoreError> {
    let Some(before) = before else { return Ok(0) };
    let now = app.clock.now();
    if floors.all_attempts.is_none_or(|last| now >= last.plus(ALL_ATTEMPTS_EVERY)) {
        floors.attempts = 0;
        floors.all_attempts = Some(now);
    }
    let mut walk = Walk::from(floors.attempts);
    let mut gone = 0;
    while let Some(from) = walk.next
        && !app.stopping.is_cancelled()
    {
        let step = app.store.forget_attempts(before, from, MOST_AT_ONCE).await?;
        gone += step.gone;
        walk.note(&step);
        pause(app).await;
    }
    floors.attempts = walk.floor();
    Ok(gone)
}

/// What is found by its age alone.
#[derive(Clone, Copy)]
enum ByAge {
    Events,
    Keys,
}

async fn forget_by_age(app: &App, what: ByAge, before: Option<Timestamp>) -> Result<usize, StoreError> {
    let Some(before) = before else { return Ok(0) };
    let mut all = 0;
    while !app.stopping.is_cancelled() {
        let gone = match what {
            ByAge::Events => app.store.delete_events_before(before, MOST_AT_ONCE).await?,
            ByAge::Keys => app.store.forget_keys(before, MOST_AT_ONCE).await?,
        };
        if gone == 0 {
            break;
        }
        all += gone;
        pause(app).await;
    }
    Ok(all)
}

async fn pause(app: &App) {
    let next = app.clock.now().plus(PAUSE);
    tokio::select! { () = app.clock.sleep_until(next) => (), () = app.stopping.cancelled() => () }
}

/// A walk over a table, step by step.
struct Walk {
    next: Option<i64>,
    left: Option<i64>,
    reached: i64,
}

impl Walk {
    fn from(floor: i64) -> Self {
        Self { next: Some(floor), left: None, reached: floor }
    }

    fn note<T>(&mut self, step: &Forgotten<T>) {
        self.next = step.next;
        self.left = self.left.or(step.left);
        self.reached = step.next.unwrap_or(self.reached);
    }

    fn floor(&self) -> i64 {
        self.left.unwrap_or(self.reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(next: Option<i64>, left: Option<i64>) -> Forgotten<()> {
        Forgotten { gone: (), next, left }
    }

    #[test]
    fn a_walk_begins_where_the_last_one_left_the_first_row() {
        let mut walk = Walk::from(1);
        for step in [step(Some(257), None), step(Some(513), Some(300)), step(None, Some(520))] {
            walk.note(&step);
        }
        assert_eq!((walk.next, walk.floor()), (None, 300));

        let mut walk = Walk::from(300);
        for step in [step(Some(513), None), step(None, None)] {
            walk.note(&step);
        }
        assert_eq!(walk.floor(), 513, "what came before is gone, or stays for ever");
    }
}
