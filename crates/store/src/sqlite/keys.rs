//! Which order a key was given to.
//!
//! A key is a row of `idempotency_log`, appended with its order. `idempotency_index` finds it by its hash, and hashes fall
//! anywhere: written with each order, the index would cost a page for each. So the last keys are found in memory, and
//! go into the index a generation at a time, in order, a stretch with each transaction, so that one page takes many.
//! A server that starts reads from the log what the index does not have yet. Only the folder's server gives keys, and only
//! it writes the index.
//!
//! The log alone tells what holds. A key that goes for its age goes from there, where neighbours are of one age; what led
//! to it leads nowhere then, and is swept out of the index in the index's own order (`keys/index.rs`).

use std::cell::Cell;
use std::collections::BTreeMap;

use domain::{TaskId, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use super::readers::Readers;
use super::writer::Batch;
use crate::failpoint::{around, pass};
use crate::{IdempotencyKey, NewTask, StoreError};

pub(super) mod index;

pub(super) use index::SET_ASIDE;

/// Most keys that go into the index in one transaction: bounds how long writes wait for it.
const STRETCH: usize = 2_048;
/// In how many stretches a generation goes there at least.
const STRETCHES: usize = 32;

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
    /// A page of the index could not be read.
    is_damaged: Cell<bool>,
    /// The index could not be made anew either, since its log is damaged too.
    is_lost: bool,
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
            Err(StoreError::Damaged(_)) => {
                keys.doubt_index();
                keys.mend(connection);
            }
            // They stay in memory, and go stretch by stretch once that is possible.
            Err(error) => tracing::warn!(%error, "could not write the index of idempotency keys"),
        }
        Ok(keys)
    }

    /// Takes over what was committed.
    pub fn committed(&mut self, added: KeyRows) {
        self.owed += 2 * added.len();
        self.fresh.extend(added);
        if self.generation > 0 && self.left == self.leaving.len() && self.fresh.len() >= self.generation {
            self.leaving = std::mem::take(&mut self.fresh).into_iter().collect();
            (self.left, self.owed) = (0, 0);
        }
    }

    /// How many keys are to go into the index next, if it is worth a transaction.
    pub fn due(&self) -> Option<usize> {
        let least = (self.generation / STRETCHES).clamp(1, STRETCH);
        let due = self.owed.min(STRETCH).min(self.leaving.len() - self.left);
        (!self.is_lost && due > 0 && self.owed >= least).then_some(due)
    }

    /// Writes a stretch of `due` keys to the index. What goes wrong harms no order: the keys stay in memory.
    pub fn index(&mut self, connection: &mut Connection, readers: &Readers, due: usize) {
        match around("index", || self.write_stretch(connection, readers, due)) {
            Ok(()) => self.owed -= due,
            Err(StoreError::Damaged(_)) => self.doubt_index(),
            // With the next key.
            Err(error) => tracing::warn!(%error, "could not write the index of idempotency keys"),
        }
    }

    fn write_stretch(
        &mut self,
        connection: &mut Connection,
        readers: &Readers,
        due: usize,
    ) -> Result<(), StoreError> {
        let left = self.left + due;
        let stretch = self.leaving[self.left..left].iter().copied();
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

    /// Notes that a page of the index could not be read: it is made anew between two transactions.
    pub fn doubt_index(&self) {
        self.is_damaged.set(true);
    }

    /// Makes the index anew if it is damaged; gives whether it did, so that what failed for it can be done again.
    pub fn mend(&mut self, connection: &mut Connection) -> bool {
        if !self.is_damaged.take() || self.is_lost {
            return false;
        }
        tracing::error!(
            "the index of idempotency keys is damaged: it is set aside, and made anew from their log"
        );
        match index::rebuild(connection) {
            Ok(()) => {
                *self = Self { generation: self.generation, ..Self::default() };
                tracing::warn!(
                    "the index of idempotency keys is whole again: `backline doctor` tells what is left"
                );
                return true;
            }
            Err(StoreError::Damaged(what)) => {
                self.is_lost = true;
                tracing::error!(
                    what,
                    "the log of idempotency keys is damaged too: orders with keys are refused"
                );
            }
            // When a page of it is met again.
            Err(error) => tracing::warn!(%error, "could not make the index of idempotency keys anew"),
        }
        false
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
    if batch.recent_keys.is_lost {
        return Err(StoreError::Damaged("the log of idempotency keys is damaged".to_owned()));
    }
    let no = match batch.keys.get(&hash).copied().or_else(|| batch.recent_keys.find(&hash)) {
        Some(no) => Some(no),
        None => index::find(batch, hash)?,
    };
    let Some(no) = no else { return Ok(Key::Free) };
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

/// Forgets these rows of the log if they are older than `before`: all but the last of the log, whose number must not be
/// given again.
pub(super) fn forget(batch: &Batch<'_>, rows: &[i64], before: Timestamp) -> Result<usize, StoreError> {
    let sql = "DELETE FROM idempotency_log WHERE no = ?1 AND created_ms < ?2 \
               AND no < (SELECT max(no) FROM idempotency_log)";
    rows.iter().map(|no| batch.run(sql, (no, before.as_millis()))).sum()
}

#[cfg(test)]
mod history;
#[cfg(test)]
mod tests;
