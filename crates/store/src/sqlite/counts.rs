//! How many tasks a stretch of time holds, at five sizes of stretch: counting a window, or finding the place of an
//! offset, reads a few hundred small rows however many tasks there are.

use std::collections::BTreeMap;

use domain::Timestamp;
use rusqlite::Connection;

use super::writer::Batch;
use crate::StoreError;

/// Sizes of stretches, as powers of two in milliseconds: all time, 3.1 days, 70 minutes, 66 s, 1.02 s.
pub(crate) const LEVELS: [u32; 5] = [62, 28, 22, 16, 10];

/// An application's tasks of one kind: what is counted, and listed, apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Stream {
    pub application_no: i64,
    pub kind: i64,
}

/// Changes to the counts, added up until the batch is committed.
#[derive(Default)]
pub(super) struct Counts(BTreeMap<(Stream, u32, i64), i64>);

impl Counts {
    /// Notes that `stream` has one task more at `created_at`.
    pub fn add(&mut self, stream: Stream, created_at: Timestamp) {
        self.change(stream, created_at, 1);
    }

    /// Notes that `stream` has one task less at `created_at`.
    pub fn remove(&mut self, stream: Stream, created_at: Timestamp) {
        self.change(stream, created_at, -1);
    }

    fn change(&mut self, stream: Stream, created_at: Timestamp, by: i64) {
        for level in LEVELS {
            *self.0.entry((stream, level, created_at.as_millis() >> level)).or_default() += by;
        }
    }

    pub fn write(self, batch: &Batch<'_>) -> Result<(), StoreError> {
        for ((stream, level, bucket), n) in self.0.into_iter().filter(|&(_, n)| n != 0) {
            batch.run(
                "INSERT INTO task_counts VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
                (stream.application_no, stream.kind, level, bucket, n),
            )?;
            if n < 0 {
                batch.run(
                    "DELETE FROM task_counts WHERE application_no = ?1 AND kind = ?2 AND level = ?3 \
                     AND bucket = ?4 AND n = 0",
                    (stream.application_no, stream.kind, level, bucket),
                )?;
            }
        }
        Ok(())
    }
}

/// A window of time in milliseconds, both ends inside it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Window {
    pub first: i64,
    pub last: i64,
}

/// Counts the tasks of `streams` in `window`.
pub(super) fn count(connection: &Connection, streams: &[Stream], window: Window) -> Result<u64, StoreError> {
    let mut seen = 0;
    walk(connection, streams, 0, window, &mut |_, n| {
        seen += n;
        Step::PassOver
    })?;
    Ok(seen)
}

/// Where a list that passes over the newest `offset` tasks of `streams` in `window` begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Start {
    /// The newest time to read from; `None` if the window holds no more than `offset` tasks.
    pub last: Option<i64>,
    /// How many tasks to pass over from there.
    pub offset: u64,
}

pub(super) fn start(
    connection: &Connection,
    streams: &[Stream],
    window: Window,
    offset: u64,
) -> Result<Start, StoreError> {
    let mut left = offset;
    let found = walk(connection, streams, 0, window, &mut |_, n| {
        if n <= left {
            left -= n;
            Step::PassOver
        } else {
            Step::GoInto
        }
    })?;
    Ok(Start { last: found, offset: left })
}

enum Step {
    PassOver,
    GoInto,
}

/// Walks the stretches of `window`, newest first. One that lies inside it is shown to `visit` with its count and is
/// passed over or gone into, by what `visit` says; one that only touches it is always gone into. Stretches of the
/// smallest size that only touch the window are counted by their tasks. Gives the newest time of the first smallest
/// stretch that `visit` goes into.
fn walk(
    connection: &Connection,
    streams: &[Stream],
    depth: usize,
    window: Window,
    visit: &mut dyn FnMut(Window, u64) -> Step,
) -> Result<Option<i64>, StoreError> {
    let Some(&level) = LEVELS.get(depth) else {
        let n = count_rows(connection, streams, window)?;
        return Ok(matches!(visit(window, n), Step::GoInto).then_some(window.last));
    };
    for (bucket, n) in buckets(connection, streams, level, window)?.into_iter().rev() {
        let whole = Window { first: bucket << level, last: (bucket << level) | ((1 << level) - 1) };
        let inside = whole.first >= window.first && whole.last <= window.last;
        let part = Window { first: whole.first.max(window.first), last: whole.last.min(window.last) };
        if inside && matches!(visit(part, n), Step::PassOver) {
            continue;
        }
        if inside && depth + 1 == LEVELS.len() {
            return Ok(Some(part.last));
        }
        if let Some(found) = walk(connection, streams, depth + 1, part, visit)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn buckets(
    connection: &Connection,
    streams: &[Stream],
    level: u32,
    window: Window,
) -> Result<BTreeMap<i64, u64>, StoreError> {
    let mut found = BTreeMap::new();
    let mut statement = connection.prepare_cached(
        "SELECT bucket, n FROM task_counts \
         WHERE application_no = ?1 AND kind = ?2 AND level = ?3 AND bucket BETWEEN ?4 AND ?5",
    )?;
    for stream in streams {
        let range = (stream.application_no, stream.kind, level, window.first >> level, window.last >> level);
        let mut rows = statement.query(range)?;
        while let Some(row) = rows.next()? {
            *found.entry(row.get(0)?).or_default() += row.get::<_, u64>(1)?;
        }
    }
    Ok(found)
}

fn count_rows(connection: &Connection, streams: &[Stream], window: Window) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM tasks INDEXED BY tasks_newest \
         WHERE application_no = ?1 AND kind = ?2 AND created_ms BETWEEN ?3 AND ?4",
    )?;
    let mut seen = 0;
    for stream in streams {
        let range = (stream.application_no, stream.kind, window.first, window.last);
        seen += statement.query_row(range, |row| row.get::<_, u64>(0))?;
    }
    Ok(seen)
}
