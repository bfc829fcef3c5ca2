//! Tempo and key from numbers and names.

use super::text::total;
use crate::plan::vocabulary::TEMPO_WORDS;
use crate::theory::Mode;

/// A number beside a word of tempo: "128 bpm", "90-100 bpm", "tempo of 100", "速度 120", "每分钟一百二十拍"; else one of
/// the old names, such as "andante".
pub(super) fn read_bpm(text: &str) -> Option<f32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let numbered = words.iter().enumerate().find_map(|(index, word)| {
        let number = number_of(word.strip_suffix("bpm").unwrap_or(word))?;
        let before = |back: usize| index.checked_sub(back).map_or("", |at| words[at]);
        let after = words.get(index + 1).copied().unwrap_or("");
        let named = word.ends_with("bpm")
            || ["bpm", "beats"].contains(&after)
            || after.starts_with('拍')
            || ["bpm", "tempo"].contains(&before(1))
            || (["of", "at", "is", "about", "around"].contains(&before(1)) && before(2) == "tempo")
            || ["速度", "节奏", "节拍", "每分钟"].iter().any(|sign| before(1).contains(sign));
        // "90 to 100 bpm" means the middle.
        let other = number_of(before(if before(1) == "to" || before(1) == "到" { 2 } else { 1 }));
        let number = other
            .filter(|other| (*other - number).abs() < 40.0)
            .map_or(number, |other| (other + number) / 2.0);
        (named && (40.0..=220.0).contains(&number)).then_some(number)
    });
    let named = || TEMPO_WORDS.iter().find(|(words, _)| total(text, words) > 0).map(|(_, bpm)| *bpm);
    numbered.or_else(|| chinese_bpm(text)).or_else(named)
}

fn number_of(word: &str) -> Option<f32> {
    word.starts_with(|first: char| first.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

/// "一百二十拍", "九十拍".
fn chinese_bpm(text: &str) -> Option<f32> {
    const DIGITS: &str = "零一二三四五六七八九";
    let before: Vec<char> = text[..text.find('拍')?].chars().rev().collect();
    let numeral = before.into_iter().take_while(|sign| DIGITS.contains(*sign) || "十百两".contains(*sign));
    let numeral: Vec<char> = numeral.collect();
    let (mut sum, mut digit) = (0, 0);
    for sign in numeral.into_iter().rev() {
        match sign {
            '百' => (sum, digit) = (sum + 100 * digit.max(1), 0),
            '十' => (sum, digit) = (sum + 10 * digit.max(1), 0),
            '两' => digit = 2,
            _ => digit = DIGITS.chars().position(|known| known == sign).unwrap_or(0),
        }
    }
    let bpm = (sum + digit) as f32;
    (40.0..=220.0).contains(&bpm).then_some(bpm)
}

/// A note name with its mode: "d minor", "f# major", "b flat minor", "key of g", "am", "降e大调", "升 f 小调", "c调".
pub(super) fn read_key(text: &str) -> (Option<u8>, Option<Mode>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let Some((mut tonic, short_minor)) = note_name(word) else { continue };
        let mut next = index + 1;
        match words.get(next) {
            Some(&"sharp") => (tonic, next) = (tonic + 1, next + 1),
            Some(&"flat") => (tonic, next) = (tonic + 11, next + 1),
            _ => (),
        }
        let before = |back: usize| index.checked_sub(back).map_or("", |at| words[at]);
        tonic += u8::from(before(1).ends_with('升')) + 11 * u8::from(before(1).ends_with('降'));
        let after = words.get(next).copied().unwrap_or("");
        let mode = mode_of(after).or(short_minor.then_some(Mode::Minor));
        if before(1) == "in" && *word == "a" && words.get(next + 1) == Some(&"key") {
            // "in a minor key" names a mode, no note.
            return (None, mode);
        }
        let in_key_of =
            before(1) == "of" && before(2) == "key" || before(1) == "key" || after.starts_with('调');
        // A lone "a" is an article, a lone "am" a verb: without a mode the word "key" must be there.
        if in_key_of || (mode.is_some() && !(short_minor && *word == "am" && before(1) != "in")) {
            return (Some(tonic % 12), mode);
        }
    }
    (None, None)
}

fn mode_of(word: &str) -> Option<Mode> {
    match word {
        "minor" | "min" | "dorian" | "phrygian" | "aeolian" => Some(Mode::Minor),
        "major" | "maj" | "lydian" | "mixolydian" | "ionian" => Some(Mode::Major),
        _ if word.starts_with("小调") => Some(Mode::Minor),
        _ if word.starts_with("大调") => Some(Mode::Major),
        _ => None,
    }
}

/// Reads `c`, `f#`, `bb`, `am`, `f#m`, and `#f`, `be` as Chinese writes them: semitones above C, and whether an `m`
/// stands behind.
fn note_name(word: &str) -> Option<(u8, bool)> {
    let mut characters = word.chars();
    let first = characters.next()?;
    let rest = characters.as_str();
    if let Some(tonic) = letter(rest).filter(|_| first == '#') {
        return Some(((tonic + 1) % 12, false));
    }
    if let Some(tonic) = letter(rest).filter(|_| first == 'b' && rest != "b") {
        return Some(((tonic + 11) % 12, false));
    }
    let mut tonic = letter(word.get(..1)?)?;
    let mut rest = rest;
    if let Some(sharp) = rest.strip_prefix('#') {
        (tonic, rest) = (tonic + 1, sharp);
    } else if let Some(flat) = rest.strip_prefix('b') {
        (tonic, rest) = (tonic + 11, flat);
    }
    match rest {
        "" => Some((tonic, false)),
        "m" | "min" => Some((tonic, true)),
        _ => None,
    }
}

fn letter(name: &str) -> Option<u8> {
    let at = ["c", "", "d", "", "e", "f", "", "g", "", "a", "", "b"].iter().position(|known| *known == name);
    at.filter(|_| !name.is_empty()).map(|at| at as u8)
}
