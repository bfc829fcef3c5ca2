//! [`CancelStore`] in SQLite: tasks that end before their work is done.

use async_trait::async_trait;
use domain::{Failure, Outcome, TaskId, Timestamp, TraceId, UserId};

use super::writer::Batch;
use super::{SqliteStore, deleting, ending, queue, rows};
use crate::failpoint::around;
use crate::{CalledOff, CancelStore, Deleted, Kept, Late, QueueRules, StoreError, TaskState};

#[async_trait]
impl CancelStore for SqliteStore {
    async fn cancel(
        &self,
        owner: UserId,
        task: TaskId,
        now: Timestamp,
    ) -> Result<Option<CalledOff>, StoreError> {
        let rules = self.rules;
        self.writer.write(move |batch| around("cancel", || cancel(batch, &rules, owner, task, now))).await
    }

    async fn delete(
        &self,
        owner: UserId,
        task: TaskId,
        now: Timestamp,
    ) -> Result<Option<Deleted>, StoreError> {
        let rules = self.rules;
        self.writer.write(move |batch| around("delete", || delete(batch, &rules, owner, task, now))).await
    }

    async fn end_late(&self, now: Timestamp) -> Result<Vec<Late>, StoreError> {
        let rules = self.rules;
        self.writer.write(move |batch| around("late", || end_late(batch, &rules, now))).await
    }
}

/// A task that its owner named.
struct Named {
    task_no: i64,
    trace_id: TraceId,
    /// Its state, once it has ended.
    ended: Option<TaskState>,
}

fn named(batch: &Batch<'_>, owner: UserId, task: TaskId) -> Result<Option<Named>, StoreError> {
    let found = batch.one(
        "SELECT t.no, t.outcome, t.trace_id FROM tasks t JOIN applications a ON a.no = t.application_no \
         JOIN users u ON u.no = a.user_no WHERE t.id = ?1 AND u.id = ?2",
        (task.as_bytes(), owner.as_bytes()),
        |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, TraceId::from_bytes(row.get(2)?))),
    )?;
    let Some((task_no, outcome, trace_id)) = found else { return Ok(None) };
    let ended = match outcome {
        None => None,
        Some(2) => Some(TaskState::Succeeded),
        Some(3) => Some(TaskState::Failed),
        Some(4) => Some(TaskState::Cancelled),
        Some(other) => return Err(rows::corrupt("tasks", "outcome", task_no, other)),
    };
    Ok(Some(Named { task_no, trace_id, ended }))
}

fn cancel(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    owner: UserId,
    task: TaskId,
    now: Timestamp,
) -> Result<Option<CalledOff>, StoreError> {
    let Some(named) = named(batch, owner, task)? else { return Ok(None) };
    if let Some(state) = named.ended {
        return Ok(Some(CalledOff { trace_id: named.trace_id, state, now: false }));
    }
    end_early(batch, rules, named.task_no, Outcome::Cancelled(Failure::cancelled()), now)?;
    Ok(Some(CalledOff { trace_id: named.trace_id, state: TaskState::Cancelled, now: true }))
}

fn delete(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    owner: UserId,
    task: TaskId,
    now: Timestamp,
) -> Result<Option<Deleted>, StoreError> {
    let Some(named) = named(batch, owner, task)? else { return Ok(None) };
    let ended_it = named.ended.is_none();
    if ended_it {
        end_early(batch, rules, named.task_no, Outcome::Cancelled(Failure::cancelled()), now)?;
    }
    let folders = deleting::remove(batch, rules, named.task_no)?;
    Ok(Some(Deleted { trace_id: named.trace_id, ended_it, folders }))
}

/// Most tasks that one call ends, so that other writes get their turn.
const MOST_AT_ONCE: u32 = 256;

fn end_late(batch: &mut Batch<'_>, rules: &QueueRules, now: Timestamp) -> Result<Vec<Late>, StoreError> {
    let late = "SELECT q.task_no, t.id, t.trace_id FROM queue q JOIN tasks t ON t.no = q.task_no \
                WHERE q.deadline_ms <= ?1 ORDER BY q.deadline_ms LIMIT ?2";
    let late = batch.all(late, (now.as_millis(), MOST_AT_ONCE), |row| {
        let (task, trace_id) = (TaskId::from_bytes(row.get(1)?), TraceId::from_bytes(row.get(2)?));
        Ok((row.get::<_, i64>(0)?, Late { task, trace_id }))
    })?;
    for &(task_no, _) in &late {
        end_early(batch, rules, task_no, Outcome::Failed(Failure::deadline_exceeded()), now)?;
    }
    Ok(late.into_iter().map(|(_, late)| late).collect())
}

/// Ends a task wherever it stands in the queue. A claim to it is void from here on.
fn end_early(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    task_no: i64,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some((held, _)) = queue::held_by_number(batch, task_no)? {
        let ended = held.state.clone().end(outcome, now);
        return ending::end(batch, rules, &held, &ended, &Kept::Nothing);
    }
    let unclaimed = queue::unclaimed(batch, task_no)?;
    let unclaimed = unclaimed
        .ok_or_else(|| rows::corrupt("queue", "task_no", task_no, "an unfinished task is not queued"))?;
    let ended = unclaimed.state.clone().end(outcome, now);
    ending::end_unclaimed(batch, rules, &unclaimed, &ended)
}
