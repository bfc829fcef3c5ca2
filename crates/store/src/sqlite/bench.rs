//! For measuring: fills a store with finished tasks, leaves syncs out, and inserts in a bare loop to compare with.

use std::path::Path;

use domain::{Ended, Outcome, TaskId, Timestamp};
use rusqlite::Connection;

use super::counts::Stream;
use super::keys::RecentKeys;
use super::rows::kind_number;
use super::writer::Batch;
use super::{SqliteStore, open_for_writing, orders, outbox, usage};
use crate::{CallbackUrl, NewTask, QueueRules, StoreError};

impl SqliteStore {
    /// Opens the store as [`SqliteStore::open`] does, with commits that wait for no disk.
    ///
    /// # Errors
    /// As there.
    pub fn open_unsynced(path: &Path, rules: QueueRules) -> Result<Self, StoreError> {
        let mut connection = open_for_writing(path)?;
        Durability::Unsynced.set(&connection)?;
        let keys = RecentKeys::of_server(&mut connection, rules.keys_gathered as usize)?;
        Self::start(path, connection, keys, rules)
    }

    /// Keeps tasks that have already ended, as one transaction, past queue, ledger and outbox.
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
    let orders::Orderer { application_no, credential_no, .. } = orderer;
    let kind = kind_number(task.kind);
    batch.counts.add(Stream { application_no, kind }, task.created_at);
    let account = usage::Account { application_no, credential_no, kind, created_at: task.created_at };
    batch.usage.ordered(account);
    batch.usage.ended(account, &ended.outcome, 0);
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

/// What is compared with: a loop that inserts into the tables that an order is written to (task, queue, event, and
/// their indexes), with nothing around it.
pub struct Bare {
    connection: Connection,
    credential_no: i64,
    application_no: i64,
    user_no: i64,
}

impl Bare {
    /// In a store of its own at `path`, for whichever credential exists there. `durability` is what its commits wait for.
    ///
    /// # Errors
    /// When it cannot be opened, or has no credential.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let connection = open_for_writing(path)?;
        durability.set(&connection)?;
        let sql = "SELECT c.no, c.application_no, a.user_no FROM credentials c \
                   JOIN applications a ON a.no = c.application_no";
        let (credential_no, application_no, user_no) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Self { connection, credential_no, application_no, user_no })
    }

    /// Inserts orders in one transaction.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn insert(&mut self, orders: &[NewTask]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for task in orders {
            transaction
                .prepare_cached(
                    "INSERT INTO tasks (id, trace_id, application_no, credential_no, kind, created_ms, charged, \
                     waits, fingerprint, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9)",
                )?
                .execute((
                    task.id.as_bytes(),
                    task.trace_id.as_bytes(),
                    self.application_no,
                    self.credential_no,
                    kind_number(task.kind),
                    task.created_at.as_millis(),
                    task.waits,
                    task.fingerprint,
                    &task.request,
                ))?;
            let task_no = transaction.last_insert_rowid();
            transaction
                .prepare_cached("INSERT INTO queue (task_no, credential_no, state) VALUES (?1, ?2, 0)")?
                .execute((task_no, self.credential_no))?;
            transaction
                .prepare_cached(
                    "INSERT INTO events (user_no, cursor, task_no, state, at_ms) VALUES (?1, ?2, ?2, 0, ?3)",
                )?
                .execute((self.user_no, task_no, task.created_at.as_millis()))?;
        }
        Ok(transaction.commit()?)
    }
}

/// What a commit waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// The disk, as in service.
    Synced,
    /// Nothing: a power cut loses what was answered. For measuring what is done beside the sync.
    Unsynced,
}

impl Durability {
    fn set(self, connection: &Connection) -> Result<(), StoreError> {
        if self == Self::Unsynced {
            connection.pragma_update(None, "synchronous", "OFF")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_measured_without_its_sync_has_none() {
        let home = tempfile::tempdir().expect("a folder");
        for (durability, expected) in [(Durability::Synced, 2), (Durability::Unsynced, 0)] {
            let connection = open_for_writing(&home.path().join("test.db")).expect("opens");
            durability.set(&connection).expect("set");
            let found = connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
            assert_eq!(found.expect("readable"), expected, "{durability:?}");
        }
    }
}
