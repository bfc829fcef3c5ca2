//! Reads a backup: into a new data folder, or only to see whether it is whole.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use domain::Timestamp;

use super::names::{DATABASE, SETTINGS, is_song_file};
use super::{Backup, Step, archive};
use crate::folder::REHEARSED;
use crate::sqlite::snapshot::{self, Snapshot};
use crate::{DataFolder, StoreError};

/// Where a folder is put together before anything of it counts.
const ASIDE: &str = ".restoring";
/// What the lock on a folder leaves in it.
const LOCK: &str = "server.lock";
/// How far the cursors of new events lie beyond the backup's last at least: further than any that was given since the
/// backup, so that none is given again, and a consumer that kept one passes over nothing.
const CURSORS_SKIPPED: i64 = 1_000_000_000;
/// They lie further by this many for each millisecond since 2026 until the restore, so that two restores of one backup
/// do not give the same: more than a server can give in a millisecond. Cursors must stay below 2^53: a restore in 2056
/// takes about a hundredth of that, so that some ninety folders can be restored each from a backup of the one before.
const CURSORS_PER_MS: i64 = 100;
/// 2026-01-01T00:00:00Z.
const BEGINNING_MS: i64 = 1_767_225_600_000;
/// How many of the missing files are named.
const MOST_NAMED: usize = 5;

/// Makes the new or empty folder `into` what was backed up. Every sum and the database are checked before the
/// database gets its name; when anything is wrong, nothing is left behind.
///
/// # Errors
/// [`StoreError::BadBackup`] when the archive is damaged or is not ours; others when the folder is not empty or
/// cannot be written.
pub fn restore(
    from: &Path,
    into: &Path,
    now: Timestamp,
    told: &mut dyn FnMut(Step),
) -> Result<Backup, StoreError> {
    let was_there = is_free(into, &[])?;
    let folder = DataFolder::open(into)?;
    // No server shall take it for a new folder meanwhile.
    let lock = folder.lock()?;
    // One may have come and gone since it was looked at.
    is_free(into, &[LOCK])?;
    let aside = into.join(ASIDE);
    let mut moved = Vec::new();
    let made = fs::create_dir(&aside)
        .map_err(|error| unwritten(&aside, &error))
        .and_then(|()| unpack(from, &aside, now, told))
        .and_then(|backup| {
            if backup.about.rehearsed {
                // Its clock goes on from there: its tasks are never of the future.
                lock.still_alive(Timestamp::from_millis(backup.about.made_ms))?;
            }
            move_up(&aside, into, &mut moved).map(|()| backup)
        });
    if made.is_err() {
        // What went wrong first is the one to tell.
        drop(fs::remove_dir_all(&aside));
        // Only what was moved up is ours. The database is the last.
        for name in moved {
            let path = into.join(name);
            drop(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
        }
        drop(fs::remove_file(into.join(LOCK)));
        if !was_there {
            drop(fs::remove_dir(into));
        }
    }
    drop(lock);
    made
}

/// Reads a backup from end to end, and changes nothing: every sum, the database, and whether the files are there
/// that its records name. The database is unpacked to `scratch` meanwhile.
///
/// # Errors
/// [`StoreError::BadBackup`] when the archive is damaged or is not ours.
pub fn verify(from: &Path, scratch: &Path, told: &mut dyn FnMut(Step)) -> Result<Backup, StoreError> {
    let aside = tempfile::Builder::new().prefix("backline-verify-").tempdir_in(scratch);
    let aside = aside.map_err(|error| unwritten(scratch, &error))?;
    let database = aside.path().join(DATABASE);
    examine(from, &database, told, &mut |name, content| {
        if name == DATABASE { write(&database, content) } else { skip(content) }
    })
}

/// Whether the folder is there; an error if it holds anything but what is `ours`.
fn is_free(folder: &Path, ours: &[&str]) -> Result<bool, StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unwritten(folder, &error)),
    };
    for entry in entries {
        let name = entry?.file_name();
        // What a new file system holds by itself.
        if name != "lost+found" && !ours.iter().any(|ours| name == *ours) {
            return Err(StoreError::Failed(format!(
                "{} is not empty (it holds {:?}); a backup is restored into a new or empty folder",
                folder.display(),
                name.to_string_lossy(),
            )));
        }
    }
    Ok(true)
}

