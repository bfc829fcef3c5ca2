//! Sets tasks aside whose rows cannot be read, so that they stop no other.

use std::time::Duration;

use domain::Timestamp;

use super::queue::refresh_turn;
use super::writer::Batch;
use crate::{QueueRules, StoreError};

/// After this it is looked at again: a row may be mended meanwhile, and its error is logged once more.
const AFTER: Duration = Duration::from_secs(60);

/// Takes a task out of the hands of a worker that could not be told of it: it waits for its time, as after a failed
/// try, and stands in nobody's way meanwhile.
pub(super) fn set_aside(
    batch: &Batch<'_>,
    rules: &QueueRules,
    task_no: i64,
    now: Timestamp,
    error: &StoreError,
) -> Result<(), StoreError> {
    tracing::error!(task_no, %error, "a task cannot be read; it is set aside for a minute, and others go on");
    batch.run(
        "UPDATE queue SET state = 2, due_ms = ?2, started_ms = NULL, progress = NULL, folder = NULL \
         WHERE task_no = ?1",
        (task_no, now.plus(AFTER).as_millis()),
    )?;
    // Nothing is asked of the task's own row.
    let lane = "UPDATE lanes SET in_flight = in_flight - 1 \
                WHERE credential_no = (SELECT credential_no FROM queue WHERE task_no = ?1) RETURNING application_no";
    match batch.one(lane, [task_no], |row| row.get(0))? {
        Some(application_no) => refresh_turn(batch, rules, application_no),
        None => Ok(()),
    }
}
