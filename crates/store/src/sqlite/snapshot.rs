//! Copies a database as it is at one moment, while others write to it, and tells what belongs to the copy.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::keys::SET_ASIDE;
use super::look::Stamp;
use super::{SCHEMA, look, rows};
use crate::{DataFolder, FolderName, StoreError};

/// Pages copied at a stretch, between two words about how far it is.
const PAGES_AT_ONCE: i32 = 2_048;

/// How often a database is copied that changes meanwhile.
const MOST_COPIES: u32 = 3;

/// A copy of a database that nobody else has open.
pub(crate) struct Snapshot {
    connection: Connection,
    /// Which migrations it has seen.
    pub schema: i64,
}

/// Copies a folder's database to the new file `to`, and again if it was taken for one that nobody writes to, and a
/// server began to meanwhile.
pub(crate) fn copy(
    folder: &DataFolder,
    to: &Path,
    told: &mut dyn FnMut(u64, u64),
) -> Result<Snapshot, StoreError> {
    for _ in 0..MOST_COPIES {
        let before = Stamp::of(folder)?;
        let copied = copy_once(&folder.database(), to, told);
        if before.still_holds(folder)? {
            return copied;
        }
        drop(copied);
        match std::fs::remove_file(to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => (),
        }
    }
    Err(StoreError::Failed(format!(
        "{} was changed each time while it was copied, as a server did that starts or stops; try again",
        folder.database().display()
    )))
}

/// Copies the database at `from` to the new file `to`. Writers go on meanwhile: the copy is read from one snapshot
/// of the write-ahead log, which grows until the copy is done. `told` hears of pages copied, and of all.
fn copy_once(from: &Path, to: &Path, told: &mut dyn FnMut(u64, u64)) -> Result<Snapshot, StoreError> {
    let source = look::open(from)?;
    if source.schema > SCHEMA {
        return Err(StoreError::TooNew(from.display().to_string()));
    }
    let unwritten = |error: rusqlite::Error| match look::damaged(from, &error) {
        damaged @ StoreError::Damaged(_) => damaged,
        _ => StoreError::Failed(format!("cannot copy the database to {}: {error}", to.display())),
    };
    let mut target = Connection::open(to).map_err(unwritten)?;
    // The copy counts only once it is part of a whole archive.
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.pragma_update(None, "synchronous", "OFF")?;
    let copying = Backup::new(&source.connection, &mut target)?;
    loop {
        let step = copying.step(PAGES_AT_ONCE).map_err(unwritten)?;
        let progress = copying.progress();
        let pages = |count: i32| u64::try_from(count).unwrap_or_default();
        told(pages(progress.pagecount - progress.remaining), pages(progress.pagecount));
        match step {
            StepResult::Done => break,
            StepResult::More => (),
            // Nobody else has the copy, and a reader of the log is never locked out.
            _ => return Err(StoreError::Failed(format!("{} is locked by another process", from.display()))),
        }
    }
    drop(copying);
    drop(target);
    drop(source);
    let snapshot = Snapshot::open(to)?;
    snapshot.connection.pragma_update(None, "journal_mode", "DELETE")?;
    snapshot.leave_damage_behind()?;
    Ok(snapshot)
}

