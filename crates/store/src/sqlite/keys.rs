//! Which order a key was given to.
//!
//! A key is a row of `idempotency_log`, appended with its order. `idempotency_index` finds it by its hash, and hashes fall
//! anywhere: written with each order, the index would cost a page for each. So the last keys are found in memory, and
//! go into the index a generation at a time, in order, a stretch with each transaction, so that one page takes many.
//! A server that starts reads from the log what the index does not have yet.

use std::collections::BTreeMap;

use domain::{CredentialId, TaskId, Timestamp};
use rusqlite::Connection;

use super::writer::Batch;
use crate::{IdempotencyKey, NewTask, StoreError};

/// How many keys are gathered before they go into the index. At most twice as many are in memory, some 70 bytes each.
pub(super) const GENERATION: usize = 65_536;
/// Fewest keys that go into the index with a transaction while a generation does.
const STRETCH: usize = 512;

/// Whose a key is.
pub(super) enum Key {
    /// It was given to no order, or too long ago.
    Free,
    /// It was given to this very order, which became this task; the task may have been deleted since.
    Same(TaskId),
    /// It was given to another order.
    Taken,
}

/// Application and hash of a key.
type Hash = (i64, [u8; 16]);
/// The rows of keys in the log.
type Rows = BTreeMap<Hash, i64>;

/// The keys that the index does not have yet, as of the last commit.
pub(super) struct RecentKeys {
    generation: usize,
    /// A generation that goes into the index, in order.
    leaving: Vec<(Hash, i64)>,
    /// How many of it are there.
    left: usize,
    /// The last row of those that leave.
    leaving_to: i64,
    /// Came since.
    fresh: Rows,
    /// The last row of the log.
    last: i64,
}

/// What a transaction changes of [`RecentKeys`].
#[derive(Default)]
pub(super) struct KeyChanges {
    added: Rows,
    /// Rows that were appended.
    rows: i64,
    /// How many keys went into the index.
    indexed: usize,
}

