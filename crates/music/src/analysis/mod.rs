//! Listens to a recording: how fast it is, where its bars begin, in which key it is, and how loud.
//!
//! Bars are taken to have four quarters. Nothing is promised of music without a pulse; silence has none at all.

mod beats;
mod key;
mod onset;
mod spectrum;
mod tempo;

use crate::mix::{Stereo, loudness_of};
use crate::theory::Key;
use onset::Onsets;

/// No more of a recording is listened to, in seconds: what lies nearest to the place in question.
const MOST_SECONDS: usize = 180;
/// Beats from which the grid at a place is drawn.
const NEAR_BEATS: usize = 48;
/// Quarters in a bar.
pub(crate) const BEATS: usize = 4;

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Quarters per minute, 60 to 190.
    pub tempo_bpm: f32,
    /// A bar line, in samples from the start; it may lie before it or after the end.
    pub bar_line: f64,
    /// How sure tempo and bars are, 0 to 1: the share of the strokes that fall on the grid. 0 for silence.
    pub pulse: f32,
    /// The key.
    pub key: Key,
    /// Integrated loudness in LUFS; nothing if all is silent.
    pub loudness: Option<f64>,
}

/// Listens to a recording; its bars are told as they lie about the sample `place`.
pub fn listen(sound: &Stereo, place: usize) -> Heard {
    let mono = middle(sound);
    let (from, until) = window(mono.len(), place);
    let heard = &mono[from..until];
    let onsets = Onsets::of(heard);
    let lag = tempo::lag(&onsets.strength);
    let key = key::key(heard);
    let loudness = loudness_of(sound);
    let moment = place.saturating_sub(from) / onset::HOP;
    match beats::Grid::of(&onsets, lag, near(onsets.strength.len(), moment, lag)) {
        Some(grid) if onsets.is_heard() => {
            let rate = f64::from(crate::SAMPLE_RATE) / onset::HOP as f64;
            let tempo_bpm = (60.0 * rate / grid.period) as f32;
            let first = beats::downbeat(&onsets, &grid);
            let bar_line = (grid.start + grid.period * first as f64) * onset::HOP as f64 + from as f64;
            let pulse = beats::pulse(&onsets.strength, &grid);
            Heard { tempo_bpm, bar_line, pulse, key, loudness }
        }
        _ => Heard { tempo_bpm: 120.0, bar_line: 0.0, pulse: 0.0, key, loudness },
    }
}

fn middle(sound: &Stereo) -> Vec<f32> {
    sound.left.iter().zip(&sound.right).map(|(left, right)| 0.5 * (left + right)).collect()
}

/// The stretch about a place that is listened to.
fn window(samples: usize, place: usize) -> (usize, usize) {
    let most = MOST_SECONDS * crate::SAMPLE_RATE as usize;
    let from = place.saturating_sub(most * 3 / 4).min(samples.saturating_sub(most));
    (from, (from + most).min(samples))
}

/// The moments nearest to a moment, most of them before it.
fn near(moments: usize, moment: usize, lag: f64) -> std::ops::Range<usize> {
    let length = (NEAR_BEATS as f64 * lag) as usize;
    let until = (moment + length / 4).min(moments);
    let from = until.saturating_sub(length);
    from..(from + length).min(moments)
}

#[cfg(test)]
mod tests;