impl Snapshot {
    /// Opens a copy.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        let schema = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| look::damaged(path, &error))?;
        Ok(Self { connection, schema })
    }

    /// Takes indexes that were set aside out of the copy. They cannot be dropped, since that reads their pages.
    fn leave_damage_behind(&self) -> Result<(), StoreError> {
        if set_aside(&self.connection)? > 0 {
            self.connection.execute_batch(&format!(
                "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name GLOB '{SET_ASIDE}*'; \
                 PRAGMA writable_schema = RESET; VACUUM;"
            ))?;
        }
        Ok(())
    }

    /// What is wrong with its pages; nothing, if it is whole.
    pub fn wrong_pages(&self) -> Result<Vec<String>, StoreError> {
        wrong_pages(&self.connection)
    }

    /// The folders of files that it names, each once.
    pub fn folders(&self) -> Result<Vec<FolderName>, StoreError> {
        let mut sql = "SELECT folder FROM songs".to_owned();
        // A file that somebody is still sending is no whole one.
        let named = [("shared_folders", ""), ("task_folders", ""), ("brought_files", " WHERE bytes > 0")];
        for (table, which) in named {
            if has_table(&self.connection, table)? {
                sql.push_str(&format!(" UNION SELECT folder FROM {table}{which}"));
            }
        }
        let mut statement =
            self.connection.prepare(&format!("SELECT DISTINCT folder FROM ({sql}) ORDER BY 1"))?;
        let mut found = statement.query([])?;
        let mut folders = Vec::new();
        while let Some(row) = found.next()? {
            folders.push(rows::folder(row.get(0)?, 0)?);
        }
        Ok(folders)
    }

    /// Tells of each file that a record or a song names: the task's number and the file's name below the data folder.
    pub fn each_file(&self, told: &mut dyn FnMut(i64, &str)) -> Result<(), StoreError> {
        each_file(&self.connection, told)
    }
}

/// Brings a copy to this version's schema, since an older one may know no cursors, and lets the next event's cursor lie
/// `count` further.
pub(crate) fn skip_cursors(path: &Path, count: i64) -> Result<(), StoreError> {
    let connection = super::open_for_writing(path)?;
    connection.execute("UPDATE event_cursor SET n = n + ?1", [count])?;
    // One file, without a log beside it: it is moved.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(())
}

/// How many damaged indexes were set aside: tables that nobody reads, and of which every page may be wrong.
pub(crate) fn set_aside(connection: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name GLOB ?1 || '*'";
    Ok(connection.query_row(sql, [SET_ASIDE], |row| row.get(0))?)
}

/// What is wrong with a database's pages, at most twenty things. What was set aside is left out.
pub(crate) fn wrong_pages(connection: &Connection) -> Result<Vec<String>, StoreError> {
    if set_aside(connection)? > 0 {
        return wrong_pages_without(connection, "");
    }
    let mut lines = Vec::new();
    check(connection, "20", &mut lines)?;
    Ok(lines)
}

/// What is wrong with the pages of all tables but `left_out` and those that were set aside.
pub(crate) fn wrong_pages_without(
    connection: &Connection,
    left_out: &str,
) -> Result<Vec<String>, StoreError> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> ?1 AND NOT name GLOB ?2 || '*'",
    )?;
    let tables = tables.query_map([left_out, SET_ASIDE], |row| row.get::<_, String>(0))?;
    let mut lines = Vec::new();
    for table in tables {
        check(connection, &table?, &mut lines)?;
    }
    Ok(lines)
}

/// Adds what SQLite finds wrong: in a table, or in all if it is told how many things are enough.
fn check(connection: &Connection, what: &str, lines: &mut Vec<String>) -> Result<(), StoreError> {
    let mut read = || -> rusqlite::Result<()> {
        let mut statement = connection.prepare(&format!("PRAGMA integrity_check({what})"))?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let text: String = row.get(0)?;
            // A tree's faults come as one text with a heading.
            lines.extend(
                text.lines().filter(|line| *line != "ok" && !line.starts_with("***")).map(str::to_owned),
            );
        }
        Ok(())
    };
    if let Err(error) = read() {
        // It ends at the first page that it cannot step over; what it has named until then is the better answer.
        match look::damaged(Path::new("the database"), &error) {
            StoreError::Damaged(what) if lines.is_empty() => lines.push(what),
            StoreError::Damaged(_) => (),
            other => return Err(other),
        }
    }
    Ok(())
}

fn has_table(connection: &Connection, name: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    Ok(connection.query_row(sql, [name], |row| row.get(0))?)
}

