//! Hands out deliveries: a destination at a time, in turn, each within its bounds, so that no host that is slow or
//! dead, and no number of them, keeps the others waiting.
//!
//! - A destination has at most its bound under way; one that did not answer the last attempt, one at a time.
//! - Those that did not answer have at most a quarter of all places together.
//! - What destinations have beyond one delivery each is at most a quarter of all places together: half of all places
//!   are for the first delivery to hosts that are not known to be dead, however many die at the same time.

use domain::{ApplicationId, Outcome, TaskId, Timestamp, TraceId};

use super::outbox::{self, free, refresh};
use super::writer::Batch;
use super::{orders, records, rows, secrets};
use crate::{AfterAttempt, Attempt, Delivery, DeliveryState, QueueRules, StoreError, WebhookSecret};

/// Hands out up to `most` due deliveries.
pub(super) fn claim(
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
    let mut shares = Shares::left(batch, rules)?;
    let mut claimed = Vec::new();
    while claimed.len() < most {
        // A turn: one delivery of each destination, the longest due first.
        let turn = ready(batch, shares, now, most - claimed.len())?;
        if turn.is_empty() {
            break;
        }
        for place in turn {
            if !shares.take(place) {
                continue;
            }
            match claim_from(batch, rules, place, now, lease_end)? {
                Some(delivery) => claimed.push(delivery),
                None => shares.give_back(place),
            }
        }
    }
    Ok(claimed)
}

/// A destination with something due.
#[derive(Clone, Copy)]
struct Place {
    destination_no: i64,
    silent: bool,
    leased: i64,
}

/// Places that are left for deliveries beyond a destination's first, and for destinations that did not answer.
#[derive(Clone, Copy)]
struct Shares {
    beyond_first: i64,
    silent: i64,
}

