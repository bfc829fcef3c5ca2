//! One thread writes. Whatever was handed in while the last commit was under way is the next transaction, so that
//! many writes share one sync. A batch that fails is rolled back, and its writes are done again one by one, so that
//! a bad one harms only itself.
//!
//! A write that panics is a bad one too. A panic around a commit is another matter: nobody knows whether its writes are
//! durable, so the thread ends, and with it whatever depends on it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rusqlite::{Connection, Params, Row, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::counts::Counts;
use super::events::{Journal, News};
use super::keys::{KeyRows, RecentKeys};
use super::ledger::Ledger;
use super::readers::Readers;
use super::usage::UsageDays;
use crate::StoreError;
use crate::failpoint::pass;
use crate::stats::Observed;

/// Most writes in one transaction: bounds how long the first of them waits.
const MOST_IN_A_BATCH: usize = 512;
/// Most writes that wait for the thread; whoever comes then waits to hand in.
const MOST_WAITING: usize = 4_096;

/// The transaction that writes are done in, with what they add up to.
pub(super) struct Batch<'c> {
    connection: &'c Connection,
    /// How many tasks the stretches of time hold, to be written once before the commit.
    pub counts: Counts,
    /// What the accounts of applications come to.
    pub ledger: Ledger,
    /// What is ordered and ends here, by days.
    pub usage: UsageDays,
    /// The events that are written here.
    pub journal: Journal,
    /// Tasks that wait in all.
    pub waiting: i64,
    /// The keys that are found in memory, but for those of this transaction.
    pub recent_keys: &'c RecentKeys,
    /// Those that this transaction gives.
    pub keys: KeyRows,
}

impl Batch<'_> {
    /// Runs a statement and gives the number of rows that it touched.
    pub fn run(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// The first row that a query gives.
    pub fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        Ok(rows.next()?.map(read).transpose()?)
    }

    /// Every row that a query gives.
    pub fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of the row inserted last.
    pub fn last_row(&self) -> i64 {
        self.connection.last_insert_rowid()
    }
}

/// A write that can be done again should its batch fail.
trait Job: Send {
    fn run(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Write<T, F> {
    run: F,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnMut(&mut Batch<'_>) -> Result<T, StoreError> + Send> Job for Write<T, F> {
    fn run(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        self.result = Some((self.run)(batch)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { result, reply, .. } = *self;
        // Whoever asked may have gone; the write stands all the same.
        drop(reply.send(committed.and_then(|()| result.ok_or(StoreError::Closed))));
    }
}

/// The handle to the writing thread.
pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Who is told of every transaction.
    pub observed: Observed,
    /// Writes whose answer has not been taken yet.
    under_way: AtomicUsize,
}

/// Counts one write for as long as whoever handed it in waits for its answer.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Writer {
    pub fn start(
        mut connection: Connection,
        keys: RecentKeys,
        readers: Arc<Readers>,
        news: Arc<News>,
    ) -> Result<Self, StoreError> {
        let waiting =
            connection.query_row("SELECT coalesce(sum(waiting), 0) FROM lanes", [], |row| row.get(0))?;
        let mut kept = Kept { waiting, keys };
        let (jobs, inbox) = mpsc::channel(MOST_WAITING);
        let observed = Observed::default();
        let told = Told { readers, news, observed: Arc::clone(&observed) };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work(&mut connection, inbox, &mut kept, &told))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
            observed,
            under_way: AtomicUsize::new(0),
        })
    }

    /// Does `run` in the next transaction, and answers once that is durable. `run` may be called more than once.
    pub async fn write<T: Send + 'static>(
        &self,
        run: impl FnMut(&mut Batch<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _under_way = UnderWay::new(&self.under_way);
        let jobs = self.jobs.lock().ok().and_then(|jobs| jobs.clone()).ok_or(StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write { run, result: None, reply });
        jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        drop(jobs);
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Whether no write is under way.
    pub fn is_at_rest(&self) -> bool {
        self.under_way.load(Ordering::Acquire) == 0
    }

    /// Whether the thread is there to do more writes.
    pub fn lives(&self) -> bool {
        self.thread.lock().is_ok_and(|thread| thread.as_ref().is_some_and(|thread| !thread.is_finished()))
    }

    /// Waits until every write handed in is done.
    pub fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store's writing thread panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// What is known of the tables from commit to commit.
struct Kept {
    /// Tasks that wait in all.
    waiting: i64,
    keys: RecentKeys,
}

/// Who is told of a commit.
struct Told {
    readers: Arc<Readers>,
    news: Arc<News>,
    observed: Observed,
}

impl Told {
    /// Tells of a transaction of so many writes.
    fn observing<T>(&self, writes: usize, transaction: impl FnOnce() -> T) -> T {
        if let Some(observer) = self.observed.get() {
            observer.begins();
        }
        let done = transaction();
        if let Some(observer) = self.observed.get() {
            observer.ended(writes);
        }
        done
    }
}

fn work(connection: &mut Connection, mut inbox: mpsc::Receiver<Box<dyn Job>>, kept: &mut Kept, told: &Told) {
    while let Some(first) = inbox.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < MOST_IN_A_BATCH
            && let Ok(job) = inbox.try_recv()
        {
            jobs.push(job);
        }
        let committed = told.observing(jobs.len(), || commit(connection, &mut jobs, kept, told));
        match committed {
            Ok(()) => jobs.into_iter().for_each(|job| job.answer(Ok(()))),
            Err(Undone { error, by_a_job: true }) if kept.keys.mend(connection) || jobs.len() > 1 => {
                tracing::debug!(%error, "a write failed; its batch is done again one by one");
                for mut job in jobs {
                    let committed = commit(connection, std::slice::from_mut(&mut job), kept, told);
                    job.answer(committed.map_err(|undone| undone.error));
                }
            }
            Err(undone) => jobs.into_iter().for_each(|job| job.answer(Err(undone.error.clone()))),
        }
        // Whoever waited has been answered.
        if let Some(due) = kept.keys.due() {
            told.observing(due, || kept.keys.index(connection, &told.readers, due));
        }
        kept.keys.mend(connection);
    }
}

