//! A prompt as plain words. Whatever is no plain word ends here: nothing else of a prompt reaches a lyric.

use crate::lyricist::lexicon::{Class, is};

/// More words of a prompt than this are not read.
const MOST_WORDS: usize = 400;
/// No word that somebody sings is longer.
const LONGEST_WORD: usize = 18;

/// A plain word: letters, digits, apostrophes and hyphens within.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lyricist) struct Token {
    /// As it will be shown.
    pub(in crate::lyricist) text: String,
    /// In small letters.
    pub(in crate::lyricist) lower: String,
    /// A name, by its capitals or because it is always one.
    pub(in crate::lyricist) is_name: bool,
    /// A comma, a quotation mark, a new line or the like stands between the word before and this one.
    pub(in crate::lyricist) after_break: bool,
    /// Within quotation marks.
    pub(in crate::lyricist) is_quoted: bool,
}

/// The plain words of a prompt.
pub(in crate::lyricist) fn tokens(prompt: &str) -> Vec<Token> {
    let chunks = chunks(prompt);
    // A prompt in capitals, or in title case, says nothing by them.
    let small = chunks.iter().filter(|chunk| chunk.text.starts_with(char::is_lowercase)).count();
    let capitals_tell = small * 2 >= chunks.len();
    chunks.into_iter().map(|chunk| token(chunk, capitals_tell)).collect()
}

struct Chunk {
    text: String,
    after_break: bool,
    starts_sentence: bool,
    is_quoted: bool,
}

fn chunks(prompt: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let (mut word, mut after_break, mut starts_sentence, mut is_quoted) = (String::new(), true, true, false);
    for letter in prompt.chars().map(straight).chain([' ']) {
        if letter.is_alphanumeric() || (!word.is_empty() && ['\'', '-'].contains(&letter)) {
            word.push(letter);
            continue;
        }
        let plain = word.trim_end_matches(['\'', '-']);
        if is_plain(plain) && chunks.len() < MOST_WORDS {
            chunks.push(Chunk { text: plain.to_owned(), after_break, starts_sentence, is_quoted });
            (after_break, starts_sentence) = (false, false);
        } else if !word.is_empty() {
            after_break = true;
        }
        word.clear();
        is_quoted ^= letter == '"';
        after_break |= !letter.is_whitespace() || letter == '\n';
        starts_sentence |= ".!?:\n\"".contains(letter);
    }
    chunks
}

fn straight(letter: char) -> char {
    match letter {
        '’' | '‘' | 'ʼ' => '\'',
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '《' | '》' => '"',
        '–' | '—' => ',',
        other => other,
    }
}

fn is_plain(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let latin = word.chars().all(|letter| letter.is_ascii() || ('\u{C0}'..'\u{250}').contains(&letter));
    latin
        && letters + digits > 0
        && (letters != 1 || digits > 0 || ["a", "A", "i", "I"].contains(&word))
        && word.len() <= LONGEST_WORD
        && digits <= 4
        && !is(&word.to_lowercase(), Class::Profanity)
}

fn token(chunk: Chunk, capitals_tell: bool) -> Token {
    let lower = chunk.text.to_lowercase();
    let bare = lower.strip_suffix("'s").unwrap_or(&lower);
    let is_capital = chunk.text.starts_with(char::is_uppercase);
    let is_i = lower == "i" || lower.starts_with("i'");
    let is_told = is_capital && capitals_tell && !is_i && !(chunk.starts_sentence && is_common(&lower));
    let is_name = is_told || is(bare, Class::Proper);
    let text = match is_name || is_i {
        true if !chunk.text.chars().skip(1).any(char::is_lowercase) && chunk.text.len() > 4 => {
            capitalised(&lower)
        }
        true if is_capital => chunk.text,
        true => capitalised(&lower),
        false => lower.clone(),
    };
    Token { text, lower, is_name, after_break: chunk.after_break, is_quoted: chunk.is_quoted }
}

/// A word that begins a sentence with a capital for no other reason.
fn is_common(word: &str) -> bool {
    crate::words::is_english(word)
}

/// With its first letter large.
pub(in crate::lyricist) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_are_left() {
        let texts: Vec<String> =
            tokens("<b>[Chorus]</b> my cat\u{7}  Tom's \u{1F600} “red hat” http://a.b/?x=1")
                .into_iter()
                .map(|token| token.text)
                .collect();
        assert!(
            texts.iter().all(|text| text.chars().all(|letter| letter.is_alphanumeric() || letter == '\''))
        );
        assert!(texts.contains(&"Tom's".to_owned()) && texts.contains(&"hat".to_owned()));
    }
}
