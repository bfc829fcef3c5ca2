//! Japanese: kana mora by mora, and romaji.

use super::mandarin::mark_of;
use super::phoneme::{Phoneme, Stress, read};
use super::said::SaidWord;
use super::syllable::{Syllable, split};
use super::tables::languages;

/// Says a stretch of kana that begins at `offset` in its line: each mora a word, ん after the one before.
pub(super) fn say(text: &str, offset: usize) -> Vec<SaidWord> {
    let characters: Vec<(usize, char)> =
        text.char_indices().map(|(at, character)| (offset + at, hiragana(character))).collect();
    let ends: Vec<usize> = text.char_indices().map(|(at, one)| offset + at + one.len_utf8()).collect();
    let mut words: Vec<SaidWord> = Vec::new();
    let (mut at, mut is_doubled, mut has_gap) = (0, false, true);
    while at < characters.len() {
        let (start, character) = characters[at];
        let Some((count, said)) = mora(&characters[at..]) else {
            is_doubled |= character == 'っ';
            has_gap |= aside(character, ends[at], &mut words);
            at += 1;
            continue;
        };
        let end = ends[at + count - 1];
        if character == 'ん' {
            close(start..end, nasal(&characters[at + 1..]), &mut words);
        } else {
            words.push(SaidWord {
                is_joined: !has_gap,
                ..SaidWord::of(start..end, syllables(said, is_doubled))
            });
        }
        (is_doubled, has_gap) = (false, false);
        at += count;
    }
    words
}

/// The longest mora that begins here, and its sounds.
fn mora(characters: &[(usize, char)]) -> Option<(usize, &'static str)> {
    (1..=2.min(characters.len())).rev().find_map(|count| {
        let kana: String = characters[..count].iter().map(|(_, character)| *character).collect();
        languages().ja.kana.get(&kana).map(|said| (count, said.as_str()))
    })
}

/// A mora on its vowel; っ before it doubles its consonant.
fn syllables(said: &str, is_doubled: bool) -> Vec<Syllable> {
    let mut sounds = stress_first(read(said));
    if let Some(first) = sounds.first().copied().filter(|first| is_doubled && !first.is_vowel()) {
        sounds.insert(0, first);
    }
    split(&sounds)
}

fn stress_first(mut sounds: Vec<Phoneme>) -> Vec<Phoneme> {
    if let Some(vowel) = sounds.iter_mut().find(|sound| sound.is_vowel()) {
        *vowel = vowel.with_stress(Stress::Primary);
    }
    sounds
}

/// ん as it sounds before what follows.
fn nasal(next: &[(usize, char)]) -> Phoneme {
    match mora(next).and_then(|(_, said)| said.chars().next()) {
        Some('p' | 'b' | 'm') => Phoneme::of('m'),
        Some('k' | 'ɡ') => Phoneme::of('ŋ'),
        _ => Phoneme::of('n'),
    }
}

/// Puts ん after the mora before it, or on a note of its own.
fn close(span: std::ops::Range<usize>, nasal: Phoneme, words: &mut Vec<SaidWord>) {
    match words.last_mut().and_then(|word| Some((&mut word.span, word.syllables.last_mut()?))) {
        Some((whole, syllable)) if whole.end == span.start => {
            syllable.coda.push(nasal);
            whole.end = span.end;
        }
        _ => words.push(SaidWord::new(span, &[Phoneme::of('ə'), nasal])),
    }
}

/// ー draws out, marks close; true if words part here.
fn aside(character: char, end: usize, words: &mut [SaidWord]) -> bool {
    let Some(word) = words.last_mut() else { return false };
    if character == 'ー' {
        word.is_held = true;
        word.span.end = end;
    }
    word.mark = word.mark.or(mark_of(character));
    mark_of(character).is_some()
}

/// Katakana lie 96 places above hiragana.
fn hiragana(character: char) -> char {
    match character {
        'ァ'..='ヶ' => char::from_u32(u32::from(character) - 96).unwrap_or(character),
        _ => character,
    }
}

/// The syllables of a word in romaji; `None` if it is no such word.
pub(super) fn romaji(word: &str) -> Option<Vec<Syllable>> {
    let plain =
        word.to_lowercase().replace('ō', "oo").replace('ū', "uu").replace('ā', "aa").replace('ē', "ee");
    let letters: Vec<char> = plain.chars().filter(|letter| *letter != '\'').collect();
    let mut syllables: Vec<Syllable> = Vec::new();
    let (mut at, mut doubled) = (0, None);
    while at < letters.len() {
        if let Some(first) = doubled_consonant(&letters[at..]) {
            doubled = Some(first);
            at += 1;
            continue;
        }
        let (count, said) = romaji_mora(&letters[at..])?;
        let mut sounds = stress_first(read(said));
        if let Some(first) = doubled.take() {
            sounds.insert(0, first);
        }
        match (sounds.as_slice(), syllables.last_mut()) {
            ([nasal], Some(last)) if !nasal.is_vowel() => last.coda.push(*nasal),
            ([nasal], None) if !nasal.is_vowel() => return None,
            _ => syllables.extend(split(&sounds)),
        }
        at += count;
    }
    Some(syllables).filter(|syllables| !syllables.is_empty())
}

/// "kitto", "matcha": the first of two consonants.
fn doubled_consonant(letters: &[char]) -> Option<Phoneme> {
    match letters {
        ['t', 'c', 'h', ..] => Some(Phoneme::of('t')),
        [first, second, ..] if first == second && !"aeioun".contains(*first) => {
            let said = languages().ja.romaji.get(&format!("{second}a"));
            said.and_then(|said| read(said).first().copied()).or_else(|| Phoneme::read(*first))
        }
        _ => None,
    }
}

fn romaji_mora(letters: &[char]) -> Option<(usize, &'static str)> {
    (1..=3.min(letters.len())).rev().find_map(|count| {
        let text: String = letters[..count].iter().collect();
        languages().ja.romaji.get(&text).map(|said| (count, said.as_str()))
    })
}
