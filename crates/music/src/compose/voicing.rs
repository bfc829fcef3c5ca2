//! Which notes of a chord sound where: each voice goes the nearest way.

use crate::theory::{Chord, Key};

/// The chord's notes in close position around `centre` (MIDI), as near as can be to the voicing before.
pub(super) fn nearest(chord: Chord, key: Key, centre: i32, before: &[i32]) -> Vec<i32> {
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
            let cost = distance(&voices, before) + 2 * (mean(&voices) - centre).abs();
            if cost < best.0 {
                best = (cost, voices);
            }
        }
    }
    best.1
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
    use crate::theory::Mode;

    #[test]
    fn voices_move_little_between_chords() {
        let key = Key { tonic: 0, mode: Mode::Major };
        let tonic = nearest(Chord::from_numeral("I"), key, 60, &[]);
        let sixth = nearest(Chord::from_numeral("vi"), key, 60, &tonic);
        assert_eq!(distance(&sixth, &tonic), 2, "{tonic:?} {sixth:?}");
        assert!(tonic.iter().all(|pitch| [0, 4, 7].contains(&(pitch % 12))));
    }
}
