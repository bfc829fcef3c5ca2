//! Read-only connections, as many as threads read at a time. A read runs on the thread that asks: in write-ahead
//! mode it waits for nobody.
//!
//! A connection keeps its snapshot as long as it shows the last commit of this process: taking one means locking and
//! unlocking a file, which costs as much as a small look-up. The writer ends the snapshots of idle connections
//! before it commits, so that none keeps the log from being moved into the file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use rusqlite::{Connection, OpenFlags};

use super::BUSY_TIMEOUT;
use crate::StoreError;

/// Each connection's cache, in KiB, for pages that are still in the write-ahead log.
const CACHE_KIB: i64 = 4_096;
/// Up to so many bytes of the file are read through a memory map: what is cached there is the system's, not ours.
const MAPPED: i64 = 1 << 40;

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    /// Commits of this process so far.
    commits: AtomicU64,
}

struct Reader {
    connection: Connection,
    /// The number of commits that its open snapshot shows, at least.
    snapshot: Option<u64>,
}

impl Readers {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default(), commits: AtomicU64::new(0) }
    }

    /// Reads what this process has committed.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.read_as_of(self.commits.load(Ordering::Acquire), read)
    }

    /// Reads what any process has committed.
    pub fn read_anew<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read_as_of(u64::MAX, read)
    }

    fn read_as_of<T>(
        &self,
        commit: u64,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.lock()?.pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => self.open()?,
        };
        reader.show(commit)?;
        let result = read(&reader.connection);
        self.lock()?.push(reader);
        result
    }

    /// Ends the snapshots of connections that nobody reads with.
    pub fn end_snapshots(&self) {
        let Ok(mut idle) = self.lock() else { return };
        // One that cannot end its snapshot is of no use any more.
        idle.retain_mut(|reader| reader.end_snapshot().is_ok());
    }

    /// Notes that there is a new commit to be seen.
    pub fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    pub fn close(&self) {
        if let Ok(mut idle) = self.lock() {
            idle.clear();
        }
    }

    fn lock(&self) -> Result<MutexGuard<'_, Vec<Reader>>, StoreError> {
        self.idle.lock().map_err(|_| StoreError::Closed)
    }

    fn open(&self) -> Result<Reader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "mmap_size", MAPPED)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Reader { connection, snapshot: None })
    }
}

impl Reader {
    /// Makes sure that the snapshot shows at least `commit`; `u64::MAX` takes a new one.
    fn show(&mut self, commit: u64) -> Result<(), StoreError> {
        if self.snapshot == Some(commit) && commit != u64::MAX {
            return Ok(());
        }
        self.end_snapshot()?;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.snapshot = Some(commit);
        Ok(())
    }

    fn end_snapshot(&mut self) -> Result<(), StoreError> {
        if self.snapshot.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }
}
