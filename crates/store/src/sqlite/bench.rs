//! For measuring: fills a store with finished tasks, and inserts in a bare loop to compare with.

use std::path::Path;

use domain::{Ended, Outcome, TaskId, Timestamp};

use super::counts::Stream;
use super::rows::kind_number;
use super::writer::Batch;
use super::{SqliteStore, open_for_writing, orders, outbox};
use crate::{CallbackUrl, NewTask, StoreError};

impl SqliteStore {
    /// Keeps tasks that have already ended, as one transaction, past queue, quota and outbox.
    ///
    /// # Errors
    /// When one's credential does not exist, or the store cannot be written.
    pub async fn import(&self, tasks: Vec<(NewTask, Ended)>) -> Result<(), StoreError> {
        self.writer
            .write(move |batch| tasks.iter().try_for_each(|(task, ended)| import(batch, task, ended)))
            .await
    }

    /// Keeps tasks that have already ended and whose callbacks are owed, as [`SqliteStore::import`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn import_owed(
        &self,
        tasks: Vec<(NewTask, Ended)>,
        callback: CallbackUrl,
    ) -> Result<(), StoreError> {
        let rules = self.rules;
        let import_all = move |batch: &mut Batch<'_>| {
            tasks.iter().try_for_each(|(task, ended)| {
                import(batch, task, ended)?;
                let task_no = batch.last_row();
                let destination_no = orders::destination(batch, &callback)?;
                let set = "UPDATE tasks SET callback_url = ?2, destination_no = ?3 WHERE no = ?1";
                batch.run(set, (task_no, &callback.url, destination_no))?;
                outbox::owe(batch, &rules, task_no, ended.finished_at)
            })
        };
        self.writer.write(import_all).await
    }

    /// The ids of all tasks, in ascending order, which is that of time as long as they are of version 7.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn task_ids(&self) -> Result<Vec<TaskId>, StoreError> {
        self.readers.read(|connection| {
            let mut statement =
                connection.prepare("SELECT id FROM tasks INDEXED BY tasks_by_id ORDER BY id")?;
            let ids = statement.query_map([], |row| row.get(0).map(TaskId::from_bytes))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }
}

fn import(batch: &mut Batch<'_>, task: &NewTask, ended: &Ended) -> Result<(), StoreError> {
    let Outcome::Succeeded(response) = &ended.outcome else {
        return Err(StoreError::Failed("only succeeded tasks are imported".to_owned()));
    };
    let orderer = orders::orderer(batch, task)?;
    let orderer = orderer.ok_or_else(|| StoreError::Missing(format!("credential {}", task.credential_id)))?;
    let base_at: Vec<u8> = response.base_at().iter().flat_map(|at| at.to_le_bytes()).collect();
    batch.run(
        "INSERT INTO tasks (id, trace_id, application_no, credential_no, kind, created_ms, outcome, started_ms, \
         finished_ms, charged, waits, fingerprint, base_at, request, response) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 2, ?7, ?8, 0, 0, ?9, ?10, ?11, ?12)",
        (
            task.id.as_bytes(),
            task.trace_id.as_bytes(),
            orderer.application_no,
            orderer.credential_no,
            kind_number(task.kind),
            task.created_at.as_millis(),
            ended.started_at.map(Timestamp::as_millis),
            ended.finished_at.as_millis(),
            task.fingerprint,
            base_at,
            &task.request,
            response.json(),
        ),
    )?;
    let stream = Stream { application_no: orderer.application_no, kind: kind_number(task.kind) };
    batch.counts.add(stream, task.created_at);
    Ok(())
}

/// Keeps `count` keys of the first application, in their index, as if they had been given at `at`.
///
/// # Errors
/// When they cannot be written.
pub fn keep_keys(path: &Path, count: u32, at: Timestamp) -> Result<(), StoreError> {
    let mut connection = open_for_writing(path)?;
    let transaction = connection.transaction()?;
    transaction.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
         INSERT INTO idempotency_log (application_no, key_hash, order_hash, task_id, created_ms) \
         SELECT 1, randomblob(16), randomblob(16), randomblob(16), ?2 FROM n WHERE ?1 > 0",
        (count, at.as_millis()),
    )?;
    transaction.execute_batch(
        "INSERT INTO idempotency_index SELECT application_no, key_hash, no FROM idempotency_log \
         ORDER BY application_no, key_hash; \
         UPDATE idempotency_indexed SET indexed_to = (SELECT coalesce(max(no), 0) FROM idempotency_log)",
    )?;
    Ok(transaction.commit()?)
}

/// Inserts `orders` into the tables that an order is written to (task, queue, event, and their indexes) in
/// transactions of `batch` rows, in a store of its own at `path`: a loop with nothing around it. `credential` must exist there.
///
/// # Errors
/// When the store cannot be written.
pub fn insert_bare(path: &Path, orders: &[NewTask], batch: usize) -> Result<(), StoreError> {
    let mut connection = open_for_writing(path)?;
    let sql = "SELECT c.no, c.application_no, a.user_no FROM credentials c \
               JOIN applications a ON a.no = c.application_no";
    let lane: (i64, i64, i64) =
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for some in orders.chunks(batch.max(1)) {
        let transaction = connection.transaction()?;
        for task in some {
            transaction
                .prepare_cached(
                    "INSERT INTO tasks (id, trace_id, application_no, credential_no, kind, created_ms, charged, \
                     waits, fingerprint, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9)",
                )?
                .execute((
                    task.id.as_bytes(),
                    task.trace_id.as_bytes(),
                    lane.1,
                    lane.0,
                    kind_number(task.kind),
                    task.created_at.as_millis(),
                    task.waits,
                    task.fingerprint,
                    &task.request,
                ))?;
            let task_no = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO queue (task_no, credential_no, state) VALUES (?1, ?2, 0)")?
                .execute((task_no, lane.0))?;
            transaction
                .prepare_cached(
                    "INSERT INTO events (user_no, cursor, task_no, state, at_ms) VALUES (?1, ?2, ?2, 0, ?3)",
                )?
                .execute((lane.2, task_no, task.created_at.as_millis()))?;
        }
        transaction.commit()?;
    }
    Ok(())
}
