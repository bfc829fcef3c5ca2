//! Files that are missing, and files that nobody needs.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::Duration;

use super::{Finding, Patient, first_of, machine};
use crate::sqlite::{look, snapshot};
use crate::{FolderName, StoreError};

/// A running server needs no longer from a file to the row that names it, nor from a row's end to its files'.
const SETTLED: Duration = Duration::from_secs(60 * 60);

pub(super) fn songs(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let (mut there, mut missing) = (0_u64, Vec::new());
    snapshot::each_file(patient.database, &mut |task_no, name| {
        if patient.folder.path().join(name).is_file() {
            there += 1
        } else {
            missing.push((task_no, name.to_owned()))
        }
    })?;
    let missing = still_named(patient, missing)?;
    if missing.is_empty() {
        return Ok(Finding::fine("songs", format!("{there} files, all there")));
    }
    let detail = format!("{} files that records name are missing: {}", missing.len(), first_of(&missing));
    Ok(Finding::wrong("songs", detail, "get them from a backup: `tar --extract --file BACKUP NAME`"))
}

/// Those whose task was not deleted while they were looked for.
fn still_named(patient: &Patient<'_>, missing: Vec<(i64, String)>) -> Result<Vec<String>, StoreError> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let later = look::open(&patient.folder.database())?;
    let mut is_there = later.connection.prepare("SELECT EXISTS (SELECT 1 FROM tasks WHERE no = ?1)")?;
    let mut still = Vec::new();
    for (task_no, name) in missing {
        if is_there.query_row([task_no], |row| row.get(0))? {
            still.push(name);
        }
    }
    Ok(still)
}

/// What lies under `files/` and `masters/` and has no reason to.
#[derive(Default)]
struct Strays {
    /// Folders that nobody knows, with one of their places.
    folders: BTreeMap<String, String>,
    half_written: Vec<String>,
    strange: Vec<String>,
}

pub(super) fn strays(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let mut strays = Strays::default();
    for (root, path) in patient.folder.files().roots() {
        for parent in entries(path)? {
            let parent_name = format!("{root}/{}", parent.file_name().to_string_lossy());
            if !parent.file_type()?.is_dir() {
                strays.strange.push(parent_name);
                continue;
            }
            // One parent at a time: there may be millions of folders, and of those that are known none is kept.
            let mut folders = BTreeMap::new();
            for folder in entries(&parent.path())? {
                look_into(patient, &mut strays, &mut folders, &parent_name, &folder)?;
            }
            // Looked up after the files were: whoever makes a folder is in the queue first.
            let later = look::open(&patient.folder.database())?;
            strays.folders.append(&mut unknown(&later.connection, folders)?);
        }
    }
    Ok(strays.judged())
}

fn look_into(
    patient: &Patient<'_>,
    strays: &mut Strays,
    folders: &mut BTreeMap<String, String>,
    parent: &str,
    folder: &DirEntry,
) -> Result<(), StoreError> {
    let name = folder.file_name().to_string_lossy().into_owned();
    let place = format!("{parent}/{name}");
    let Some(known) = FolderName::parse(&name).filter(|_| folder.file_type().is_ok_and(|kind| kind.is_dir()))
    else {
        strays.strange.push(place);
        return Ok(());
    };
    if is_settled(patient, folder) {
        folders.insert(known.as_str().to_owned(), place.clone());
    }
    for file in entries(&folder.path())? {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && is_settled(patient, &file) {
            strays.half_written.push(format!("{place}/{name}"));
        }
    }
    Ok(())
}

/// Whether nobody is at it any more: without a server everything is.
fn is_settled(patient: &Patient<'_>, entry: &DirEntry) -> bool {
    let changed = entry.metadata().and_then(|found| found.modified());
    let age = changed.ok().map(|changed| patient.files_now.since(machine::timestamp(changed)));
    !patient.served || age.is_some_and(|age| age >= SETTLED)
}

/// The folders that no row names.
fn unknown(
    database: &rusqlite::Connection,
    folders: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, StoreError> {
    // Whoever has a folder has a lease, by whose index the few are found among all that wait.
    let queued = "SELECT folder FROM queue WHERE due_ms IS NOT NULL AND folder IS NOT NULL";
    let mut queued = database.prepare(queued)?;
    let queued: HashSet<String> = queued.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut is_named = database.prepare(
        "SELECT EXISTS (SELECT 1 FROM songs WHERE folder = ?1) \
         OR EXISTS (SELECT 1 FROM task_folders WHERE folder = ?1) \
         OR EXISTS (SELECT 1 FROM doomed_folders WHERE folder = ?1) \
         OR EXISTS (SELECT 1 FROM brought_files WHERE folder = ?1) \
         OR EXISTS (SELECT 1 FROM shared_folders WHERE folder = ?1)",
    )?;
    let mut found = BTreeMap::new();
    for (folder, place) in folders {
        if !queued.contains(&folder) && !is_named.query_row([&folder], |row| row.get(0))? {
            found.insert(folder, place);
        }
    }
    Ok(found)
}

impl Strays {
    fn judged(self) -> Finding {
        let folders: Vec<String> = self.folders.into_values().collect();
        let kinds = [
            (folders, "folders that no task has"),
            (self.half_written, "files half written"),
            (self.strange, "things that backline did not make"),
        ];
        let told: Vec<String> = kinds
            .iter()
            .filter(|(found, _)| !found.is_empty())
            .map(|(found, what)| format!("{} {what}: {}", found.len(), first_of(found)))
            .collect();
        if told.is_empty() {
            return Finding::fine("stray files", "none");
        }
        let advice =
            "they only take room: remove them when you are sure that no backup is being restored here";
        Finding::warning("stray files", told.join("; "), advice)
    }
}

/// What a folder holds; nothing, if it is not there (any more).
fn entries(folder: &Path) -> Result<Vec<DirEntry>, StoreError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.collect::<Result<_, _>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::Failed(format!("cannot read {}: {error}", folder.display()))),
    }
}
