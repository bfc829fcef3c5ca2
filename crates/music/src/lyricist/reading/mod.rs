//! Reads a prompt: what it speaks of, its themes, its mood, and who sings.

mod chunks;
pub(super) mod phrase;
pub(super) mod tokens;

use super::inflect::plural;
use super::lexicon::{Class, is};
use super::table::{self, Heading};
use crate::random::Stream;
use phrase::Piece;
use std::sync::OnceLock;
use tokens::Token;

/// More pieces than this find no place in a song.
const MOST_PIECES: usize = 12;
/// Themes that fit a prompt that calls for none.
const OPEN_THEMES: [&str; 7] = ["night", "road", "love", "nature", "hope", "time", "city"];
/// Moods that fit a prompt that calls for none.
const OPEN_MOODS: [&str; 4] = ["joy", "hope", "calm", "longing"];
/// Words that order something.
const ORDERS: [&str; 9] =
    ["write", "make", "create", "compose", "generate", "produce", "give", "sing", "please"];
/// Words of an order that say nothing of its subject.
const EMPTY_WORDS: [&str; 9] = ["song", "songs", "lyric", "lyrics", "music", "track", "tune", "sound", "new"];

/// Who sings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    I,
    We,
    She,
    He,
}

/// What a prompt in a Latin script asks for.
#[derive(Debug)]
pub(super) struct Subject {
    /// In the order of the prompt.
    pub(super) pieces: Vec<Piece>,
    /// The strongest first; one or two.
    pub(super) themes: Vec<&'static Heading>,
    /// The strongest first; one or two.
    pub(super) moods: Vec<&'static Heading>,
    pub(super) voice: Voice,
}

/// The themes of `themes.txt`.
pub(super) fn themes() -> &'static [Heading] {
    static THEMES: OnceLock<Vec<Heading>> = OnceLock::new();
    THEMES.get_or_init(|| table::read(include_str!("../../../assets/lyricist/themes.txt")))
}

/// The moods of `moods.txt`.
pub(super) fn moods() -> &'static [Heading] {
    static MOODS: OnceLock<Vec<Heading>> = OnceLock::new();
    MOODS.get_or_init(|| table::read(include_str!("../../../assets/lyricist/moods.txt")))
}

/// Reads a prompt. `chance` decides what the prompt leaves open.
pub(super) fn read(prompt: &str, chance: &mut Stream) -> Subject {
    let all = tokens::tokens(prompt);
    let told = without_order(&all);
    let mut pieces = if is_foreign(prompt, &all) { names(&all) } else { chunks::pieces(&told) };
    let mut seen: Vec<String> = Vec::new();
    pieces.retain(|piece| {
        let name = piece.name().to_lowercase();
        let is_new = !seen.contains(&name);
        seen.push(name);
        is_new
    });
    pieces.truncate(MOST_PIECES);
    let mut found = best(moods(), &all);
    found.truncate(2);
    if found.is_empty() {
        let open = *chance.pick(&OPEN_MOODS);
        found.extend(table::named(moods(), open));
    }
    Subject { pieces, themes: themes_of(&all, chance), moods: found, voice: voice(&all) }
}

/// One or two themes, the strongest first.
fn themes_of(all: &[Token], chance: &mut Stream) -> Vec<&'static Heading> {
    let mut found = best(themes(), all);
    found.truncate(2);
    while found.len() < 2 {
        let name = chance.pick(&OPEN_THEMES);
        match table::named(themes(), name) {
            Some(theme) if found.iter().all(|known| known.name != theme.name) => found.push(theme),
            Some(_) => (),
            None => break,
        }
    }
    found
}

