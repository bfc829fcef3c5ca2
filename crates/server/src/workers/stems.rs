//! The parts of a song, kept as one archive.
//!
//! An engine makes all parts at once, piece by piece; an archive has one after the other. So the pieces go into files
//! without a name first, and of a song of ten minutes hardly more is held than of a short one.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use engines::{EngineError, Stems, on_own_thread};
use media::MediaError;
use media::encode::{StemsZip, interleave};
use store::{FileStore, StoreError};

pub(crate) use super::files::NotKept;
use super::tries::{Stopped, Try};

/// Lets the engine make the parts, and keeps their archive, which is named after the task. Gives its name relative to the
/// public base.
pub(super) async fn keep(this: &Try<'_>, stems: Stems) -> Result<String, Stopped> {
    let _working = this.app.clock.working();
    let files = this.app.files.clone();
    let tracks = this.engine(poured(files.clone(), stems)).await?;
    this.kept(async {
        let tracks = tracks?;
        let (folder, watch, called_off) =
            (this.claimed.folder.clone(), this.watch.clone(), this.called_off.clone());
        let name = format!("{}.zip", this.claimed.claim.task);
        let writing = on_own_thread("encoder", move || {
            let wanted = || {
                watch.beat();
                !called_off.is_cancelled()
            };
            files.put_public_by(&folder, &name, |file| tracks.archive(file, &wanted))
        });
        writing.await.unwrap_or_else(|| Err(NotKept::Failed("the encoder's thread ended early".to_owned())))
    })
    .await
}

/// The parts of a song as the engine makes them, on a thread of its own.
pub(crate) async fn poured(files: FileStore, stems: Stems) -> Result<Result<Tracks, NotKept>, EngineError> {
    let pouring = on_own_thread("engine", move || Tracks::pour(&files, stems)).await;
    pouring.unwrap_or_else(|| Err(EngineError::Retry("the engine's thread ended without stems".to_owned())))
}

/// The parts of a song in files that have no name, and are gone when they are closed.
pub(crate) struct Tracks(Vec<Track>);

struct Track {
    name: String,
    file: File,
    samples: usize,
}

impl Tracks {
    /// Hears what the engine makes. The inner error is the disk's.
    fn pour(files: &FileStore, stems: Stems) -> Result<Result<Self, NotKept>, EngineError> {
        let opened: io::Result<Vec<Track>> = stems
            .names()
            .iter()
            .map(|name| {
                let file = tempfile::tempfile_in(files.data_dir())?;
                Ok(Track { name: name.clone(), file, samples: 0 })
            })
            .collect();
        let mut tracks = match opened {
            Ok(tracks) => tracks,
            Err(error) => return Ok(Err(StoreError::from(error).into())),
        };
        let (mut failed, mut bytes) = (None, Vec::new());
        let poured = stems.pour(&mut |number, left, right| {
            let track = &mut tracks[number];
            bytes.clear();
            interleave(left, right, &mut bytes);
            track.samples += left.len();
            match track.file.write_all(&bytes) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(StoreError::from(error));
                    ControlFlow::Break(())
                }
            }
        });
        match failed {
            Some(error) => Ok(Err(error.into())),
            None => poured.map(|()| Ok(Self(tracks))),
        }
    }

    /// Writes them as one archive. Each part's own file is gone once it is copied.
    pub(crate) fn archive(self, file: &File, wanted: &dyn Fn() -> bool) -> Result<(), NotKept> {
        let failed = Cell::new(None);
        let why = |error: MediaError| failed.take().map_or_else(|| error.into(), NotKept::from);
        let mut archive = StemsZip::new(Noting { file, failed: &failed });
        for Track { name, mut file, samples } in self.0 {
            file.rewind().map_err(|error| NotKept::from(StoreError::from(error)))?;
            archive.add_from(wanted, &name, samples, &mut file).map_err(why)?;
        }
        archive.finish().map(drop).map_err(why)
    }
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
