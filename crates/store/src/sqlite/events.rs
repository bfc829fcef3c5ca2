//! [`EventStore`] in SQLite. Only the writer gives cursors, within the transaction that it holds alone, so that they
//! rise in the order of commits; a transaction that is rolled back gives back its cursors with it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{TaskId, Timestamp, TraceId, UserId};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, Rows};
use tokio::sync::watch;

use super::writer::Batch;
use super::{SqliteStore, rows};
use crate::{Event, EventStore, StoreError, TaskState};

/// The events of one transaction.
#[derive(Default)]
pub(super) struct Journal {
    /// The last cursor given; `None` while this transaction has given none.
    cursor: Option<u64>,
    /// The last cursor of each user who has an event here.
    users: HashMap<i64, u64>,
    /// Whose the applications are that were met here.
    owners: HashMap<i64, i64>,
}

impl Journal {
    /// Notes the last cursor, once for all events of the transaction.
    pub fn write(&self, batch: &Batch<'_>) -> Result<(), StoreError> {
        if let Some(cursor) = self.cursor {
            batch.run("UPDATE event_cursor SET n = ?1", [cursor])?;
        }
        Ok(())
    }
}

/// Writes that a task has changed its state.
pub(super) fn note(
    batch: &mut Batch<'_>,
    application_no: i64,
    task_no: i64,
    state: TaskState,
    at: Timestamp,
) -> Result<(), StoreError> {
    // Read in each transaction, since only then nobody else can write it.
    let last = match batch.journal.cursor {
        Some(last) => last,
        None => batch.one("SELECT n FROM event_cursor", [], |row| row.get(0))?.unwrap_or_default(),
    };
    let cursor = last + 1;
    let user_no = owner(batch, application_no)?;
    batch.run(
        "INSERT INTO events (user_no, cursor, task_no, state, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        (user_no, cursor, task_no, number(state), at.as_millis()),
    )?;
    batch.journal.cursor = Some(cursor);
    batch.journal.users.insert(user_no, cursor);
    Ok(())
}

/// Whose an application is, asked once in a transaction.
fn owner(batch: &mut Batch<'_>, application_no: i64) -> Result<i64, StoreError> {
    if let Some(&user_no) = batch.journal.owners.get(&application_no) {
        return Ok(user_no);
    }
    let sql = "SELECT user_no FROM applications WHERE no = ?1";
    let found = batch.one(sql, [application_no], |row| row.get(0))?;
    let missing = || rows::corrupt("tasks", "application_no", application_no, "no such application");
    let user_no = found.ok_or_else(missing)?;
    batch.journal.owners.insert(application_no, user_no);
    Ok(user_no)
}

/// Notes that a task's events go with it for its age: whoever has not seen them is told so.
pub(super) fn gone_with(batch: &Batch<'_>, task_no: i64) -> Result<(), StoreError> {
    batch.run(
        "UPDATE users SET events_gone = max(events_gone, e.last) \
         FROM (SELECT user_no, max(cursor) AS last FROM events WHERE task_no = ?1 GROUP BY user_no) e \
         WHERE users.no = e.user_no",
        [task_no],
    )?;
    Ok(())
}

const fn number(state: TaskState) -> i64 {
    match state {
        TaskState::Pending => 0,
        TaskState::Processing => 1,
        TaskState::Succeeded => 2,
        TaskState::Failed => 3,
        TaskState::Cancelled => 4,
    }
}

/// Who waits for events, by the number of the user: so a commit wakes nobody whom it does not concern.
#[derive(Default)]
pub(super) struct News(Mutex<HashMap<i64, watch::Sender<u64>>>);

