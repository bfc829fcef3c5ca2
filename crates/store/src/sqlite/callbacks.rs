//! Looks at callbacks in SQLite, and puts them back.

use async_trait::async_trait;
use domain::{TaskId, Timestamp, TraceId, UserId};
use rusqlite::{OptionalExtension as _, Row, params};

use super::outbox::{attempts, refresh, state, state_number};
use super::writer::Batch;
use super::{SqliteStore, rows};
use crate::failpoint::around;
use crate::{
    Attempt, CallbackFilter, CallbackListing, CallbackStore, DeliveryState, QueueRules, Replay, StoreError,
};

/// A callback with its last attempt.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT d.no, t.id, t.trace_id, d.state, x.name, ",
            "coalesce(l.number, 0), d.due_ms, l.status, l.error, ",
            "t.finished_ms FROM deliveries d JOIN tasks t ON t.no = d.task_no ",
            "JOIN destinations x ON x.no = d.destination_no ",
            "LEFT JOIN delivery_attempts l ON l.delivery_no = d.no AND l.number = ",
            "(SELECT max(number) FROM delivery_attempts WHERE delivery_no = d.no) WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl CallbackStore for SqliteStore {
    async fn callbacks(
        &self,
        filter: CallbackFilter,
        limit: u32,
    ) -> Result<Vec<CallbackListing>, StoreError> {
        let CallbackFilter { owner, state, before } = filter;
        let (owner, before) = (owner.as_ref().map(UserId::as_bytes), before.unwrap_or(i64::MAX));
        // Each has an index of its own, so that nobody's list costs what others have.
        let sql = match (owner, state) {
            (None, None) => select!("?1 IS NULL AND ?2 IS NULL AND d.no < ?3 ORDER BY d.no DESC LIMIT ?4"),
            (None, Some(DeliveryState::GivenUp)) => {
                select!("?1 IS NULL AND ?2 = 3 AND d.state = 3 AND d.no < ?3 ORDER BY d.no DESC LIMIT ?4")
            }
            (None, Some(_)) => {
                select!("?1 IS NULL AND d.state = ?2 AND d.no < ?3 ORDER BY d.no DESC LIMIT ?4")
            }
            (Some(_), None | Some(DeliveryState::Delivered)) => select!(
                "d.user_no = (SELECT no FROM users WHERE id = ?1) AND (?2 IS NULL OR d.state = ?2) AND d.no < ?3 \
                 ORDER BY d.no DESC LIMIT ?4"
            ),
            (Some(_), Some(_)) => select!(
                "d.user_no = (SELECT no FROM users WHERE id = ?1) AND d.state = ?2 AND d.state <> 2 AND d.no < ?3 \
                 ORDER BY d.no DESC LIMIT ?4"
            ),
        };
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut found = statement.query(params![owner, state.map(state_number), before, limit])?;
            let mut listings = Vec::new();
            while let Some(row) = found.next()? {
                listings.push(listing(row)?);
            }
            Ok(listings)
        })
    }

    async fn callback(
        &self,
        owner: Option<UserId>,
        task: TaskId,
    ) -> Result<Option<(CallbackListing, Vec<Attempt>)>, StoreError> {
        self.readers.read_anew(|connection| {
            let sql = select!(
                "t.id = ?1 AND (?2 IS NULL OR d.user_no = (SELECT no FROM users WHERE id = ?2)) \
                 ORDER BY d.no DESC LIMIT 1"
            );
            let mut statement = connection.prepare_cached(sql)?;
            let mut found = statement.query((task.as_bytes(), owner.as_ref().map(UserId::as_bytes)))?;
            let Some(row) = found.next()? else { return Ok(None) };
            let listing = listing(row)?;
            let attempts = attempts(connection, listing.cursor)?;
            Ok(Some((listing, attempts)))
        })
    }

    async fn replay(
        &self,
        owner: Option<UserId>,
        which: Replay,
        now: Timestamp,
    ) -> Result<Vec<TaskId>, StoreError> {
        let rules = self.rules;
        if let Replay::GivenUp(_) = which
            && self.nothing_given_up()?
        {
            return Ok(Vec::new());
        }
        self.writer.write(move |batch| around("replay", || replay(batch, &rules, owner, &which, now))).await
    }
}

impl SqliteStore {
    fn nothing_given_up(&self) -> Result<bool, StoreError> {
        self.readers.read_anew(|connection| {
            let mut any = connection.prepare_cached("SELECT 1 FROM deliveries WHERE state = 3 LIMIT 1")?;
            Ok(any.query_row([], |_| Ok(())).optional()?.is_none())
        })
    }
}

fn listing(row: &Row<'_>) -> Result<CallbackListing, StoreError> {
    let cursor = row.get(0)?;
    let state = state(row.get(3)?, cursor)?;
    Ok(CallbackListing {
        cursor,
        task: TaskId::from_bytes(row.get(1)?),
        trace_id: TraceId::from_bytes(row.get(2)?),
        state,
        destination: row.get(4)?,
        attempts: row.get(5)?,
        due_at: if state == DeliveryState::Waiting { Some(rows::time(row, "due_ms")?) } else { None },
        last_status: row.get(7)?,
        last_error: row.get(8)?,
        created_at: rows::time(row, "finished_ms")?,
    })
}

fn replay(
    batch: &Batch<'_>,
    rules: &QueueRules,
    owner: Option<UserId>,
    which: &Replay,
    now: Timestamp,
) -> Result<Vec<TaskId>, StoreError> {
    let owner = owner.as_ref().map(UserId::as_bytes);
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?));
    let found = match which {
        Replay::Task(task) => batch.all(
            "SELECT d.no, d.destination_no, t.id FROM deliveries d JOIN tasks t ON t.no = d.task_no \
             WHERE t.id = ?1 AND (?2 IS NULL OR d.user_no = (SELECT no FROM users WHERE id = ?2)) AND d.state <> 1",
            (task.as_bytes(), owner),
            read,
        )?,
        Replay::GivenUp(most) => batch.all(
            "SELECT d.no, d.destination_no, t.id FROM deliveries d JOIN tasks t ON t.no = d.task_no \
             WHERE d.state = 3 AND (?1 IS NULL OR d.user_no = (SELECT no FROM users WHERE id = ?1)) \
             ORDER BY d.no LIMIT ?2",
            (owner, *most),
            read,
        )?,
    };
    let mut put_back = Vec::with_capacity(found.len());
    let mut destinations: Vec<i64> = Vec::new();
    for (number, destination_no, task) in found {
        let set = "UPDATE deliveries SET state = 0, due_ms = ?2, attempts_before = attempts WHERE no = ?1";
        batch.run(set, (number, now.as_millis()))?;
        destinations.push(destination_no);
        put_back.push(TaskId::from_bytes(task));
    }
    destinations.sort_unstable();
    destinations.dedup();
    destinations.into_iter().try_for_each(|destination_no| refresh(batch, rules, destination_no))?;
    Ok(put_back)
}
