//! The data folder: made when missing, owned by one server at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use domain::Timestamp;

use crate::{FileStore, StoreError};

/// Held, shared, by whoever makes a backup of the folder.
const BACKUP_LOCK: &str = "backup.lock";

/// There while the folder's times are those of a rehearsal.
pub(crate) const REHEARSED: &str = "rehearsal";

/// A folder that holds everything one Backline keeps.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// The folder at `path`, made when missing, for its owner's eyes alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| explain(path, &error))?;
        Ok(Self { path: path.to_owned() })
    }

    /// The folder at `path`, which must be one already: for commands that make no sense on a new one.
    ///
    /// # Errors
    /// [`StoreError::NoFolder`] when there is no database in it.
    pub fn existing(path: &Path) -> Result<Self, StoreError> {
        let folder = Self { path: path.to_owned() };
        match folder.database().metadata() {
            Ok(found) if found.is_file() => Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(explain(path, &error)),
            _ => Err(StoreError::NoFolder(path.display().to_string())),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Something in a folder without a database that a new data folder does not have: a file of somebody else's, or songs
    /// whose database is gone.
    #[must_use]
    pub fn stranger(&self) -> Option<String> {
        const OURS: [&str; 5] = ["server.lock", BACKUP_LOCK, "backline.toml", REHEARSED, "lost+found"];
        if self.database().exists() {
            return None;
        }
        let names = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.find(|name| !OURS.contains(&name.as_str()))
    }

    /// Where the database is.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("backline.db")
    }

    /// The files that tasks made.
    #[must_use]
    pub fn files(&self) -> FileStore {
        FileStore::new(&self.path)
    }

    /// Whether a backup of the folder is being made: no file that a record names may be removed then.
    #[must_use]
    pub fn backup_running(&self) -> bool {
        backup_running(&self.path)
    }

    /// Makes this process the folder's server until the lock is dropped or the process ends, however it ends.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process is its server.
    pub fn lock(&self) -> Result<FolderLock, StoreError> {
        let file = self.made_lock_file()?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FolderLock { file: Mutex::new(file) }),
                Err(TryLockError::WouldBlock) => self.wait_for_holds(&file)?,
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }

    /// Waits a moment for commands that hold the folder, or look at it: those share the lock, and let go of it soon.
    #[expect(clippy::disallowed_methods, reason = "no process tells another that it lets go of a lock")]
    fn wait_for_holds(&self, file: &File) -> Result<(), StoreError> {
        match file.try_lock_shared() {
            Ok(()) => file.unlock()?,
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(self.path.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        std::thread::sleep(Duration::from_millis(10));
        Ok(())
    }

    /// Keeps servers from starting until the hold is dropped, while a command does what none may see half-done. Several
    /// commands may hold the folder at a time.
    ///
    /// # Errors
    /// [`StoreError::OlderServer`] when one runs.
    pub(crate) fn hold_against_servers(&self) -> Result<File, StoreError> {
        let file = self.made_lock_file()?;
        match file.try_lock_shared() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(StoreError::OlderServer(self.path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn made_lock_file(&self) -> Result<File, StoreError> {
        let path = self.path.join("server.lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(|error| explain(&path, &error))
    }

    /// Whether its last server was a rehearsal, whose times are not those of the world.
    #[must_use]
    pub fn is_rehearsed(&self) -> bool {
        self.path.join(REHEARSED).exists()
    }

    /// Notes whether its server is a rehearsal.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn note_rehearsed(&self, rehearsed: bool) -> Result<(), StoreError> {
        if self.is_rehearsed() == rehearsed {
            return Ok(());
        }
        let mark = self.path.join(REHEARSED);
        let noted = if rehearsed { File::create(&mark).map(drop) } else { fs::remove_file(&mark) };
        // A mark that a loss of power takes back would let the other kind of server in.
        noted.and_then(|()| File::open(&self.path)?.sync_all()).map_err(|error| explain(&mark, &error))
    }

    /// Keeps the server from removing files until the hold is dropped or the process ends, however it ends. Whoever
    /// removes the files of deleted tasks waits meanwhile; several backups may hold the folder at a time.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn hold_for_backup(&self) -> Result<BackupHold, StoreError> {
        let path = self.path.join("backup.lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = match opened {
            Ok(file) => file,
            // Where nothing can be written, nothing is removed.
            Err(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
                return Ok(BackupHold { _file: None });
            }
            Err(error) => return Err(explain(&path, &error)),
        };
        file.lock_shared()?;
        Ok(BackupHold { _file: Some(file) })
    }

    /// Whether a server runs on this folder. Asking makes no file.
    ///
    /// # Errors
    /// When the lock file is there and cannot be asked.
    pub fn has_server(&self) -> Result<bool, StoreError> {
        let Some(file) = self.lock_file()? else { return Ok(false) };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// When a server of this folder last said that it was alive, and the file system's time of that note.
    ///
    /// # Errors
    /// When the lock file is there and cannot be read.
    pub fn last_sign(&self) -> Result<Option<(Timestamp, std::time::SystemTime)>, StoreError> {
        let Some(mut file) = self.lock_file()? else { return Ok(None) };
        let said = read_time(&mut file)?;
        let noted = file.metadata()?.modified()?;
        Ok(said.map(|said| (said, noted)))
    }

    fn lock_file(&self) -> Result<Option<File>, StoreError> {
        match File::open(self.path.join("server.lock")) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(explain(&self.path, &error)),
        }
    }
}

fn read_time(file: &mut File) -> Result<Option<Timestamp>, StoreError> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(32).read_to_string(&mut text)?;
    Ok(text.trim().parse().ok().map(Timestamp::from_millis))
}

/// Whether someone holds the lock of `data_dir`'s backup. Where that cannot be told, it is taken that someone does.
pub(crate) fn backup_running(data_dir: &Path) -> bool {
    let lock = match File::open(data_dir.join(BACKUP_LOCK)) {
        Ok(lock) => lock,
        Err(error) => return error.kind() != std::io::ErrorKind::NotFound,
    };
    // Let go of at once, when it is dropped.
    lock.try_lock().is_err()
}

fn explain(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!("cannot use {} as a data folder: {error}", path.display()))
}

/// While this lives, no file of the folder is removed.
#[derive(Debug)]
pub struct BackupHold {
    _file: Option<File>,
}

/// The proof that this process is the folder's server. It also tells when a server was last alive.
#[derive(Debug)]
pub struct FolderLock {
    file: Mutex<File>,
}

impl FolderLock {
    /// When a server of this folder last said that it was alive; `None` if none ever did.
    ///
    /// # Errors
    /// When the lock file cannot be read.
    pub fn last_alive(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut file = self.file.lock().map_err(|_| StoreError::Closed)?;
        read_time(&mut file)
    }

    /// Says that the server is alive. Not synced: a machine that loses power loses at most the last second of it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn still_alive(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut file = self.file.lock().map_err(|_| StoreError::Closed)?;
        file.seek(SeekFrom::Start(0))?;
        // Fixed width, so that no older text shows behind it.
        write!(file, "{:020}", now.as_millis())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_noticed_while_it_runs() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        assert!(!folder.backup_running());
        let backup = File::create(home.path().join(BACKUP_LOCK)).expect("made");
        assert!(!folder.backup_running(), "nobody holds it");
        backup.lock_shared().expect("free");
        assert!(folder.backup_running() && folder.files().backup_running());
        backup.unlock().expect("held");
        assert!(!folder.backup_running());
    }

    #[test]
    fn files_of_others_are_seen_before_a_folder_is_used() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        let _lock = folder.lock().expect("free");
        fs::write(home.path().join("backline.toml"), "").expect("written");
        assert_eq!(folder.stranger(), None);
        fs::write(home.path().join("thesis.tex"), "").expect("written");
        assert_eq!(folder.stranger().as_deref(), Some("thesis.tex"));
        fs::write(folder.database(), "").expect("written");
        assert_eq!(folder.stranger(), None, "it is a data folder already");
    }

    #[test]
    fn a_wrong_folder_is_told_and_not_made() {
        let home = tempfile::tempdir().expect("a folder");
        let wrong = home.path().join("wrong");
        let error = DataFolder::existing(&wrong).expect_err("missing").to_string();
        assert!(error.contains("wrong is not a data folder") && error.contains("--data-dir"), "{error}");
        assert!(!wrong.exists());
    }

    #[test]
    fn several_backups_hold_a_folder_against_its_cleaner() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        let cleaner = || File::open(home.path().join("backup.lock")).expect("there").try_lock();
        let (one, two) = (folder.hold_for_backup().expect("held"), folder.hold_for_backup().expect("held"));
        drop(one);
        assert!(matches!(cleaner(), Err(TryLockError::WouldBlock)));
        drop(two);
        cleaner().expect("free");
    }

    #[test]
    fn a_server_is_seen_and_asking_makes_no_file() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        assert!(!folder.has_server().expect("answered"));
        assert_eq!(home.path().read_dir().expect("readable").count(), 0);
        let lock = folder.lock().expect("free");
        assert!(folder.has_server().expect("answered"));
        drop(lock);
        assert!(!folder.has_server().expect("answered"));
    }

    #[test]
    fn a_server_that_starts_waits_for_a_command_that_holds_the_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(home.path()).expect("made");
        let hold = folder.hold_against_servers().expect("free");
        let second = folder.hold_against_servers().expect("shared");
        let lock = std::thread::scope(|scope| {
            folder.wait_for_holds(&hold).expect("no server is in the way");
            let starting = scope.spawn(|| folder.lock());
            drop((hold, second));
            starting.join().expect("no panic").expect("its turn")
        });
        assert!(matches!(folder.hold_against_servers(), Err(StoreError::OlderServer(_))));
        assert!(matches!(folder.lock(), Err(StoreError::InUse(_))));
        drop(lock);
    }

    #[test]
    fn a_folder_has_one_server() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::open(&home.path().join("data")).expect("made");
        let lock = folder.lock().expect("free");
        assert!(matches!(folder.lock(), Err(StoreError::InUse(_))));
        assert_eq!(lock.last_alive().expect("readable"), None);
        lock.still_alive(Timestamp::from_millis(1_767_119_745_524)).expect("writable");
        drop(lock);
        let lock = folder.lock().expect("free again");
        assert_eq!(lock.last_alive().expect("readable"), Some(Timestamp::from_millis(1_767_119_745_524)));
    }
}
