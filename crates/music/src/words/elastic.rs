//! Fewer notes than vowels: weak vowels that a singer lets go.

use super::phoneme::{Phoneme, Stress};
use super::said::{SaidLine, SaidWord};
use super::syllable::Syllable;
use super::tables::text;

impl SaidLine {
    /// Lets weak vowels go until the line has `notes` syllables or none is left that may go; `written` is its text.
    /// First in words that are known for it ("fire", "heaven"), then before r, l, n anywhere, from the end.
    pub fn shorten(&mut self, written: &str, notes: usize) {
        for is_known_only in [true, false] {
            for index in (0..self.words.len()).rev() {
                if self.syllable_count() <= notes {
                    return;
                }
                let word = &mut self.words[index];
                let fewest = written.get(word.span.clone()).and_then(fewest);
                let may = if is_known_only {
                    fewest.is_some_and(|fewest| word.syllables.len() > fewest)
                } else {
                    true
                };
                if may && !word.is_vocalise {
                    let_one_go(word, is_known_only);
                }
            }
        }
    }
}

/// The fewest notes of a word that is known for being sung on fewer.
fn fewest(written: &str) -> Option<usize> {
    let word: String =
        written.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase).collect();
    text().elastic.get(&word).map(|(fewest, _)| *fewest)
}

/// Gives the consonants of the last weak syllable to the one before it.
fn let_one_go(word: &mut SaidWord, anywhere: bool) {
    let may_go = |syllables: &[Syllable], at: usize| {
        let next =
            syllables[at].coda.first().or_else(|| syllables.get(at + 1).and_then(|next| next.onset.first()));
        is_weak(syllables[at].vowel) && (anywhere || next.is_some_and(|next| next.is_one_of("ɹln")))
    };
    let going = (1..word.syllables.len()).rev().find(|at| may_go(&word.syllables, *at));
    if let Some(at) = going {
        let gone = word.syllables.remove(at);
        let kept = &mut word.syllables[at - 1].coda;
        kept.extend(gone.onset.into_iter().chain(gone.coda));
    }
}

fn is_weak(vowel: Phoneme) -> bool {
    vowel.stress() == Stress::None && vowel.is_one_of("əᵊ")
}

#[cfg(test)]
mod tests {
    use crate::words::say;

    fn shortened(text: &str, notes: usize) -> String {
        let mut line = say(text);
        line.shorten(text, notes);
        line.to_string()
    }

    #[test]
    fn weak_vowels_go_in_known_words_first() {
        assert_eq!(shortened("Heaven, I remember", 5), "hˈɛvn, I ɹɪmˈɛmbəɹ");
        assert_eq!(shortened("fire", 1), "fˈIɹ");
        assert_eq!(shortened("yeah", 1), "jˈɛ");
        assert_eq!(shortened("travel", 1), "tɹˈævl");
    }

    #[test]
    fn strong_vowels_stay_however_few_notes_there_are() {
        assert_eq!(shortened("window", 1), "wˈɪndO");
        assert_eq!(shortened("over", 9), say("over").to_string());
    }
}