/// Headings whose keys stand among the words, those with most first.
fn best(headings: &'static [Heading], all: &[Token]) -> Vec<&'static Heading> {
    let mut scores: Vec<(usize, &'static Heading)> = Vec::new();
    for heading in headings {
        let keys = heading.words("keys");
        let score: usize = all.iter().map(|token| weight(token, &keys)).sum();
        if score > 0 {
            scores.push((score, heading));
        }
    }
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scores.into_iter().map(|(_, heading)| heading).collect()
}

/// A word of the subject weighs more than one of the genre.
fn weight(token: &Token, keys: &[&str]) -> usize {
    let word = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
    let fits = keys.iter().any(|key| *key == word || (key.len() > 2 && plural(key) == word));
    match () {
        () if !fits || EMPTY_WORDS.contains(&word) => 0,
        () if is(word, Class::Genre) || is(word, Class::Song) => 1,
        () => 3,
    }
}

/// The words without those that only order a song or tell its style.
fn without_order(all: &[Token]) -> Vec<Token> {
    let is_order = |token: &Token| {
        let word = token.lower.as_str();
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        !token.is_quoted
            && (is_number
                || [Class::Command, Class::Song, Class::Genre, Class::Filler]
                    .iter()
                    .any(|class| is(word, *class)))
    };
    let about = all.iter().position(|token| token.lower == "about" && !token.is_quoted);
    let begin = about.map_or_else(
        || all.iter().take_while(|token| is_order(token) || is(&token.lower, Class::Determiner)).count(),
        |about| about + 1,
    );
    // "I need you" and "happy dog" order nothing.
    let orders = |token: &Token| {
        let word = token.lower.as_str();
        is(word, Class::Song) || is(word, Class::Genre) || ORDERS.contains(&word)
    };
    let has_order = all[..begin].iter().any(|token| orders(token) && !is(&token.lower, Class::Genre));
    let begin = if about.is_some() || has_order { begin } else { 0 };
    let mut told: Vec<Token> = Vec::new();
    for segment in all[begin..].chunk_by(|_, next| !next.after_break) {
        if segment.iter().all(is_order) && segment.iter().any(orders) {
            continue;
        }
        let mut after_song = true;
        for token in segment {
            let is_song = is(&token.lower, Class::Song) && !token.is_quoted;
            if !is_song {
                told.push(Token { after_break: token.after_break || after_song, ..token.clone() });
            }
            after_song = is_song;
        }
    }
    told
}

/// In another language, or in none: only its names can be sung in English.
fn is_foreign(prompt: &str, all: &[Token]) -> bool {
    use crate::words::Language;
    let known = all.iter().filter(|token| token.is_name || crate::words::is_english(&token.lower)).count();
    let says_other = !matches!(crate::words::language_of(prompt), Language::English);
    says_other || (all.len() > 2 && known * 2 < all.len())
}

fn names(all: &[Token]) -> Vec<Piece> {
    let named = all.iter().filter(|token| token.is_name && token.text.starts_with(char::is_uppercase));
    named.flat_map(|token| chunks::pieces(std::slice::from_ref(token))).collect()
}

fn voice(all: &[Token]) -> Voice {
    let has = |words: &[&str]| all.iter().any(|token| words.contains(&token.lower.as_str()));
    let of = |class| all.iter().any(|token| is(&token.lower, class));
    match () {
        () if has(&["i", "my", "me", "i'm", "mine", "i've", "you", "your"]) => Voice::I,
        () if has(&["we", "our", "us", "we're", "together"]) => Voice::We,
        () if of(Class::Woman) && !of(Class::Man) => Voice::She,
        () if of(Class::Man) && !of(Class::Woman) => Voice::He,
        () => Voice::I,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_of(prompt: &str) -> Vec<String> {
        let mut chance = Stream::keyed(1, prompt, "reading", 0);
        read(prompt, &mut chance).pieces.iter().map(Piece::name).collect()
    }

    #[test]
    fn a_prompt_tells_its_pieces() {
        for (prompt, pieces) in [
            ("A song about a rainy night in Taipei", &["rainy night in Taipei", "in Taipei"][..]),
            ("breakup, but hopeful", &["breakup", "hopeful"]),
            ("my dog Rex who stole my sandwich", &["my dog Rex", "my dog Rex stole my sandwich"]),
            ("a sea shanty about debugging Rust at 3am", &["debugging Rust at 3am"]),
            ("upbeat synthwave, 120 bpm, female vocals", &[]),
            ("I miss you", &["I miss you"]),
            ("I need you", &["I need you"]),
        ] {
            assert_eq!(names_of(prompt), pieces, "{prompt}");
        }
    }

    #[test]
    fn themes_and_mood_come_from_the_words() {
        let mut chance = Stream::keyed(1, "", "reading", 0);
        let subject = read("a funny song about my cat and pizza", &mut chance);
        let names: Vec<&str> = subject.themes.iter().map(|theme| theme.name).collect();
        assert_eq!(names, ["animals", "food"]);
        assert_eq!(subject.moods[0].name, "fun");
    }
}
