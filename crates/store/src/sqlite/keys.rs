//! Which order a key was given to.

use domain::TaskId;

use super::writer::Batch;
use crate::{IdempotencyKey, NewTask, StoreError};

/// Whose a key is.
pub(super) enum Key {
    /// It was given to no order, or too long ago.
    Free,
    /// It was given to this very order, which became this task; the task may have been deleted since.
    Same(TaskId),
    /// It was given to another order.
    Taken,
}

pub(super) fn find(batch: &Batch<'_>, application_no: i64, key: &IdempotencyKey) -> Result<Key, StoreError> {
    let found = batch.one(
        "SELECT order_hash, task_id FROM idempotency_keys \
         WHERE application_no = ?1 AND key_hash = ?2 AND created_ms >= ?3",
        (application_no, key.key_hash, key.holds_since.as_millis()),
        |row| Ok((row.get::<_, [u8; 16]>(0)?, TaskId::from_bytes(row.get(1)?))),
    )?;
    Ok(match found {
        None => Key::Free,
        Some((order_hash, task)) if order_hash == key.order_hash => Key::Same(task),
        Some(_) => Key::Taken,
    })
}

/// Gives the order its key.
pub(super) fn keep(batch: &Batch<'_>, application_no: i64, task: &NewTask) -> Result<(), StoreError> {
    let Some(key) = &task.key else { return Ok(()) };
    batch.run(
        "INSERT INTO idempotency_keys (application_no, key_hash, order_hash, task_id, created_ms) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET order_hash = excluded.order_hash, \
         task_id = excluded.task_id, created_ms = excluded.created_ms",
        (application_no, key.key_hash, key.order_hash, task.id.as_bytes(), task.created_at.as_millis()),
    )?;
    Ok(())
}
