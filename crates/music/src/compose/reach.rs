//! Moves the tune by octaves to where the singer's voice lies. All else stays in its key.

use super::{Score, ScorePart};
use crate::plan::Part;
use crate::sing::Timbre;

/// Tunes are written from A3 to F#4, about this MIDI note.
const WRITTEN_MIDDLE: f32 = 61.5;

/// Lead and second voice are moved together, notes as well as sung lines: the score holds the pitches that sound.
pub(super) fn reach(score: &mut Score, timbre: &Timbre) {
    let shift = octaves(timbre) * 12;
    if shift == 0 {
        return;
    }
    let moved = |pitch: u8| (i32::from(pitch) + shift).clamp(12, 115) as u8;
    let voices = |part: &&mut ScorePart| matches!(part.part, Part::Lead | Part::Harmony);
    let phrases = score.parts.iter_mut().filter(voices).flat_map(|part| &mut part.phrases);
    for note in phrases.flat_map(|phrase| &mut phrase.notes) {
        note.pitch = moved(note.pitch);
        note.slide_from = note.slide_from.map(moved);
    }
    for tone in score.lines.iter_mut().flat_map(|line| &mut line.tones).flatten() {
        tone.pitch += shift as f32;
    }
}

/// The octaves that bring the tune nearest to the middle of the voice. They depend on the singer alone, so that no edit
/// of a line moves the others.
fn octaves(timbre: &Timbre) -> i32 {
    let middle = (f32::from(timbre.range.0) + f32::from(timbre.range.1)) / 2.0;
    ((middle - WRITTEN_MIDDLE) / 12.0).round() as i32
}