impl News {
    fn of(&self, user_no: i64) -> watch::Receiver<u64> {
        self.lock().entry(user_no).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    /// Tells those whom a commit concerns.
    pub fn committed(&self, journal: &Journal) {
        if journal.users.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        for (user_no, &cursor) in &journal.users {
            // The one that nobody waits with any more is forgotten.
            if waiting.get(user_no).is_some_and(|told| told.send(cursor).is_err()) {
                waiting.remove(user_no);
            }
        }
    }

    /// Lets go of whoever waits: nothing will be committed any more.
    pub fn close(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EventStore for SqliteStore {
    async fn events(
        &self,
        owner: UserId,
        task: Option<TaskId>,
        after: u64,
        most: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
        self.readers.read(|connection| match task {
            None => events(connection, ALL, (owner.as_bytes(), after, most)),
            Some(task) => events(connection, OF_TASK, (owner.as_bytes(), after, most, task.as_bytes())),
        })
    }

    async fn last_event_cursor(&self) -> Result<u64, StoreError> {
        self.readers.read(|connection| {
            Ok(connection.prepare_cached("SELECT n FROM event_cursor")?.query_row([], |row| row.get(0))?)
        })
    }

    async fn events_gone(&self, owner: UserId) -> Result<u64, StoreError> {
        self.readers.read(|connection| {
            let mut gone = connection.prepare_cached("SELECT events_gone FROM users WHERE id = ?1")?;
            Ok(gone.query_row([owner.as_bytes()], |row| row.get(0)).optional()?.unwrap_or_default())
        })
    }

    async fn event_news(&self, owner: UserId) -> Result<watch::Receiver<u64>, StoreError> {
        let user_no = self.readers.read(|connection| {
            let mut number = connection.prepare_cached("SELECT no FROM users WHERE id = ?1")?;
            Ok(number.query_row([owner.as_bytes()], |row| row.get(0)).optional()?)
        })?;
        let user_no = user_no.ok_or_else(|| StoreError::Missing(format!("user {owner}")))?;
        Ok(self.news.of(user_no))
    }

    async fn delete_events_before(
        &self,
        before: Timestamp,
        now: Timestamp,
        most: u32,
    ) -> Result<usize, StoreError> {
        let old = self.readers.read(|connection| old(connection, before, now, most))?;
        if old.is_empty() {
            return Ok(0);
        }
        self.writer.write(move |batch| old.iter().map(|old| delete(batch, old)).sum()).await
    }
}

macro_rules! select {
    ($index:literal, $condition:literal) => {
        concat!(
            "SELECT e.cursor, e.state, e.at_ms, t.id, t.trace_id, t.kind, t.no FROM events e ",
            $index,
            "CROSS JOIN tasks t ON t.no = e.task_no ",
            "WHERE e.user_no = (SELECT no FROM users WHERE id = ?1) AND e.cursor > ?2 ",
            $condition,
            "ORDER BY e.cursor LIMIT ?3"
        )
    };
}

const ALL: &str = select!("", "");
const OF_TASK: &str =
    select!("INDEXED BY events_of_task ", "AND e.task_no = (SELECT no FROM tasks WHERE id = ?4) ");

fn events(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<Event>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(event(row)?);
    }
    Ok(found)
}

fn event(row: &Row<'_>) -> Result<Event, StoreError> {
    let (written, task_no): (i64, i64) = (row.get(1)?, row.get(6)?);
    let state = TaskState::ALL.into_iter().find(|&state| number(state) == written);
    Ok(Event {
        cursor: row.get(0)?,
        task: TaskId::from_bytes(row.get(3)?),
        trace_id: TraceId::from_bytes(row.get(4)?),
        kind: rows::kind(row.get(5)?, task_no)?,
        state: state.ok_or_else(|| rows::corrupt("events", "state", task_no, written))?,
        at: Timestamp::from_millis(row.get(2)?),
    })
}

/// A user's events up to this cursor.
struct Old {
    user_no: i64,
    up_to: u64,
}

/// What is too old: of each user the first events up to the first that is younger, so that what is kept has no hole.
/// Found by a reader, so that writers wait only for the deletion.
fn old(
    connection: &Connection,
    before: Timestamp,
    now: Timestamp,
    most: u32,
) -> Result<Vec<Old>, StoreError> {
    let mut users = connection.prepare_cached("SELECT no FROM users")?;
    let mut first =
        connection.prepare_cached("SELECT cursor, at_ms FROM events WHERE user_no = ?1 ORDER BY cursor")?;
    let mut left = most;
    let mut found = Vec::new();
    for user_no in users.query_map([], |row| row.get(0))? {
        if left == 0 {
            break;
        }
        let user_no = user_no?;
        if let Some((up_to, count)) = reach(&mut first.query([user_no])?, before, now, left)? {
            found.push(Old { user_no, up_to });
            left -= count;
        }
    }
    Ok(found)
}

/// Up to which of a user's events, in order, all may go: the first `most` at most. Gives their number too.
fn reach(
    events: &mut Rows<'_>,
    before: Timestamp,
    now: Timestamp,
    most: u32,
) -> Result<Option<(u64, u32)>, StoreError> {
    let (mut last, mut count, mut reach) = (None, 0, None);
    while let Some(event) = events.next()? {
        let at = rows::time(event, "at_ms")?;
        if at >= before && at <= now {
            break;
        }
        if count < most {
            count += 1;
            last = Some(event.get(0)?);
        }
        // What came before an old one is no younger, whatever its date.
        if at < before {
            reach = last.map(|last| (last, count));
            if count == most {
                break;
            }
        }
    }
    Ok(reach)
}

fn delete(batch: &Batch<'_>, old: &Old) -> Result<usize, StoreError> {
    let Old { user_no, up_to } = *old;
    let deleted = batch.run("DELETE FROM events WHERE user_no = ?1 AND cursor <= ?2", (user_no, up_to))?;
    batch.run("UPDATE users SET events_gone = max(events_gone, ?2) WHERE no = ?1", (user_no, up_to))?;
    Ok(deleted)
}