/// Tells of each file that a record or a song names.
pub(crate) fn each_file(connection: &Connection, told: &mut dyn FnMut(i64, &str)) -> Result<(), StoreError> {
    let mut records = connection.prepare(
        "SELECT no, base_at, response FROM tasks WHERE outcome = 2 AND length(base_at) > 0 ORDER BY no",
    )?;
    let mut found = records.query([])?;
    while let Some(row) = found.next()? {
        let (no, base_at, response): (i64, Vec<u8>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut names: Vec<String> =
            base_at.chunks_exact(4).filter_map(|at| name_at(&response, at)).collect();
        names.sort_unstable();
        names.dedup();
        names.iter().for_each(|name| told(no, name));
    }
    let shared = if has_table(connection, "shared_folders")? {
        "WHERE folder NOT IN (SELECT folder FROM shared_folders)"
    } else {
        ""
    };
    let mut songs =
        connection.prepare(&format!("SELECT task_no, folder FROM songs {shared} ORDER BY task_no"))?;
    let mut found = songs.query([])?;
    while let Some(row) = found.next()? {
        let folder: String = row.get(1)?;
        let parent = folder.get(..2).unwrap_or_default();
        told(row.get(0)?, &format!("masters/{parent}/{folder}/master.flac"));
    }
    Ok(())
}

/// The place below the data folder of a media name within a response; `None` if it is none of our files.
fn name_at(response: &str, at: &[u8]) -> Option<String> {
    let at = u32::from_le_bytes(at.try_into().ok()?) as usize;
    let rest = response.get(at..)?;
    let (folder, name) = rest[..rest.find('"')?].strip_prefix("files/")?.split_once('/')?;
    FolderName::parse(folder).map(|_| format!("files/{}/{folder}/{name}", &folder[..2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_of_an_older_schema_has_the_title_and_words_of_its_record() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        let old = super::super::schema::older(&path, 3);
        old.execute_batch("PRAGMA foreign_keys = OFF").expect("set");
        let responses = [
            Some(r#"{"data":[{"title":"Rain \"n\" sun","lyric":"[Verse]\nRain"}]}"#),
            Some(r#"{"data":[]}"#),
            Some("{"),
            None,
        ];
        for (no, response) in (1_i64..).zip(responses) {
            let task = "INSERT INTO tasks (no, id, trace_id, application_no, credential_no, kind, created_ms, charged, \
                        waits, fingerprint, request, response) VALUES (?1, CAST(printf('%016d', ?1) AS BLOB), \
                        CAST(printf('%016d', ?1) AS BLOB), 1, 1, 1, 0, 0, 0, zeroblob(16), '{}', ?2)";
            old.execute(task, (no, response)).expect("kept");
            let song = "INSERT INTO songs (audio_id, task_no, engine, plan, folder, samples, master_sha256) \
                        VALUES (CAST(printf('%016d', ?1) AS BLOB), ?1, 'old 1', '{}', '', 1, zeroblob(32))";
            old.execute(song, [no]).expect("kept");
        }
        drop(old);
        let now = super::super::open_for_writing(&path).expect("brought up to date");
        let mut told = now.prepare("SELECT title, lyric FROM songs ORDER BY task_no").expect("a query");
        let told = told.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
        let told: Vec<(String, String)> = told.collect::<Result<_, _>>().expect("rows");
        let nothing = (String::new(), String::new());
        let found = ("Rain \"n\" sun".to_owned(), "[Verse]\nRain".to_owned());
        assert_eq!(told, [found, nothing.clone(), nothing.clone(), nothing]);
    }

    #[test]
    fn a_copy_of_an_older_schema_skips_cursors_too() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        drop(super::super::schema::older(&path, 1));
        skip_cursors(&path, 7_000).expect("skipped");
        let now = Snapshot::open(&path).expect("opens");
        let n: i64 =
            now.connection.query_row("SELECT n FROM event_cursor", [], |row| row.get(0)).expect("one");
        assert_eq!((now.schema, n), (SCHEMA, 7_000));
        assert!(!home.path().join("test.db-wal").exists());
    }
}
