//! The queue: every move of a task until it has its outcome.
//!
//! What may run next stands in [`crews`], which every move keeps in its own transaction; it is made anew when a server
//! starts, since its bounds may be others.

use domain::{Bounds, Counts, Crew, Ended, GaveBack, Pending, Processing, TaskId, Timestamp, TraceId};

use super::crews::{self, Lane};
use super::writer::Batch;
use super::{aside, doomed, ending, events, orders, rows};
use crate::{Claim, Claimed, FolderName, GivenBack, Kept, QueueRules, Released, StoreError, TaskState};

/// A task in a worker's hands, as the queue knows it.
pub(super) struct Held {
    pub task_no: i64,
    pub task: TaskId,
    pub trace_id: TraceId,
    pub lane: Lane,
    pub state: Processing,
    pub folder: FolderName,
}

/// Where a new task belongs.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub task_no: i64,
    pub lane: Lane,
    pub deadline: Option<Timestamp>,
}

/// Puts a new task at the end of its lane.
pub(super) fn append(batch: &mut Batch<'_>, rules: &QueueRules, place: Place) -> Result<(), StoreError> {
    let Place { task_no, lane, deadline } = place;
    batch.run(
        "INSERT INTO queue (task_no, credential_no, crew, state, deadline_ms) VALUES (?1, ?2, ?3, 0, ?4)",
        (task_no, lane.credential_no, lane.crew, deadline.map(Timestamp::as_millis)),
    )?;
    lane.wait(batch, rules, task_no)
}

