//! Files into sound, for bytes that nobody vouches for, and that sound into a master.
//!
//! Nothing is allocated because a length field asks for it: what the bytes do not back is an error. The sound is bounded
//! by [`Limits`], the work by the length of the input. The readers belong to symphonia and, for Opus, opus-decoder, which
//! forbid `unsafe`; as a last resort a panic inside them is caught and reported as [`MediaError::Damaged`].

mod audio;
mod fold;
mod heard;
mod id3;
mod master;
mod picture;
mod voice;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use master::{to_master, to_master_while};
pub(crate) use picture::read_picture;
pub use picture::{MAX_PICTURE_SIDE, picture_size};

use crate::MediaError;

/// What a caller is willing to hold in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest sound accepted, in seconds.
    pub max_seconds: u32,
    /// The most samples accepted in each channel, whatever the rate; one takes eight bytes in the two channels.
    pub max_samples: usize,
    /// The most channels a file may have before they are folded into two.
    pub max_channels: usize,
}

impl Default for Limits {
    /// Ten minutes at up to 48 kHz, of up to eight channels. They take 230 MB beside the bytes, and up to 340 MB while they
    /// grow if the allocator cannot grow a block in its place.
    fn default() -> Self {
        Self { max_seconds: 600, max_samples: 600 * 48_000, max_channels: 8 }
    }
}

/// Decoded stereo sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// The left channel, nominally in -1..=1; lossy formats may overshoot.
    pub left: Vec<f32>,
    /// The right channel, exactly as long.
    pub right: Vec<f32>,
    /// In Hz, from 8000 to 192000.
    pub sample_rate: u32,
}

impl Sound {
    /// The duration in seconds.
    pub fn seconds(&self) -> f64 {
        self.left.len() as f64 / f64::from(self.sample_rate)
    }
}

/// Decodes MP3, M4A or a raw ADTS stream (AAC-LC), WAV, AIFF, CAF, FLAC, Ogg Vorbis or Ogg Opus (up to
/// two channels); what the bytes hold decides, not a name.
///
/// One channel becomes two equal ones, more than two are folded down. Encoder delay and padding are trimmed where the
/// file tells them (MP4 edit list, LAME header, Ogg granule positions), so an `.m4a` of ours gives back exactly the
/// samples that were put in. Broken frames are dropped as long as they are few, and a file that was cut short gives what it
/// still holds.
///
/// # Errors
/// [`MediaError::UnknownFormat`] or [`MediaError::NoSound`] when there is nothing to decode, [`MediaError::Damaged`]
/// when the bytes contradict their format, [`MediaError::TooLong`], [`MediaError::TooManyChannels`] or
/// [`MediaError::SampleRate`] when the sound exceeds what is allowed.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Sound, MediaError> {
    decode_while(&|| true, bytes, limits)
}

/// As [`decode`], as long as the sound is `wanted`, which is asked for each packet: at most 65,536 samples in each channel.
///
/// # Errors
/// [`MediaError::Stopped`] once it is not; else as [`decode`].
pub fn decode_while(wanted: &dyn Fn() -> bool, bytes: &[u8], limits: &Limits) -> Result<Sound, MediaError> {
    // Nothing outlives the closure but its result, so a panic leaves no half-changed state behind.
    catch_unwind(AssertUnwindSafe(|| audio::decode(wanted, id3::without_tag(bytes), limits)))
        .unwrap_or_else(|_| Err(MediaError::Damaged { cause: "it breaks its decoder".to_owned() }))
}
