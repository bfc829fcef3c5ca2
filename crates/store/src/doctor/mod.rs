//! Looks at a data folder, beside its server or without one, and says what is wrong with it. It writes nothing.

mod books;
mod database;
mod files;
mod machine;
mod queue;

use domain::Timestamp;

use crate::sqlite::{SCHEMA, look};
use crate::{DataFolder, StoreError};

/// How good a thing is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Health {
    /// As it should be.
    Fine,
    /// Worth a look; nothing is lost by it.
    Warning,
    /// Wrong.
    Wrong,
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// How good it is.
    pub health: Health,
    /// What was looked at.
    pub what: &'static str,
    /// What was found, with numbers.
    pub detail: String,
    /// What to do about it; empty where there is nothing to do.
    pub advice: &'static str,
}

impl Finding {
    fn fine(what: &'static str, detail: impl Into<String>) -> Self {
        Self { health: Health::Fine, what, detail: detail.into(), advice: "" }
    }

    fn warning(what: &'static str, detail: impl Into<String>, advice: &'static str) -> Self {
        Self { health: Health::Warning, what, detail: detail.into(), advice }
    }

    fn wrong(what: &'static str, detail: impl Into<String>, advice: &'static str) -> Self {
        Self { health: Health::Wrong, what, detail: detail.into(), advice }
    }
}

/// What every check is told.
struct Patient<'a> {
    folder: &'a DataFolder,
    database: &'a rusqlite::Connection,
    now: Timestamp,
    /// The time that files go by.
    files_now: Timestamp,
    /// A server runs on it.
    served: bool,
}

type Check = fn(&Patient<'_>) -> Result<Finding, StoreError>;

/// Checks that need this version's tables.
const OF_TABLES: [(&str, Check); 11] = [
    ("references", database::references),
    ("rows", books::rows),
    ("queue", books::queue),
    ("lanes", books::lanes),
    ("counts", books::counts),
    ("ledger", books::ledger),
    ("leases", queue::leases),
    ("callbacks", queue::callbacks),
    ("songs", files::songs),
    ("stray files", files::strays),
    ("clock", machine::clock),
];

/// Looks at everything: at what tasks say by `now`, the folder's time, at files and the server by `files_now`, that of
/// the machine. They differ in the folder of a rehearsal.
///
/// # Errors
/// When there is no data folder, or it cannot be read at all.
pub fn examine(
    folder: &DataFolder,
    now: Timestamp,
    files_now: Timestamp,
) -> Result<Vec<Finding>, StoreError> {
    // A server that starts meanwhile writes to what was taken for unchanging: then all is looked at again, once.
    let before = look::Stamp::of(folder)?;
    let found = examine_once(folder, now, files_now)?;
    if before.still_holds(folder)? { Ok(found) } else { examine_once(folder, now, files_now) }
}

fn examine_once(
    folder: &DataFolder,
    now: Timestamp,
    files_now: Timestamp,
) -> Result<Vec<Finding>, StoreError> {
    let served = folder.has_server()?;
    let mut found = vec![machine::server(folder, files_now, served)?, machine::disk(folder)?];
    let look = match look::open(&folder.database()) {
        Ok(look) => look,
        Err(StoreError::Damaged(what)) => {
            found.push(Finding::wrong("pages", what, database::DAMAGED));
            return Ok(found);
        }
        Err(other) => return Err(other),
    };
    let patient = Patient { folder, database: &look.connection, now, files_now, served };
    found.push(database::schema(look.schema));
    found.push(database::pages(&patient)?);
    if look.schema == SCHEMA {
        // A damaged page fails whatever reads it; the other checks are still worth having.
        let unread = |what, error: StoreError| Finding::wrong(what, format!("cannot be read: {error}"), "");
        found.extend(
            OF_TABLES.map(|(what, check)| check(&patient).unwrap_or_else(|error| unread(what, error))),
        );
    }
    Ok(found)
}

impl Patient<'_> {
    /// The number that a query gives.
    fn count(&self, sql: &str, params: impl rusqlite::Params) -> Result<i64, StoreError> {
        Ok(self.database.query_row(sql, params, |row| row.get(0))?)
    }

    /// The texts that a query gives.
    fn texts(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<String>, StoreError> {
        let mut statement = self.database.prepare(sql)?;
        let texts = statement.query_map(params, |row| row.get(0))?;
        Ok(texts.collect::<Result<_, _>>()?)
    }
}

/// The first few of many, as one text.
fn first_of(all: &[String]) -> String {
    const MOST: usize = 3;
    let more = if all.len() > MOST { ", …" } else { "" };
    format!("{}{more}", all[..all.len().min(MOST)].join(", "))
}
