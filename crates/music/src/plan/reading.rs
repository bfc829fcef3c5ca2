//! Reads what an order's words ask for.

use super::vocabulary::{DRUMLESS, FAST, INSTRUMENTS, MAJOR, MINOR, PARTS, SLOW};
use super::{Part, Patch, StyleName};
use crate::brief::Brief;
use crate::style;
use crate::theory::Mode;

/// More text than this steers nothing.
const MAX_CHARACTERS: usize = 4000;

/// What the words say; `None` and empty where they say nothing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wishes {
    pub(super) bpm: Option<f32>,
    /// Below 0 slow, above 0 fast.
    pub(super) speed: i32,
    pub(super) tonic: Option<u8>,
    pub(super) mode: Option<Mode>,
    pub(super) style: Option<StyleName>,
    pub(super) asked: Vec<(Part, Patch)>,
    pub(super) without: Vec<Part>,
    pub(super) unwanted: Vec<Patch>,
}

impl Wishes {
    pub(super) fn read(brief: &Brief) -> Self {
        let wanted = plain(&format!("{} , {}", brief.style, brief.prompt));
        let negative = plain(&brief.style_negative);
        let (tonic, key_mode) = read_key(&wanted);
        let mut wishes = Self {
            bpm: read_bpm(&wanted),
            speed: total(&wanted, FAST) - total(&wanted, SLOW),
            tonic,
            mode: key_mode.or_else(|| read_mood(&wanted)),
            style: read_style(&wanted, &negative),
            ..Self::default()
        };
        wishes.read_instruments(&wanted, &negative);
        wishes
    }

    fn read_instruments(&mut self, wanted: &str, negative: &str) {
        for (words, part) in PARTS {
            if total(wanted, words) < 0 || total(negative, words) > 0 {
                self.without.push(*part);
            }
        }
        if total(wanted, DRUMLESS) > 0 {
            self.without.push(Part::Drums);
        }
        for (words, part, patch) in INSTRUMENTS {
            let balance = total(wanted, words);
            if balance < 0 || total(negative, words) > 0 {
                self.unwanted.push(*patch);
            } else if balance > 0 && !self.asked.iter().any(|(known, _)| known == part) {
                self.asked.push((*part, *patch));
            }
        }
        self.asked.retain(|(_, patch)| !self.unwanted.contains(patch));
    }
}

/// Lower case, spaces for punctuation, and a space between Latin and other scripts.
fn plain(text: &str) -> String {
    let mut plain = String::from(" ");
    let mut latin_before = true;
    for character in text.chars().take(MAX_CHARACTERS).flat_map(char::to_lowercase) {
        let character = if character == '♯' { '#' } else { character };
        if !character.is_alphanumeric() && !"#&".contains(character) {
            plain.push(' ');
            continue;
        }
        let latin = character.is_ascii();
        if latin != latin_before {
            plain.push(' ');
        }
        latin_before = latin;
        plain.push(character);
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    format!(" {} ", words.join(" "))
}

/// How often any of the words is asked for, less how often it is refused ("no drums", "不要鼓").
fn total(text: &str, words: &[&str]) -> i32 {
    words.iter().map(|word| occurrences(text, word)).sum()
}

fn occurrences(text: &str, word: &str) -> i32 {
    const REFUSALS: [&str; 11] =
        [" no", " without", " not", " any", " zero", "无", "没有", "不要", "不含", "去掉", "别用"];
    let found = |start: usize, end: usize| {
        let (before, after) = (&text[..start], &text[end..]);
        if word.is_ascii() && !(before.ends_with(' ') && after.starts_with(' ')) {
            return 0;
        }
        let refused = REFUSALS.iter().any(|refusal| before.trim_end().ends_with(refusal));
        if refused { -1 } else { 1 }
    };
    text.match_indices(word).map(|(start, word)| found(start, start + word.len())).sum()
}

/// The style named most, longer words counting more; the first of equals.
fn read_style(wanted: &str, negative: &str) -> Option<StyleName> {
    let mut best = (0, None);
    for style in style::all() {
        let score: i32 = style
            .keywords
            .iter()
            .map(|word| {
                let weight = if word.is_ascii() { word.len() } else { word.chars().count() * 3 } as i32;
                // Once is enough: saying "pop" twice does not make it more so than a longer, more particular word.
                occurrences(wanted, word).signum() * (weight + 2) - 20 * occurrences(negative, word)
            })
            .sum();
        if score > best.0 {
            best = (score, Some(style.name));
        }
    }
    best.1
}

fn read_mood(text: &str) -> Option<Mode> {
    match total(text, MAJOR) - total(text, MINOR) {
        0 => None,
        balance if balance > 0 => Some(Mode::Major),
        _ => Some(Mode::Minor),
    }
}

/// A number beside a word of tempo: "128 bpm", "bpm 90", "tempo of 100", "速度 120", "120 拍".
fn read_bpm(text: &str) -> Option<f32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let number: f32 = word.strip_suffix("bpm").unwrap_or(word).parse().ok()?;
        let before = |back: usize| index.checked_sub(back).map_or("", |at| words[at]);
        let after = words.get(index + 1).copied().unwrap_or("");
        let named = word.ends_with("bpm")
            || ["bpm", "beats"].contains(&after)
            || after.starts_with('拍')
            || ["bpm", "tempo"].contains(&before(1))
            || (["of", "at", "is"].contains(&before(1)) && before(2) == "tempo")
            || ["速度", "节奏", "每分钟"].iter().any(|sign| before(1).ends_with(sign));
        (named && (40.0..=220.0).contains(&number)).then_some(number)
    })
}

