//! Accepts orders: the task, its place in the queue and the hold on its price, all or nothing.

use domain::TaskId;

use super::counts::Stream;
use super::credentials::OwnLimit;
use super::crews::{self, Lane};
use super::keys::{self, Key};
use super::rows::{crew_number, kind_number};
use super::writer::Batch;
use super::{events, ledger, queue, usage};
use crate::failpoint::pass;
use crate::{Accepted, CallbackUrl, NewTask, OrderHeaders, QueueRules, StoreError, TaskState};

/// The row numbers of whoever orders.
pub(super) struct Orderer {
    pub credential_no: i64,
    pub application_no: i64,
    refused: bool,
    own_limit: OwnLimit,
}

pub(super) fn accept(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    task: &NewTask,
) -> Result<Accepted, StoreError> {
    if let Some(earlier) = task.repeat_of
        && batch.one("SELECT 1 FROM tasks WHERE id = ?1", [earlier.as_bytes()], |_| Ok(()))?.is_some()
    {
        return Ok(Accepted::Repeat(earlier));
    }
    let Some(orderer) = orderer(batch, task)?.filter(|orderer| !orderer.refused) else {
        return Ok(Accepted::Refused);
    };
    if let Some(key) = &task.key {
        match keys::find(batch, orderer.application_no, key)? {
            Key::Free => (),
            Key::Same(earlier) => return Ok(Accepted::Repeat(earlier)),
            Key::Taken => return Ok(Accepted::KeyTaken),
        }
    }
    if rules.most_waiting > 0 && batch.waiting >= i64::from(rules.most_waiting) {
        return Ok(Accepted::QueueFull);
    }
    if rules.refuses_when_busy && is_busy(batch, rules, &orderer)? {
        return Ok(Accepted::Busy);
    }
    if !orderer.own_limit.covers(task.price) || !ledger::covers(batch, orderer.application_no, task.price)? {
        return Ok(Accepted::UsedUp);
    }
    let task_no = insert(batch, &orderer, task)?;
    let Orderer { credential_no, application_no, own_limit, .. } = orderer;
    let kind = kind_number(task.kind);
    batch.counts.add(Stream { application_no, kind }, task.created_at);
    batch.usage.ordered(usage::Account { application_no, credential_no, kind, created_at: task.created_at });
    let holder = ledger::Holder { task_no, application_no, credential_no };
    ledger::hold(batch, holder, task.price, task.created_at)?;
    pass("order", "held")?;
    own_limit.hold(batch, credential_no, task_no, task.price)?;
    let lane = Lane { credential_no, application_no, crew: crew_number(task.kind.crew()) };
    let place = queue::Place { task_no, lane, deadline: task.deadline };
    queue::append(batch, rules, place)?;
    keep_headers(batch, task_no, &task.headers)?;
    keys::keep(batch, orderer.application_no, task)?;
    events::note(batch, orderer.application_no, task_no, TaskState::Pending, task.created_at)?;
    Ok(Accepted::New)
}

pub(super) fn orderer(batch: &Batch<'_>, task: &NewTask) -> Result<Option<Orderer>, StoreError> {
    batch.one(
        "SELECT c.no, c.application_no, c.revoked_ms IS NOT NULL OR a.disabled OR u.disabled, c.limited - c.used \
         FROM credentials c JOIN applications a ON a.no = c.application_no JOIN users u ON u.no = a.user_no \
         WHERE c.id = ?1",
        [task.credential_id.as_bytes()],
        |row| {
            Ok(Orderer {
                credential_no: row.get(0)?,
                application_no: row.get(1)?,
                refused: row.get(2)?,
                own_limit: OwnLimit(row.get(3)?),
            })
        },
    )
}

/// Whether the credential has as many tasks under way as it may.
fn is_busy(batch: &Batch<'_>, rules: &QueueRules, orderer: &Orderer) -> Result<bool, StoreError> {
    let most = i64::from(rules.in_flight_per_credential);
    Ok(most > 0 && crews::under_way(batch, orderer.credential_no)? >= most)
}

fn insert(batch: &Batch<'_>, orderer: &Orderer, task: &NewTask) -> Result<i64, StoreError> {
    let destination_no =
        task.callback_url.as_ref().map(|callback| destination(batch, callback)).transpose()?;
    batch.run(
        "INSERT INTO tasks (id, trace_id, application_no, credential_no, kind, created_ms, charged, waits, \
         fingerprint, callback_url, destination_no, request) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11)",
        (
            task.id.as_bytes(),
            task.trace_id.as_bytes(),
            orderer.application_no,
            orderer.credential_no,
            kind_number(task.kind),
            task.created_at.as_millis(),
            task.waits,
            task.fingerprint,
            task.callback_url.as_ref().map(|callback| &callback.url),
            destination_no,
            &task.request,
        ),
    )?;
    Ok(batch.last_row())
}

fn keep_headers(batch: &Batch<'_>, task_no: i64, headers: &OrderHeaders) -> Result<(), StoreError> {
    if !headers.is_empty() {
        let sql =
            "INSERT INTO order_headers (task_no, traceparent, tracestate, simulate) VALUES (?1, ?2, ?3, ?4)";
        batch.run(sql, (task_no, &headers.traceparent, &headers.tracestate, &headers.simulate))?;
    }
    Ok(())
}

/// What is kept of the headers of a task's order.
pub(super) fn headers(batch: &Batch<'_>, task_no: i64) -> Result<OrderHeaders, StoreError> {
    let sql = "SELECT traceparent, tracestate, simulate FROM order_headers WHERE task_no = ?1";
    let found = batch.one(sql, [task_no], |row| {
        Ok(OrderHeaders { traceparent: row.get(0)?, tracestate: row.get(1)?, simulate: row.get(2)? })
    })?;
    Ok(found.unwrap_or_default())
}

pub(super) fn destination(batch: &Batch<'_>, callback: &CallbackUrl) -> Result<i64, StoreError> {
    let found = "SELECT no FROM destinations WHERE name = ?1";
    if let Some(no) = batch.one(found, [&callback.destination], |row| row.get(0))? {
        return Ok(no);
    }
    batch.run("INSERT INTO destinations (name) VALUES (?1)", [&callback.destination])?;
    Ok(batch.last_row())
}

/// The task of this id, by its row number.
pub(super) fn task_number(batch: &Batch<'_>, id: TaskId) -> Result<Option<i64>, StoreError> {
    batch.one("SELECT no FROM tasks WHERE id = ?1", [id.as_bytes()], |row| row.get(0))
}
