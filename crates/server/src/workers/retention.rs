//! Deletes what is older than the settings keep it: a few rows, a pause, a few rows more, so that orders pass between.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use store::{Ages, Forgotten, KeyPlace, StoreError};

use crate::app::App;

/// Between two walks.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Before the first one: a server that starts has other things to do.
const AT_FIRST: Duration = Duration::from_secs(60);
/// Rows of one step: their transaction takes a few milliseconds, which is what an order waits behind it at most.
const MOST_AT_ONCE: u32 = 256;
/// Keys of one step, and entries of their index: small rows, which lie side by side. Deleting so many takes as long.
const MOST_KEYS_AT_ONCE: u32 = 1_024;
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(50);

/// Between two walks over all attempts, one of which has some again when it is replayed, and over the index of keys.
const ALL_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the next walks begin: everything before it is gone, or stays for ever.
#[derive(Default)]
struct Floors {
    tasks: i64,
    keys: i64,
    attempts: i64,
    /// When all was last walked over from the first.
    all: Option<Timestamp>,
}

impl Floors {
    /// Whether it is time to walk over all.
    fn begin_anew(&mut self, now: Timestamp) -> bool {
        let is_due = self.all.is_none_or(|last| now >= last.plus(ALL_EVERY));
        if is_due {
            self.attempts = 0;
            self.all = Some(now);
        }
        is_due
    }
}

/// Walks once an hour until the server stops.
pub async fn retain(app: Arc<App>) {
    let mut floors = Floors::default();
    let mut wait = AT_FIRST;
    loop {
        let next = app.clock.now().plus(wait);
        tokio::select! { () = app.clock.sleep_until(next) => (), () = app.stopping.cancelled() => return }
        wait = EVERY;
        walk(&app, &mut floors).await;
    }
}

/// Deletes what is old of each kind, whatever became of the others.
async fn walk(app: &App, floors: &mut Floors) {
    let now = app.clock.now();
    let ages = app.settings.retention.ages(now);
    let all = floors.begin_anew(now);
    // What is found at once goes before the longest walks.
    let done = [
        ("tasks", forget(app, Table::Tasks, ages, &mut floors.tasks).await),
        ("events", forget_events(app, ages).await),
        ("keys", forget(app, Table::Keys, ages, &mut floors.keys).await),
        ("attempts", forget(app, Table::Attempts, ages, &mut floors.attempts).await),
        ("places of keys", if all { sweep_keys(app, ages).await } else { Ok(0) }),
    ];
    for (what, gone) in done {
        match gone {
            Ok(0) => (),
            Ok(gone) => tracing::info!(what, gone, "deleted what was older than the settings keep it"),
            Err(error) => {
                tracing::error!(what, %error, "could not delete what is old; it is tried again in an hour");
            }
        }
    }
}

/// A table that is walked over in order of its rows, which is that of time.
#[derive(Clone, Copy)]
enum Table {
    Tasks,
    Keys,
    Attempts,
}

/// Walks over a table from its floor, and moves that to the first row that was left.
async fn forget(app: &App, table: Table, ages: Ages, floor: &mut i64) -> Result<usize, StoreError> {
    let mut walk = Walk::from(*floor);
    let mut gone = 0;
    while let Some(from) = walk.next
        && !app.stopping.is_cancelled()
    {
        let step = step(app, table, ages, from).await?;
        gone += step.gone;
        walk.note(&step);
        pause(app).await;
    }
    *floor = walk.floor();
    Ok(gone)
}

async fn step(app: &App, table: Table, ages: Ages, from: i64) -> Result<Forgotten<usize>, StoreError> {
    match (table, ages.keys, ages.attempts) {
        (Table::Tasks, ..) => {
            let Forgotten { gone, next, left } = app.store.forget_tasks(ages, from, MOST_AT_ONCE).await?;
            gone.iter().for_each(|task| app.records.forget(task));
            Ok(Forgotten { gone: gone.len(), next, left })
        }
        (Table::Keys, Some(before), _) => {
            app.store.forget_keys(before, ages.now, from, MOST_KEYS_AT_ONCE).await
        }
        (Table::Attempts, _, Some(before)) => app.store.forget_attempts(before, from, MOST_AT_ONCE).await,
        (Table::Keys | Table::Attempts, ..) => Ok(Forgotten { gone: 0, next: None, left: None }),
    }
}

async fn forget_events(app: &App, ages: Ages) -> Result<usize, StoreError> {
    let Some(before) = ages.events else { return Ok(0) };
    let mut all = 0;
    while !app.stopping.is_cancelled() {
        let gone = app.store.delete_events_before(before, ages.now, MOST_AT_ONCE).await?;
        if gone == 0 {
            break;
        }
        all += gone;
        pause(app).await;
    }
    Ok(all)
}

/// Takes what led to keys that are gone out of their index, and so finds out whether that can be read.
async fn sweep_keys(app: &App, ages: Ages) -> Result<usize, StoreError> {
    let (mut gone, mut next) = (0, ages.keys.map(|_| KeyPlace::default()));
    while let Some(after) = next
        && !app.stopping.is_cancelled()
    {
        let step = app.store.sweep_keys(after, MOST_KEYS_AT_ONCE).await?;
        gone += step.gone;
        next = step.next;
        pause(app).await;
    }
    Ok(gone)
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
