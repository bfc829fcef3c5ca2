//! Writes and reads archives, one entry after the other, with the SHA-256 of each.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tar::{Archive, Builder, EntryType, Header};

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

/// Reads an archive from its first byte to its last. `keep` is given each entry, and must read it.
pub(super) fn read(
    path: &Path,
    keep: &mut dyn FnMut(&str, u64, &mut dyn Read) -> Result<(), StoreError>,
) -> Result<Whole, StoreError> {
    let bad = |what: &str| StoreError::BadBackup(format!("{}: {what}", path.display()));
    let unread = |error: std::io::Error| bad(&format!("cannot be read as a backup: {error}"));
    let file = File::open(path).map_err(|error| bad(&error.to_string()))?;
    let mut archive = Archive::new(BufReader::with_capacity(1 << 18, file));
    // Raw: names of their own, links and holes, which other archives use, are not ours.
    let entries = archive.entries().map_err(unread)?.raw(true);
    let (mut about, mut sums, mut bytes, mut ended) = (None, String::new(), 0, false);
    for entry in entries {
        let mut entry = entry.map_err(unread)?;
        let size = entry.size();
        let regular = entry.header().entry_type() == EntryType::Regular;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let strange =
            || bad(&format!("holds {name:?}, which no backup of backline does; nothing is taken from it"));
        if !regular || ended {
            return Err(strange());
        }
        if about.is_none() {
            if name != ABOUT || size > MOST_ABOUT {
                return Err(bad("is not a backup of backline"));
            }
            let mut text = Vec::new();
            let mut hashing = Hashing::new(&mut entry);
            hashing.read_to_end(&mut text).map_err(unread)?;
            sums.push_str(&hashing.line(&name));
            about = Some(understand(path, &text)?);
        } else if name == SUMS {
            if size > MOST_SUMS {
                return Err(strange());
            }
            compare(path, &sums, &mut entry).map_err(|error| error.unwrap_or_else(|error| unread(error)))?;
            ended = true;
        } else if is_ours(&name) {
            let mut hashing = Hashing::new(&mut entry);
            keep(&name, size, &mut hashing)?;
            if hashing.bytes != size {
                return Err(bad("ends too early: it is not the whole backup"));
            }
            bytes += size;
            sums.push_str(&hashing.line(&name));
        } else {
            return Err(strange());
        }
    }
    match about {
        Some(about) if ended => Ok(Whole { about, sums, bytes }),
        Some(_) => Err(bad("ends too early: it is not the whole backup")),
        None => Err(bad("is not a backup of backline")),
    }
}

fn understand(path: &Path, text: &[u8]) -> Result<About, StoreError> {
    let about: About = serde_json::from_slice(text).map_err(|error| {
        StoreError::BadBackup(format!("{}: {ABOUT} cannot be read: {error}", path.display()))
    })?;
    if about.format > FORMAT || about.schema > crate::sqlite::SCHEMA {
        return Err(StoreError::TooNew(path.display().to_string()));
    }
    Ok(about)
}

/// Compares the sums that were told with those that were found; `Err(Err(_))` when they cannot be read.
fn compare(path: &Path, found: &str, told: &mut dyn Read) -> Result<(), Result<StoreError, std::io::Error>> {
    let mut text = String::new();
    told.read_to_string(&mut text).map_err(Err)?;
    if text == found {
        return Ok(());
    }
    let wrong: Vec<&str> = found
        .lines()
        .zip(text.lines().chain(std::iter::repeat("")))
        .filter(|(found, told)| found != told)
        .map(|(found, _)| found.split_once("  ").map_or(found, |(_, name)| name))
        .collect();
    let first = wrong.first().copied().unwrap_or(SUMS);
    Err(Ok(StoreError::BadBackup(format!(
        "{}: {first} is not what was written ({} of {} parts differ from their SHA-256); use another backup",
        path.display(),
        wrong.len().max(1),
        found.lines().count(),
    ))))
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
