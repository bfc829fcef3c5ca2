//! The store in one SQLite file: many readers, one writer that commits many writes in one sync.
//!
//! - Write-ahead log, `synchronous = FULL`, foreign keys: what was answered survives a power cut.
//! - Readers never wait for the writer, nor it for them.
//! - One process works the queue; others may add and revoke tokens beside it.

mod access;
mod aside;
pub mod audit;
pub mod bench;
mod callbacks;
mod cancel;
mod counts;
mod deleting;
mod doomed;
mod ending;
mod events;
mod keys;
mod lanes;
mod listing;
pub(crate) mod look;
mod orders;
mod outbox;
mod queue;
mod readers;
mod records;
mod retention;
mod rows;
mod secrets;
pub(crate) mod snapshot;
mod stats;
mod tasks;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

pub(crate) use self::counts::LEVELS;
use self::events::News;
use self::keys::RecentKeys;
use self::readers::Readers;
use self::rows::Directory;
use self::writer::Writer;
use crate::{QueueRules, StoreError};

/// A store in one SQLite file.
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    directory: Arc<Directory>,
    news: Arc<News>,
    rules: QueueRules,
}

const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../../migrations/sqlite/20261122120000_initial.sql")),
    M::up(include_str!("../../migrations/sqlite/20261122190000_keys_events_secrets.sql")),
    M::up(include_str!("../../migrations/sqlite/20261128120000_append_keys.sql")),
    M::up(include_str!("../../migrations/sqlite/20261128130000_sources_and_files.sql")),
];

/// The schema that this version writes.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful of migrations")]
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// How long to wait for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens the store at `path`, and makes it or brings it to this version's schema first.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a newer version wrote it (it is left untouched); others when it cannot be opened.
    pub fn open(path: &Path, rules: QueueRules) -> Result<Self, StoreError> {
        let connection = open_for_writing(path).map_err(|error| damaged(path, error))?;
        let readers = Arc::new(Readers::new(path));
        let directory = Arc::new(Directory::default());
        let news = Arc::new(News::default());
        let keys = RecentKeys::read(&connection, keys::GENERATION)?;
        let writer = Writer::start(connection, keys, Arc::clone(&readers), Arc::clone(&news))?;
        Ok(Self { writer, readers, directory, news, rules })
    }

    /// Waits until every write that was handed in is done, and closes the file.
    pub fn close(&self) {
        // The last connection to close moves the log into the file, which a reader cannot.
        self.readers.close();
        self.writer.close();
        self.news.close();
    }
}

/// Says of a damaged database which it is and what to do.
fn damaged(path: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Damaged(what) => StoreError::Damaged(format!("{} is damaged: {what}", path.display())),
        other => other,
    }
}

fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(128);
    // A page holds a whole record of usual size; only a new file takes this.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    let migrations = Migrations::from_slice(MIGRATIONS);
    migrations.to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::MigrationDefinition(
            rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
        ) => StoreError::TooNew(path.display().to_string()),
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => StoreError::Failed(format!("{}: {other}", path.display())),
    })?;
    Ok(connection)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => Self::Full(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_commit_is_synced() {
        let home = tempfile::tempdir().expect("a folder");
        let connection = open_for_writing(&home.path().join("test.db")).expect("opens");
        let pragma =
            |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect(name);
        assert_eq!(pragma("synchronous"), 2, "FULL");
        assert_eq!(pragma("foreign_keys"), 1);
        let journal: String =
            connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("journal_mode");
        assert_eq!(journal, "wal");
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused_untouched() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        open_for_writing(&path).expect("opens").pragma_update(None, "user_version", 99).expect("set");
        assert!(matches!(open_for_writing(&path), Err(StoreError::TooNew(_))));
        let version: i64 = Connection::open(&path)
            .and_then(|c| c.pragma_query_value(None, "user_version", |row| row.get(0)))
            .expect("readable");
        assert_eq!(version, 99);
    }
}
