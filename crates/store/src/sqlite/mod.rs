//! The store in one SQLite file: many readers, one writer that commits many writes in one sync.
//!
//! - Write-ahead log, `synchronous = FULL`, foreign keys: what was answered survives a power cut.
//! - Readers never wait for the writer, nor it for them.
//! - One process works the queue; others may add and revoke tokens beside it.

mod access;
mod applications;
mod aside;
pub mod audit;
pub mod bench;
mod brought;
mod callbacks;
mod cancel;
mod counts;
mod credentials;
mod crews;
mod deleting;
mod doomed;
mod ending;
mod events;
mod keys;
mod lanes;
mod ledger;
mod listing;
pub(crate) mod look;
mod orders;
mod outbox;
mod queue;
mod readers;
mod records;
mod retention;
mod rows;
mod schema;
mod secrets;
pub(crate) mod snapshot;
mod stats;
mod tasks;
mod usage;
mod users;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

pub(crate) use self::counts::LEVELS;
use self::events::News;
use self::keys::RecentKeys;
use self::readers::Readers;
use self::rows::Directory;
pub(crate) use self::schema::SCHEMA;
use self::writer::Writer;
use crate::{DataFolder, QueueRules, StoreError};

/// A store in one SQLite file.
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    directory: Arc<Directory>,
    news: Arc<News>,
    rules: QueueRules,
}

/// How long to wait for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens the store at `path` as its folder's server, and makes it or brings it to this version's schema first.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a newer version wrote it (it is left untouched); others when it cannot be opened.
    pub fn open(path: &Path, rules: QueueRules) -> Result<Self, StoreError> {
        let opened = || {
            let mut connection = open_for_writing(path)?;
            let keys = RecentKeys::of_server(&mut connection, rules.keys_gathered as usize)?;
            Self::start(path, connection, keys, rules)
        };
        opened().map_err(|error| damaged(path, error))
    }

    /// Opens the store of a folder whose server may be at work. Orders with a key are for that server alone.
    ///
    /// # Errors
    /// As [`Self::open`]; [`StoreError::OlderServer`] when this would change the schema under the feet of a server.
    pub fn open_beside(folder: &DataFolder, rules: QueueRules) -> Result<Self, StoreError> {
        let path = &folder.database();
        let opened = || {
            // The schema changes only while no server is there, and none can begin.
            let is_older = (1..SCHEMA).contains(&schema::of_file(path)?);
            let _hold = is_older.then(|| folder.hold_against_servers()).transpose()?;
            Self::start(path, open_for_writing(path)?, RecentKeys::default(), rules)
        };
        opened().map_err(|error| damaged(path, error))
    }

    fn start(
        path: &Path,
        connection: Connection,
        keys: RecentKeys,
        rules: QueueRules,
    ) -> Result<Self, StoreError> {
        let readers = Arc::new(Readers::new(path));
        let directory = Arc::new(Directory::default());
        let news = Arc::new(News::default());
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
    keep_a_log(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    schema::bring_up(&mut connection, path)?;
    // Not before: a migration may sort tables that are larger than the memory.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Turns to a write-ahead log. Two who do so to a new file would wait for each other: SQLite refuses one of them at once.
fn keep_a_log(connection: &Connection) -> rusqlite::Result<()> {
    const MOST_TRIES: u32 = 100;
    for _ in 1..MOST_TRIES {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => (),
            done => return done,
        }
        // Begins once the other is done.
        connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")
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
    fn nobody_changes_the_schema_beside_a_server() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        drop(schema::older(&folder.database(), 2));
        let rules = QueueRules {
            in_flight_per_credential: 0,
            most_waiting: 0,
            in_flight_per_destination: 1,
            deliveries_in_flight: 0,
            keys_gathered: 1,
            refuses_when_busy: false,
        };
        let lock = folder.lock().expect("free");
        assert!(matches!(SqliteStore::open_beside(&folder, rules), Err(StoreError::OlderServer(_))));
        assert_eq!(schema::of_file(&folder.database()).expect("readable"), 2);
        drop(lock);
        SqliteStore::open_beside(&folder, rules).expect("no server is there").close();
        assert_eq!(schema::of_file(&folder.database()).expect("readable"), SCHEMA);
        let _lock = folder.lock().expect("free");
        SqliteStore::open_beside(&folder, rules).expect("the schema is the server's").close();
    }
}
