//! Plays recorded instruments: a small sampler over the bank in `assets/samples`, which `tools/samples/cut_bank.py` cut.

mod bank;
mod brightness;
#[cfg(test)]
mod checks;
mod decode;
mod index;
mod kit;
mod life;
mod sinc;
mod treatment;
mod voice;

pub(super) use kit::{is_recorded, strike};

use super::Voice;
use crate::compose::Note;

/// A recorded instrument and how it is played.
#[derive(Clone, Copy)]
pub(super) struct SampledTone {
    /// Its name in the bank.
    pub(super) name: &'static str,
    /// How loudness follows velocity: 2 is the bank's own law, organs hardly know one.
    pub(super) dynamics: f32,
    /// Depth of the vibrato in semitones, where the recording's loop is too short to live.
    pub(super) vibrato: f32,
    /// How far left and right are out of tune with each other, in semitones; 0 for one player.
    pub(super) spread: f32,
    /// Length of the release against the bank's.
    pub(super) release: f32,
}

/// A voice for one note; `None` if the bank has no such instrument.
pub(super) fn voice(tone: SampledTone, note: &Note) -> Option<Box<dyn Voice>> {
    Some(Box::new(voice::SampledVoice::new(tone, bank::recording(tone.name)?, note)?))
}

/// Samples by which a note must begin before its beat so that it speaks on it.
pub(super) fn early(tone: SampledTone, pitch: u8) -> u64 {
    bank::recording(tone.name).map_or(0, |recording| voice::early(recording.about, pitch))
}
