//! What a line sounds like: its syllables and its rhyme, by the sounds that the singer sings.

use crate::words::{Phoneme, SaidWord, Stress, say_english};

/// How a line ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rhyme {
    /// From the last stressed vowel on.
    pub(super) sounds: Vec<Phoneme>,
    /// The consonants before that vowel.
    pub(super) onset: Vec<Phoneme>,
}

impl Rhyme {
    /// The same end after another beginning.
    pub(super) fn fits(&self, other: &Self) -> bool {
        self.sounds == other.sounds && self.onset != other.onset
    }
}

/// Syllables and rhyme of an English line; none if it has no words.
pub(super) fn heard(text: &str) -> Option<(usize, Rhyme)> {
    let words = say_english(text);
    let syllables = words.iter().map(|word| word.syllables.len()).sum();
    Some((syllables, rhyme(words.last()?)))
}

fn rhyme(word: &SaidWord) -> Rhyme {
    let at = |stress| word.syllables.iter().rposition(|syllable| syllable.vowel.stress() == stress);
    let from = at(Stress::Primary)
        .or_else(|| at(Stress::Secondary))
        .unwrap_or(word.syllables.len().saturating_sub(1));
    let tail = &word.syllables[from..];
    let onset = tail.first().map_or_else(Vec::new, |syllable| syllable.onset.clone());
    let mut sounds: Vec<Phoneme> =
        tail.iter().flat_map(|syllable| syllable.sounds()).map(Phoneme::plain).collect();
    sounds.drain(..onset.len());
    Rhyme { sounds, onset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rhymes_are_heard_and_not_read() {
        let end = |text: &str| heard(text).map(|(_, rhyme)| rhyme);
        let fits = |left: &str, right: &str| match (end(left), end(right)) {
            (Some(left), Some(right)) => left.fits(&right),
            _ => false,
        };
        for (left, right) in
            [("night", "the light"), ("though", "go"), ("remember", "December"), ("3am", "then")]
        {
            assert_eq!(fits(left, right), (left, right) != ("3am", "then"), "{left} {right}");
        }
        for (left, right) in [("love", "move"), ("night", "night"), ("night", "knight"), ("wind", "mind")] {
            assert!(!fits(left, right), "{left} {right}");
        }
    }
}
