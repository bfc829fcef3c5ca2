//! The outbox in SQLite. `destinations` says in one row each when something is next due there and whether there is
//! room for it, so that a dead host with ten thousand deliveries costs a healthy one nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;
use rusqlite::OptionalExtension as _;

use super::writer::Batch;
use super::{SqliteStore, lanes, rows};
use crate::failpoint::around;
use crate::{
    AfterAttempt, Attempt, Delivery, DeliveryState, MadeAttempt, OutboxStore, QueueRules, StoreError,
};

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_end: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        if self.next_delivery().await?.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let rules = self.rules;
        self.writer
            .write(move |batch| around("sending", || lanes::claim(batch, &rules, now, lease_end, most)))
            .await
    }

    async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        // Another process may have put some back.
        self.readers.read_anew(|connection| {
            let mut next = connection.prepare_cached(
                "SELECT min(due_ms) FROM (SELECT min(due_ms) AS due_ms FROM destinations WHERE due_ms IS NOT NULL \
                 UNION ALL SELECT min(due_ms) FROM deliveries WHERE state = 1)",
            )?;
            let due: Option<Option<i64>> = next.query_row([], |row| row.get(0)).optional()?;
            Ok(due.flatten().map(Timestamp::from_millis))
        })
    }

    async fn record_attempt(&self, made: MadeAttempt) -> Result<(), StoreError> {
        let rules = self.rules;
        self.writer.write(move |batch| around("attempt", || record(batch, &rules, &made))).await
    }

    async fn exchange(
        &self,
        made: Arc<[MadeAttempt]>,
        now: Timestamp,
        lease_end: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        if made.is_empty() {
            return self.claim_deliveries(now, lease_end, most).await;
        }
        let rules = self.rules;
        let exchange = move |batch: &mut Batch<'_>| {
            for made in made.iter() {
                around("attempt", || record(batch, &rules, made))?;
            }
            around("sending", || lanes::claim(batch, &rules, now, lease_end, most))
        };
        self.writer.write(exchange).await
    }
}

/// Owes the callback of an ended task, if its order asked for one.
pub(super) fn owe(
    batch: &Batch<'_>,
    rules: &QueueRules,
    task_no: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let owed = batch.run(
        "INSERT INTO deliveries (task_no, user_no, destination_no, url, due_ms) \
         SELECT t.no, a.user_no, t.destination_no, t.callback_url, ?2 FROM tasks t \
         JOIN applications a ON a.no = t.application_no WHERE t.no = ?1 AND t.callback_url IS NOT NULL",
        (task_no, now.as_millis()),
    )?;
    if owed == 0 {
        return Ok(());
    }
    let destination = "SELECT destination_no FROM tasks WHERE no = ?1";
    match batch.one(destination, [task_no], |row| row.get(0))? {
        Some(destination_no) => refresh(batch, rules, destination_no),
        None => Ok(()),
    }
}

/// Notes when the destination's next delivery is due, if it has room for one.
pub(super) fn refresh(batch: &Batch<'_>, rules: &QueueRules, destination_no: i64) -> Result<(), StoreError> {
    lend(batch, rules, destination_no, 0)
}

/// Counts deliveries that the destination's senders were given or gave back, and does as [`refresh`].
pub(super) fn lend(
    batch: &Batch<'_>,
    rules: &QueueRules,
    destination_no: i64,
    change: i64,
) -> Result<(), StoreError> {
    batch.run(
        "UPDATE destinations SET leased = leased + ?4, due_ms = iif(leased + ?4 < iif(silent, ?3, ?2), \
         (SELECT min(due_ms) FROM deliveries WHERE destination_no = ?1 AND state = 0), NULL) WHERE no = ?1",
        (destination_no, bound(rules, false), bound(rules, true), change),
    )?;
    Ok(())
}

/// Drops what is owed for a task, under way or not.
pub(super) fn drop_deliveries(batch: &Batch<'_>, rules: &QueueRules, task_no: i64) -> Result<(), StoreError> {
    let owed = "SELECT destination_no, sum(state = 1) FROM deliveries WHERE task_no = ?1 GROUP BY 1";
    let owed = batch.all(owed, [task_no], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    batch.run("DELETE FROM deliveries WHERE task_no = ?1", [task_no])?;
    for (destination_no, under_way) in owed {
        lend(batch, rules, destination_no, -under_way)?;
    }
    Ok(())
}

/// Most deliveries to a destination at a time. One that did not answer last time gets one, to see whether it does.
pub(super) fn bound(rules: &QueueRules, silent: bool) -> i64 {
    if silent { 1 } else { i64::from(rules.in_flight_per_destination.max(1)) }
}

pub(super) const fn state_number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::UnderWay => 1,
        DeliveryState::Delivered => 2,
        DeliveryState::GivenUp => 3,
    }
}

