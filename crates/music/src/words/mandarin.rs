//! Mandarin: each character is one syllable, by its pinyin without tones. The longest known word wins.

use super::phoneme::{Phoneme, read};
use super::said::SaidWord;
use super::tables::mandarin;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Particles that are weak when read so.
const WEAK_READINGS: [&str; 11] = ["de", "le", "zhe", "me", "ma", "ba", "ne", "a", "ya", "la", "men"];
/// The digits as characters.
const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// No known word is longer.
const LONGEST: usize = 4;

/// Says a stretch of Chinese that begins at `offset` in its line. A character without a reading becomes "la".
pub(super) fn say(text: &str, offset: usize) -> Vec<SaidWord> {
    let characters: Vec<(usize, char)> =
        text.char_indices().map(|(at, character)| (offset + at, digit(character))).collect();
    let mut words: Vec<SaidWord> = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let readings = longest(&characters[at..]);
        for (&(start, character), reading) in characters[at..].iter().zip(&readings) {
            words.push(word(start, text, offset, character, reading));
        }
        if readings.is_empty() {
            other(characters[at], text, offset, &mut words);
        }
        at += readings.len().max(1);
    }
    words
}

/// The pinyin of each character without its tone, in order; characters without a reading are left out.
pub(super) fn pinyin(text: &str) -> Vec<&'static str> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let mut all = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let readings = longest(&characters[at..]);
        at += readings.len().max(1);
        all.extend(readings);
    }
    all
}

/// The readings of the longest word that begins here; none for what is no known character.
fn longest(characters: &[(usize, char)]) -> Vec<&'static str> {
    for count in (2..=LONGEST.min(characters.len())).rev() {
        let word: String = characters[..count].iter().map(|(_, character)| *character).collect();
        if let Some(readings) = mandarin().phrases.get(&word) {
            return readings.split(' ').collect();
        }
    }
    let single = characters.first().map(|(_, character)| *character);
    single.and_then(|single| readings().get(&single)).into_iter().copied().collect()
}

fn word(start: usize, text: &str, offset: usize, character: char, reading: &str) -> SaidWord {
    let table = mandarin();
    let is_weak = table.neutral.contains(character) && WEAK_READINGS.contains(&reading);
    let mut sounds = read(table.syllables.get(reading).map_or("lˈɑ", String::as_str));
    if is_weak {
        sounds = sounds.into_iter().map(Phoneme::plain).collect();
    }
    SaidWord::new(start..end_of(start, text, offset), &sounds)
}

/// A mark, a space, or a character that nobody here can read.
fn other((start, character): (usize, char), text: &str, offset: usize, words: &mut Vec<SaidWord>) {
    if character.is_alphanumeric() {
        words.push(SaidWord::vocalise(start..end_of(start, text, offset), 1));
    } else if let Some(word) = words.last_mut() {
        word.mark = word.mark.or(mark_of(character));
    }
}

fn end_of(start: usize, text: &str, offset: usize) -> usize {
    start + text[start - offset..].chars().next().map_or(0, char::len_utf8)
}

fn digit(character: char) -> char {
    let wide = u32::from(character).checked_sub(0xFF10).filter(|digit| *digit < 10);
    character.to_digit(10).or(wide).map_or(character, |digit| DIGITS[digit as usize])
}

/// Marks of Asian scripts as those that the voice knows; a gap is a short breath.
pub(super) fn mark_of(character: char) -> Option<char> {
    match character {
        '，' | '、' | ',' | ' ' | '\u{3000}' => Some(','),
        '。' | '.' | '．' => Some('.'),
        '！' | '!' => Some('!'),
        '？' | '?' => Some('?'),
        '；' | ';' => Some(';'),
        '：' | ':' => Some(':'),
        '…' => Some('…'),
        _ => None,
    }
}

/// The reading of each single character.
fn readings() -> &'static BTreeMap<char, &'static str> {
    static READINGS: OnceLock<BTreeMap<char, &'static str>> = OnceLock::new();
    READINGS.get_or_init(|| {
        let by_syllable = mandarin().characters.iter();
        by_syllable.flat_map(|(syllable, all)| all.chars().map(move |one| (one, syllable.as_str()))).collect()
    })
}
