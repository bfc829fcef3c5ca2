//! One English word to its sounds: the dictionary first, then what can be taken apart, then the letters.

use super::surface::{add_ed, add_s, settle};
use super::{dictionary, spelling};
use crate::words::phoneme::{Phoneme, read, weaken};

/// Says a word of a-z and ' that has at least one letter.
pub(super) fn say(word: &str) -> Vec<Phoneme> {
    known(word)
        .or_else(|| possessive(word))
        .or_else(|| word.strip_prefix('\'').filter(|rest| !rest.is_empty()).map(say))
        .or_else(|| drawn_out(word))
        .or_else(|| (!word.contains(['a', 'e', 'i', 'o', 'u', 'y'])).then(|| letters(word)))
        .or_else(|| inflected(word))
        .or_else(|| suffixed(word))
        .or_else(|| compound(word))
        .unwrap_or_else(|| from_letters(word))
}

/// The dictionary's sounds.
pub(super) fn known(word: &str) -> Option<Vec<Phoneme>> {
    dictionary::look_up(word).map(|entry| entry.sounds)
}

const LETTERS: [&str; 26] = [
    "ˈA",
    "bˈi",
    "sˈi",
    "dˈi",
    "ˈi",
    "ˈɛf",
    "ʤˈi",
    "ˈAʧ",
    "ˈI",
    "ʤˈA",
    "kˈA",
    "ˈɛl",
    "ˈɛm",
    "ˈɛn",
    "ˈO",
    "pˈi",
    "kjˈu",
    "ˈɑɹ",
    "ˈɛs",
    "tˈi",
    "jˈu",
    "vˈi",
    "dˈʌbəlju",
    "ˈɛks",
    "wˈI",
    "zˈi",
];

/// Spells a word; the last letter is the strongest.
pub(super) fn letters(word: &str) -> Vec<Phoneme> {
    let mut sounds = Vec::new();
    for letter in word.bytes().filter(u8::is_ascii_lowercase) {
        weaken(&mut sounds);
        sounds.extend(read(LETTERS[usize::from(letter - b'a')]));
    }
    sounds
}

/// "James's", "the girls'", "lovin'".
fn possessive(word: &str) -> Option<Vec<Phoneme>> {
    let (ending, stem) =
        ["'s", "s'", "'"].iter().find_map(|ending| Some((*ending, word.strip_suffix(ending)?)))?;
    if stem.len() < 2 {
        return None;
    }
    if let Some(stem) = word.strip_suffix("in'") {
        let mut sounds = say(&format!("{stem}ing"));
        if let Some(last) = sounds.last_mut().filter(|last| last.is_one_of("ŋ")) {
            *last = Phoneme::of('n');
        }
        return Some(sounds);
    }
    let mut sounds = say(stem);
    if ending != "'" {
        add_s(&mut sounds);
    }
    Some(sounds)
}

/// "looove", "yeahhh": runs of three and more letters become two, then one.
fn drawn_out(word: &str) -> Option<Vec<Phoneme>> {
    let bytes = word.as_bytes();
    if !bytes.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    for keep in [2, 1] {
        let shorter = shortened(bytes, keep);
        if let Some(sounds) = Some(shorter).filter(|shorter| shorter != word).and_then(|word| known(&word)) {
            return Some(sounds);
        }
    }
    let long = bytes.windows(3).any(|run| run[0] == run[1] && run[1] == run[2]);
    long.then(|| {
        let mut single = bytes.to_vec();
        single.dedup();
        say(&String::from_utf8_lossy(&single))
    })
}

/// Runs of three and more cut to `keep`; a pair at the end too if only one is kept.
fn shortened(word: &[u8], keep: usize) -> String {
    let mut kept = String::new();
    let mut at = 0;
    while at < word.len() {
        let run = word[at..].iter().take_while(|letter| **letter == word[at]).count();
        let closes = keep == 1 && run == 2 && at + run == word.len();
        let count = if run > 2 { keep } else { run - usize::from(closes) };
        kept.extend(std::iter::repeat_n(char::from(word[at]), count));
        at += run;
    }
    kept
}

