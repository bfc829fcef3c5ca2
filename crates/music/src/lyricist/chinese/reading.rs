//! Reads a prompt with Chinese characters: its topics, theme, mood and script.

use crate::lyricist::reading::tokens::tokens;
use crate::lyricist::table::{Heading, named};
use crate::random::Stream;

/// Topics of more syllables find no place in a line.
const LONGEST_TOPIC: usize = 6;
/// Characters of a prompt that are read.
const LONGEST_PROMPT: usize = 400;
/// More topics find no place in a song.
const MOST_TOPICS: usize = 8;
const MOODS: [&str; 5] = ["joy", "sorrow", "hope", "calm", "longing"];
/// Themes that fit a prompt that calls for none.
const OPEN_THEMES: [&str; 6] = ["night", "road", "love", "nature", "hope", "time"];

/// What a prompt asks for.
pub(super) struct Subject {
    /// What it speaks of, two to six syllables each, in the order of the prompt.
    pub(super) topics: Vec<String>,
    /// The strongest first.
    pub(super) themes: Vec<&'static Heading>,
    /// The row of `common` with what is felt.
    pub(super) mood: &'static str,
}

/// Reads a prompt.
pub(super) fn read(prompt: &str, tables: &'static [Heading], chance: &mut Stream) -> Subject {
    let common = named(tables, "common");
    let row = |key: &str| common.map_or_else(Vec::new, |common| common.words(key));
    let count = |keys: &[&str]| keys.iter().filter(|key| prompt.contains(**key)).count();
    let mut themes: Vec<(usize, &'static Heading)> = tables
        .iter()
        .filter(|heading| heading.name != "common")
        .map(|heading| (count(&heading.words("keys")), heading))
        .filter(|(score, _)| *score > 0)
        .collect();
    themes.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut themes: Vec<&'static Heading> = themes.into_iter().map(|(_, heading)| heading).take(2).collect();
    while themes.len() < 2 {
        let open = named(tables, chance.pick::<&str>(&OPEN_THEMES));
        themes.extend(open.filter(|open| themes.iter().all(|known| known.name != open.name)));
    }
    let mood =
        MOODS.into_iter().max_by_key(|mood| (count(&row(&format!("{mood}-keys"))), std::cmp::Reverse(*mood)));
    let mood = mood.filter(|mood| count(&row(&format!("{mood}-keys"))) > 0);
    Subject { topics: topics(prompt, &row), themes, mood: mood.unwrap_or_else(|| *chance.pick(&MOODS)) }
}

fn topics(prompt: &str, row: &dyn Fn(&str) -> Vec<&'static str>) -> Vec<String> {
    let mut text: String = prompt.chars().take(LONGEST_PROMPT).collect();
    for words in ["orders", "cuts"].map(row) {
        text = without(text, words);
    }
    let (pronouns, beasts) = (row("pronouns"), row("beasts"));
    let mut topics: Vec<String> = Vec::new();
    for piece in text.split(|letter: char| !is_han(letter)).map(|piece| bare(piece, &pronouns)) {
        let beast = beasts.iter().find(|beast| piece.starts_with(**beast) && piece.len() > beast.len());
        topics.extend(beast.map(|beast| format!("小{beast}")));
        let length = piece.chars().count();
        let cut: Vec<String> = match length {
            0 | 1 => Vec::new(),
            _ if length <= LONGEST_TOPIC => vec![piece.to_owned()],
            _ => halves(piece),
        };
        topics.extend(cut);
    }
    let latin: String = prompt.chars().map(|letter| if is_han(letter) { ' ' } else { letter }).collect();
    topics.extend(tokens(&latin).into_iter().map(|token| token.text).filter(|word| {
        crate::words::say(word).syllable_count() <= LONGEST_TOPIC && word.chars().any(char::is_alphabetic)
    }));
    let mut seen: Vec<String> = Vec::new();
    topics.retain(|topic| {
        let is_new = !seen.contains(topic) && crate::words::say(topic).unsaid().next().is_none();
        seen.push(topic.clone());
        is_new
    });
    topics.truncate(MOST_TOPICS);
    topics
}

/// A text with gaps instead of certain words, the longest first.
fn without(text: String, mut words: Vec<&'static str>) -> String {
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.into_iter().fold(text, |text, word| text.replace(word, " "))
}

/// Long pieces in parts of four.
fn halves(piece: &str) -> Vec<String> {
    let letters: Vec<char> = piece.chars().collect();
    letters.chunks(4).filter(|part| part.len() > 1).map(|part| part.iter().collect()).collect()
}

fn bare<'text>(piece: &'text str, pronouns: &[&str]) -> &'text str {
    let mut piece = piece;
    while let Some(shorter) =
        pronouns.iter().find_map(|word| piece.strip_prefix(word).or_else(|| piece.strip_suffix(word)))
    {
        piece = shorter;
    }
    piece
}

/// A character of the unified block.
pub(in crate::lyricist) fn is_han(letter: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&letter)
}