pub(super) fn state(number: i64, row: i64) -> Result<DeliveryState, StoreError> {
    use DeliveryState::{Delivered, GivenUp, UnderWay, Waiting};
    let found =
        [Waiting, UnderWay, Delivered, GivenUp].into_iter().find(|&state| state_number(state) == number);
    found.ok_or_else(|| rows::corrupt("deliveries", "state", row, number))
}

/// Takes a delivery out of its sender's hands.
pub(super) fn free(
    batch: &Batch<'_>,
    rules: &QueueRules,
    number: i64,
    destination_no: i64,
    state: DeliveryState,
    due: Timestamp,
) -> Result<(), StoreError> {
    let set = "UPDATE deliveries SET state = ?2, due_ms = ?3 WHERE no = ?1";
    batch.run(set, (number, state_number(state), due.as_millis()))?;
    lend(batch, rules, destination_no, -1)
}

fn record(batch: &Batch<'_>, rules: &QueueRules, made: &MadeAttempt) -> Result<(), StoreError> {
    let MadeAttempt { delivery, attempt, after, asked } = made;
    let number = delivery.number;
    let sql = "SELECT destination_no, state, attempts FROM deliveries WHERE no = ?1";
    let found =
        batch.one(sql, [number], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get::<_, u32>(2)?)))?;
    let Some((destination_no, now_in, attempts)) = found else { return Ok(()) };
    note(batch, number, attempt)?;
    let silent = "UPDATE destinations SET silent = ?2 WHERE no = ?1 AND silent <> ?2";
    let changed = *asked && batch.run(silent, (destination_no, attempt.status.is_none()))? > 0;
    let (next, due) = self::after(*after, attempt.at);
    let arrived = next == DeliveryState::Delivered;
    let under_way = now_in == state_number(DeliveryState::UnderWay);
    // A sender's hold is in force while the delivery is under way and has not been handed out again.
    if under_way && (arrived || attempts == delivery.lease) {
        free(batch, rules, number, destination_no, next, due)
    } else if arrived {
        // The lease had run out, and the delivery waits again or was given up; but it arrived.
        batch.run("UPDATE deliveries SET state = 2 WHERE no = ?1", [number])?;
        refresh(batch, rules, destination_no)
    } else if changed {
        refresh(batch, rules, destination_no)
    } else {
        Ok(())
    }
}

/// How a delivery stands after an attempt at `at`, and since or until when.
pub(super) const fn after(after: AfterAttempt, at: Timestamp) -> (DeliveryState, Timestamp) {
    match after {
        AfterAttempt::Delivered => (DeliveryState::Delivered, at),
        AfterAttempt::GivenUp => (DeliveryState::GivenUp, at),
        AfterAttempt::Retry(then) => (DeliveryState::Waiting, then),
    }
}

/// Most attempts of one delivery that are kept: those of many replays must not fill a disk.
const KEPT: i64 = 100;

/// Keeps what was seen of an attempt.
pub(super) fn note(batch: &Batch<'_>, number: i64, attempt: &Attempt) -> Result<(), StoreError> {
    let last = "SELECT coalesce(max(number), 0) FROM delivery_attempts WHERE delivery_no = ?1";
    let ordinal = 1 + batch.one(last, [number], |row| row.get::<_, i64>(0))?.unwrap_or(0);
    batch.run(
        "INSERT INTO delivery_attempts (delivery_no, number, at_ms, duration_ms, status, error, answer) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            number,
            ordinal,
            attempt.at.as_millis(),
            i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX),
            attempt.status,
            &attempt.error,
            &attempt.answer,
        ),
    )?;
    if ordinal > KEPT {
        let oldest = "DELETE FROM delivery_attempts WHERE delivery_no = ?1 AND number <= ?2";
        batch.run(oldest, (number, ordinal - KEPT))?;
    }
    Ok(())
}

/// Voids every sender's lease: what was under way is due now, and the attempt that the end of a server cut short is
/// not counted.
pub(super) fn void_leases(batch: &Batch<'_>, rules: &QueueRules, now: Timestamp) -> Result<(), StoreError> {
    batch.run(
        "UPDATE deliveries SET state = 0, due_ms = ?1, attempts = max(attempts - 1, 0) WHERE state = 1",
        [now.as_millis()],
    )?;
    batch.run("UPDATE destinations SET leased = 0 WHERE leased <> 0", [])?;
    let owing = "SELECT DISTINCT destination_no FROM deliveries WHERE state = 0";
    let owing = batch.all(owing, [], |row| row.get(0))?;
    owing.into_iter().try_for_each(|destination_no| refresh(batch, rules, destination_no))
}

pub(super) fn attempts(connection: &rusqlite::Connection, number: i64) -> Result<Vec<Attempt>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT at_ms, duration_ms, status, error, answer FROM delivery_attempts WHERE delivery_no = ?1 \
         ORDER BY number",
    )?;
    let rows = statement.query_map([number], |row| {
        Ok(Attempt {
            at: rows::time(row, "at_ms")?,
            duration: Duration::from_millis(row.get::<_, u64>(1)?),
            status: row.get(2)?,
            error: row.get(3)?,
            answer: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
