//! Deletes what is old. A step first looks, on the thread that asks, and hands the writer row numbers alone; the
//! writer looks again at each before it deletes it.

use std::path::Path;

use async_trait::async_trait;
use domain::{TaskId, Timestamp};
use rusqlite::Connection;

use super::writer::Batch;
use super::{SCHEMA, SqliteStore, deleting, events, keys, look};
use crate::failpoint::pass;
use crate::{Ages, Due, Forgotten, KeyPlace, RetentionStore, StoreError, Swept};

#[async_trait]
impl RetentionStore for SqliteStore {
    async fn forget_tasks(
        &self,
        ages: Ages,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<Vec<TaskId>>, StoreError> {
        let seen = self.readers.read(|connection| old_tasks(connection, &ages, from, most))?;
        let Walk { old, next, mut left } = seen;
        if old.is_empty() {
            return Ok(Forgotten { gone: Vec::new(), next, left });
        }
        let rules = self.rules;
        let (gone, kept) = self
            .writer
            .write(move |batch| {
                let (mut gone, mut kept) = (Vec::new(), None);
                pass("forget", "before")?;
                for &task_no in &old {
                    match ended_and_settled(batch, task_no)? {
                        Some(task) => {
                            events::gone_with(batch, task_no)?;
                            deleting::remove(batch, &rules, task_no)?;
                            gone.push(task);
                        }
                        None => kept = kept.or(Some(task_no)),
                    }
                }
                pass("forget", "after")?;
                Ok((gone, kept))
            })
            .await?;
        left = [left, kept].into_iter().flatten().min();
        Ok(Forgotten { gone, next, left })
    }

    async fn forget_attempts(
        &self,
        before: Timestamp,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<usize>, StoreError> {
        let seen = self.readers.read(|connection| old_deliveries(connection, before, from, most))?;
        let Walk { old, next, left } = seen;
        if old.is_empty() {
            return Ok(Forgotten { gone: 0, next, left });
        }
        let delete = move |batch: &mut Batch<'_>| {
            // A delivery that is replayed meanwhile is under way again, and keeps its history.
            let sql = "DELETE FROM delivery_attempts WHERE delivery_no = ?1 \
                       AND EXISTS (SELECT 1 FROM deliveries WHERE no = ?1 AND state >= 2 AND due_ms < ?2)";
            old.iter().map(|no| batch.run(sql, (no, before.as_millis()))).sum()
        };
        let gone = self.writer.write(delete).await?;
        Ok(Forgotten { gone, next, left })
    }

    async fn forget_keys(
        &self,
        before: Timestamp,
        now: Timestamp,
        from: i64,
        most: u32,
    ) -> Result<Forgotten<usize>, StoreError> {
        let seen = self.readers.read(|connection| old_keys(connection, before, now, from, most))?;
        let Walk { old, next, left } = seen;
        if old.is_empty() {
            return Ok(Forgotten { gone: 0, next, left });
        }
        let gone = self.writer.write(move |batch| keys::forget(batch, &old, before)).await?;
        Ok(Forgotten { gone, next, left })
    }

    async fn sweep_keys(&self, after: KeyPlace, most: u32) -> Result<Swept, StoreError> {
        let seen = self.readers.read(|connection| keys::index::look(connection, after, most));
        if let Err(StoreError::Damaged(_)) = seen {
            self.writer.write(keys::index::doubt).await?;
        }
        let keys::index::Stretch { stray, last: next } = seen?;
        let gone = match stray.is_empty() {
            true => 0,
            false => self.writer.write(move |batch| keys::index::delete(batch, &stray)).await?,
        };
        Ok(Swept { gone, next })
    }
}

/// A stretch of a table, in order of its rows' numbers.
#[derive(Default)]
struct Walk {
    /// Rows that may go.
    old: Vec<i64>,
    next: Option<i64>,
    left: Option<i64>,
}

/// How far the clock may have been set back while orders came, so that older ones stand behind younger ones. Beyond that,
/// old rows wait until the younger ones before them are old too.
const SET_BACK_MS: i64 = 60_000;

/// Whether all rows behind one of this date are too young. One of the future tells nothing of them: the clock was wrong.
fn is_young(date_ms: i64, before: Timestamp, now: Timestamp) -> bool {
    let [from, to] = [before, now].map(|time| time.as_millis().saturating_add(SET_BACK_MS));
    (from..=to).contains(&date_ms)
}

fn old_keys(
    connection: &Connection,
    before: Timestamp,
    now: Timestamp,
    from: i64,
    most: u32,
) -> Result<Walk, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT no, created_ms FROM idempotency_log WHERE no >= ?1 \
         AND no < (SELECT max(no) FROM idempotency_log) ORDER BY no LIMIT ?2",
    )?;
    let mut rows = statement.query((from, most))?;
    let mut walk = Walk::default();
    while let Some(row) = rows.next()? {
        let (no, given_ms): (i64, i64) = (row.get(0)?, row.get(1)?);
        if is_young(given_ms, before, now) {
            walk.left = walk.left.or(Some(no));
            return Ok(Walk { next: None, ..walk });
        }
        walk.next = Some(no + 1);
        if given_ms < before.as_millis() {
            walk.old.push(no);
        } else {
            walk.left = walk.left.or(Some(no));
        }
    }
    Ok(walk)
}