impl Shares {
    fn left(batch: &Batch<'_>, rules: &QueueRules) -> Result<Self, StoreError> {
        if rules.deliveries_in_flight == 0 {
            return Ok(Self { beyond_first: i64::MAX, silent: i64::MAX });
        }
        let quarter = i64::from(rules.deliveries_in_flight / 4).max(1);
        let taken = "SELECT coalesce(sum(leased - 1), 0), coalesce(sum(iif(silent, leased, 0)), 0) \
                     FROM destinations WHERE leased > 0";
        let taken = batch.one(taken, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let (beyond_first, silent) = taken.unwrap_or_default();
        Ok(Self { beyond_first: quarter - beyond_first, silent: quarter - silent })
    }

    /// Takes what a delivery there needs; `false` if nothing is left of it.
    fn take(&mut self, place: Place) -> bool {
        let (first, silent) = (place.leased == 0, place.silent);
        if (!first && self.beyond_first <= 0) || (silent && self.silent <= 0) {
            return false;
        }
        self.change(place, -1);
        true
    }

    fn give_back(&mut self, place: Place) {
        self.change(place, 1);
    }

    fn change(&mut self, place: Place, by: i64) {
        self.beyond_first = self.beyond_first.saturating_add(if place.leased == 0 { 0 } else { by });
        self.silent = self.silent.saturating_add(if place.silent { by } else { 0 });
    }
}

/// Destinations that have room and something due, the longest due first.
fn ready(batch: &Batch<'_>, shares: Shares, now: Timestamp, most: usize) -> Result<Vec<Place>, StoreError> {
    batch.all(
        "SELECT no, silent, leased FROM destinations WHERE due_ms <= ?1 AND (?2 OR leased = 0) \
         AND (?3 OR silent = 0) ORDER BY due_ms LIMIT ?4",
        (
            now.as_millis(),
            shares.beyond_first > 0,
            shares.silent > 0,
            i64::try_from(most).unwrap_or(i64::MAX),
        ),
        |row| Ok(Place { destination_no: row.get(0)?, silent: row.get(1)?, leased: row.get(2)? }),
    )
}

/// The next delivery of a destination; `None` if it turned out to have none that can be sent.
fn claim_from(
    batch: &Batch<'_>,
    rules: &QueueRules,
    place: Place,
    now: Timestamp,
    lease_end: Timestamp,
) -> Result<Option<Delivery>, StoreError> {
    let destination_no = place.destination_no;
    // Another process may go by other bounds, and leave what its own say.
    let room = place.leased < outbox::bound(rules, place.silent);
    let next = "SELECT no FROM deliveries WHERE destination_no = ?1 AND state = 0 AND due_ms <= ?2 \
                ORDER BY due_ms, no LIMIT 1";
    let number = match room {
        true => batch.one(next, (destination_no, now.as_millis()), |row| row.get(0))?,
        false => None,
    };
    let Some(number) = number else {
        refresh(batch, rules, destination_no)?;
        return Ok(None);
    };
    let taken = "UPDATE deliveries SET state = 1, due_ms = ?2, attempts = attempts + 1 WHERE no = ?1";
    batch.run(taken, (number, lease_end.as_millis()))?;
    outbox::lend(batch, rules, destination_no, 1)?;
    match read(batch, number, now) {
        Ok(delivery) => Ok(Some(delivery)),
        Err(error) if error.is_unreadable() => {
            let (task_id, trace_id) = whose(batch, number)?;
            tracing::error!(
                trace_id, task_id, delivery = number, %error, "a callback cannot be read; it is set aside as given up"
            );
            park(batch, rules, number, destination_no, now)?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The task and the trace of a delivery, as far as they can be read.
fn whose(batch: &Batch<'_>, number: i64) -> Result<(Option<String>, Option<String>), StoreError> {
    let ids = "SELECT t.id, t.trace_id FROM deliveries d JOIN tasks t ON t.no = d.task_no WHERE d.no = ?1";
    let found = batch.one(ids, [number], |row| {
        let task = row.get(0).ok().map(|bytes| TaskId::from_bytes(bytes).to_string());
        Ok((task, row.get(1).ok().map(|bytes| TraceId::from_bytes(bytes).to_string())))
    })?;
    Ok(found.unwrap_or_default())
}

/// Sets a delivery aside whose row cannot be read, so that those behind it go on: it is given up, and says why.
fn park(
    batch: &Batch<'_>,
    rules: &QueueRules,
    number: i64,
    destination_no: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let attempt = Attempt {
        at: now,
        duration: std::time::Duration::ZERO,
        status: None,
        error: Some("the record of the task cannot be read".to_owned()),
        answer: Vec::new(),
    };
    outbox::note(batch, number, &attempt)?;
    let state = outbox::after(AfterAttempt::GivenUp, now);
    free(batch, rules, number, destination_no, state.0, state.1)
}

/// What a sender needs of a delivery that it was given.
fn read(batch: &Batch<'_>, number: i64, now: Timestamp) -> Result<Delivery, StoreError> {
    let row = row(batch, number)?;
    let secrets: Vec<WebhookSecret> = secrets::in_force(batch, row.application_no, now)?;
    let headers = orders::headers(batch, row.task_no)?;
    Ok(Delivery {
        number,
        task: row.task,
        trace_id: row.trace_id,
        application: row.application,
        url: row.url,
        outcome: row.outcome,
        ended_at: row.ended_at,
        attempts: row.attempts.saturating_sub(row.attempts_before).saturating_sub(1),
        lease: row.attempts,
        headers,
        secrets,
    })
}

struct Found {
    task_no: i64,
    task: TaskId,
    trace_id: TraceId,
    application_no: i64,
    application: ApplicationId,
    url: String,
    outcome: Outcome,
    ended_at: Timestamp,
    attempts: u32,
    attempts_before: u32,
}

fn row(batch: &Batch<'_>, number: i64) -> Result<Found, StoreError> {
    let corrupt = |what: &dyn std::fmt::Display| rows::corrupt("deliveries", "task_no", number, what);
    let found = batch.one(
        "SELECT t.outcome, t.started_ms, t.finished_ms, t.error_code, t.error_message, t.base_at, t.response, \
         t.no, t.id, t.trace_id, d.url, d.attempts, d.attempts_before, a.no, a.id FROM deliveries d \
         JOIN tasks t ON t.no = d.task_no JOIN applications a ON a.no = t.application_no WHERE d.no = ?1",
        [number],
        |row| {
            let ended = records::ended(row, row.get(7)?, 0);
            Ok(ended.and_then(|ended| {
                let ended = ended.ok_or_else(|| corrupt(&"the task has not ended"))?;
                Ok(Found {
                    outcome: ended.outcome,
                    ended_at: ended.finished_at,
                    task_no: row.get(7)?,
                    task: TaskId::from_bytes(row.get(8)?),
                    trace_id: TraceId::from_bytes(row.get(9)?),
                    url: row.get(10)?,
                    attempts: row.get(11)?,
                    attempts_before: row.get(12)?,
                    application_no: row.get(13)?,
                    application: ApplicationId::from_bytes(row.get(14)?),
                })
            }))
        },
    );
    match found {
        Ok(Some(Ok(found))) => Ok(found),
        Ok(None) => Err(corrupt(&"no such task")),
        // A row that is there and does not hold what it should is one bad row; a disk that is full is not.
        Ok(Some(Err(StoreError::Failed(what)))) => Err(corrupt(&what)),
        Ok(Some(Err(error))) | Err(error) => Err(error),
    }
}
