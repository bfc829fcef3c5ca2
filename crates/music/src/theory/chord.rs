//! Chords, written in tables as roman numerals against the major scale: `vi`, `bVII`, `V7`, `Imaj7`.

use super::Key;

/// What stands above a chord's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    Major,
    Minor,
    Diminished,
    Suspended,
    Dominant7,
    Major7,
    Minor7,
    HalfDiminished7,
    Add9,
    Power,
}

impl Quality {
    /// Semitones above the root, root first.
    pub(crate) fn intervals(self) -> &'static [i32] {
        match self {
            Self::Major => &[0, 4, 7],
            Self::Minor => &[0, 3, 7],
            Self::Diminished => &[0, 3, 6],
            Self::Suspended => &[0, 5, 7],
            Self::Dominant7 => &[0, 4, 7, 10],
            Self::Major7 => &[0, 4, 7, 11],
            Self::Minor7 => &[0, 3, 7, 10],
            Self::HalfDiminished7 => &[0, 3, 6, 10],
            Self::Add9 => &[0, 4, 7, 14],
            Self::Power => &[0, 7],
        }
    }

    /// The same chord with its seventh, as jazz and soul play it.
    pub(crate) fn with_seventh(self) -> Self {
        match self {
            Self::Major => Self::Major7,
            Self::Minor => Self::Minor7,
            Self::Diminished => Self::HalfDiminished7,
            other => other,
        }
    }
}

/// A chord relative to the key's tonic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chord {
    /// Semitones of the root above the tonic, 0 to 11.
    pub(crate) root: i32,
    pub(crate) quality: Quality,
}

impl Chord {
    /// Reads one roman numeral; what cannot be read is the tonic's major chord.
    pub(crate) fn from_numeral(text: &str) -> Self {
        let (alteration, text) = match text.as_bytes().first() {
            Some(b'b') => (-1, &text[1..]),
            Some(b'#') => (1, &text[1..]),
            _ => (0, text),
        };
        let length = text.bytes().take_while(|byte| b"IViv".contains(byte)).count();
        let (numeral, suffix) = text.split_at(length);
        let degree = match numeral.to_ascii_uppercase().as_str() {
            "II" => 2,
            "III" => 4,
            "IV" => 5,
            "V" => 7,
            "VI" => 9,
            "VII" => 11,
            _ => 0,
        };
        let minor = numeral.starts_with(['i', 'v']);
        let quality = match (suffix, minor) {
            ("7", true) => Quality::Minor7,
            ("7", false) => Quality::Dominant7,
            ("maj7", _) => Quality::Major7,
            ("m7b5", _) => Quality::HalfDiminished7,
            ("dim", _) => Quality::Diminished,
            ("sus4", _) => Quality::Suspended,
            ("add9", _) => Quality::Add9,
            ("5", _) => Quality::Power,
            (_, true) => Quality::Minor,
            (_, false) => Quality::Major,
        };
        Self { root: (degree + alteration + 12) % 12, quality }
    }

    /// As players write it in a key, such as `Am7`.
    pub(crate) fn name(self, key: Key) -> String {
        let suffix = match self.quality {
            Quality::Major => "",
            Quality::Minor => "m",
            Quality::Diminished => "dim",
            Quality::Suspended => "sus4",
            Quality::Dominant7 => "7",
            Quality::Major7 => "maj7",
            Quality::Minor7 => "m7",
            Quality::HalfDiminished7 => "m7b5",
            Quality::Add9 => "add9",
            Quality::Power => "5",
        };
        format!("{}{suffix}", key.note_name(self.root))
    }

    /// Whether a pitch, given in semitones above the tonic, belongs to the chord.
    pub(crate) fn contains(self, semitones: i32) -> bool {
        self.quality.intervals().iter().any(|interval| (semitones - self.root - interval) % 12 == 0)
    }

    /// Semitones from the root up to the third (or what stands in its place).
    pub(crate) fn third(self) -> i32 {
        self.quality.intervals().get(1).copied().unwrap_or(7)
    }

    /// Semitones from the root up to the fifth.
    pub(crate) fn fifth(self) -> i32 {
        match self.quality {
            Quality::Diminished | Quality::HalfDiminished7 => 6,
            _ => 7,
        }
    }
}

/// Reads a progression: bars between spaces, two chords of one bar joined by a comma.
pub(crate) fn bars_of(progression: &str) -> Vec<[Chord; 2]> {
    progression
        .split_whitespace()
        .map(|bar| {
            let (first, second) = bar.split_once(',').unwrap_or((bar, bar));
            [Chord::from_numeral(first), Chord::from_numeral(second)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::Mode;

    #[test]
    fn numerals_become_chords() {
        assert_eq!(Chord::from_numeral("vi"), Chord { root: 9, quality: Quality::Minor });
        assert_eq!(Chord::from_numeral("bVII"), Chord { root: 10, quality: Quality::Major });
        assert_eq!(Chord::from_numeral("V7"), Chord { root: 7, quality: Quality::Dominant7 });
        assert_eq!(Chord::from_numeral("iim7b5"), Chord { root: 2, quality: Quality::HalfDiminished7 });
        assert!(Chord::from_numeral("IV").contains(9));
        assert!(!Chord::from_numeral("IV").contains(7));
    }

    #[test]
    fn chords_have_names_that_players_read() {
        let name = |numeral, tonic, mode| Chord::from_numeral(numeral).name(Key { tonic, mode });
        assert_eq!(name("vi7", 0, Mode::Major), "Am7");
        assert_eq!(name("bVI", 2, Mode::Minor), "Bb");
        assert_eq!(name("V7", 4, Mode::Major), "B7");
    }

    #[test]
    fn a_comma_splits_a_bar() {
        let bars = bars_of("I ii7,V7");
        assert_eq!(bars.len(), 2);
        assert_eq!(bars[0][0], bars[0][1]);
        assert_ne!(bars[1][0], bars[1][1]);
    }
}