fn unpack(
    from: &Path,
    aside: &Path,
    now: Timestamp,
    told: &mut dyn FnMut(Step),
) -> Result<Backup, StoreError> {
    has_room(from, aside)?;
    let backup = examine(from, &aside.join(DATABASE), told, &mut |name, content| {
        let path = aside.join(name);
        let home = path.parent().unwrap_or(aside);
        fs::create_dir_all(home).map_err(|error| unwritten(home, &error))?;
        write(&path, content)
    })?;
    if backup.about.rehearsed {
        // Before the database has its name: no server shall take it for real work.
        write(&aside.join(REHEARSED), &mut std::io::empty())?;
    }
    let late = now.as_millis().saturating_sub(BEGINNING_MS).max(0);
    let skipped = CURSORS_SKIPPED.saturating_add(late.saturating_mul(CURSORS_PER_MS));
    snapshot::skip_cursors(&aside.join(DATABASE), skipped)?;
    let file = File::open(aside)?;
    rustix::fs::syncfs(&file).map_err(|error| unwritten(aside, &error.into()))?;
    Ok(backup)
}

fn has_room(from: &Path, folder: &Path) -> Result<(), StoreError> {
    let need = from.metadata().map_or(0, |archive| archive.len());
    let room =
        rustix::fs::statvfs(folder).map_or(u64::MAX, |disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    if room >= need {
        return Ok(());
    }
    let folder = folder.parent().unwrap_or(folder).display();
    Err(StoreError::Failed(format!("{folder} has room for {room} bytes, and the backup needs {need}")))
}

/// The database last: a folder that has one is whole. `moved` is told what has its place.
fn move_up(aside: &Path, into: &Path, moved: &mut Vec<&'static str>) -> Result<(), StoreError> {
    for name in ["files", "masters", SETTINGS, REHEARSED, DATABASE] {
        if aside.join(name).try_exists()? {
            fs::rename(aside.join(name), into.join(name)).map_err(|error| unwritten(into, &error))?;
            moved.push(name);
        }
    }
    fs::remove_dir_all(aside).map_err(|error| unwritten(aside, &error))?;
    Ok(File::open(into)?.sync_all()?)
}

/// Reads the archive, whose database `keep` writes to `database`, and looks whether all is as it should be.
fn examine(
    from: &Path,
    database: &Path,
    told: &mut dyn FnMut(Step),
    keep: &mut dyn FnMut(&str, &mut dyn Read) -> Result<(), StoreError>,
) -> Result<Backup, StoreError> {
    let bad = |what: String| StoreError::BadBackup(format!("{}: {what}", from.display()));
    let all = from.metadata().map_or(0, |archive| archive.len());
    let mut read = 0;
    let whole = archive::read(from, &mut |name, size, content| {
        keep(name, content)?;
        read += size;
        told(Step::Read(read, all));
        Ok(())
    })?;
    if !database.is_file() {
        return Err(bad("there is no database in it".to_owned()));
    }
    let snapshot = Snapshot::open(database)?;
    if snapshot.schema != whole.about.schema {
        return Err(bad(format!(
            "its database is of schema {}, not of {}",
            snapshot.schema, whole.about.schema
        )));
    }
    if let Some(first) = snapshot.wrong_pages()?.first() {
        return Err(bad(format!("its database is damaged: {first}; use another backup")));
    }
    let names = whole.sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name.to_owned());
    let names: HashSet<String> = names.filter(|name| is_song_file(name)).collect();
    let files = names.len() as u64;
    let Missing { count, first } = Missing::of(&snapshot, names)?;
    Ok(Backup { about: whole.about, files, bytes: whole.bytes, missing: count, first_missing: first })
}

/// Files that records name and nobody has.
#[derive(Default)]
pub(super) struct Missing {
    pub count: u64,
    pub first: Vec<String>,
}

impl Missing {
    /// Those that are not among `names`.
    pub fn of(snapshot: &Snapshot, names: HashSet<String>) -> Result<Self, StoreError> {
        let mut missing = Self::default();
        snapshot.each_file(&mut |_, name| {
            if !names.contains(name) {
                missing.count += 1;
                if missing.first.len() < MOST_NAMED {
                    missing.first.push(name.to_owned());
                }
            }
        })?;
        Ok(missing)
    }
}

/// A new file: two entries of one name are one too many.
fn write(path: &Path, content: &mut dyn Read) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| unwritten(path, &error))?;
    std::io::copy(content, &mut file).map_err(|error| unwritten(path, &error))?;
    Ok(())
}

fn skip(content: &mut dyn Read) -> Result<(), StoreError> {
    std::io::copy(content, &mut std::io::sink())?;
    Ok(())
}

fn unwritten(path: &Path, error: &std::io::Error) -> StoreError {
    let path: PathBuf = path.components().filter(|part| part.as_os_str() != ASIDE).collect();
    StoreError::Failed(format!("cannot write {}: {error}", path.display()))
}
