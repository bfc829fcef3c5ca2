//! A line as the row of sounds and marks that the voice reads.

use super::line::LineToSing;
use super::voice::{END, Id, SPACE, STRESS, id_of, mark_id};
use crate::words::{Phoneme, SaidWord, Stress};

/// A rest of this length between two words is told to the voice by a comma, in seconds.
const REST: f64 = 0.25;

/// What a sound is for timing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The mark of stress, with which a stressed vowel begins; it belongs to the syllable of that number.
    Stress(usize),
    /// Begins on the note of the syllable of that number.
    Vowel(usize),
    /// Keeps about its spoken length.
    Consonant,
    /// Between words.
    Gap,
    /// A mark: rests go into it.
    Mark,
}

/// One sound or mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound {
    pub(super) id: Id,
    /// Nothing for marks and gaps.
    pub(super) phoneme: Option<Phoneme>,
    pub(super) kind: Kind,
    /// The number of the word it belongs to.
    pub(super) word: Option<usize>,
}

/// The line with both ends. It closes with a full stop, else its last consonant would swallow the silence.
pub(super) fn sounds(line: &LineToSing<'_>) -> Vec<Sound> {
    let mut row = Row { sounds: vec![aside(END, Kind::Gap)], syllable: 0 };
    let last = line.said.words.len() - 1;
    for (index, word) in line.said.words.iter().enumerate() {
        if index > 0 && !word.is_joined {
            row.sounds.push(aside(SPACE, Kind::Gap));
        }
        row.add(index, word);
        let rests = rest_after(line, row.syllable) > REST;
        let mark = if index == last { Some(4) } else { word.mark.map(mark_id).or(rests.then_some(3)) };
        row.sounds.extend(mark.map(|id| aside(id, Kind::Mark)));
    }
    row.sounds.push(aside(END, Kind::Gap));
    row.sounds
}

struct Row {
    sounds: Vec<Sound>,
    /// The number of the next syllable.
    syllable: usize,
}

impl Row {
    fn add(&mut self, index: usize, word: &SaidWord) {
        for syllable in &word.syllables {
            self.consonants(index, &syllable.onset);
            self.vowel(index, syllable.vowel);
            self.consonants(index, &syllable.coda);
        }
    }

    fn consonants(&mut self, word: usize, consonants: &[Phoneme]) {
        let sound = |consonant: &Phoneme| Sound {
            id: id_of(*consonant),
            phoneme: Some(*consonant),
            kind: Kind::Consonant,
            word: Some(word),
        };
        self.sounds.extend(consonants.iter().map(sound));
    }

    fn vowel(&mut self, word: usize, vowel: Phoneme) {
        let word = Some(word);
        let mark = match vowel.stress() {
            Stress::None => None,
            Stress::Primary => Some(STRESS[0]),
            Stress::Secondary => Some(STRESS[1]),
        };
        self.sounds.extend(mark.map(|id| Sound {
            id,
            phoneme: Some(vowel),
            kind: Kind::Stress(self.syllable),
            word,
        }));
        self.sounds.push(Sound {
            id: id_of(vowel),
            phoneme: Some(vowel),
            kind: Kind::Vowel(self.syllable),
            word,
        });
        self.syllable += 1;
    }
}

fn aside(id: Id, kind: Kind) -> Sound {
    Sound { id, phoneme: None, kind, word: None }
}

/// The silence between a syllable's last tone and the next syllable's first, in seconds.
fn rest_after(line: &LineToSing<'_>, next: usize) -> f64 {
    let end = next.checked_sub(1).and_then(|before| line.tones[before].last()).map(|tone| tone.end());
    let onset = line.tones.get(next).and_then(|tones| tones.first()).map(|tone| tone.onset);
    end.zip(onset).map_or(0.0, |(end, onset)| onset - end)
}
