//! Makes sound from notes: each note is a voice that fills blocks, each part a player of its voices.

mod balance;
mod drums;
mod envelope;
mod filter;
mod fm;
mod modal;
mod noise;
mod patches;
mod player;
mod pluck;
mod recorded;
mod sampler;
mod saws;
mod wave;

pub(crate) use noise::Noise;
pub(crate) use player::Player;

/// Samples that a voice makes at once; controls such as pitch and filter move once a block (1.5 ms).
pub(crate) const BLOCK: usize = 64;

/// A block of two channels.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) left: [f32; BLOCK],
    pub(crate) right: [f32; BLOCK],
}

impl Block {
    pub(crate) const SILENCE: Self = Self { left: [0.0; BLOCK], right: [0.0; BLOCK] };
}

/// One sounding note.
pub(crate) trait Voice: Send {
    /// Writes the next block over `out`; false when this was the last that can be heard.
    fn fill(&mut self, out: &mut Block) -> bool;
}

/// The frequency of a MIDI note number in hertz, in equal temperament with A4 = 440 Hz.
pub(crate) fn hertz(pitch: f32) -> f32 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// A level in decibels as a factor.
pub(crate) fn from_db(decibels: f32) -> f32 {
    10.0_f32.powf(decibels / 20.0)
}

/// Samples per second, for arithmetic.
pub(crate) const RATE: f32 = crate::SAMPLE_RATE as f32;
