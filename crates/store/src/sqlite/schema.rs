//! The schema, and how an older one is brought to it: by whoever comes first, while nobody else writes.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::StoreError;

/// What leads from one schema to the next. One that was in a release never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/20261122120000_initial.sql"),
    include_str!("../../migrations/sqlite/20261122190000_keys_events_secrets.sql"),
    include_str!("../../migrations/sqlite/20261128120000_append_keys.sql"),
    include_str!("../../migrations/sqlite/20261128130000_sources_and_files.sql"),
    include_str!("../../migrations/sqlite/20261128203000_crews.sql"),
    include_str!("../../migrations/sqlite/20261128210000_ledger.sql"),
    include_str!("../../migrations/sqlite/20261128211000_accounts.sql"),
    include_str!("../../migrations/sqlite/20261128211000_credentials.sql"),
    include_str!("../../migrations/sqlite/20261128213000_brought_files.sql"),
];

/// How many migrations come before that of the crews, and before the ledger's.
#[cfg(test)]
pub(super) const BEFORE_THE_CREWS: usize = 4;
#[cfg(test)]
pub(super) const BEFORE_THE_LEDGER: usize = 5;

/// The schema that this version writes.
#[expect(clippy::cast_possible_wrap, reason = "there are a handful of migrations")]
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The schema of the database at `path`; 0 if there is none yet.
pub(super) fn of_file(path: &Path) -> Result<i64, StoreError> {
    if !path.exists() {
        return Ok(0);
    }
    of(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

fn of(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Brings the database at `path` to this version's schema.
///
/// # Errors
/// [`StoreError::TooNew`] when a newer version wrote it: it is left as it is.
pub(super) fn bring_up(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    if of(connection)? == SCHEMA {
        return Ok(());
    }
    // Another process may be about it: only what is read while nobody else can write tells what is still to be done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = of(&transaction)?;
    let missing = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found..));
    let missing = missing.ok_or_else(|| StoreError::TooNew(path.display().to_string()))?;
    if found > 0 && !missing.is_empty() {
        let bytes = path.metadata().map_or(0, |file| file.len());
        tracing::warn!(
            database = %path.display(), bytes, found, wanted = SCHEMA,
            "brings the database to this version's schema; that takes up to a minute a gigabyte, and as much room again"
        );
    }
    missing.iter().try_for_each(|migration| transaction.execute_batch(migration))?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    Ok(transaction.commit()?)
}

/// A new database at `path` as a version with the first `schema` migrations left it.
#[cfg(test)]
pub(super) fn older(path: &Path, schema: usize) -> Connection {
    let older = Connection::open(path).expect("opens");
    for migration in &MIGRATIONS[..schema] {
        older.execute_batch(migration).expect("made");
    }
    older.pragma_update(None, "user_version", schema).expect("set");
    older
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::sqlite::open_for_writing;

    /// Opens a database by four at once, and gives what became of each.
    fn open_at_once(path: &Path) -> Vec<Result<Connection, StoreError>> {
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            let open = || {
                barrier.wait();
                open_for_writing(path)
            };
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            openers.into_iter().map(|opener| opener.join().expect("no panic")).collect()
        })
    }

    #[test]
    fn whoever_opens_a_folder_at_the_same_time_finds_one_whole_schema() {
        for round in 0..60 {
            // In memory where there is such a place: it is about who comes first, not about the disk.
            let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
            let path = home.path().join("test.db");
            // A new folder, and one of each older version.
            let schema = round % MIGRATIONS.len();
            if schema > 0 {
                let older = older(&path, schema);
                older.pragma_update(None, "journal_mode", "WAL").expect("set");
            }
            for opened in open_at_once(&path) {
                let opened = opened.expect("nobody ends another");
                assert_eq!(of(&opened).expect("readable"), SCHEMA, "round {round} from schema {schema}");
            }
        }
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        let older = older(&path, 2);
        // In the way of the last.
        older.execute_batch("CREATE TABLE task_folders (no INTEGER)").expect("made");
        open_for_writing(&path).expect_err("there is one already");
        assert_eq!(of(&older).expect("readable"), 2);
        let log = "SELECT count(*) FROM sqlite_schema WHERE name = 'idempotency_log'";
        let log: i64 = older.query_row(log, [], |row| row.get(0)).expect("readable");
        assert_eq!(log, 0, "the first of them is undone too");
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused_untouched() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        open_for_writing(&path).expect("opens").pragma_update(None, "user_version", 99).expect("set");
        assert!(matches!(open_for_writing(&path), Err(StoreError::TooNew(_))));
        assert_eq!(of_file(&path).expect("readable"), 99);
    }
}
