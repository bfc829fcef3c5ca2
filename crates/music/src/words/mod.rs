//! Words to sounds: what a line of a lyric is sung as.
//!
//! English by a dictionary of 119,201 words and by its letters where the dictionary ends; Mandarin by pinyin; Spanish,
//! Italian, German and French by short rules; kana, romaji and Hangul. One vowel is one syllable is one note: whoever
//! counts notes counts the syllables of [`SaidLine`], never the spelling. What cannot be said is told
//! ([`SaidLine::unsaid`]) and sung as "la". The same line gives the same sounds on every machine: all costs are whole
//! numbers, and nothing here depends on the order of a hash.

mod elastic;
mod english;
mod hangul;
mod kana;
mod language;
mod mandarin;
mod phoneme;
mod pieces;
mod said;
mod script;
mod spelled;
mod syllable;
mod tables;

#[cfg(test)]
mod cases;

pub use language::Language;
pub use phoneme::{Phoneme, Stress};
pub use said::{SaidLine, SaidWord};
pub use syllable::Syllable;

use pieces::pieces;
use script::{Script, runs};

/// Says a line of any text. Empty if it has no letter and no digit.
pub fn say(text: &str) -> SaidLine {
    let runs = runs(text);
    let has = |script| runs.iter().any(|(known, _)| *known == script);
    let language = match () {
        () if has(Script::Kana) => Language::Japanese,
        () if has(Script::Hangul) => Language::Korean,
        () if has(Script::Han) => Language::Mandarin,
        () => language::of_latin(text),
    };
    // A line in capitals only says nothing by them.
    let is_shouted = !text.chars().any(char::is_lowercase);
    let mut words = Vec::new();
    for (script, span) in runs {
        words.extend(say_run(script, language, &text[span.clone()], span.start, is_shouted));
    }
    SaidLine { language, words }
}

/// Says a line that is known to be English.
pub(crate) fn say_english(text: &str) -> Vec<SaidWord> {
    english::say(text, 0, false)
}

/// The language of a line.
pub(crate) fn language_of(text: &str) -> Language {
    say(text).language
}

/// The pinyin of each Chinese character of a text, without tones.
pub(crate) fn pinyin(text: &str) -> Vec<&'static str> {
    mandarin::pinyin(text)
}

/// Does the English dictionary hold this word, in small letters?
pub(crate) fn is_english(word: &str) -> bool {
    english::knows(word)
}

fn say_run(script: Script, language: Language, text: &str, at: usize, is_shouted: bool) -> Vec<SaidWord> {
    match script {
        Script::Han => mandarin::say(text, at),
        Script::Kana => kana::say(text, at),
        Script::Hangul => hangul::say(text, at),
        Script::Other => unknown(text, at),
        Script::Latin => match language {
            Language::Spanish | Language::Italian | Language::German | Language::French => {
                spelled::say(language, text, at)
            }
            Language::Japanese => romaji(text, at, is_shouted),
            _ => english::say(text, at, is_shouted),
        },
    }
}

/// Words in romaji; others in English.
fn romaji(text: &str, at: usize, is_shouted: bool) -> Vec<SaidWord> {
    let mut words = Vec::new();
    for piece in pieces(text, at, &|_| None) {
        let mark = piece.text.chars().rev().find_map(mandarin::mark_of);
        let word = piece.text.trim_matches(|letter: char| !letter.is_alphanumeric());
        match kana::romaji(word) {
            Some(syllables) => words.push(SaidWord { mark, ..SaidWord::of(piece.span, syllables) }),
            None => words.extend(english::say(
                &text[piece.span.start - at..piece.span.end - at],
                piece.span.start,
                is_shouted,
            )),
        }
    }
    words
}

/// Words in a script that nobody here can say: one "la" for each third letter.
fn unknown(text: &str, at: usize) -> Vec<SaidWord> {
    pieces(text, at, &|_| None)
        .into_iter()
        .filter(|piece| piece.text.contains(char::is_alphanumeric))
        .map(|piece| {
            let letters = piece.text.chars().filter(|character| character.is_alphabetic()).count();
            SaidWord::vocalise(piece.span, letters.div_ceil(3))
        })
        .collect()
}
