//! Cuts Latin text at gaps and dashes, and remembers where each piece stood.

use std::ops::Range;

/// Text between gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// With one form of each quote and dash, and accents put onto their letters.
    pub(super) text: String,
    /// In bytes of the line.
    pub(super) span: Range<usize>,
}

/// One character, and where it stands.
struct Letter {
    character: char,
    span: Range<usize>,
}

/// The pieces of a stretch that begins at `offset` in its line. `joined` may say that a chunk with hyphens is one word
/// ("lo-o-ove").
pub(super) fn pieces(text: &str, offset: usize, joined: &dyn Fn(&str) -> Option<String>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for chunk in chunks(text) {
        match as_one_word(&chunk, joined) {
            Some(text) => pieces.push(Piece { text, span: span_of(&chunk) }),
            None => pieces.extend(chunk.split(|letter| is_dash(letter.character)).filter_map(piece)),
        }
    }
    for piece in &mut pieces {
        piece.span = piece.span.start + offset..piece.span.end + offset;
    }
    pieces
}

fn piece(chunk: &[Letter]) -> Option<Piece> {
    let text: String = chunk.iter().map(|letter| letter.character).collect();
    (!text.is_empty()).then(|| Piece { text, span: span_of(chunk) })
}

fn span_of(chunk: &[Letter]) -> Range<usize> {
    let start = chunk.first().map_or(0, |letter| letter.span.start);
    let end = chunk.last().map_or(0, |letter| letter.span.end);
    start..end
}

fn chunks(text: &str) -> Vec<Vec<Letter>> {
    let mut chunks: Vec<Vec<Letter>> = vec![Vec::new()];
    for (at, character) in text.char_indices() {
        let Some(chunk) = chunks.last_mut() else { continue };
        let span = at..at + character.len_utf8();
        match (character, chunk.last_mut()) {
            (gap, _) if gap.is_whitespace() => chunks.push(Vec::new()),
            ('\u{300}'..='\u{36F}', Some(letter)) => {
                *letter = Letter {
                    character: compose(letter.character, character),
                    span: letter.span.start..span.end,
                };
            }
            _ => chunk.push(Letter { character: plain(character), span }),
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// The whole chunk as one word, with the marks after it.
fn as_one_word(chunk: &[Letter], joined: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let text: String = chunk.iter().map(|letter| letter.character).collect();
    let outside = |character: char| !character.is_alphanumeric() && character != '\'';
    let word = text.trim_start_matches(outside).trim_end_matches(outside);
    let after = &text[text.rfind(word)? + word.len()..];
    word.contains('-').then(|| joined(word)).flatten().map(|whole| whole + &after.replace(is_dash, ""))
}

fn is_dash(character: char) -> bool {
    matches!(character, '–' | '—' | '-' | '~' | '_' | '〜' | '～')
}

fn plain(character: char) -> char {
    match character {
        '’' | '‘' | '`' | '´' | '＇' => '\'',
        '‐' | '‑' => '-',
        // Wide forms stand 0xFEE0 above ASCII.
        '！'..='～' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        '、' => ',',
        '。' => '.',
        _ => character,
    }
}

/// Letters that are written with a mark of their own, as some keyboards send them.
const COMPOSED: [(&str, &str, char); 6] = [
    ("aeiouAEIOU", "àèìòùÀÈÌÒÙ", '\u{300}'),
    ("aeiouAEIOU", "áéíóúÁÉÍÓÚ", '\u{301}'),
    ("aeiouAEIOU", "âêîôûÂÊÎÔÛ", '\u{302}'),
    ("anoANO", "ãñõÃÑÕ", '\u{303}'),
    ("aeiouAEIOU", "äëïöüÄËÏÖÜ", '\u{308}'),
    ("cC", "çÇ", '\u{327}'),
];

fn compose(letter: char, mark: char) -> char {
    COMPOSED
        .iter()
        .filter(|(_, _, known)| *known == mark)
        .find_map(|(plain, marked, _)| marked.chars().nth(plain.chars().position(|one| one == letter)?))
        .unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_knows_where_it_stood() {
        let line = "Ooh‐yeah, don’t cafe\u{301}";
        let found = pieces(line, 0, &|_| None);
        let texts: Vec<&str> = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["Ooh", "yeah,", "don't", "café"]);
        assert_eq!(&line[found[2].span.clone()], "don’t");
    }
}
