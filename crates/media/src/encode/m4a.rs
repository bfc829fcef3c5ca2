//! The file a listener gets.

use super::{aac, check};
use crate::MediaError;
use crate::container::{Tags, write_m4a};

/// An `.m4a` file and how long it plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct M4a {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// Samples that a player gives back: exactly those put in. Divided by 44100 they are the duration in seconds.
    pub samples: u64,
}

/// Encodes stereo sound as AAC-LC at 192 kbit/s in an MP4 file whose index comes first.
///
/// `left` and `right` are equally long, at least one sample, in -1..=1 (what lies outside is clipped, NaN is silence);
/// `sample_rate` is 44100 Hz. The edit list trims what the encoder adds, so a player that follows it gives back
/// exactly as many samples as were put in, none of them shifted. The same input gives the same bytes.
///
/// # Errors
/// [`MediaError::Empty`], [`MediaError::UnequalChannels`] or [`MediaError::SampleRate`] for the sound,
/// [`MediaError::TagTooLarge`] or [`MediaError::CoverNotJpeg`] for the tags, [`MediaError::TooLong`] or
/// [`MediaError::FileTooLarge`] for what 32 bits cannot count, [`MediaError::Encoder`] when the encoder fails.
pub fn m4a(left: &[f32], right: &[f32], sample_rate: u32, tags: &Tags<'_>) -> Result<M4a, MediaError> {
    m4a_while(&|| true, left, right, sample_rate, tags)
}

/// As [`m4a`], as long as the file is `wanted`, which is asked for each frame.
///
/// # Errors
/// [`MediaError::Stopped`] once it is not; else as [`m4a`].
pub fn m4a_while(
    wanted: &dyn Fn() -> bool,
    left: &[f32],
    right: &[f32],
    sample_rate: u32,
    tags: &Tags<'_>,
) -> Result<M4a, MediaError> {
    check(left, right, sample_rate)?;
    let track = aac::encode(wanted, left, right, sample_rate)?;
    Ok(M4a { bytes: write_m4a(&track, tags)?, samples: u64::from(track.samples) })
}