impl RecentKeys {
    /// Reads what the index does not have yet.
    pub fn read(connection: &Connection, generation: usize) -> Result<Self, StoreError> {
        let indexed_to: i64 =
            connection.query_row("SELECT indexed_to FROM idempotency_indexed", [], |row| row.get(0))?;
        let mut later = connection
            .prepare("SELECT application_no, key_hash, no FROM idempotency_log WHERE no > ?1 ORDER BY no")?;
        let rows = later.query_map([indexed_to], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        let (mut fresh, mut last) = (Rows::new(), indexed_to);
        for row in rows {
            let (hash, no) = row?;
            fresh.insert(hash, no);
            last = no;
        }
        Ok(Self { generation, leaving: Vec::new(), left: 0, leaving_to: 0, fresh, last })
    }

    /// Lets the next generation leave, if there is one and the last has left.
    pub fn turn(&mut self) {
        if self.left == self.leaving.len() && self.fresh.len() >= self.generation {
            self.leaving = std::mem::take(&mut self.fresh).into_iter().collect();
            (self.left, self.leaving_to) = (0, self.last);
        }
    }

    /// Takes over what was committed.
    pub fn committed(&mut self, changes: KeyChanges) {
        self.left += changes.indexed;
        self.last += changes.rows;
        self.fresh.extend(changes.added);
    }

    fn find(&self, hash: &Hash) -> Option<i64> {
        let leaving = || self.leaving.binary_search_by_key(hash, |(leaving, _)| *leaving).ok();
        self.fresh.get(hash).copied().or_else(|| leaving().map(|at| self.leaving[at].1))
    }
}

/// Writes the next stretch of a generation to the index, if one leaves.
pub(super) fn index(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let RecentKeys { leaving, left, leaving_to, .. } = batch.recent_keys;
    let leaving = &leaving[*left..];
    // Faster than new ones come, so that the next generation finds nothing left of this one.
    let stretch = STRETCH.max(2 * batch.keys.added.len());
    for (_, no) in leaving.iter().take(stretch) {
        // A row that went for its age has nothing to be found.
        batch.run(
            "INSERT INTO idempotency_index SELECT application_no, key_hash, no FROM idempotency_log \
             WHERE no = ?1 ON CONFLICT DO UPDATE SET no = excluded.no",
            [no],
        )?;
        batch.keys.indexed += 1;
    }
    if (1..=stretch).contains(&leaving.len()) {
        batch.run("UPDATE idempotency_indexed SET indexed_to = ?1", [leaving_to])?;
    }
    Ok(())
}

pub(super) fn find(batch: &Batch<'_>, application_no: i64, key: &IdempotencyKey) -> Result<Key, StoreError> {
    let hash = (application_no, key.key_hash);
    let recent = || batch.recent_keys.find(&hash);
    let no = match batch.keys.added.get(&hash).copied().or_else(recent) {
        Some(no) => Some(no),
        None => batch.one(
            "SELECT no FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2",
            hash,
            |row| row.get(0),
        )?,
    };
    let Some(no) = no else { return Ok(Key::Free) };
    let found = batch.one(
        "SELECT order_hash, task_id FROM idempotency_log WHERE no = ?1 AND created_ms >= ?2",
        (no, key.holds_since.as_millis()),
        |row| Ok((row.get::<_, [u8; 16]>(0)?, TaskId::from_bytes(row.get(1)?))),
    )?;
    Ok(match found {
        None => Key::Free,
        Some((order_hash, task)) if order_hash == key.order_hash => Key::Same(task),
        Some(_) => Key::Taken,
    })
}

/// The task that a key was given to, if it was with this very order, by the application of this token.
pub(super) fn task_of(
    batch: &Batch<'_>,
    credential: CredentialId,
    key: &IdempotencyKey,
) -> Result<Option<TaskId>, StoreError> {
    let of_credential = "SELECT application_no FROM credentials WHERE id = ?1";
    let Some(application_no) = batch.one(of_credential, [credential.as_bytes()], |row| row.get(0))? else {
        return Ok(None);
    };
    Ok(match find(batch, application_no, key)? {
        Key::Same(task) => Some(task),
        Key::Free | Key::Taken => None,
    })
}

/// Gives the order its key.
pub(super) fn keep(batch: &mut Batch<'_>, application_no: i64, task: &NewTask) -> Result<(), StoreError> {
    let Some(key) = &task.key else { return Ok(()) };
    append(batch, application_no, key, task.id, task.created_at)
}

fn append(
    batch: &mut Batch<'_>,
    application_no: i64,
    key: &IdempotencyKey,
    task: TaskId,
    given_at: Timestamp,
) -> Result<(), StoreError> {
    batch.keys.rows += 1;
    let no = batch.recent_keys.last + batch.keys.rows;
    batch.run(
        "INSERT INTO idempotency_log (no, application_no, key_hash, order_hash, task_id, created_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (no, application_no, key.key_hash, key.order_hash, task.as_bytes(), given_at.as_millis()),
    )?;
    batch.keys.added.insert((application_no, key.key_hash), no);
    Ok(())
}

/// Forgets up to `most` of the oldest keys, if they were given before `before_ms`.
pub(super) fn forget(batch: &Batch<'_>, before_ms: i64, most: u32) -> Result<usize, StoreError> {
    let oldest = batch.all(
        "SELECT no, application_no, key_hash, created_ms FROM idempotency_log ORDER BY no LIMIT ?1",
        [most],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?)),
    )?;
    let mut gone = 0;
    for (no, application_no, hash, _) in oldest.into_iter().take_while(|(.., given_ms)| *given_ms < before_ms)
    {
        let (no, application_no, hash): (i64, i64, [u8; 16]) = (no, application_no, hash);
        // The key may have been given to another order since.
        batch.run(
            "DELETE FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2 AND no = ?3",
            (application_no, hash, no),
        )?;
        gone += batch.run("DELETE FROM idempotency_log WHERE no = ?1", [no])?;
    }
    Ok(gone)
}

#[cfg(test)]
mod tests;
