//! English lines: tokens to words, words to sounds.

mod dictionary;
mod homograph;
mod model;
mod number;
mod spelling;
mod surface;
mod token;
mod word;

use super::phoneme::{Phoneme, vowels};
use super::pieces::{Piece, pieces};
use super::said::SaidWord;
use super::syllable::split;
use token::Token;

/// Says a stretch of Latin text that begins at `offset` in its line.
pub(super) fn say(text: &str, offset: usize, is_shouted: bool) -> Vec<SaidWord> {
    let tokens = token::tokens(pieces(text, offset, &joined));
    let mut words: Vec<SaidWord> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.word.is_empty() {
            set_mark(words.last_mut(), token.mark);
            continue;
        }
        let neighbour = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| &token.word);
        let before = neighbour(index.checked_sub(1));
        let sounds = sounds(token, is_shouted, before, neighbour(Some(index + 1)));
        soften_the(words.last_mut(), before, &sounds);
        words.push(word_of(token, &sounds));
    }
    words
}

/// Does the dictionary hold this word of a-z and '?
pub(super) fn knows(word: &str) -> bool {
    word::known(word).is_some()
}

fn word_of(token: &Token, sounds: &[Phoneme]) -> SaidWord {
    let mut word = match token.can_be_said {
        true => SaidWord::of(token.span.clone(), split(sounds)),
        false => SaidWord::vocalise(token.span.clone(), token.word.chars().count().div_ceil(3)),
    };
    word.mark = token.mark;
    word.is_held = token.is_held;
    word
}

fn set_mark(word: Option<&mut SaidWord>, mark: Option<char>) {
    if let Some(word) = word {
        word.mark = word.mark.or(mark);
    }
}

/// Short words that are one thing in small letters and another in capitals.
const CAPITALS: [&str; 5] = ["us", "it", "am", "pm", "id"];

fn sounds(token: &Token, is_shouted: bool, before: &str, after: &str) -> Vec<Phoneme> {
    let word = token.word.as_str();
    if !token.can_be_said {
        return Vec::new();
    }
    let unknown = || word.len() <= 4 && !knows(word);
    if token.is_capitals && !is_shouted && (CAPITALS.contains(&word) || unknown()) {
        return word::letters(word);
    }
    homograph::other_reading(word, before, after).unwrap_or_else(|| word::say(word))
}

/// "the" before a vowel is ði.
fn soften_the(word: Option<&mut SaidWord>, before: &str, sounds: &[Phoneme]) {
    const WEAK: Phoneme = Phoneme::of('ə');
    if let Some(word) = word
        && word.mark.is_none()
        && before == "the"
        && sounds.first().is_some_and(|sound| sound.is_vowel())
        && let [syllable] = word.syllables.as_mut_slice()
        && syllable.vowel == WEAK
    {
        syllable.vowel = Phoneme::of('i');
    }
}

/// "lo-o-ove", "to-geth-er": one word; `None` where the parts are words of their own.
fn joined(chunk: &str) -> Option<String> {
    let lower = chunk.to_lowercase();
    let parts: Vec<&str> = lower.split('-').collect();
    let is_plain =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'');
    if parts.len() < 2 || !parts.iter().all(is_plain) {
        return None;
    }
    let whole = parts.concat();
    if parts.windows(2).any(|pair| draws_out(pair[0], pair[1])) {
        return Some(whole);
    }
    let sounds = word::known(&whole)?;
    let differ = parts.iter().any(|part| *part != parts[0]);
    let all_known = parts.iter().all(|part| knows(part));
    (!all_known && differ && vowels(&sounds) == parts.len()).then_some(whole)
}

/// A part of vowels only that repeats the vowel before it is the same syllable on one more note.
fn draws_out(before: &str, part: &str) -> bool {
    let is_vowel = |letter: u8| b"aeiou".contains(&letter);
    part.bytes().all(is_vowel) && before.bytes().last() == part.bytes().next()
}

/// The pieces of a text as English cuts them, for those who only count or look at words.
pub(super) fn pieces_of(text: &str) -> Vec<Piece> {
    pieces(text, 0, &joined)
}

#[cfg(test)]
pub(super) mod checks {
    //! What the cases look at from inside.
    use super::*;

    /// A word by its letters alone.
    pub(in crate::words) fn from_letters(word: &str) -> Vec<Phoneme> {
        let mut sounds = spelling::say(word).unwrap_or_default();
        surface::settle(&mut sounds, word);
        sounds
    }

    /// A word in any way.
    pub(in crate::words) fn word(word: &str) -> Vec<Phoneme> {
        word::say(word)
    }
}
