//! Sounds in syllables: one vowel each, with what is sung before and after it.

use super::phoneme::{Phoneme, Stress};
use std::ops::Range;

/// One vowel with its consonants: what one note takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// Consonants before the vowel; they sound before the note begins.
    pub onset: Vec<Phoneme>,
    /// Begins on the note.
    pub vowel: Phoneme,
    /// Consonants after the vowel.
    pub coda: Vec<Phoneme>,
}

impl Syllable {
    /// The open "la", sung where words cannot be.
    pub(crate) fn la() -> Self {
        Self {
            onset: vec![Phoneme::of('l')],
            vowel: Phoneme::of('ɑ').with_stress(Stress::Primary),
            coda: Vec::new(),
        }
    }

    /// Its sounds in order.
    pub fn sounds(&self) -> impl Iterator<Item = Phoneme> + '_ {
        self.onset.iter().copied().chain([self.vowel]).chain(self.coda.iter().copied())
    }
}

/// Groups of consonants that may begin an English syllable.
const ONSETS: &str = "pl pɹ bl bɹ tɹ dɹ kl kɹ ɡl ɡɹ fl fɹ θɹ ʃɹ sl sm sn sp st sk sw tw dw kw ɡw θw pj bj kj fj vj mj \
     hj ɡj nj lj spl spɹ stɹ skɹ skw spj skj sf vl vɹ";

/// Splits one word before the longest group of consonants that may begin a syllable.
pub(crate) fn split(sounds: &[Phoneme]) -> Vec<Syllable> {
    ranges(sounds).into_iter().filter_map(|range| syllable(&sounds[range])).collect()
}

fn syllable(sounds: &[Phoneme]) -> Option<Syllable> {
    let at = sounds.iter().position(|sound| sound.is_vowel())?;
    Some(Syllable { onset: sounds[..at].to_vec(), vowel: sounds[at], coda: sounds[at + 1..].to_vec() })
}

fn ranges(sounds: &[Phoneme]) -> Vec<Range<usize>> {
    let vowels: Vec<usize> = (0..sounds.len()).filter(|at| sounds[*at].is_vowel()).collect();
    let mut cuts = vec![0];
    for pair in vowels.windows(2) {
        let next = pair[1];
        let begin = (pair[0] + 1..next).find(|at| may_begin(&sounds[*at..next]));
        cuts.push(begin.unwrap_or(next));
    }
    cuts.push(sounds.len());
    cuts.windows(2).map(|cut| cut[0]..cut[1]).collect()
}

fn may_begin(consonants: &[Phoneme]) -> bool {
    match consonants {
        [single] => !single.is_one_of("ŋ"),
        group => {
            let group: String = group.iter().map(|sound| sound.symbol()).collect();
            ONSETS.split(' ').any(|onset| onset == group)
        }
    }
}
