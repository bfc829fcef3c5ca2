//! Files that tasks made: public ones under `files/`, lossless masters under `masters/`.
//! A file is whole and synced, and so is its folder, before its name is told to anyone.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::failpoint::pass;

/// The name of one claim's folder: 32 hexadecimal digits that nobody can guess.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FolderName(String);

impl FolderName {
    /// The name made of 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// The name made of the SHA-256 of what is in the folder: equal contents have one name. Whoever has the content can
    /// guess it.
    #[must_use]
    pub fn from_content(sha256: [u8; 32]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&sha256[..16]);
        Self::from_random(half)
    }

    /// The name as text; `None` if it is not 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The files of one data folder.
#[derive(Clone, Debug)]
pub struct FileStore {
    data_dir: PathBuf,
    public: PathBuf,
    masters: PathBuf,
}

impl FileStore {
    /// The files below `data_dir`.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            public: data_dir.join("files"),
            masters: data_dir.join("masters"),
        }
    }

    /// The folder that holds them all.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Keeps a file that anyone who knows its name may fetch, and gives its name relative to the public base.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room; nothing stays behind then.
    pub fn put_public(&self, folder: &FolderName, name: &str, bytes: &[u8]) -> Result<String, StoreError> {
        put(&self.public, folder, name, bytes)?;
        Ok(format!("files/{}/{name}", folder.as_str()))
    }

    /// Keeps a public file that `fill` writes, for one that is too large to be held in memory, and gives its name relative
    /// to the public base.
    ///
    /// # Errors
    /// Those of `fill`, and [`StoreError::Full`] when there is no room; nothing stays behind then.
    pub fn put_public_by<E: From<StoreError>>(
        &self,
        folder: &FolderName,
        name: &str,
        fill: impl FnOnce(&File) -> Result<(), E>,
    ) -> Result<String, E> {
        let home = place(&self.public, folder);
        make_folders(&self.public, &home).map_err(|error| E::from(StoreError::from(error)))?;
        write_by(&home, name, fill)?;
        Ok(format!("files/{}/{name}", folder.as_str()))
    }

    /// As [`FileStore::put_public_by`], into a folder that has some files already; `false` if the folder is gone, as of a song
    /// that was deleted. A folder that is removed meanwhile stays removed.
    ///
    /// # Errors
    /// As there.
    pub fn add_public_by<E: From<StoreError>>(
        &self,
        folder: &FolderName,
        name: &str,
        fill: impl FnOnce(&File) -> Result<(), E>,
    ) -> Result<bool, E> {
        let home = place(&self.public, folder);
        match write_by(&home, name, fill) {
            Ok(()) => Ok(true),
            Err(_) if !home.is_dir() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Keeps more public files of a folder; all are synced, and the folder once.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room; of the file at which that was seen, nothing stays behind.
    pub fn put_beside(&self, folder: &FolderName, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
        if files.is_empty() { Ok(()) } else { put_all(&self.public, folder, files) }
    }

    /// Adds a public file to a folder that has some already; `false` if the folder is gone, as of a song that was
    /// deleted. A folder that is removed meanwhile stays removed.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room; nothing stays behind then.
    pub fn add_public(&self, folder: &FolderName, name: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let home = place(&self.public, folder);
        match write(&home, name, bytes).and_then(|()| Ok(sync_folder(&home)?)) {
            Ok(()) => Ok(true),
            Err(_) if !home.is_dir() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gives the folder `to` a public file that `from` has, without a second copy of its bytes where the file system can
    /// do that, and gives its name relative to the public base; `None` if there is no such file. Each goes with its own
    /// folder.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room.
    pub fn link_public(
        &self,
        from: &FolderName,
        to: &FolderName,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        if !place(&self.public, from).join(name).is_file() {
            return Ok(None);
        }
        make_folders(&self.public, &place(&self.public, to))?;
        let linked = self.lend_public(from, to, name)?;
        Ok(linked.then(|| format!("files/{}/{name}", to.as_str())))
    }

    /// As [`FileStore::link_public`], into a folder that has some files already; `false` if either is gone.
    ///
    /// # Errors
    /// As there.
    pub fn lend_public(&self, from: &FolderName, to: &FolderName, name: &str) -> Result<bool, StoreError> {
        let (source, home) = (place(&self.public, from).join(name), place(&self.public, to));
        let target = home.join(name);
        let linked = match fs::hard_link(&source, &target) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            // Not every file system has links, and none has them without end.
            Err(_) => {
                fs::read(&source).map_err(StoreError::from).and_then(|bytes| write(&home, name, &bytes))
            }
            Ok(()) => Ok(()),
        };
        match linked.and_then(|()| Ok(sync_folder(&home)?)) {
            Ok(()) => Ok(true),
            Err(_) if !home.is_dir() || !source.is_file() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The bytes of a public file; `None` if there is none of this name.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn public(&self, folder: &FolderName, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(path) = self.public_path(folder, name) else { return Ok(None) };
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the lossless master that edits start from.
    ///
    /// # Errors
    /// [`StoreError::Full`] when there is no room; nothing stays behind then.
    pub fn put_master(&self, folder: &FolderName, bytes: &[u8]) -> Result<(), StoreError> {
        put(&self.masters, folder, "master.flac", bytes)
    }

    /// The lossless master of a folder.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn master(&self, folder: &FolderName) -> Result<Vec<u8>, StoreError> {
        Ok(fs::read(place(&self.masters, folder).join("master.flac"))?)
    }

    /// Where a public file of this name would be; `None` if no file can have this name.
    #[must_use]
    pub fn public_path(&self, folder: &FolderName, name: &str) -> Option<PathBuf> {
        Self::is_plain(name).then(|| place(&self.public, folder).join(name))
    }

    /// Whether a file of ours can have this name.
    pub(crate) fn is_plain(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
    }

    /// Where everything of a folder is: each root's name, and its place there.
    pub(crate) fn homes(&self, folder: &FolderName) -> [(&'static str, PathBuf); 2] {
        [("files", place(&self.public, folder)), ("masters", place(&self.masters, folder))]
    }

    /// Where folders are kept: each root's name, and its path.
    pub(crate) fn roots(&self) -> [(&'static str, &Path); 2] {
        [("files", &self.public), ("masters", &self.masters)]
    }

    /// Removes everything that a claim left, durably; that there is nothing is no error.
    ///
    /// # Errors
    /// When something is there and cannot be removed.
    pub fn remove(&self, folder: &FolderName) -> Result<(), StoreError> {
        for root in [&self.public, &self.masters] {
            let home = place(root, folder);
            match fs::remove_dir_all(&home) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => (),
                Err(error) => return Err(error.into()),
                // Else a power cut could bring it back when nobody knows of it any more.
                Ok(()) => home.parent().map_or(Ok(()), sync_folder)?,
            }
        }
        Ok(())
    }

    /// Whether a backup of the data folder is being made: no file that a record names may be removed then.
    #[must_use]
    pub fn backup_running(&self) -> bool {
        crate::folder::backup_running(&self.data_dir)
    }
}

/// Folders are spread over 256 parents, so that none grows without bound.
fn place(root: &Path, folder: &FolderName) -> PathBuf {
    root.join(&folder.as_str()[..2]).join(folder.as_str())
}

fn put(root: &Path, folder: &FolderName, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    put_all(root, folder, &[(name, bytes)])
}

fn put_all(root: &Path, folder: &FolderName, files: &[(&str, &[u8])]) -> Result<(), StoreError> {
    let home = place(root, folder);
    make_folders(root, &home)?;
    files.iter().try_for_each(|(name, bytes)| write(&home, name, bytes))?;
    pass("file", "folder")?;
    sync_folder(&home)?;
    Ok(())
}

/// Lets `fill` write a file aside, syncs it and gives it its name.
fn write_by<E: From<StoreError>>(
    home: &Path,
    name: &str,
    fill: impl FnOnce(&File) -> Result<(), E>,
) -> Result<(), E> {
    let half_written = home.join(format!(".{name}"));
    let io = |error: std::io::Error| E::from(StoreError::from(error));
    let written = pass("file", "create").map_err(E::from).and_then(|()| {
        let file = File::create(&half_written).map_err(io)?;
        pass("file", "write")?;
        fill(&file)?;
        pass("file", "sync")?;
        file.sync_all().map_err(io)?;
        pass("file", "rename")?;
        fs::rename(&half_written, home.join(name)).map_err(io)?;
        pass("file", "folder")?;
        sync_folder(home).map_err(io)
    });
    if written.is_err() {
        // The first error is the one to tell; this one could only say that nothing was left.
        drop(fs::remove_file(&half_written));
    }
    written
}

/// Writes a file aside, syncs it and gives it its name.
fn write(home: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let half_written = home.join(format!(".{name}"));
    let written = write_synced(&half_written, bytes).and_then(|()| {
        pass("file", "rename")?;
        Ok(fs::rename(&half_written, home.join(name))?)
    });
    if let Err(error) = written {
        // The first error is the one to tell; this one could only say that nothing was left.
        drop(fs::remove_file(&half_written));
        return Err(error);
    }
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    pass("file", "create")?;
    let mut file = File::create(path)?;
    pass("file", "write")?;
    file.write_all(bytes)?;
    pass("file", "sync")?;
    Ok(file.sync_all()?)
}

/// Makes `home` and its parents, and syncs each parent that got a new entry.
fn make_folders(root: &Path, home: &Path) -> std::io::Result<()> {
    if home.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(home)?;
    for parent in home.ancestors().skip(1) {
        sync_folder(parent)?;
        if parent.parent() == root.parent() {
            break;
        }
    }
    root.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_name_and_nowhere_else() {
        let home = tempfile::tempdir().expect("a folder");
        let files = FileStore::new(home.path());
        let folder = FolderName::from_random([7; 16]);
        assert_eq!(
            files.put_public(&folder, "song.m4a", b"sound").expect("room"),
            format!("files/{}/song.m4a", "07".repeat(16))
        );
        files.put_master(&folder, b"master").expect("room");

        let path = files.public_path(&folder, "song.m4a").expect("a plain name");
        assert_eq!(fs::read(&path).expect("there"), b"sound");
        for wrong in ["", ".", "..", "../song.m4a", ".song.m4a", "song.m4a/", "a\0", "a/b"] {
            assert!(files.public_path(&folder, wrong).is_none(), "{wrong:?}");
        }
        assert_eq!(files.master(&folder).expect("there"), b"master");

        files.remove(&folder).expect("removed");
        assert!(!path.exists());
        assert!(files.master(&folder).is_err());
        files.remove(&folder).expect("removing nothing is fine");
    }

    #[test]
    fn a_file_is_added_only_to_a_folder_that_is_there() {
        let home = tempfile::tempdir().expect("a folder");
        let files = FileStore::new(home.path());
        let folder = FolderName::from_random([7; 16]);
        assert!(!files.add_public(&folder, "loop.wav", b"sound").expect("looked"));
        assert_eq!(files.public(&folder, "loop.wav").expect("looked"), None);
        files.put_beside(&folder, &[("a.json", b"{}"), ("b.json", b"[]")]).expect("room");
        assert!(files.add_public(&folder, "loop.wav", b"sound").expect("room"));
        for (name, bytes) in [("a.json", &b"{}"[..]), ("b.json", b"[]"), ("loop.wav", b"sound")] {
            assert_eq!(files.public(&folder, name).expect("readable").as_deref(), Some(bytes), "{name}");
        }
        files.remove(&folder).expect("removed");
        assert!(!files.add_public(&folder, "loop.wav", b"sound").expect("looked"));
        assert!(!files.public_path(&folder, "loop.wav").expect("plain").exists());
    }

    #[test]
    fn a_file_of_two_folders_goes_with_each_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let files = FileStore::new(home.path());
        let [one, other, gone] = [1, 2, 3].map(|byte| FolderName::from_random([byte; 16]));
        assert_eq!(files.link_public(&one, &other, "video.mp4").expect("looked"), None);
        files.put_public(&one, "video.mp4", b"film").expect("room");
        let name = files.link_public(&one, &other, "video.mp4").expect("room");
        assert_eq!(name, Some(format!("files/{}/video.mp4", "02".repeat(16))));
        assert_eq!(files.link_public(&one, &other, "video.mp4").expect("room"), name, "again");
        assert!(!files.lend_public(&one, &gone, "video.mp4").expect("looked"), "no folder is made");
        files.remove(&one).expect("removed");
        assert_eq!(files.public(&other, "video.mp4").expect("readable").as_deref(), Some(&b"film"[..]));
        assert!(!files.lend_public(&one, &other, "video.mp4").expect("looked"));
    }

    #[test]
    fn a_large_file_is_there_once_it_is_whole_and_not_before() {
        let home = tempfile::tempdir().expect("a folder");
        let files = FileStore::new(home.path());
        let folder = FolderName::from_random([7; 16]);
        let kept: Result<String, StoreError> = files.put_public_by(&folder, "a.zip", |mut file| {
            file.write_all(b"half")?;
            assert_eq!(files.public(&folder, "a.zip").expect("looked"), None);
            Ok(file.write_all(b" and half")?)
        });
        assert_eq!(kept.expect("room"), format!("files/{}/a.zip", "07".repeat(16)));
        assert_eq!(files.public(&folder, "a.zip").expect("looked").as_deref(), Some(&b"half and half"[..]));
        let broken: Result<String, StoreError> =
            files.put_public_by(&folder, "b.zip", |_| Err(StoreError::Failed("no".to_owned())));
        assert!(matches!(broken, Err(StoreError::Failed(why)) if why == "no"));
        let left = fs::read_dir(place(&files.public, &folder)).expect("there").count();
        assert_eq!(left, 1, "nothing stays behind");
    }

    #[test]
    fn only_32_lower_case_hexadecimal_digits_name_a_folder() {
        assert!(FolderName::parse(&"0f".repeat(16)).is_some());
        for wrong in ["", "0f", &"0F".repeat(16), &"/.".repeat(16), &"é".repeat(16)] {
            assert!(FolderName::parse(wrong).is_none(), "{wrong}");
        }
    }
}
