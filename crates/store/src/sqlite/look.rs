//! Reads a database without changing anything, beside a running server or without one.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};

use super::BUSY_TIMEOUT;
use crate::{DataFolder, StoreError};

/// A connection that only reads, with one snapshot for all that it is asked.
pub(crate) struct Look {
    pub connection: Connection,
    /// Which migrations it has seen.
    pub schema: i64,
}

impl Look {
    /// Makes sure that the database is of this schema.
    pub fn of_schema(&self, schema: i64, path: &Path) -> Result<(), StoreError> {
        match self.schema.cmp(&schema) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(StoreError::TooNew(path.display().to_string())),
            std::cmp::Ordering::Less => Err(StoreError::Failed(format!(
                "{} is of an older version; start the server once, which brings it up to this one",
                path.display()
            ))),
        }
    }
}

/// What tells whether somebody has written to a database that was read without locks.
#[derive(PartialEq, Eq)]
pub(crate) struct Stamp {
    alone: bool,
    served: bool,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub fn of(folder: &DataFolder) -> Result<Self, StoreError> {
        let path = folder.database();
        let file = path.metadata()?;
        Ok(Self {
            alone: is_alone(&path),
            served: folder.has_server()?,
            length: file.len(),
            modified: file.modified().ok(),
        })
    }

    /// Whether what was read since is of one moment: through a log it always is.
    pub fn still_holds(&self, folder: &DataFolder) -> Result<bool, StoreError> {
        Ok(!self.alone || *self == Self::of(folder)?)
    }
}

/// Opens the database at `path` to read it as it is now.
pub(crate) fn open(path: &Path) -> Result<Look, StoreError> {
    // Without a log there is nobody who writes, and SQLite would make one only to read.
    if is_alone(path) {
        return begin(open_unchanging(path)?, path);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    begin(Connection::open_with_flags(path, flags)?, path)
}

/// Whether the database is one file, without a log beside it.
fn is_alone(path: &Path) -> bool {
    log_of(path).metadata().map_or(true, |log| log.len() == 0)
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Neither locks nor makes files: for a folder that cannot be written, too.
fn open_unchanging(path: &Path) -> Result<Connection, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let absolute = std::path::absolute(path)?;
    let escaped =
        absolute.to_str().map(|path| path.replace('%', "%25").replace('?', "%3f").replace('#', "%23"));
    let escaped = escaped.ok_or_else(|| {
        StoreError::Failed(format!("the path {} is not UTF-8; choose another --data-dir", path.display()))
    })?;
    Ok(Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?)
}

fn begin(connection: Connection, path: &Path) -> Result<Look, StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.execute_batch("BEGIN")?;
    let schema = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| damaged(path, &error))?;
    Ok(Look { connection, schema })
}

/// What a database says that is not one any more.
pub(crate) fn damaged(path: &Path, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => {
            StoreError::Damaged(format!("{} is damaged: {error}", path.display()))
        }
        _ => StoreError::Failed(format!("{}: {error}", path.display())),
    }
}
