//! The index of keys as a table: looked up, swept, and made anew from the log, from which all of it can be derived.

use rusqlite::{Connection, TransactionBehavior};

use super::Hash;
use crate::sqlite::writer::Batch;
use crate::{KeyPlace, StoreError};

/// How indexes are named that were damaged: nothing reads them. Such a table cannot be dropped, since that reads its pages.
pub(crate) const SET_ASIDE: &str = "damaged_index_";

/// The last row of a key, if the index has it.
pub(super) fn find(batch: &Batch<'_>, hash: Hash) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT no FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2";
    batch.one(sql, hash, |row| row.get(0)).inspect_err(|error| {
        if matches!(error, StoreError::Damaged(_)) {
            batch.recent_keys.doubt_index();
        }
    })
}

/// Has the index made anew once this write is done: somebody could not read a page of it.
pub(in crate::sqlite) fn doubt(batch: &mut Batch<'_>) -> Result<(), StoreError> {
    batch.recent_keys.doubt_index();
    Ok(())
}

/// Entries of the index, in its order.
pub(in crate::sqlite) struct Stretch {
    /// Those whose rows have gone.
    pub stray: Vec<(Hash, i64)>,
    /// The last one; `None` behind the end.
    pub last: Option<KeyPlace>,
}

/// Looks at up to `most` entries behind `after`.
pub(in crate::sqlite) fn look(
    connection: &Connection,
    after: KeyPlace,
    most: u32,
) -> Result<Stretch, StoreError> {
    let mut entries = connection.prepare_cached(
        "SELECT application_no, key_hash, no, EXISTS (SELECT 1 FROM idempotency_log l WHERE l.no = i.no) \
         FROM idempotency_index i WHERE (application_no, key_hash) > (?1, ?2) \
         ORDER BY application_no, key_hash LIMIT ?3",
    )?;
    let mut entries = entries.query((after.0, after.1, most))?;
    let mut found = Stretch { stray: Vec::new(), last: None };
    while let Some(entry) = entries.next()? {
        let hash = (entry.get(0)?, entry.get(1)?);
        found.last = Some(KeyPlace(hash.0, hash.1));
        if !entry.get::<_, bool>(3)? {
            found.stray.push((hash, entry.get(2)?));
        }
    }
    Ok(found)
}

/// Deletes entries, but those of keys that were given again meanwhile.
pub(in crate::sqlite) fn delete(batch: &Batch<'_>, stray: &[(Hash, i64)]) -> Result<usize, StoreError> {
    let sql = "DELETE FROM idempotency_index WHERE application_no = ?1 AND key_hash = ?2 AND no = ?3";
    stray.iter().map(|((application_no, hash), no)| batch.run(sql, (application_no, hash, no))).sum()
}

/// Sets the index aside and makes it anew from the whole log.
pub(super) fn rebuild(connection: &mut Connection) -> Result<(), StoreError> {
    // What is sorted may be larger than the memory.
    connection.pragma_update(None, "temp_store", "FILE")?;
    let rebuilt = derive(connection);
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    rebuilt
}

fn derive(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let count = "SELECT count(*) FROM sqlite_schema WHERE name GLOB ?1 || '*'";
    let earlier: i64 = transaction.query_row(count, [SET_ASIDE], |row| row.get(0))?;
    transaction.execute_batch(&format!(
        "ALTER TABLE idempotency_index RENAME TO {SET_ASIDE}{earlier}; \
         CREATE TABLE idempotency_index ( \
             application_no INTEGER NOT NULL, key_hash BLOB NOT NULL, no INTEGER NOT NULL, \
             PRIMARY KEY (application_no, key_hash) \
         ) STRICT, WITHOUT ROWID; \
         INSERT INTO idempotency_index \
             SELECT application_no, key_hash, max(no) FROM idempotency_log GROUP BY application_no, key_hash; \
         UPDATE idempotency_indexed SET indexed_to = \
             (SELECT max(indexed_to, coalesce(max(no), 0)) FROM idempotency_log);"
    ))?;
    Ok(transaction.commit()?)
}
