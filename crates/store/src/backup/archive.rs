//! Writes and reads archives, one entry after the other, with the SHA-256 of each.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, Entry, EntryType, Header};

use super::names::{ABOUT, SUMS, is_ours};
use super::{About, FORMAT};
use crate::StoreError;

/// Larger than what any archive says about itself.
const MOST_ABOUT: u64 = 1 << 16;
/// Larger than the sums of ten million files.
const MOST_SUMS: u64 = 2 << 30;

/// An archive that is being written.
pub(super) struct Writer {
    tar: Builder<BufWriter<File>>,
    sums: String,
    made_seconds: u64,
    pub bytes: u64,
}

impl Writer {
    pub fn new(file: File, about: &About) -> std::io::Result<Self> {
        let made_seconds = u64::try_from(about.made_ms / 1000).unwrap_or_default();
        let tar = Builder::new(BufWriter::with_capacity(1 << 18, file));
        let mut writer = Self { tar, sums: String::new(), made_seconds, bytes: 0 };
        let text = serde_json::to_string_pretty(about)?;
        writer.add(ABOUT, text.len() as u64, text.as_bytes())?;
        Ok(writer)
    }

    /// Adds what `content` gives, which must be `size` bytes.
    pub fn add(&mut self, name: &str, size: u64, content: impl Read) -> std::io::Result<()> {
        let mut hashing = Hashing::new(content.take(size));
        self.append(name, size, &mut hashing)?;
        if hashing.bytes != size {
            // The next entry would begin inside this one.
            return Err(std::io::Error::other(format!("{name} became shorter while it was read")));
        }
        self.bytes += size;
        self.sums.push_str(&hashing.line(name));
        Ok(())
    }

    fn append(&mut self, name: &str, size: u64, content: impl Read) -> std::io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_path(name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_mtime(self.made_seconds);
        header.set_size(size);
        header.set_cksum();
        self.tar.append(&header, content)
    }

    /// Ends the archive with the sums, and brings it to the disk.
    pub fn finish(mut self) -> std::io::Result<()> {
        let sums = std::mem::take(&mut self.sums);
        self.append(SUMS, sums.len() as u64, sums.as_bytes())?;
        let mut out = self.tar.into_inner()?;
        out.flush()?;
        out.get_ref().sync_all()
    }
}

/// What an archive was found to hold, once all of it has been read and every sum agrees.
pub(super) struct Whole {
    pub about: About,
    /// The sums, a line an entry.
    pub sums: String,
    pub bytes: u64,
}

/// What is given each entry's name, size and content, and must read it.
pub(super) type Keep<'a> = dyn FnMut(&str, u64, &mut dyn Read) -> Result<(), StoreError> + 'a;

/// Reads an archive from its first byte to its last.
pub(super) fn read(path: &Path, keep: &mut Keep<'_>) -> Result<Whole, StoreError> {
    let mut reading = Reading { path, about: None, sums: String::new(), bytes: 0, ended: false };
    let file = File::open(path).map_err(|error| reading.bad(&error.to_string()))?;
    let mut archive = Archive::new(BufReader::with_capacity(1 << 18, file));
    // Raw: names of their own, links and holes, which other archives use, are not ours.
    let entries = archive.entries().map_err(|error| reading.unread(&error))?.raw(true);
    for entry in entries {
        reading.take(entry.map_err(|error| reading.unread(&error))?, keep)?;
    }
    match reading.about {
        Some(about) if reading.ended => Ok(Whole { about, sums: reading.sums, bytes: reading.bytes }),
        Some(_) => Err(reading.bad(TOO_SHORT)),
        None => Err(reading.bad(NONE_OF_OURS)),
    }
}

const TOO_SHORT: &str = "ends too early: it is not the whole backup";
const NONE_OF_OURS: &str = "is not a backup of backline";

/// How far an archive was read.
struct Reading<'a> {
    path: &'a Path,
    about: Option<About>,
    /// The sums that were found.
    sums: String,
    bytes: u64,
    /// The sums that were told have been compared.
    ended: bool,
}

impl Reading<'_> {
    fn bad(&self, what: &str) -> StoreError {
        StoreError::BadBackup(format!("{}: {what}", self.path.display()))
    }

    fn unread(&self, error: &std::io::Error) -> StoreError {
        self.bad(&format!("cannot be read as a backup: {error}"))
    }

    fn take(&mut self, mut entry: Entry<'_, impl Read>, keep: &mut Keep<'_>) -> Result<(), StoreError> {
        let (name, size) = (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), entry.size());
        let strange = format!("holds {name:?}, which no backup of backline does; nothing is taken from it");
        if entry.header().entry_type() != EntryType::Regular || self.ended {
            return Err(self.bad(&strange));
        }
        match (&self.about, name.as_str()) {
            (None, ABOUT) if size <= MOST_ABOUT => self.begin(&mut entry),
            (None, _) => Err(self.bad(NONE_OF_OURS)),
            (Some(_), SUMS) if size <= MOST_SUMS => self.compare(&mut entry),
            (Some(_), name) if is_ours(name) => self.hand_on(name, size, &mut entry, keep),
            _ => Err(self.bad(&strange)),
        }
    }

    fn begin(&mut self, content: &mut dyn Read) -> Result<(), StoreError> {
        let mut text = Vec::new();
        let mut hashing = Hashing::new(content);
        hashing.read_to_end(&mut text).map_err(|error| self.unread(&error))?;
        self.sums.push_str(&hashing.line(ABOUT));
        let about: About = serde_json::from_slice(&text)
            .map_err(|error| self.bad(&format!("{ABOUT} cannot be read: {error}")))?;
        if about.format > FORMAT || about.schema > crate::sqlite::SCHEMA {
            return Err(StoreError::TooNew(self.path.display().to_string()));
        }
        self.about = Some(about);
        Ok(())
    }

    fn hand_on(
        &mut self,
        name: &str,
        size: u64,
        content: &mut dyn Read,
        keep: &mut Keep<'_>,
    ) -> Result<(), StoreError> {
        let mut hashing = Hashing::new(content);
        keep(name, size, &mut hashing)?;
        if hashing.bytes != size {
            return Err(self.bad(TOO_SHORT));
        }
        self.bytes += size;
        self.sums.push_str(&hashing.line(name));
        Ok(())
    }

    /// Compares the sums that are told with those that were found.
    fn compare(&mut self, told: &mut dyn Read) -> Result<(), StoreError> {
        let mut text = String::new();
        told.read_to_string(&mut text).map_err(|error| self.unread(&error))?;
        self.ended = true;
        if text == self.sums {
            return Ok(());
        }
        let told = text.lines().chain(std::iter::repeat(""));
        let wrong: Vec<&str> = self
            .sums
            .lines()
            .zip(told)
            .filter(|(found, told)| found != told)
            .filter_map(|(found, _)| found.split_once("  ").map(|(_, name)| name))
            .collect();
        Err(self.bad(&format!(
            "{} is not what was written ({} of {} parts differ from their SHA-256); use another backup",
            wrong.first().copied().unwrap_or(SUMS),
            wrong.len().max(1),
            self.sums.lines().count(),
        )))
    }
}

/// Reads on, and remembers the sum of what it has read.
struct Hashing<R> {
    inner: R,
    digest: Sha256,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    fn new(inner: R) -> Self {
        Self { inner, digest: Sha256::new(), bytes: 0 }
    }

    /// The line that `sha256sum` would write.
    fn line(self, name: &str) -> String {
        let digest: String = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}  {name}\n")
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
