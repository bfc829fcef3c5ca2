//! Looks through a whole database for what must never be: for the crash test, which asks after each run.

use std::path::Path;

use domain::TaskId;
use rusqlite::{Connection, OpenFlags};

use super::ledger::proof;
use crate::{Account, FolderName, StoreError};

/// What a database holds, and what of it is wrong.
#[derive(Debug)]
pub struct Audit {
    /// What SQLite says of its own structures; `ok` alone if they are whole.
    pub integrity: Vec<String>,
    /// Each rule, with the number of rows that break it.
    pub rules: Vec<(&'static str, i64)>,
    /// All songs, with the folders of their files.
    pub songs: Vec<(TaskId, FolderName)>,
    /// Other folders that may have files: those shared by many songs, those of tasks without a
    /// song, and those whose files are yet to be removed.
    pub other_folders: Vec<FolderName>,
    /// Tasks of `audios` that succeeded.
    pub songs_ordered: i64,
    /// What all accounts come to.
    pub quota: Account,
}

/// Entries of the index of keys that lead to another's row, or to one that is yet to be given. One whose row went for its
/// age leads nowhere.
pub(crate) const KEYS_ASTRAY: &str = "SELECT count(*) FROM idempotency_index i LEFT JOIN idempotency_log l ON l.no = i.no \
     WHERE l.application_no <> i.application_no OR l.key_hash <> i.key_hash \
     OR i.no > (SELECT coalesce(max(no), 0) FROM idempotency_log)";
/// Keys that nobody would find; one may have been given again since.
pub(crate) const KEYS_LOST: &str = "SELECT count(*) FROM idempotency_log l WHERE l.no <= (SELECT indexed_to FROM idempotency_indexed) \
     AND NOT EXISTS (SELECT 1 FROM idempotency_index i WHERE i.application_no = l.application_no \
     AND i.key_hash = l.key_hash AND i.no >= l.no)";

/// Lanes that are no sums of the queue.
pub(crate) const LANES_ASTRAY: &str = "SELECT count(*) FROM (SELECT credential_no, crew, sum(state = 0) AS waiting, \
     sum(state = 1) AS held, sum(state = 2) AS later, min(iif(state = 0, task_no, NULL)) AS head FROM queue GROUP BY 1, 2) q \
     FULL JOIN lanes l ON l.credential_no = q.credential_no AND l.crew = q.crew \
     WHERE coalesce(l.waiting, 0) <> coalesce(q.waiting, 0) OR coalesce(l.in_flight, 0) <> coalesce(q.held, 0) \
     OR coalesce(l.delayed, 0) <> coalesce(q.later, 0) OR l.head IS NOT q.head";

/// What holds in every state that was ever committed, while no server is at work. Each query counts what breaks it.
const RULES: &[(&str, &str)] = &[
    ("a key in the index leads to its row or to none", KEYS_ASTRAY),
    ("a key that is said to be in the index is there", KEYS_LOST),
    ("references lead to rows", "SELECT count(*) FROM pragma_foreign_key_check"),
    (
        "a task has an outcome or a place in the queue, never both",
        "SELECT count(*) FROM tasks t WHERE (outcome IS NULL) <> EXISTS (SELECT 1 FROM queue q WHERE q.task_no = t.no)",
    ),
    ("lanes agree with the queue", LANES_ASTRAY),
    (
        "counts agree with tasks, at every size",
        "SELECT count(*) FROM (SELECT level, sum(n) AS n FROM task_counts GROUP BY level) \
         WHERE n <> (SELECT count(*) FROM tasks)",
    ),
    (
        "an ended task that asked for a callback has exactly one, and no other has any",
        "SELECT count(*) FROM tasks t WHERE (outcome IS NOT NULL AND callback_url IS NOT NULL) <> \
         (SELECT count(*) FROM deliveries d WHERE d.task_no = t.no)",
    ),
    (
        "destinations agree with what is under way to them",
        "SELECT count(*) FROM destinations d WHERE leased <> \
         (SELECT count(*) FROM deliveries WHERE destination_no = d.no AND state = 1)",
    ),
    (
        // Kind 2 has words alone.
        "a task keeps a song or a folder exactly when it succeeded",
        "SELECT count(*) FROM tasks t WHERE kind <> 2 AND (coalesce(outcome, 0) = 2) <> \
         (SELECT count(*) FROM songs s WHERE s.task_no = t.no) + \
         (SELECT count(*) FROM task_folders f WHERE f.task_no = t.no)",
    ),
];

/// What holds in the ledger.
pub const LEDGER: &[(&str, &str)] = proof::RULES;

/// Looks through the database at `path`, and changes nothing.
///
/// # Errors
/// When it cannot be read.
pub fn audit(path: &Path) -> Result<Audit, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut integrity = connection.prepare("PRAGMA integrity_check")?;
    let integrity = integrity.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let broken =
        |&(rule, sql): &(&'static str, &str)| Ok((rule, connection.query_row(sql, [], |row| row.get(0))?));
    let rules = RULES.iter().chain(LEDGER).map(broken).collect::<Result<_, rusqlite::Error>>()?;
    let mut songs =
        connection.prepare("SELECT t.id, s.folder FROM songs s JOIN tasks t ON t.no = s.task_no")?;
    let songs = songs.query_map([], |row| Ok((TaskId::from_bytes(row.get(0)?), row.get::<_, String>(1)?)))?;
    let songs: Vec<_> = songs.collect::<Result<_, _>>()?;
    let songs =
        songs.into_iter().filter_map(|(task, folder)| Some((task, FolderName::parse(&folder)?))).collect();
    let mut others = connection.prepare(
        "SELECT folder FROM shared_folders UNION SELECT folder FROM doomed_folders UNION SELECT folder FROM task_folders \
         UNION SELECT folder FROM brought_files",
    )?;
    let others: Vec<String> = others.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // Kind 1 is `audios`.
    let songs_ordered = "SELECT count(*) FROM tasks WHERE kind = 1 AND outcome = 2";
    let songs_ordered = connection.query_row(songs_ordered, [], |row| row.get(0))?;
    let quota = proof::total(&connection)?;
    let other_folders = others.iter().filter_map(|folder| FolderName::parse(folder)).collect();
    Ok(Audit { integrity, rules, songs, other_folders, songs_ordered, quota })
}
