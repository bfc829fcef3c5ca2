//! Which order a key was given to.
//!
//! A key is a row of `idempotency_log`, appended with its order. `idempotency_index` finds it by its hash, and hashes fall
//! anywhere: written with each order, the index would cost a page for each. So the last keys are found in memory, and
//! go into the index a generation at a time, in order, a stretch with each transaction, so that one page takes many.
//! A server that starts reads from the log what the index does not have yet. Only the folder's server gives keys, and only
//! it writes the index.

use std::collections::BTreeMap;

use domain::{TaskId, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use super::readers::Readers;
use super::writer::Batch;
use crate::failpoint::{around, pass};
use crate::{IdempotencyKey, NewTask, StoreError};

/// Most keys that go into the index in one transaction: bounds how long writes wait for it.
const STRETCH: usize = 2_048;

/// Whose a key is.
pub(super) enum Key {
    /// It was given to no order, or too long ago.
    Free,
    /// It was given to this very order, which became this task; the task may have been deleted since.
    Same(TaskId),
    /// It was given to another order.
    Taken,
}

/// The row of a key that went for its age while it waited for the index.
const GONE: i64 = 0;

/// Application and hash of a key.
pub(super) type Hash = (i64, [u8; 16]);
/// The rows of keys in the log.
pub(super) type KeyRows = BTreeMap<Hash, i64>;

/// The keys that the index does not have yet, as of the last commit.
#[derive(Default)]
pub(super) struct RecentKeys {
    /// How many keys make a generation; 0 where none are given.
    generation: usize,
    /// A generation that goes into the index, in order.
    leaving: Vec<(Hash, i64)>,
    /// How many of it are there.
    left: usize,
    /// How many of it are to go there next: two for each that comes, so that it has left before the next leaves.
    owed: usize,
    /// Came since.
    fresh: KeyRows,
    /// The index is damaged: it is left as it is, and keys stay in memory.
    is_broken: bool,
}

impl RecentKeys {
    /// Those of the folder's server: fewer than a `generation`, as more go into the index at once.
    pub fn of_server(connection: &mut Connection, generation: usize) -> Result<Self, StoreError> {
        let fresh = not_indexed(connection)?;
        let mut keys = Self { generation: generation.max(1), fresh, ..Self::default() };
        if keys.fresh.len() < keys.generation {
            return Ok(keys);
        }
        match write_all(connection, &keys.fresh) {
            Ok(()) => keys.fresh.clear(),
            Err(StoreError::Damaged(what)) => keys.leave_index(&what),
            Err(error) => return Err(error),
        }
        Ok(keys)
    }

    /// Takes over what was committed.
    pub fn committed(&mut self, added: KeyRows, forgotten: &[(Hash, i64)]) {
        for (hash, no) in forgotten {
            if self.fresh.get(hash) == Some(no) {
                self.fresh.remove(hash);
            }
            if let Ok(at) = self.leaving.binary_search_by_key(hash, |(leaving, _)| *leaving)
                && self.leaving[at].1 == *no
            {
                self.leaving[at].1 = GONE;
            }
        }
        self.owed += 2 * added.len();
        self.fresh.extend(added);
        if self.generation > 0 && self.left == self.leaving.len() && self.fresh.len() >= self.generation {
            self.leaving = std::mem::take(&mut self.fresh).into_iter().collect();
            (self.left, self.owed) = (0, 0);
        }
    }

    /// Writes the next stretch of a generation to the index, if so much is owed. What goes wrong harms no order: the keys
    /// stay in memory.
    pub fn index(&mut self, connection: &mut Connection, readers: &Readers) {
        let stretch = STRETCH.min(self.generation);
        if self.is_broken || self.left == self.leaving.len() || self.owed < stretch {
            return;
        }
        match around("index", || self.write_stretch(connection, readers, stretch)) {
            Ok(()) => self.owed -= stretch,
            Err(StoreError::Damaged(what)) => self.leave_index(&what),
            // With the next key.
            Err(error) => tracing::warn!(%error, "could not write the index of idempotency keys"),
        }
    }

    fn write_stretch(
        &mut self,
        connection: &mut Connection,
        readers: &Readers,
        most: usize,
    ) -> Result<(), StoreError> {
        let left = self.leaving.len().min(self.left + most);
        let stretch = self.leaving[self.left..left].iter().copied().filter(|(_, no)| *no != GONE);
        let all =
            (left == self.leaving.len()).then(|| self.leaving.iter().map(|(_, no)| *no).max()).flatten();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction, stretch, all)?;
        readers.end_snapshots();
        pass("index", "written")?;
        transaction.commit()?;
        readers.committed();
        self.left = left;
        Ok(())
    }

    fn leave_index(&mut self, what: &str) {
        self.is_broken = true;
        tracing::error!(what, "the index of idempotency keys is damaged: `backline doctor` tells where");
    }

    fn find(&self, hash: &Hash) -> Option<i64> {
        let leaving = || self.leaving.binary_search_by_key(hash, |(leaving, _)| *leaving).ok();
        self.fresh.get(hash).copied().or_else(|| leaving().map(|at| self.leaving[at].1))
    }
}

