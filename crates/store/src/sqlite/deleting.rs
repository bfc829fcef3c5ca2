//! Forgets ended tasks, with all that is kept for them and all that is counted of them.

use domain::Timestamp;

use super::counts::Stream;
use super::writer::Batch;
use super::{doomed, outbox, rows};
use crate::{FolderName, QueueRules, StoreError};

/// Removes an ended task; what hangs on its row goes with it. Gives the folders that are doomed by that.
pub(super) fn remove(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    task_no: i64,
) -> Result<Vec<FolderName>, StoreError> {
    let folders = doomed::files_gone(batch, task_no)?;
    let counted = "SELECT application_no, kind, created_ms FROM tasks WHERE no = ?1";
    let counted = batch.one(counted, [task_no], |row| {
        let stream = Stream { application_no: row.get(0)?, kind: row.get(1)? };
        Ok((stream, Timestamp::from_millis(row.get(2)?)))
    })?;
    let (stream, created_at) =
        counted.ok_or_else(|| rows::corrupt("tasks", "no", task_no, "no such task"))?;
    batch.counts.remove(stream, created_at);
    outbox::drop_deliveries(batch, rules, task_no)?;
    batch.run("DELETE FROM tasks WHERE no = ?1", [task_no])?;
    Ok(folders)
}
