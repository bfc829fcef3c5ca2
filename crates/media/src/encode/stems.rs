//! The parts of a song in one file: a ZIP archive of WAV files, stored as they are (APPNOTE.TXT 6.3.10 §4.4.5).

use std::io::{Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::SAMPLE_RATE;
use super::wav::{self, BLOCK_FRAMES, FRAME_BYTES, Kind};
use crate::MediaError;

/// One part of a song, in 16-bit samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stem<'a> {
    /// Its file is called so, with `.wav` behind it: ASCII letters, digits, `-` and `_`, at most 64 of them.
    pub name: &'a str,
    /// The left channel.
    pub left: &'a [i16],
    /// The right channel, exactly as long.
    pub right: &'a [i16],
}

/// An archive of stems that grows stem by stem, so that the caller needs to hold only one of them; its own memory is
/// 64 KiB beside the list of names. The same stems give the same bytes: every file is dated 1980-01-01.
pub struct StemsZip<W: Write + Seek> {
    zip: ZipWriter<W>,
    block: Vec<u8>,
}

impl<W: Write + Seek> StemsZip<W> {
    /// Begins an archive in `out`, which is best a file.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), block: Vec::with_capacity(BLOCK_FRAMES * usize::from(FRAME_BYTES)) }
    }

    /// Writes one stem at 44100 Hz, as long as it is `wanted`, which is asked for each 0.37 seconds of sound.
    ///
    /// # Errors
    /// [`MediaError::Stopped`] once it is not wanted, after which the archive is of no use; [`MediaError::StemName`],
    /// also for a name that is already there; [`MediaError::Empty`] and [`MediaError::UnequalChannels`] for the sound,
    /// [`MediaError::FileTooLarge`] for what 32 bits cannot count, [`MediaError::Encoder`] when `out` fails.
    pub fn add(&mut self, wanted: &dyn Fn() -> bool, stem: &Stem<'_>) -> Result<(), MediaError> {
        super::check_lengths(stem.left.len(), stem.right.len())?;
        self.begin(stem.name, stem.left.len())?;
        for (left, right) in stem.left.chunks(BLOCK_FRAMES).zip(stem.right.chunks(BLOCK_FRAMES)) {
            if !wanted() {
                return Err(MediaError::Stopped);
            }
            self.block.clear();
            interleave(left, right, &mut self.block);
            self.zip.write_all(&self.block).map_err(failed)?;
        }
        Ok(())
    }

    /// As [`StemsZip::add`], from the bytes that [`interleave`] gave for `samples` of a channel.
    ///
    /// # Errors
    /// As there; [`MediaError::Encoder`] also when `sound` fails or ends early.
    pub fn add_from(
        &mut self,
        wanted: &dyn Fn() -> bool,
        name: &str,
        samples: usize,
        sound: &mut dyn Read,
    ) -> Result<(), MediaError> {
        super::check_lengths(samples, samples)?;
        self.begin(name, samples)?;
        for start in (0..samples).step_by(BLOCK_FRAMES) {
            if !wanted() {
                return Err(MediaError::Stopped);
            }
            let frames = BLOCK_FRAMES.min(samples - start);
            self.block.resize(frames * usize::from(FRAME_BYTES), 0);
            sound.read_exact(&mut self.block).map_err(failed)?;
            self.zip.write_all(&self.block).map_err(failed)?;
        }
        Ok(())
    }

    /// Begins the file of a stem of so many samples.
    fn begin(&mut self, name: &str, samples: usize) -> Result<(), MediaError> {
        check_name(name)?;
        let head = wav::head(samples, SAMPLE_RATE, Kind::Plain)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644);
        self.zip.start_file(format!("{name}.wav"), options).map_err(|error| match error {
            zip::result::ZipError::InvalidArchive(_) => MediaError::StemName { name: name.to_owned() },
            other => failed(other),
        })?;
        self.zip.write_all(&head).map_err(failed)
    }

    /// Writes the archive's directory and gives `out` back.
    ///
    /// # Errors
    /// [`MediaError::Encoder`] when `out` fails.
    pub fn finish(self) -> Result<W, MediaError> {
        self.zip.finish().map_err(failed)
    }
}

/// Adds two channels to `bytes` as a WAV file has them: left and right in turn, little endian.
pub fn interleave(left: &[i16], right: &[i16], bytes: &mut Vec<u8>) {
    bytes.extend(left.iter().zip(right).flat_map(|(l, r)| [l, r]).flat_map(|step| step.to_le_bytes()));
}

/// All `stems` in one archive in memory: four bytes a sample of each, so 24 MB for a part of 135 seconds. What may be
/// longer is better written into a file by [`StemsZip`].
///
/// # Errors
/// As [`StemsZip::add`].
pub fn stems_zip(wanted: &dyn Fn() -> bool, stems: &[Stem<'_>]) -> Result<Vec<u8>, MediaError> {
    let sound: usize = stems.iter().map(|stem| stem.left.len() * usize::from(FRAME_BYTES)).sum();
    let mut archive = StemsZip::new(Cursor::new(Vec::with_capacity(sound + (stems.len() + 1) * 512)));
    for stem in stems {
        archive.add(wanted, stem)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn check_name(name: &str) -> Result<(), MediaError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match (1..=64).contains(&name.len()) && name.bytes().all(fits) {
        true => Ok(()),
        false => Err(MediaError::StemName { name: name.to_owned() }),
    }
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::Encoder { format: "ZIP", cause: error.to_string() }
}