/// For how long a worker has a task.
#[derive(Clone, Copy)]
pub(super) struct Lease {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Most tasks that one claim passes over since they cannot be read; those that are left are for the next claim.
const MOST_PASSED: u32 = 64;

pub(super) fn claim_next(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    crew: Crew,
    lease: Lease,
    folder: &FolderName,
) -> Result<Option<Claimed>, StoreError> {
    let now = lease.from;
    for _ in 0..MOST_PASSED {
        let taken =
            crews::take_next(batch, rules, crew, |batch, task_no| lend(batch, task_no, lease, folder))?;
        let Some((lane, task_no)) = taken else { return Ok(None) };
        match claimed(batch, task_no, now, folder) {
            Ok(claimed) => {
                events::note(batch, lane.application_no, task_no, TaskState::Processing, now)?;
                return Ok(Some(claimed));
            }
            Err(error) if error.is_unreadable() => aside::set_aside(batch, rules, task_no, now, &error)?,
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn lend(batch: &Batch<'_>, task_no: i64, lease: Lease, folder: &FolderName) -> Result<(), StoreError> {
    let sql = "UPDATE queue SET state = 1, attempt = attempt + 1, due_ms = ?2, started_ms = ?3, progress = NULL, \
               folder = ?4 WHERE task_no = ?1";
    batch.run(sql, (task_no, lease.to.as_millis(), lease.from.as_millis(), folder.as_str())).map(drop)
}

fn claimed(
    batch: &Batch<'_>,
    task_no: i64,
    now: Timestamp,
    folder: &FolderName,
) -> Result<Claimed, StoreError> {
    let found = batch.one(
        "SELECT t.id, t.trace_id, t.kind, t.request, t.created_ms, q.attempt, q.failures, q.crashes \
         FROM tasks t JOIN queue q ON q.task_no = t.no WHERE t.no = ?1",
        [task_no],
        |row| {
            let read = || -> rusqlite::Result<_> {
                let counts = Counts { failures: row.get(6)?, crashes: row.get(7)? };
                let claim = Claim { task: TaskId::from_bytes(row.get(0)?), attempt: row.get(5)? };
                let trace_id = TraceId::from_bytes(row.get(1)?);
                let created_at = Timestamp::from_millis(row.get(4)?);
                Ok((counts, claim, trace_id, row.get::<_, i64>(2)?, row.get::<_, String>(3)?, created_at))
            };
            // A row that is there and does not hold what it should is one bad row; a disk that is full is not.
            Ok(read().map_err(|error| rows::corrupt("tasks", "no", task_no, error)))
        },
    )?;
    let missing = || rows::corrupt("queue", "task_no", task_no, "no such task");
    let (counts, claim, trace_id, kind, request, created_at) = found.ok_or_else(missing)??;
    let kind = rows::kind(kind, task_no)?;
    let state = Pending { counts }.start(now);
    let headers = orders::headers(batch, task_no)?;
    Ok(Claimed { claim, trace_id, kind, request, created_at, state, folder: folder.clone(), headers })
}

/// The task, if `claim` is in force.
pub(super) fn held(batch: &Batch<'_>, claim: Claim) -> Result<Option<Held>, StoreError> {
    let Some(task_no) = orders::task_number(batch, claim.task)? else { return Ok(None) };
    let found = held_by_number(batch, task_no)?;
    Ok(found.filter(|(_, attempt)| *attempt == claim.attempt).map(|(held, _)| held))
}

pub(super) fn held_by_number(batch: &Batch<'_>, task_no: i64) -> Result<Option<(Held, u32)>, StoreError> {
    let found = batch.one(
        "SELECT t.id, q.credential_no, t.application_no, q.failures, q.crashes, q.started_ms, q.folder, q.attempt, \
         t.trace_id, q.crew FROM queue q JOIN tasks t ON t.no = q.task_no WHERE q.task_no = ?1 AND q.state = 1",
        [task_no],
        |row| {
            let counts = Counts { failures: row.get(3)?, crashes: row.get(4)? };
            let state = Processing { counts, started_at: Timestamp::from_millis(row.get(5)?) };
            let id = (TaskId::from_bytes(row.get(0)?), TraceId::from_bytes(row.get(8)?));
            let lane = Lane { credential_no: row.get(1)?, application_no: row.get(2)?, crew: row.get(9)? };
            Ok((id, lane, state, row.get::<_, Option<String>>(6)?, row.get(7)?))
        },
    )?;
    let Some(((task, trace_id), lane, state, folder, attempt)) = found else { return Ok(None) };
    let folder = rows::folder(folder, task_no)?;
    Ok(Some((Held { task_no, task, trace_id, lane, state, folder }, attempt)))
}

/// An unfinished task that no worker holds.
pub(super) struct Unclaimed {
    pub task_no: i64,
    pub lane: Lane,
    pub state: Pending,
    /// False: it is not in its lane, since its next try is not due yet.
    in_lane: bool,
}

pub(super) fn unclaimed(batch: &Batch<'_>, task_no: i64) -> Result<Option<Unclaimed>, StoreError> {
    batch.one(
        "SELECT q.credential_no, t.application_no, q.failures, q.crashes, q.state = 0, q.crew \
         FROM queue q JOIN tasks t ON t.no = q.task_no WHERE q.task_no = ?1 AND q.state <> 1",
        [task_no],
        |row| {
            let state = Pending { counts: Counts { failures: row.get(2)?, crashes: row.get(3)? } };
            let lane = Lane { credential_no: row.get(0)?, application_no: row.get(1)?, crew: row.get(5)? };
            Ok(Unclaimed { task_no, lane, state, in_lane: row.get(4)? })
        },
    )
}

/// Takes a task that no worker holds out of the queue.
pub(super) fn leave(batch: &mut Batch<'_>, rules: &QueueRules, task: &Unclaimed) -> Result<(), StoreError> {
    batch.run("DELETE FROM queue WHERE task_no = ?1", [task.task_no])?;
    if task.in_lane { task.lane.left(batch, rules) } else { task.lane.delay(batch, -1) }
}

/// Takes a task out of its worker's hands, whatever becomes of it.
pub(super) fn let_go(batch: &Batch<'_>, rules: &QueueRules, held: &Held) -> Result<(), StoreError> {
    held.lane.let_go(batch, rules)
}

pub(super) fn renew(
    batch: &Batch<'_>,
    claim: Claim,
    lease_end: Timestamp,
    progress: Option<u8>,
) -> Result<bool, StoreError> {
    let Some(task_no) = orders::task_number(batch, claim.task)? else { return Ok(false) };
    let sql = "UPDATE queue SET due_ms = ?3, progress = coalesce(?4, progress) \
               WHERE task_no = ?1 AND attempt = ?2 AND state = 1";
    Ok(batch.run(sql, (task_no, claim.attempt, lease_end.as_millis(), progress))? == 1)
}

/// When and how often a task may be tried again.
#[derive(Clone, Copy)]
pub(super) struct Again {
    pub bounds: Bounds,
    pub now: Timestamp,
    pub retry_at: Timestamp,
}

pub(super) fn give_back(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    held: &Held,
    why: &GaveBack,
    again: Again,
) -> Result<GivenBack, StoreError> {
    match held.state.clone().give_back(why, again.bounds, again.now) {
        Ok(pending) => {
            put_back(batch, rules, held, &pending, again)?;
            Ok(GivenBack::Waits)
        }
        Err(ended) => {
            let failure = failure_of(&ended);
            ending::end(batch, rules, held, &ended, &Kept::Nothing)?;
            Ok(GivenBack::Failed(failure))
        }
    }
}

fn failure_of(ended: &Ended) -> domain::Failure {
    use domain::{ErrorCode, Failure, Outcome};
    match &ended.outcome {
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => failure.clone(),
        Outcome::Succeeded(_) => Failure { code: ErrorCode::ApiError, message: String::new() },
    }
}

fn put_back(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    held: &Held,
    pending: &Pending,
    again: Again,
) -> Result<(), StoreError> {
    let later = (again.retry_at > again.now).then(|| again.retry_at.as_millis());
    batch.run(
        "UPDATE queue SET state = iif(?2 IS NULL, 0, 2), due_ms = ?2, failures = ?3, crashes = ?4, \
         started_ms = NULL, progress = NULL, folder = NULL WHERE task_no = ?1",
        (held.task_no, later, pending.counts.failures, pending.counts.crashes),
    )?;
    doomed::claim_lost(batch, &held.folder)?;
    match later {
        Some(_) => held.lane.delay(batch, 1)?,
        None => held.lane.wait(batch, rules, held.task_no)?,
    }
    events::note(batch, held.lane.application_no, held.task_no, TaskState::Pending, again.now)?;
    let_go(batch, rules, held)
}

/// Most tasks that one call moves, so that other writes get their turn.
const MOST_AT_ONCE: u32 = 256;

/// Takes back what ran out of its lease, and wakes what waited for its next try.
pub(super) fn release_due(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    bounds: Bounds,
    now: Timestamp,
) -> Result<Vec<Released>, StoreError> {
    let due = "SELECT task_no, state FROM queue WHERE due_ms <= ?1 ORDER BY due_ms LIMIT ?2";
    let due =
        batch.all(due, (now.as_millis(), MOST_AT_ONCE), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    let mut released = Vec::new();
    for (task_no, state) in due {
        if state == 1 {
            released.extend(release(batch, rules, task_no, Again { bounds, now, retry_at: now })?);
        } else {
            wake(batch, rules, task_no)?;
        }
    }
    Ok(released)
}

fn release(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    task_no: i64,
    again: Again,
) -> Result<Option<Released>, StoreError> {
    let held = match held_by_number(batch, task_no) {
        Ok(Some((held, _))) => held,
        Ok(None) => return Ok(None),
        Err(error) if error.is_unreadable() => {
            aside::set_aside(batch, rules, task_no, again.now, &error)?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let given_back = give_back(batch, rules, &held, &GaveBack::Crashed, again)?;
    let failed = matches!(given_back, GivenBack::Failed(_));
    Ok(Some(Released { task: held.task, trace_id: held.trace_id, folder: held.folder, failed }))
}

fn wake(batch: &mut Batch<'_>, rules: &QueueRules, task_no: i64) -> Result<(), StoreError> {
    batch.run("UPDATE queue SET state = 0, due_ms = NULL WHERE task_no = ?1", [task_no])?;
    let lane = batch.one(
        "SELECT q.credential_no, t.application_no, q.crew FROM queue q JOIN tasks t ON t.no = q.task_no WHERE task_no = ?1",
        [task_no],
        |row| Ok(Lane { credential_no: row.get(0)?, application_no: row.get(1)?, crew: row.get(2)? }),
    )?;
    let Some(lane) = lane else { return Ok(()) };
    lane.delay(batch, -1)?;
    lane.wait(batch, rules, task_no)
}

/// Voids every lease and makes lanes and turns anew from the queue.
pub(super) fn void_leases(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    bounds: Bounds,
    now: Timestamp,
) -> Result<Vec<Released>, StoreError> {
    crews::rebuild(batch, rules)?;
    let held = batch.all("SELECT task_no FROM queue WHERE state = 1", [], |row| row.get(0))?;
    let mut released = Vec::new();
    for task_no in held {
        released.extend(release(batch, rules, task_no, Again { bounds, now, retry_at: now })?);
    }
    Ok(released)
}
