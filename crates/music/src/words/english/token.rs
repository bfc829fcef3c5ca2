//! Pieces of text to words of a-z and ': abbreviations, numbers, capitals, accents, marks.

use super::number;
use crate::words::pieces::Piece;
use std::ops::Range;

/// A word as the dictionary writes it. Empty if the piece was but a mark.
pub(super) struct Token {
    pub(super) word: String,
    pub(super) span: Range<usize>,
    pub(super) mark: Option<char>,
    pub(super) is_capitals: bool,
    pub(super) is_held: bool,
    pub(super) can_be_said: bool,
}

/// What is written short and said in full.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("mr.", "mister"),
    ("mr", "mister"),
    ("mrs.", "missus"),
    ("mrs", "missus"),
    ("ms.", "miz"),
    ("ms", "miz"),
    ("dr.", "doctor"),
    ("dr", "doctor"),
    ("st.", "saint"),
    ("jr.", "junior"),
    ("vs.", "versus"),
    ("vs", "versus"),
    ("&", "and"),
    ("+", "plus"),
    ("@", "at"),
    ("=", "equals"),
    ("%", "percent"),
    ("w/", "with"),
    ("feat.", "featuring"),
    ("ft.", "featuring"),
    ("a.m.", "a m"),
    ("p.m.", "p m"),
    ("etc.", "et cetera"),
    ("no.1", "number one"),
    ("xoxo", "x o x o"),
    ("omg", "o m g"),
    ("lol", "l o l"),
];

/// A piece that may still have to be taken apart.
struct Waiting {
    text: String,
    span: Range<usize>,
    /// It came out of an abbreviation or a number.
    is_expanded: bool,
}

/// Every word of the pieces, in their order.
pub(super) fn tokens(pieces: Vec<Piece>) -> Vec<Token> {
    let mut stack: Vec<Waiting> = pieces
        .into_iter()
        .rev()
        .map(|piece| Waiting { text: piece.text, span: piece.span, is_expanded: false })
        .collect();
    let mut tokens = Vec::new();
    while let Some(waiting) = stack.pop() {
        match expand(&waiting) {
            Some(parts) => stack.extend(parts.into_iter().rev()),
            None => tokens.extend(token(&waiting)),
        }
    }
    tokens
}

/// The parts of an abbreviation, a number, or letters and digits in one word; `None` for a plain word.
fn expand(waiting: &Waiting) -> Option<Vec<Waiting>> {
    let core = core(&waiting.text);
    let lower = core.to_lowercase();
    let part = |text: String, is_expanded| Waiting { text, span: waiting.span.clone(), is_expanded };
    let short = lower.trim_end_matches([',', '!', '?']);
    let full = ABBREVIATIONS.iter().filter(|_| !waiting.is_expanded).find(|(known, _)| *known == short);
    if let Some((_, full)) = full {
        return Some(full.split(' ').map(|word| part(word.to_owned(), true)).collect());
    }
    let (body, mark) = body_and_mark(core);
    let body = body.to_lowercase();
    if !body.contains(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let Some(said) = number::words(&body) else {
        return Some(letters_and_digits(&body).into_iter().map(|text| part(text, false)).collect());
    };
    let mut parts: Vec<Waiting> = said.split(' ').map(|word| part(word.to_owned(), true)).collect();
    if let Some(last) = parts.last_mut() {
        last.text.extend(mark);
    }
    Some(parts)
}

/// "2nite" is "2" and "nite".
fn letters_and_digits(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut was_digit = None;
    for character in text.chars() {
        let is_digit = character.is_ascii_digit();
        match parts.last_mut().filter(|_| was_digit == Some(is_digit)) {
            Some(part) => part.push(character),
            None => parts.push(character.to_string()),
        }
        was_digit = Some(is_digit);
    }
    parts
}

fn token(waiting: &Waiting) -> Option<Token> {
    let (body, mark) = body_and_mark(core(&waiting.text));
    let folded = fold(body);
    let has_letter = folded.contains(|letter: char| letter.is_ascii_lowercase());
    let is_letters = body.chars().any(char::is_alphanumeric);
    if !has_letter && !is_letters && !body.is_empty() {
        return None;
    }
    let is_capitals = body.chars().count() > 1 && body.chars().all(char::is_uppercase);
    let letters = body.as_bytes();
    Some(Token {
        word: if has_letter { folded } else { body.to_owned() },
        span: waiting.span.clone(),
        mark,
        is_capitals,
        is_held: letters.windows(3).any(|run| run[0] == run[1] && run[1] == run[2]),
        can_be_said: has_letter,
    })
}

/// Without what opens it.
fn core(text: &str) -> &str {
    text.trim_start_matches(|character: char| "\"“”()[]*…¡¿".contains(character))
}

/// A word, and the mark that closes it.
fn body_and_mark(core: &str) -> (&str, Option<char>) {
    let closes = |character: char| !character.is_alphanumeric() && character != '\'' && character != '%';
    let body = core.trim_end_matches(closes).trim_end_matches("''");
    (body, core[body.len()..].chars().find(|character| ",.!?;:…".contains(*character)))
}

/// Lower case a-z and ', accents taken off.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    lower
        .chars()
        .flat_map(fold_letter)
        .filter(|letter| letter.is_ascii_lowercase() || *letter == '\'')
        .collect()
}

fn fold_letter(letter: char) -> Vec<char> {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' => vec!['a'],
        'é' | 'è' | 'ê' | 'ë' | 'ē' => vec!['e'],
        'í' | 'ì' | 'î' | 'ï' | 'ī' => vec!['i'],
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ō' => vec!['o'],
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => vec!['u'],
        'ñ' => vec!['n'],
        'ç' => vec!['c'],
        'ß' => vec!['s', 's'],
        'æ' => vec!['a', 'e'],
        'œ' => vec!['o', 'e'],
        _ => vec![letter],
    }
}
