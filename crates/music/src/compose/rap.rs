//! Pitches of rapped lines: near one low note, up with the stresses, down with the line, as speech goes.

use super::context::Context;
use super::melody::{RANGE, Tone};
use super::slots::Slot;

/// No rapped note is higher, before a section is transposed (MIDI).
const HIGHEST: i32 = 63;
/// Syllables longer than this fall while they sound, in seconds.
const FALLS_AFTER: f64 = 0.26;

pub(super) fn pitch(context: &Context, slot: &Slot, letter: u32, tones: &mut [Tone]) {
    // The note of the tonic's chord that lies nearest to speech.
    let key = context.plan.key;
    let chord = [key.scale(false)[0], key.scale(false)[2], key.scale(false)[4]];
    let homes = chord.map(|interval| 56 + (i32::from(key.tonic) + interval - 56).rem_euclid(12));
    let home = homes.into_iter().min().unwrap_or(57) as f32;
    let mut stream = context.shared("rap", letter);
    let draws: Vec<f32> = (0..slot.steps).map(|_| stream.bipolar()).collect();
    let count = tones.len().max(2) as f32 - 1.0;
    for (index, (tone, syllable)) in tones.iter_mut().zip(&slot.syllables).enumerate() {
        let onset = (tone.step - slot.start as f64).max(0.0) as usize;
        let lowering = 1.4 - 2.6 * index as f32 / count;
        let height = lowering + 2.2 * syllable.stress + 1.1 * draws[onset.min(slot.steps - 1)];
        tone.pitch = ((home + height).round() as i32).clamp(RANGE.0, HIGHEST);
        let long = tone.steps * context.step_seconds() > FALLS_AFTER;
        let fall = if tone.ends_line { 3 } else { i32::from(long && syllable.ends_word) };
        tone.falls = fall.min(tone.pitch - RANGE.0);
    }
}
