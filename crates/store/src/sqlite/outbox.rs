//! The outbox in SQLite. `destinations` says in one row each when something is next due there and whether there is
//! room for it, so that a dead host with ten thousand deliveries costs a healthy one nothing.

use std::time::Duration;

use async_trait::async_trait;
use domain::{TaskId, Timestamp, TraceId};
use rusqlite::OptionalExtension as _;

use super::writer::Batch;
use super::{SqliteStore, orders, records, rows};
use crate::{
    AfterAttempt, Attempt, Delivery, DeliveryListing, DeliveryState, OutboxStore, QueueRules, StoreError,
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
        self.writer.write(move |batch| claim(batch, &rules, now, lease_end, most)).await
    }

    async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(|connection| {
            let mut next = connection.prepare_cached(
                "SELECT min(due_ms) FROM (SELECT min(due_ms) AS due_ms FROM destinations WHERE due_ms IS NOT NULL \
                 UNION ALL SELECT min(due_ms) FROM deliveries WHERE state = 1)",
            )?;
            let due: Option<Option<i64>> = next.query_row([], |row| row.get(0)).optional()?;
            Ok(due.flatten().map(Timestamp::from_millis))
        })
    }

    async fn record_attempt(
        &self,
        delivery: &Delivery,
        attempt: Attempt,
        after: AfterAttempt,
    ) -> Result<(), StoreError> {
        let rules = self.rules;
        let lease = Lease { number: delivery.number, attempts: delivery.attempts.saturating_add(1) };
        self.writer.write(move |batch| record(batch, &rules, lease, &attempt, after)).await
    }

    async fn deliveries(&self, task: TaskId) -> Result<Vec<DeliveryListing>, StoreError> {
        self.readers.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT d.no, d.state, d.due_ms FROM deliveries d JOIN tasks t ON t.no = d.task_no \
                 WHERE t.id = ?1 ORDER BY d.no",
            )?;
            let mut found = statement.query([task.as_bytes()])?;
            let mut listings = Vec::new();
            while let Some(row) = found.next()? {
                let number = row.get(0)?;
                listings.push(DeliveryListing {
                    state: state(row.get(1)?, number)?,
                    due_at: rows::time(row, "due_ms")?,
                    attempts: attempts(connection, number)?,
                });
            }
            Ok(listings)
        })
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
        "INSERT INTO deliveries (task_no, destination_no, url, due_ms) \
         SELECT no, destination_no, callback_url, ?2 FROM tasks WHERE no = ?1 AND callback_url IS NOT NULL",
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
    batch.run(
        "UPDATE destinations SET due_ms = iif(leased < ?2, \
         (SELECT min(due_ms) FROM deliveries WHERE destination_no = ?1 AND state = 0), NULL) WHERE no = ?1",
        (destination_no, rules.in_flight_per_destination.max(1)),
    )?;
    Ok(())
}

