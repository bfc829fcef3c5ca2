//! Keys, scales and chords: what every musician takes for granted.

mod chord;

pub(crate) use chord::{Chord, Quality, bars_of};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Major or minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The major scale.
    Major,
    /// The natural minor scale.
    Minor,
}

/// A tonic and a mode, such as D minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// 0 = C, 1 = C sharp … 11 = B; other numbers are taken modulo 12.
    pub tonic: u8,
    /// Major or minor.
    pub mode: Mode,
}

const MAJOR_SCALE: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR_SCALE: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];
const MAJOR_PENTATONIC: [i32; 5] = [0, 2, 4, 7, 9];
const MINOR_PENTATONIC: [i32; 5] = [0, 3, 5, 7, 10];

const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const NAMES_IN_SHARPS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const NAMES_IN_FLATS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];

impl Key {
    /// The name of the note so many semitones above the tonic, spelled as the key's signature has it.
    pub(crate) fn note_name(self, semitones: i32) -> &'static str {
        let tonic = i32::from(self.tonic);
        let names = match if self.mode == Mode::Minor { tonic + 3 } else { tonic } % 12 {
            // G, D, A, E, B and F sharp major with their relatives.
            7 | 2 | 9 | 4 | 11 | 6 => &NAMES_IN_SHARPS,
            0 => &NAMES,
            _ => &NAMES_IN_FLATS,
        };
        names[(tonic + semitones).rem_euclid(12) as usize]
    }

    /// The scale's semitones above the tonic: seven notes, or five of them.
    pub(crate) fn scale(self, pentatonic: bool) -> &'static [i32] {
        match (self.mode, pentatonic) {
            (Mode::Major, false) => &MAJOR_SCALE,
            (Mode::Minor, false) => &MINOR_SCALE,
            (Mode::Major, true) => &MAJOR_PENTATONIC,
            (Mode::Minor, true) => &MINOR_PENTATONIC,
        }
    }

    /// The pitches of the scale from `low` to `high` (MIDI note numbers), ascending.
    pub(crate) fn pitches(self, pentatonic: bool, low: i32, high: i32) -> Vec<i32> {
        let scale = self.scale(pentatonic);
        (low..=high).filter(|pitch| scale.contains(&(pitch - i32::from(self.tonic)).rem_euclid(12))).collect()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            Mode::Major => "major",
            Mode::Minor => "minor",
        };
        write!(formatter, "{} {mode}", NAMES[usize::from(self.tonic % 12)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_spelled_by_the_key() {
        let key = |tonic, mode| Key { tonic, mode };
        assert_eq!(key(8, Mode::Major).note_name(5), "Db");
        assert_eq!(key(4, Mode::Minor).note_name(11), "D#");
        assert_eq!(key(0, Mode::Major).note_name(10), "Bb");
    }

    #[test]
    fn d_minor_has_one_flat() {
        let key = Key { tonic: 2, mode: Mode::Minor };
        assert_eq!(key.pitches(false, 62, 74), [62, 64, 65, 67, 69, 70, 72, 74]);
        assert_eq!(key.pitches(true, 62, 74), [62, 65, 67, 69, 72, 74]);
        assert_eq!(key.to_string(), "D minor");
    }
}
