//! Writes a backup.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use domain::Timestamp;

use super::archive::Writer;
use super::names::{DATABASE, SETTINGS};
use super::restore::Missing;
use super::{About, Backup, FORMAT, Step};
use crate::sqlite::snapshot;
use crate::{DataFolder, FileStore, FolderName, StoreError};

/// Writes everything that `folder` holds now into the new file `target`, whether a server runs on it or not. Under
/// its name it is whole or not there. A file that is there already is replaced only with `force`.
///
/// # Errors
/// When something cannot be read or written, or the database is damaged; nothing is left behind then.
pub fn make(
    folder: &DataFolder,
    target: &Path,
    force: bool,
    version: &str,
    now: Timestamp,
    told: &mut dyn FnMut(Step),
) -> Result<Backup, StoreError> {
    refuse_to_replace(target, force)?;
    let parent = parent(target);
    let aside = tempfile::Builder::new().prefix(".backline-backup-").tempdir_in(parent);
    let aside = aside.map_err(|error| unwritten(parent, &error))?;
    // From before the snapshot until its last file is read, none that it names is removed.
    let hold = folder.hold_for_backup()?;
    let copy = aside.path().join("snapshot.db");
    let taken = snapshot::copy(folder, &copy, &mut |done, all| told(Step::Database(done, all)))?;
    if let Some(first) = taken.wrong_pages()?.first() {
        let database = folder.database();
        return Err(StoreError::Damaged(format!("{} is damaged: {first}", database.display())));
    }
    let about = About {
        format: FORMAT,
        version: version.to_owned(),
        schema: taken.schema,
        made_ms: now.as_millis(),
        rehearsed: folder.is_rehearsed(),
    };
    let half_written = aside.path().join("archive.tar");
    let mut archive = create(&half_written)
        .and_then(|file| Writer::new(file, &about))
        .map_err(|error| unwritten(target, &error))?;
    add(&mut archive, DATABASE, &copy, target)?;
    let settings = folder.path().join(SETTINGS);
    if settings.is_file() {
        add(&mut archive, SETTINGS, &settings, target)?;
    }
    let folders = taken.folders()?;
    let mut names = Vec::new();
    for (done, name) in (1..).zip(&folders) {
        for (name, path) in folder.files().of_folder(name)? {
            add(&mut archive, &name, &path, target)?;
            names.push(name);
        }
        told(Step::Folders(done, folders.len() as u64));
    }
    drop(hold);
    let bytes = archive.bytes;
    archive.finish().map_err(|error| unwritten(target, &error))?;
    refuse_to_replace(target, force)?;
    fs::rename(&half_written, target).map_err(|error| unwritten(target, &error))?;
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(|error| unwritten(target, &error))?;
    let files = names.len() as u64;
    let Missing { count, first } = Missing::of(&taken, names.into_iter().collect())?;
    Ok(Backup { about, files, bytes, missing: count, first_missing: first })
}

fn refuse_to_replace(target: &Path, force: bool) -> Result<(), StoreError> {
    if force || !target.try_exists().map_err(|error| unwritten(target, &error))? {
        return Ok(());
    }
    let target = target.display();
    Err(StoreError::Failed(format!(
        "{target} is there already; choose another name, or replace it with --force"
    )))
}

fn parent(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn unwritten(target: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!(
        "cannot write the backup {}: {error}; nothing was left behind",
        target.display()
    ))
}

/// For its owner's eyes alone: there are hashes of tokens, secrets of webhooks and orders in it.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn add(archive: &mut Writer, name: &str, path: &Path, target: &Path) -> Result<(), StoreError> {
    let unread = |error| StoreError::Failed(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    archive.add(name, size, file).map_err(|error| unwritten(target, &error))
}

impl FileStore {
    /// The files of a folder, public ones and masters: each one's name below the data folder, and its path. What is
    /// only half written is none of them.
    pub(crate) fn of_folder(&self, folder: &FolderName) -> Result<Vec<(String, PathBuf)>, StoreError> {
        let mut found = Vec::new();
        for (root, home) in self.homes(folder) {
            let entries = match fs::read_dir(&home) {
                Ok(entries) => entries.collect::<Result<Vec<DirEntry>, _>>()?,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    return Err(StoreError::Failed(format!("cannot read {}: {error}", home.display())));
                }
            };
            for entry in entries {
                let name = entry.file_name();
                let name = name.to_str().filter(|name| Self::is_plain(name));
                if let Some(name) = name
                    && entry.file_type()?.is_file()
                {
                    let folder = folder.as_str();
                    found.push((format!("{root}/{}/{folder}/{name}", &folder[..2]), entry.path()));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