/// Drops what is owed for a task, under way or not.
pub(super) fn drop_deliveries(batch: &Batch<'_>, rules: &QueueRules, task_no: i64) -> Result<(), StoreError> {
    let owed = "SELECT destination_no, sum(state = 1) FROM deliveries WHERE task_no = ?1 GROUP BY 1";
    let owed = batch.all(owed, [task_no], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    batch.run("DELETE FROM deliveries WHERE task_no = ?1", [task_no])?;
    for (destination_no, under_way) in owed {
        batch
            .run("UPDATE destinations SET leased = leased - ?2 WHERE no = ?1", (destination_no, under_way))?;
        refresh(batch, rules, destination_no)?;
    }
    Ok(())
}

fn claim(
    batch: &Batch<'_>,
    rules: &QueueRules,
    now: Timestamp,
    lease_end: Timestamp,
    most: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let ran_out = batch.all(
        "SELECT no, destination_no FROM deliveries WHERE state = 1 AND due_ms <= ?1",
        [now.as_millis()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (number, destination_no) in ran_out {
        free(batch, rules, number, destination_no, DeliveryState::Waiting, now)?;
    }
    let mut claimed = Vec::new();
    while claimed.len() < most {
        let next = "SELECT no FROM destinations WHERE due_ms <= ?1 ORDER BY due_ms LIMIT 1";
        let Some(destination_no) = batch.one(next, [now.as_millis()], |row| row.get(0))? else { break };
        claimed.push(claim_from(batch, rules, destination_no, lease_end)?);
    }
    Ok(claimed)
}

fn claim_from(
    batch: &Batch<'_>,
    rules: &QueueRules,
    destination_no: i64,
    lease_end: Timestamp,
) -> Result<Delivery, StoreError> {
    let next =
        "SELECT no FROM deliveries WHERE destination_no = ?1 AND state = 0 ORDER BY due_ms, no LIMIT 1";
    let number: Option<i64> = batch.one(next, [destination_no], |row| row.get(0))?;
    let number =
        number.ok_or_else(|| rows::corrupt("destinations", "due_ms", destination_no, "nothing is due"))?;
    let take = "UPDATE deliveries SET state = 1, due_ms = ?2, attempts = attempts + 1 WHERE no = ?1";
    batch.run(take, (number, lease_end.as_millis()))?;
    batch.run("UPDATE destinations SET leased = leased + 1 WHERE no = ?1", [destination_no])?;
    refresh(batch, rules, destination_no)?;
    let mut outcome = None;
    let delivery = batch.one(
        "SELECT t.outcome, t.started_ms, t.finished_ms, t.error_code, t.error_message, t.base_at, t.response, \
         t.no, t.id, t.trace_id, d.url, d.attempts FROM deliveries d JOIN tasks t ON t.no = d.task_no \
         WHERE d.no = ?1",
        [number],
        |row| {
            outcome = Some(records::ended(row, row.get("no")?, 0));
            let task = TaskId::from_bytes(row.get("id")?);
            let trace_id = TraceId::from_bytes(row.get("trace_id")?);
            Ok((row.get("no")?, task, trace_id, row.get("url")?, row.get::<_, u32>("attempts")?))
        },
    )?;
    let missing = || rows::corrupt("deliveries", "task_no", number, "no such task");
    let (task_no, task, trace_id, url, attempts) = delivery.ok_or_else(missing)?;
    let outcome = outcome.ok_or_else(missing)??.ok_or_else(missing)?.outcome;
    let headers = orders::headers(batch, task_no)?;
    Ok(Delivery { number, task, trace_id, url, outcome, attempts: attempts.saturating_sub(1), headers })
}

const fn state_number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::UnderWay => 1,
        DeliveryState::Delivered => 2,
        DeliveryState::GivenUp => 3,
    }
}

fn state(number: i64, row: i64) -> Result<DeliveryState, StoreError> {
    use DeliveryState::{Delivered, GivenUp, UnderWay, Waiting};
    let found =
        [Waiting, UnderWay, Delivered, GivenUp].into_iter().find(|&state| state_number(state) == number);
    found.ok_or_else(|| rows::corrupt("deliveries", "state", row, number))
}

/// Takes a delivery out of its sender's hands.
fn free(
    batch: &Batch<'_>,
    rules: &QueueRules,
    number: i64,
    destination_no: i64,
    state: DeliveryState,
    due: Timestamp,
) -> Result<(), StoreError> {
    let set = "UPDATE deliveries SET state = ?2, due_ms = ?3 WHERE no = ?1";
    batch.run(set, (number, state_number(state), due.as_millis()))?;
    batch.run("UPDATE destinations SET leased = leased - 1 WHERE no = ?1", [destination_no])?;
    refresh(batch, rules, destination_no)
}

/// A sender's hold on a delivery: in force while the delivery is under way and has not been handed out again.
#[derive(Clone, Copy)]
struct Lease {
    number: i64,
    attempts: u32,
}

fn record(
    batch: &Batch<'_>,
    rules: &QueueRules,
    lease: Lease,
    attempt: &Attempt,
    after: AfterAttempt,
) -> Result<(), StoreError> {
    let number = lease.number;
    let sql = "SELECT destination_no, state, attempts FROM deliveries WHERE no = ?1";
    let found =
        batch.one(sql, [number], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get::<_, u32>(2)?)))?;
    let Some((destination_no, now_in, attempts)) = found else { return Ok(()) };
    batch.run(
        "INSERT INTO delivery_attempts (delivery_no, number, at_ms, duration_ms, status, error, answer) \
         SELECT ?1, 1 + (SELECT count(*) FROM delivery_attempts WHERE delivery_no = ?1), ?2, ?3, ?4, ?5, ?6",
        (
            number,
            attempt.at.as_millis(),
            i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX),
            attempt.status,
            &attempt.error,
            &attempt.answer,
        ),
    )?;
    let (next, due) = match after {
        AfterAttempt::Delivered => (DeliveryState::Delivered, attempt.at),
        AfterAttempt::GivenUp => (DeliveryState::GivenUp, attempt.at),
        AfterAttempt::Retry(at) => (DeliveryState::Waiting, at),
    };
    let arrived = next == DeliveryState::Delivered;
    let under_way = now_in == state_number(DeliveryState::UnderWay);
    if under_way && (arrived || attempts == lease.attempts) {
        free(batch, rules, number, destination_no, next, due)
    } else if arrived {
        // The lease had run out, and the delivery waits again or was given up; but it arrived.
        batch.run("UPDATE deliveries SET state = 2 WHERE no = ?1", [number])?;
        refresh(batch, rules, destination_no)
    } else {
        Ok(())
    }
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

fn attempts(connection: &rusqlite::Connection, number: i64) -> Result<Vec<Attempt>, StoreError> {
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
