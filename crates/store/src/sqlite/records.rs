//! Reads the record of a task.

use domain::{Ended, Failure, Outcome, ResponseText, TaskId, Timestamp, TraceId, UserId};
use rusqlite::{Connection, Params, Row};

use super::SqliteStore;
use super::rows::{self, Directory, Owner, corrupt};
use crate::{Standing, StoreError, TaskRecord};

/// The columns of the query below, by position: a look-up by name would compare names for every row.
mod column {
    pub const NO: usize = 0;
    pub const ID: usize = 1;
    pub const TRACE_ID: usize = 2;
    pub const APPLICATION_NO: usize = 3;
    pub const CREDENTIAL_NO: usize = 4;
    pub const KIND: usize = 5;
    pub const CREATED_MS: usize = 6;
    pub const REQUEST: usize = 7;
    /// From here on, what [`super::ended`] reads.
    pub const ENDING: usize = 8;
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT no, id, trace_id, application_no, credential_no, kind, created_ms, request, outcome, ",
            "started_ms, finished_ms, error_code, error_message, base_at, response FROM tasks WHERE ",
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
    let whose = directory.owner(connection, row.get(column::APPLICATION_NO)?)?;
    if owner.is_some_and(|owner| owner != whose.user) {
        return Ok(None);
    }
    let no: i64 = row.get(column::NO)?;
    let standing = match ended(row, no, column::ENDING)? {
        Some(ended) => Standing::Ended(ended),
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
        id: TaskId::from_bytes(row.get(column::ID)?),
        trace_id: TraceId::from_bytes(row.get(column::TRACE_ID)?),
        kind: rows::kind(row.get(column::KIND)?, no)?,
        application_id: owner.application,
        credential_id: directory.credential(connection, row.get(column::CREDENTIAL_NO)?)?,
        user_id: owner.user,
        created_at: Timestamp::from_millis(row.get(column::CREATED_MS)?),
        request: row.get(column::REQUEST)?,
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

/// The end of a task, from its columns `outcome`, `started_ms`, `finished_ms`, `error_code`, `error_message`, `base_at`
/// and `response`, the first of which is at `first`; `None` while it is unfinished.
pub(super) fn ended(row: &Row<'_>, no: i64, first: usize) -> Result<Option<Ended>, StoreError> {
    let Some(outcome) = row.get::<_, Option<i64>>(first)? else { return Ok(None) };
    let failure = || -> Result<Failure, StoreError> {
        let code: String = row.get(first + 3)?;
        Ok(Failure { code: rows::error_code(&code, no)?, message: row.get(first + 4)? })
    };
    let outcome = match outcome {
        2 => Outcome::Succeeded(response(row, no, first + 5)?),
        3 => Outcome::Failed(failure()?),
        4 => Outcome::Cancelled(failure()?),
        other => return Err(corrupt("tasks", "outcome", no, other)),
    };
    let time = |column| Ok::<_, StoreError>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis));
    let finished_at = time(first + 2)?.ok_or_else(|| corrupt("tasks", "finished_ms", no, "NULL"))?;
    Ok(Some(Ended { outcome, started_at: time(first + 1)?, finished_at }))
}

fn response(row: &Row<'_>, no: i64, base_at: usize) -> Result<ResponseText, StoreError> {
    let unfit = || corrupt("tasks", "base_at", no, "offsets that do not fit the response");
    let (offsets, rest) = row.get_ref(base_at)?.as_blob().map_err(|_| unfit())?.as_chunks::<4>();
    let offsets = offsets.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let text = ResponseText::new(row.get(base_at + 1)?, offsets).filter(|_| rest.is_empty());
    text.ok_or_else(unfit)
}
