//! Sound into files: AAC in MP4 for listeners, FLAC for the lossless master, WAV for studios and loops, ZIP for stems.

pub(crate) mod aac;
mod flac;
mod m4a;
mod stems;
mod steps;
mod wav;

pub use crate::container::{Chapter, Tags};
pub use flac::{flac, flac_while};
pub use m4a::{M4a, m4a, m4a_while};
pub use stems::{Stem, StemsZip, interleave, stems_zip};
pub use wav::{wav, wav_loop, wav_while};

use crate::MediaError;

/// The rate of everything we make.
const SAMPLE_RATE: u32 = 44_100;

/// All encoders want the same: sound in both channels, equally long, at our rate.
pub(crate) fn check(left: &[f32], right: &[f32], sample_rate: u32) -> Result<(), MediaError> {
    check_lengths(left.len(), right.len())?;
    if sample_rate != SAMPLE_RATE {
        return Err(MediaError::SampleRate { found: sample_rate, expected: "44100 Hz" });
    }
    Ok(())
}

fn check_lengths(left: usize, right: usize) -> Result<(), MediaError> {
    match (left, right) {
        (left, right) if left != right => Err(MediaError::UnequalChannels { left, right }),
        (0, _) => Err(MediaError::Empty),
        _ => Ok(()),
    }
}