/// A transaction that was rolled back.
struct Undone {
    error: StoreError,
    /// One of its writes failed, and the others might not; else the database failed them all.
    by_a_job: bool,
}

fn commit(
    connection: &mut Connection,
    jobs: &mut [Box<dyn Job>],
    kept: &mut Kept,
    told: &Told,
) -> Result<(), Undone> {
    let by_all = |error: rusqlite::Error| Undone { error: error.into(), by_a_job: false };
    let by_one = |error| Undone { error, by_a_job: true };
    // Dropping an unfinished transaction rolls it back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(by_all)?;
    let mut batch = Batch {
        connection: &transaction,
        counts: Counts::default(),
        ledger: Ledger::default(),
        usage: UsageDays::default(),
        journal: Journal::default(),
        waiting: kept.waiting,
        recent_keys: &kept.keys,
        keys: KeyRows::default(),
    };
    // Nothing of what a panic leaves half-done is looked at again: the transaction and the counts are thrown away.
    let done = catch_unwind(AssertUnwindSafe(|| jobs.iter_mut().try_for_each(|job| job.run(&mut batch))));
    done.unwrap_or_else(|_| Err(StoreError::Failed("a write panicked".to_owned()))).map_err(by_one)?;
    let counts = std::mem::take(&mut batch.counts);
    counts.write(&batch).map_err(by_one)?;
    let ledger = std::mem::take(&mut batch.ledger);
    ledger.write(&batch).map_err(by_one)?;
    let usage = std::mem::take(&mut batch.usage);
    usage.write(&batch).map_err(by_one)?;
    let journal = std::mem::take(&mut batch.journal);
    journal.write(&batch).map_err(by_one)?;
    let (waiting, added) = (batch.waiting, batch.keys);
    told.readers.end_snapshots();
    let undone = |error| Undone { error, by_a_job: false };
    pass("commit", "before").map_err(undone)?;
    transaction.commit().map_err(by_all)?;
    kept.waiting = waiting;
    kept.keys.committed(added);
    told.readers.committed();
    told.news.committed(&journal);
    pass("commit", "after").map_err(undone)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn start(connection: Connection, path: &Path) -> Writer {
        Writer::start(connection, RecentKeys::default(), Arc::new(Readers::new(path)), Arc::default())
            .expect("starts")
    }

    #[tokio::test]
    async fn a_write_that_fails_harms_only_itself() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        let connection = super::super::open_for_writing(&path).expect("opens");
        let writer = start(connection, &path);
        let insert = |version: i64| {
            writer.write(move |batch| {
                batch.run("INSERT INTO access_version VALUES (?1)", [version])?;
                if version == 3 { Err(StoreError::Failed("three".to_owned())) } else { Ok(version) }
            })
        };
        let (one, three, five) = tokio::join!(insert(1), insert(3), insert(5));
        assert!(matches!((one, three, five), (Ok(1), Err(StoreError::Failed(_)), Ok(5))));
        let kept = writer
            .write(|batch| {
                batch.all("SELECT n FROM access_version ORDER BY n", [], |row| row.get::<_, i64>(0))
            })
            .await
            .expect("readable");
        assert_eq!(kept, [0, 1, 5]);
        writer.close();
        assert!(matches!(writer.write(|_| Ok(())).await, Err(StoreError::Closed)));
    }

    #[tokio::test]
    async fn a_write_that_panics_harms_only_itself() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        let connection = super::super::open_for_writing(&path).expect("opens");
        let writer = start(connection, &path);
        let insert = |version: i64| {
            writer.write(move |batch| {
                batch.run("INSERT INTO access_version VALUES (?1)", [version])?;
                assert_ne!(version, 3, "as this test wants it");
                Ok(version)
            })
        };
        let (one, three, five) = tokio::join!(insert(1), insert(3), insert(5));
        assert!(matches!((one, three, five), (Ok(1), Err(StoreError::Failed(_)), Ok(5))));
        let count = writer.write(|batch| {
            batch.one("SELECT count(*) FROM access_version WHERE n > 0", [], |row| row.get::<_, i64>(0))
        });
        assert_eq!(count.await.expect("readable"), Some(2));
        assert!(writer.lives());
    }
}
