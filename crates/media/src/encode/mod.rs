//! Sound into files: AAC in MP4 for listeners, FLAC for the lossless master, WAV for loops.

mod aac;
mod flac;
mod m4a;
mod wav;

pub use crate::container::{Chapter, Tags};
pub use flac::{flac, flac_while};
pub use m4a::{M4a, m4a, m4a_while};
pub use wav::wav_loop;

use crate::MediaError;

/// The rate of everything we make.
const SAMPLE_RATE: u32 = 44_100;

/// Both encoders want the same: sound in both channels, equally long, at our rate.
fn check(left: &[f32], right: &[f32], sample_rate: u32) -> Result<(), MediaError> {
    if left.len() != right.len() {
        return Err(MediaError::UnequalChannels { left: left.len(), right: right.len() });
    }
    if left.is_empty() {
        return Err(MediaError::Empty);
    }
    if sample_rate != SAMPLE_RATE {
        return Err(MediaError::SampleRate { found: sample_rate, expected: "44100 Hz" });
    }
    Ok(())
}