fn old_tasks(connection: &Connection, ages: &Ages, from: i64, most: u32) -> Result<Walk, StoreError> {
    let Some(latest) = ages.of_outcome(true).max(ages.of_outcome(false)) else { return Ok(Walk::default()) };
    let mut statement = connection.prepare_cached(
        "SELECT no, created_ms, outcome, finished_ms FROM tasks WHERE no >= ?1 ORDER BY no LIMIT ?2",
    )?;
    let mut rows = statement.query((from, most))?;
    let mut walk = Walk::default();
    while let Some(row) = rows.next()? {
        let no: i64 = row.get(0)?;
        if is_young(row.get(1)?, latest, ages.now) {
            walk.left = walk.left.or(Some(no));
            return Ok(Walk { next: None, ..walk });
        }
        walk.next = Some(no + 1);
        let outcome: Option<i64> = row.get(2)?;
        // Which of the two ages will hold for a task that has not ended is not known yet.
        let age = outcome.map_or(Some(latest), |outcome| ages.of_outcome(outcome == 2));
        let Some(before) = age else { continue };
        match row.get::<_, Option<i64>>(3)? {
            Some(finished) if finished < before.as_millis() => walk.old.push(no),
            _ => walk.left = walk.left.or(Some(no)),
        }
    }
    Ok(walk)
}

fn old_deliveries(
    connection: &Connection,
    before: Timestamp,
    from: i64,
    most: u32,
) -> Result<Walk, StoreError> {
    // Of those without attempts nothing can go, and there are many.
    let mut statement = connection.prepare_cached(
        "SELECT no, state, due_ms FROM deliveries WHERE no IN (SELECT DISTINCT delivery_no FROM delivery_attempts \
         WHERE delivery_no >= ?1 ORDER BY delivery_no LIMIT ?2) ORDER BY no",
    )?;
    let mut rows = statement.query((from, most))?;
    let mut walk = Walk::default();
    while let Some(row) = rows.next()? {
        let no: i64 = row.get(0)?;
        walk.next = Some(no + 1);
        if row.get::<_, i64>(1)? >= 2 && row.get::<_, i64>(2)? < before.as_millis() {
            walk.old.push(no);
        } else {
            walk.left = walk.left.or(Some(no));
        }
    }
    Ok(walk)
}

/// The id of a task that may go for its age: it has ended, and nobody is still to be called about it.
fn ended_and_settled(batch: &Batch<'_>, task_no: i64) -> Result<Option<TaskId>, StoreError> {
    let sql = "SELECT id FROM tasks WHERE no = ?1 AND outcome IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM deliveries WHERE task_no = ?1 AND state < 2)";
    batch.one(sql, [task_no], |row| Ok(TaskId::from_bytes(row.get(0)?)))
}

/// Counts what may go for its age, in the database at `path`, without writing.
///
/// # Errors
/// When it cannot be read, or has another schema than this version.
fn due(path: &Path, ages: Ages) -> Result<Due, StoreError> {
    let look = look::open(path)?;
    look.of_schema(SCHEMA, path)?;
    let count = |sql: &str, before: &[Option<Timestamp>]| -> Result<u64, StoreError> {
        let before = before.iter().map(|before| before.map(Timestamp::as_millis));
        Ok(look.connection.query_row(sql, rusqlite::params_from_iter(before), |row| row.get(0))?)
    };
    let tasks = |succeeded: &str, before| {
        let sql = format!(
            "SELECT count(*) FROM tasks t WHERE outcome {succeeded} 2 AND finished_ms < ?1 \
             AND NOT EXISTS (SELECT 1 FROM deliveries WHERE task_no = t.no AND state < 2)"
        );
        count(&sql, &[before])
    };
    Ok(Due {
        succeeded: tasks("=", ages.of_outcome(true))?,
        failed: tasks("<>", ages.of_outcome(false))?,
        attempts: count(
            "SELECT count(*) FROM delivery_attempts a JOIN deliveries d ON d.no = a.delivery_no \
             WHERE d.state >= 2 AND d.due_ms < ?1",
            &[ages.attempts],
        )?,
        events: count("SELECT count(*) FROM events WHERE at_ms < ?1", &[ages.events])?,
        keys: count(
            "SELECT count(*) FROM idempotency_log WHERE created_ms < ?1 AND no < (SELECT max(no) FROM idempotency_log)",
            &[ages.keys],
        )?,
    })
}

impl crate::DataFolder {
    /// Counts what may go for its age, without writing, whether a server runs or not.
    ///
    /// # Errors
    /// When the database cannot be read, or has another schema than this version.
    pub fn due(&self, ages: Ages) -> Result<Due, StoreError> {
        due(&self.database(), ages)
    }
}
