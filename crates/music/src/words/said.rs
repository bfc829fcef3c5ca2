//! A line as it is sung: words with the place of their text, in syllables.

use super::language::Language;
use super::phoneme::Phoneme;
use super::syllable::{Syllable, split};
use std::fmt;
use std::ops::Range;

/// A line of a lyric in sounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidLine {
    /// Found from its script and its words.
    pub language: Language,
    /// In the order of the text. An expanded number is several words with one span.
    pub words: Vec<SaidWord>,
}

/// One word, or one character of a script that has no gaps between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidWord {
    /// Where its text stands, in bytes of the line.
    pub span: Range<usize>,
    /// At least one.
    pub syllables: Vec<Syllable>,
    /// The first of , . ! ? ; : … after it.
    pub mark: Option<char>,
    /// Sounds on from the word before without a gap.
    pub is_joined: bool,
    /// The text asks to be drawn out ("looove", "lo-o-ove", ー).
    pub is_held: bool,
    /// Nobody here can say it: "la" is sung instead, once for each likely syllable.
    pub is_vocalise: bool,
}

impl SaidLine {
    /// How many notes the line wants: one for each vowel.
    pub fn syllable_count(&self) -> usize {
        self.words.iter().map(|word| word.syllables.len()).sum()
    }

    /// The places of what could not be said.
    pub fn unsaid(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.words.iter().filter(|word| word.is_vocalise).map(|word| word.span.clone())
    }
}

impl SaidWord {
    pub(super) fn new(span: Range<usize>, sounds: &[Phoneme]) -> Self {
        Self::of(span, split(sounds))
    }

    pub(super) fn of(span: Range<usize>, syllables: Vec<Syllable>) -> Self {
        Self { span, syllables, mark: None, is_joined: false, is_held: false, is_vocalise: false }
    }

    /// What cannot be said, as "la" on so many notes.
    pub(super) fn vocalise(span: Range<usize>, notes: usize) -> Self {
        Self { is_vocalise: true, ..Self::of(span, vec![Syllable::la(); notes.max(1)]) }
    }

    /// Its sounds in order.
    pub fn sounds(&self) -> impl Iterator<Item = Phoneme> + '_ {
        self.syllables.iter().flat_map(Syllable::sounds)
    }
}

impl fmt::Display for SaidLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words.iter().enumerate() {
            let gap = if index > 0 { " " } else { "" };
            write!(out, "{gap}")?;
            word.sounds().try_for_each(|sound| write!(out, "{sound}"))?;
            word.mark.map_or(Ok(()), |mark| write!(out, "{mark}"))?;
        }
        Ok(())
    }
}
