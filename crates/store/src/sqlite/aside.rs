//! Sets tasks aside whose rows cannot be read, so that they stop no other.

use std::time::Duration;

use domain::Timestamp;

use super::crews::Lane;
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
    let lane = "SELECT l.credential_no, l.application_no, l.crew FROM queue q \
                JOIN lanes l ON l.credential_no = q.credential_no AND l.crew = q.crew WHERE q.task_no = ?1";
    let lane = batch.one(lane, [task_no], |row| {
        Ok(Lane { credential_no: row.get(0)?, application_no: row.get(1)?, crew: row.get(2)? })
    })?;
    let Some(lane) = lane else { return Ok(()) };
    lane.delay(batch, 1)?;
    lane.let_go(batch, rules)
}
