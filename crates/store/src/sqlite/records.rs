//! Reads the record of a task.

use domain::{Ended, Failure, Outcome, ResponseText, TaskId, Timestamp, TraceId, UserId};
use rusqlite::{Connection, Params, Row};

use super::SqliteStore;
use super::rows::{self, Directory, Owner, corrupt, maybe_time};
use crate::{Standing, StoreError, TaskRecord};

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT no, id, trace_id, application_no, credential_no, kind, created_ms, outcome, started_ms, ",
            "finished_ms, error_code, error_message, base_at, request, response FROM tasks WHERE ",
            $condition
        )
    };
}

impl SqliteStore {
    pub(super) fn task_now(&self, owner: UserId, id: TaskId) -> Result<Option<TaskRecord>, StoreError> {
        self.owned(owner, select!("id = ?1"), [id.as_bytes()])
    }

    pub(super) fn task_by_trace_now(
        &self,
        owner: UserId,
        trace: TraceId,
    ) -> Result<Option<TaskRecord>, StoreError> {
        self.owned(owner, select!("trace_id = ?1"), [trace.as_bytes()])
    }

    fn owned(&self, owner: UserId, sql: &str, key: impl Params) -> Result<Option<TaskRecord>, StoreError> {
        self.readers.read(|connection| one(connection, &self.directory, Some(owner), sql, key))
    }
}

pub(super) fn by_number(
    connection: &Connection,
    directory: &Directory,
    no: i64,
) -> Result<Option<TaskRecord>, StoreError> {
    one(connection, directory, None, select!("no = ?1"), [no])
}

/// The record; none of it is read, and so none of its length can be measured, unless it is `owner`'s.
fn one(
    connection: &Connection,
    directory: &Directory,
    owner: Option<UserId>,
    sql: &str,
    key: impl Params,
) -> Result<Option<TaskRecord>, StoreError> {
    // As long as `found` is open, both looks, at the task and at the queue, see the same moment.
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(key)?;
    let Some(row) = found.next()? else { return Ok(None) };
    let whose = directory.owner(connection, row.get("application_no")?)?;
    if owner.is_some_and(|owner| owner != whose.user) {
        return Ok(None);
    }
    let no: i64 = row.get("no")?;
    let standing = match row.get("outcome")? {
        Some(outcome) => Standing::Ended(ended(row, no, outcome)?),
        None => in_queue(connection, no)?,
    };
    record(connection, directory, whose, row, no, standing).map(Some)
}

fn record(
    connection: &Connection,
    directory: &Directory,
    owner: Owner,
    row: &Row<'_>,
    no: i64,
    standing: Standing,
) -> Result<TaskRecord, StoreError> {
    Ok(TaskRecord {
        id: TaskId::from_bytes(row.get("id")?),
        trace_id: TraceId::from_bytes(row.get("trace_id")?),
        kind: rows::kind(row.get("kind")?, no)?,
        application_id: owner.application,
        credential_id: directory.credential(connection, row.get("credential_no")?)?,
        user_id: owner.user,
        created_at: rows::time(row, "created_ms")?,
        request: row.get("request")?,
        standing,
    })
}

fn in_queue(connection: &Connection, no: i64) -> Result<Standing, StoreError> {
    let sql = "SELECT state, started_ms, progress FROM queue WHERE task_no = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([no])?;
    let row =
        found.next()?.ok_or_else(|| corrupt("queue", "task_no", no, "an unfinished task is not queued"))?;
    Ok(match (row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?) {
        (1, Some(started)) => {
            Standing::Processing { started_at: Timestamp::from_millis(started), progress: row.get(2)? }
        }
        (1, None) => return Err(corrupt("queue", "started_ms", no, "NULL")),
        _ => Standing::Pending,
    })
}

pub(super) fn ended(row: &Row<'_>, no: i64, outcome: i64) -> Result<Ended, StoreError> {
    let failure = || -> Result<Failure, StoreError> {
        let code: String = row.get("error_code")?;
        Ok(Failure { code: rows::error_code(&code, no)?, message: row.get("error_message")? })
    };
    let outcome = match outcome {
        2 => Outcome::Succeeded(response(row, no)?),
        3 => Outcome::Failed(failure()?),
        4 => Outcome::Cancelled(failure()?),
        other => return Err(corrupt("tasks", "outcome", no, other)),
    };
    let finished_at = maybe_time(row, "finished_ms")?;
    let finished_at = finished_at.ok_or_else(|| corrupt("tasks", "finished_ms", no, "NULL"))?;
    Ok(Ended { outcome, started_at: maybe_time(row, "started_ms")?, finished_at })
}

fn response(row: &Row<'_>, no: i64) -> Result<ResponseText, StoreError> {
    let offsets: Vec<u8> = row.get("base_at")?;
    let (offsets, rest) = offsets.as_chunks::<4>();
    let offsets = offsets.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let text = ResponseText::new(row.get("response")?, offsets).filter(|_| rest.is_empty());
    text.ok_or_else(|| corrupt("tasks", "base_at", no, "offsets that do not fit the response"))
}