/// A note name with its mode: "d minor", "f# major", "b flat minor", "key of g", "am", "降e大调".
fn read_key(text: &str) -> (Option<u8>, Option<Mode>) {
    let words: Vec<&str> = text.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let Some((mut tonic, short_minor)) = note_name(word) else { continue };
        let mut next = index + 1;
        match words.get(next) {
            Some(&"sharp") => (tonic, next) = (tonic + 1, next + 1),
            Some(&"flat") => (tonic, next) = (tonic + 11, next + 1),
            _ => (),
        }
        let before = index.checked_sub(1).map_or("", |at| words[at]);
        tonic += u8::from(before.ends_with('升')) + 11 * u8::from(before.ends_with('降'));
        let after = words.get(next).copied().unwrap_or("");
        let mode = match after {
            "minor" | "min" => Some(Mode::Minor),
            "major" | "maj" => Some(Mode::Major),
            _ if after.starts_with("小调") => Some(Mode::Minor),
            _ if after.starts_with("大调") => Some(Mode::Major),
            _ if short_minor => Some(Mode::Minor),
            _ => None,
        };
        let in_key_of =
            index >= 2 && words[index - 1] == "of" && words[index - 2] == "key" || before == "key";
        // A lone "a" is an article, a lone "am" a verb: without a mode the word "key" must be there.
        if in_key_of || (mode.is_some() && !(short_minor && *word == "am" && before != "in")) {
            return (Some(tonic % 12), mode);
        }
    }
    (None, None)
}

/// Reads `c`, `f#`, `bb`, `am`, `f#m`: semitones above C, and whether an `m` stands behind.
fn note_name(word: &str) -> Option<(u8, bool)> {
    let mut characters = word.chars();
    let mut tonic = match characters.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let mut rest = characters.as_str();
    if let Some(sharp) = rest.strip_prefix('#') {
        (tonic, rest) = (tonic + 1, sharp);
    } else if let Some(flat) = rest.strip_prefix('b') {
        (tonic, rest) = (tonic + 11, flat);
    }
    match rest {
        "" => Some((tonic, false)),
        "m" => Some((tonic, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(style: &str) -> Wishes {
        Wishes::read(&Brief { style: style.to_owned(), ..Brief::default() })
    }

    #[test]
    fn tempo_is_read_from_numbers_and_words() {
        for (text, bpm) in
            [("house, 128 BPM", 128.0), ("90bpm", 90.0), ("tempo of 100", 100.0), ("速度120，流行", 120.0)]
        {
            assert_eq!(read(text).bpm, Some(bpm), "{text}");
        }
        assert_eq!(read("1980s, 808, 3/4").bpm, None);
        assert!(read("a slow song").speed < 0 && read("欢快的歌").speed > 0);
    }

    #[test]
    fn keys_are_read_in_english_and_chinese() {
        for (text, tonic, mode) in [
            ("in D minor", 2, Mode::Minor),
            ("F# major", 6, Mode::Major),
            ("B flat minor", 10, Mode::Minor),
            ("降E大调", 3, Mode::Major),
            ("a ballad in Am", 9, Mode::Minor),
        ] {
            let wishes = read(text);
            assert_eq!((wishes.tonic, wishes.mode), (Some(tonic), Some(mode)), "{text}");
        }
        assert_eq!(read("a major hit that I am in love with").tonic, Some(9));
        assert_eq!(read("I am a rocker").tonic, None);
    }

    #[test]
    fn what_is_refused_is_left_out() {
        assert_eq!(read("folk, no drums").without, [Part::Drums]);
        assert_eq!(read("民谣，不要鼓").without, [Part::Drums]);
        assert_eq!(read("folk with drums").without, []);
        let brief = Brief {
            style_negative: "rock, piano".to_owned(),
            style: "rock or jazz".to_owned(),
            ..Brief::default()
        };
        let wishes = Wishes::read(&brief);
        assert_eq!(wishes.style, Some(StyleName::Jazz));
        assert_eq!(wishes.unwanted, [Patch::GrandPiano]);
    }

    #[test]
    fn styles_are_found_in_both_languages() {
        for (text, style) in [
            ("lo-fi hip hop to study to", StyleName::LoFi),
            ("古风 琵琶", StyleName::Guofeng),
            ("Drum & Bass, drum and bass", StyleName::DrumAndBass),
            ("慢摇滚", StyleName::Rock),
            ("r&b", StyleName::Soul),
        ] {
            assert_eq!(read(text).style, Some(style), "{text}");
        }
    }
}