/// -s, -es, -ed, -ing, -in on a known stem.
fn inflected(word: &str) -> Option<Vec<Phoneme>> {
    plural(word).or_else(|| past(word)).or_else(|| gerund(word))
}

fn plural(word: &str) -> Option<Vec<Phoneme>> {
    if word.ends_with("ss") {
        return None;
    }
    let stems = [word.strip_suffix('s'), word.strip_suffix("es")];
    let mut sounds = stems.into_iter().flatten().filter(|stem| stem.len() > 2).find_map(known)?;
    add_s(&mut sounds);
    Some(sounds)
}

fn past(word: &str) -> Option<Vec<Phoneme>> {
    let stem = word.strip_suffix("ed")?;
    let mut sounds = known(&format!("{stem}e")).or_else(|| known(stem))?;
    add_ed(&mut sounds);
    Some(sounds)
}

fn gerund(word: &str) -> Option<Vec<Phoneme>> {
    let stem = word.strip_suffix("ing").or_else(|| word.strip_suffix("in")).filter(|stem| stem.len() > 2)?;
    let mut sounds = known(&format!("{stem}e")).or_else(|| known(stem))?;
    sounds.push(Phoneme::of('ɪ'));
    sounds.push(if word.ends_with('g') { Phoneme::of('ŋ') } else { Phoneme::of('n') });
    Some(sounds)
}

/// Endings that do not change what stands before them.
const SUFFIXES: [(&str, &str); 18] = [
    ("nesses", "nəsᵻz"),
    ("ness", "nəs"),
    ("lessly", "ləsli"),
    ("less", "ləs"),
    ("fully", "fəli"),
    ("ful", "fəl"),
    ("ly", "li"),
    ("ers", "əɹz"),
    ("er", "əɹ"),
    ("est", "əst"),
    ("ish", "ɪʃ"),
    ("like", "lˌIk"),
    ("ment", "mənt"),
    ("man", "mən"),
    ("men", "mən"),
    ("able", "əbᵊl"),
    ("y", "i"),
    ("ie", "i"),
];

/// "tameness", "mustier", "starless".
fn suffixed(word: &str) -> Option<Vec<Phoneme>> {
    SUFFIXES.iter().find_map(|(ending, said)| {
        let stem = word.strip_suffix(ending).filter(|stem| stem.len() > 2)?;
        let mut sounds = stem_forms(stem, ending).iter().find_map(|form| known(form))?;
        sounds.extend(read(said));
        settle(&mut sounds, word);
        Some(sounds)
    })
}

/// What a stem may have been before an ending: "lov(e)", "sun(n)", "must(y)i".
fn stem_forms(stem: &str, ending: &str) -> Vec<String> {
    let mut forms = vec![stem.to_owned()];
    if ending.starts_with(['e', 'i', 'y']) {
        forms.insert(0, format!("{stem}e"));
        if let [.., before, last] = stem.as_bytes()
            && before == last
        {
            forms.push(stem[..stem.len() - 1].to_owned());
        }
    }
    forms.extend(stem.strip_suffix('i').map(|stem| format!("{stem}y")));
    forms
}

/// Words of three letters that begin compounds; other three letters do too often by chance.
const SHORT_STARTS: &str = "sun sky sea ice eye ear hot red big day boy joy car cat dog bad mad sad man out bee hat old new \
     low way air art key toy web pop rap jam gun war rum rag";

/// "starchild": two known words, the first the stronger.
fn compound(word: &str) -> Option<Vec<Phoneme>> {
    (3..word.len().saturating_sub(3)).find_map(|at| {
        let (first, second) = (word.get(..at)?, word.get(at..)?);
        if at == 3 && !SHORT_STARTS.split(' ').any(|start| start == first) {
            return None;
        }
        let mut sounds = known(first)?;
        let mut second = known(second)?;
        weaken(&mut second);
        sounds.append(&mut second);
        Some(sounds)
    })
}

fn from_letters(word: &str) -> Vec<Phoneme> {
    let clean: String = word.chars().filter(char::is_ascii_lowercase).collect();
    let mut sounds = spelling::say(&clean).unwrap_or_else(|| letters(&clean));
    settle(&mut sounds, word);
    sounds
}
