//! Which notes of a chord sound where: each voice goes the nearest way.

use crate::theory::{Chord, Key};

/// What sounded before.
#[derive(Clone, Debug, Default)]
pub(super) struct Voicing {
    /// Semitones of the bass above the tonic.
    pub(super) root: i32,
    /// From below; none before the first chord.
    pub(super) voices: Vec<i32>,
}

/// What it costs that the outer voices go in parallel: more than any way around.
const PARALLEL: i32 = 40;

/// The chord's notes in close position around `centre` (MIDI), as near as can be to the voicing before, the highest
/// voice not in fifths or octaves along with the bass.
pub(super) fn nearest(chord: Chord, key: Key, centre: i32, before: &Voicing) -> Vec<i32> {
    let root = i32::from(key.tonic) + chord.root;
    let mut best: (i32, Vec<i32>) = (i32::MAX, Vec::new());
    let intervals = chord.quality.intervals();
    for inversion in 0..intervals.len() {
        for octave in 1..8 {
            let mut voices: Vec<i32> = intervals
                .iter()
                .enumerate()
                .map(|(index, interval)| {
                    root + interval % 12 + 12 * octave + if index < inversion { 12 } else { 0 }
                })
                .collect();
            voices.sort_unstable();
            let cost = distance(&voices, &before.voices)
                + 2 * (mean(&voices) - centre).abs()
                + if is_parallel(chord, key, &voices, before) { PARALLEL } else { 0 };
            if cost < best.0 {
                best = (cost, voices);
            }
        }
    }
    best.1
}

/// Whether bass (on the root) and highest voice go from one fifth or octave to the next.
fn is_parallel(chord: Chord, key: Key, voices: &[i32], before: &Voicing) -> bool {
    let (Some(&top), Some(&top_before)) = (voices.last(), before.voices.last()) else { return false };
    let over_bass = |pitch: i32, root: i32| (pitch - i32::from(key.tonic) - root).rem_euclid(12);
    let interval = over_bass(top, chord.root);
    chord.root != before.root
        && top != top_before
        && matches!(interval, 0 | 7)
        && interval == over_bass(top_before, before.root)
}

/// How far the voices have to move.
fn distance(voices: &[i32], before: &[i32]) -> i32 {
    voices.iter().map(|voice| before.iter().map(|old| (voice - old).abs()).min().unwrap_or(0)).sum()
}

fn mean(voices: &[i32]) -> i32 {
    voices.iter().sum::<i32>() / voices.len().max(1) as i32
}

/// Moves the second voice from above down an octave, which opens a close chord.
pub(super) fn opened(mut voices: Vec<i32>) -> Vec<i32> {
    if let Some(second) = voices.len().checked_sub(2) {
        voices[second] -= 12;
    }
    voices.sort_unstable();
    voices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style;
    use crate::theory::{Mode, bars_of};

    #[test]
    fn voices_move_little_between_chords() {
        let key = Key { tonic: 0, mode: Mode::Major };
        let tonic = nearest(Chord::from_numeral("I"), key, 60, &Voicing::default());
        let before = Voicing { root: 0, voices: tonic.clone() };
        let sixth = nearest(Chord::from_numeral("vi"), key, 60, &before);
        assert!(distance(&sixth, &tonic) <= 4, "{tonic:?} {sixth:?}");
        assert!(tonic.iter().all(|pitch| [0, 4, 7].contains(&(pitch % 12))));
    }

    #[test]
    fn outer_voices_never_go_in_fifths_or_octaves() {
        for style in style::all() {
            let families = [(Mode::Major, &style.harmony.major), (Mode::Minor, &style.harmony.minor)];
            for (mode, family) in families {
                let texts = family.verse.iter().chain(family.chorus).chain(family.bridge);
                for (text, tonic) in texts.flat_map(|text| (0..12).map(move |tonic| (text, tonic))) {
                    let key = Key { tonic, mode };
                    let mut before = Voicing::default();
                    for chord in bars_of(text).into_iter().flatten().cycle().take(16) {
                        let voices = nearest(chord, key, 60, &before);
                        assert!(!is_parallel(chord, key, &voices, &before), "{text} in {key}");
                        before = Voicing { root: chord.root, voices };
                    }
                }
            }
        }
    }
}
