//! The parts of a song, kept as one archive.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use engines::{StemTrack, on_own_thread};
use media::encode::{Stem, StemsZip};
use store::{FileStore, FolderName, StoreError};

use super::files::NotKept;
use super::tries::Try;

/// Keeps the archive, which is named after the task, and gives its name relative to the public base.
pub(super) async fn keep(this: &Try<'_>, stems: Vec<StemTrack>) -> Result<String, NotKept> {
    let _working = this.app.clock.working();
    let (files, folder) = (this.app.files.clone(), this.claimed.folder.clone());
    let name = format!("{}.zip", this.claimed.claim.task);
    let (watch, called_off) = (this.watch.clone(), this.called_off.clone());
    let writing = on_own_thread("encoder", move || {
        let wanted = || {
            watch.beat();
            !called_off.is_cancelled()
        };
        write(&files, &folder, &name, stems, &wanted)
    });
    writing.await.unwrap_or_else(|| Err(NotKept::Failed("the encoder's thread ended early".to_owned())))
}

/// Each part is forgotten once it is written: together with the archive they may be a gigabyte.
fn write(
    files: &FileStore,
    folder: &FolderName,
    name: &str,
    stems: Vec<StemTrack>,
    wanted: &dyn Fn() -> bool,
) -> Result<String, NotKept> {
    files.put_public_by(folder, name, |file| {
        let failed = Cell::new(None);
        let mut archive = StemsZip::new(Noting { file, failed: &failed });
        let written = stems.into_iter().try_for_each(|stem| {
            archive.add(wanted, &Stem { name: &stem.name, left: &stem.left, right: &stem.right })
        });
        let written = written.and_then(|()| archive.finish().map(drop));
        written.map_err(|error| failed.take().map_or_else(|| error.into(), NotKept::from))
    })
}

/// A file that notes why it could not be written: the archive's own error does not tell a full disk from others.
struct Noting<'a> {
    file: &'a File,
    failed: &'a Cell<Option<StoreError>>,
}

impl Noting<'_> {
    fn noted<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.failed.set(Some(error.into()));
            kind.into()
        })
    }
}

impl Write for Noting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.noted(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.noted(flushed)
    }
}

impl Seek for Noting<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let found = self.file.seek(to);
        self.noted(found)
    }
}
