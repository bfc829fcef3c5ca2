//! The voice: a small speech model that says sounds of given lengths, pitch and loudness.
//!
//! It gives spectra, one column for each 12.5 ms; the pulses that they colour are made here, so that pitch is ours and
//! exact. It has no pitch, no time and no chance of its own: the same inputs give the same samples on one machine,
//! whatever runs beside it.

mod alphabet;
mod fast;
mod graph;
mod noise;
mod pulses;
mod resample;
mod samples;
mod spectra;
#[cfg(test)]
mod vectors;
mod wide;

pub(super) use alphabet::{END, Id, SPACE, STRESS, id_of, mark_id};
pub(super) use graph::{Natural, Voice, VoiceError};
pub(super) use noise::Noise;
pub(super) use resample::to_song_rate;
pub(super) use samples::samples;
pub(super) use spectra::{BINS, Column, Spectra, Throat, Warp};

/// Samples per second of the voice; nothing sounds above half of it.
pub(super) const RATE: f64 = 24_000.0;
/// Samples from one column of spectra to the next.
pub(super) const HOP: usize = 300;
/// The length of a column.
pub(super) const COLUMN_SECONDS: f64 = HOP as f64 / RATE;
/// Lengths of sounds are given in steps of two columns.
pub(super) const STEP_SECONDS: f64 = 2.0 * COLUMN_SECONDS;
/// More sounds in one line are refused: attention was never taught on more.
pub(super) const MAX_SOUNDS: usize = 400;