fn write_all(connection: &mut Connection, keys: &KeyRows) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    write(&transaction, keys.iter().map(|(hash, no)| (*hash, *no)), keys.values().max().copied())?;
    Ok(transaction.commit()?)
}

/// Puts rows of the log into the index, and says up to which row it has all, if it does.
fn write(
    connection: &Connection,
    rows: impl Iterator<Item = (Hash, i64)>,
    indexed_to: Option<i64>,
) -> Result<(), StoreError> {
    // A later row of a key is never put behind an earlier one.
    let mut insert = connection.prepare_cached(
        "INSERT INTO idempotency_index VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET no = excluded.no WHERE excluded.no > no",
    )?;
    for ((application_no, hash), no) in rows {
        insert.execute((application_no, hash, no))?;
    }
    if let Some(no) = indexed_to {
        connection.execute("UPDATE idempotency_indexed SET indexed_to = max(indexed_to, ?1)", [no])?;
    }
    Ok(())
}

fn not_indexed(connection: &Connection) -> Result<KeyRows, StoreError> {
    let mut later = connection.prepare(
        "SELECT application_no, key_hash, no FROM idempotency_log \
         WHERE no > (SELECT indexed_to FROM idempotency_indexed) ORDER BY no",
    )?;
    let rows = later.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn find(batch: &Batch<'_>, application_no: i64, key: &IdempotencyKey) -> Result<Key, StoreError> {
    let hash = (application_no, key.key_hash);
    let no = match batch.keys.get(&hash).copied().or_else(|| batch.recent_keys.find(&hash)) {
        Some(no) => Some(no),
        None => batch.one(
            "SELECT no FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2",
            hash,
            |row| row.get(0),
        )?,
    };
    let Some(no): Option<i64> = no else { return Ok(Key::Free) };
    let found = batch.one(
        "SELECT order_hash, task_id FROM idempotency_log \
         WHERE no = ?1 AND application_no = ?2 AND key_hash = ?3 AND created_ms >= ?4",
        (no, application_no, key.key_hash, key.holds_since.as_millis()),
        |row| Ok((row.get::<_, [u8; 16]>(0)?, TaskId::from_bytes(row.get(1)?))),
    )?;
    Ok(match found {
        None => Key::Free,
        Some((order_hash, task)) if order_hash == key.order_hash => Key::Same(task),
        Some(_) => Key::Taken,
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
    batch.run(
        "INSERT INTO idempotency_log (application_no, key_hash, order_hash, task_id, created_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (application_no, key.key_hash, key.order_hash, task.as_bytes(), given_at.as_millis()),
    )?;
    batch.keys.insert((application_no, key.key_hash), batch.last_row());
    Ok(())
}

/// So many of the first keys are looked at for their age: a clock that was wrong may have dated some of them late.
pub(super) const LOOKED_AT: u32 = 4_096;

/// Forgets up to `most` of the keys that were given before `before`, of the first [`LOOKED_AT`].
pub(super) fn forget(batch: &mut Batch<'_>, before: Timestamp, most: u32) -> Result<usize, StoreError> {
    let old = batch.all(
        "SELECT no, application_no, key_hash FROM (SELECT * FROM idempotency_log ORDER BY no LIMIT ?3) \
         WHERE created_ms < ?1 AND no < (SELECT max(no) FROM idempotency_log) LIMIT ?2",
        (before.as_millis(), most, LOOKED_AT),
        |row| Ok(((row.get(1)?, row.get(2)?), row.get(0)?)),
    )?;
    for ((application_no, hash), no) in &old {
        // The key may have been given to another order since.
        batch.run(
            "DELETE FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2 AND no = ?3",
            (application_no, hash, no),
        )?;
        batch.run("DELETE FROM idempotency_log WHERE no = ?1", [no])?;
    }
    let gone = old.len();
    batch.forgotten_keys.extend(old);
    Ok(gone)
}

#[cfg(test)]
mod tests;
