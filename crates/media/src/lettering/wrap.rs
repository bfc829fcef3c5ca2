//! Breaks a title into lines: between words, and between the characters of scripts that write without spaces, with the
//! rules for punctuation that may not begin or end a line (W3C, "Requirements for Chinese Text Layout" §3.1.3).

const NOT_AT_LINE_START: &str = "、。，．：；！？）］｝」』】〕〉》〗〙〛”’…‥—～・·々ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.:;!?)]}%";
const CLAUSE_ENDS: &str = "，。、；：！？・—～";
const NOT_AT_LINE_END: &str = "（［｛「『【〔〈《〖〘〚“‘([{";

/// A piece that is never broken, with the space that stands before it unless it begins a line.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    after_space: bool,
}

/// Where a line may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// Where a reader would pause: at spaces, and after the full-width punctuation that ends a clause.
    BetweenClauses,
    /// Between words, and between the characters of scripts that write without spaces.
    BetweenWords,
}

/// Breaks `text` greedily into lines no wider than `max_width`; a piece wider than that is broken anywhere.
pub(crate) fn lines(text: &str, breaks: Breaks, max_width: f32, width: impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text, breaks) {
        let joined = match piece.after_space && !line.is_empty() {
            true => format!("{line} {}", piece.text),
            false => format!("{line}{}", piece.text),
        };
        if width(&joined) <= max_width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for character in piece.text.chars() {
            line.push(character);
            if width(&line) > max_width && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, character.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The width of the widest piece that must not be broken.
pub(crate) fn widest_piece(text: &str, breaks: Breaks, width: impl Fn(&str) -> f32) -> f32 {
    pieces(text, breaks).iter().map(|piece| width(&piece.text)).fold(0.0, f32::max)
}

fn pieces(text: &str, breaks: Breaks) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut after_space = false;
    let mut last = None;
    for character in text.chars() {
        if character == ' ' {
            after_space = true;
            continue;
        }
        match pieces.last_mut() {
            Some(piece) if !after_space && last.is_some_and(|last| !may_break(last, character, breaks)) => {
                piece.text.push(character);
            }
            _ => pieces.push(Piece { text: character.to_string(), after_space }),
        }
        after_space = false;
        last = Some(character);
    }
    pieces
}

fn may_break(before: char, after: char, breaks: Breaks) -> bool {
    let script_allows = match breaks {
        Breaks::BetweenClauses => CLAUSE_ENDS.contains(before),
        Breaks::BetweenWords => {
            breaks_anywhere(before) || breaks_anywhere(after) || before == '-' || before == '/'
        }
    };
    script_allows && !NOT_AT_LINE_START.contains(after) && !NOT_AT_LINE_END.contains(before)
}

/// Ideographs, kana, and the full-width forms that stand among them. Hangul is written with spaces.
fn breaks_anywhere(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, columns: usize) -> Vec<String> {
        lines(text, Breaks::BetweenWords, columns as f32, |line| line.chars().count() as f32)
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(broken("the long way home", 8), ["the long", "way home"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken() {
        assert_eq!(broken("a Donaudampfschiff", 6), ["a", "Donaud", "ampfsc", "hiff"]);
    }

    #[test]
    fn ideographs_break_anywhere_but_not_before_a_comma_or_after_a_bracket() {
        assert_eq!(broken("在陽光照耀下醒來", 4), ["在陽光照", "耀下醒來"]);
        assert_eq!(broken("在陽光，照耀下", 3), ["在陽", "光，照", "耀下"]);
        assert_eq!(broken("我的「夢」想", 3), ["我的", "「夢」", "想"]);
    }

    #[test]
    fn clauses_stay_whole_where_they_can() {
        let clauses = lines("梦里的江南：烟雨、小桥与你", Breaks::BetweenClauses, 9.0, |line| {
            line.chars().count() as f32
        });
        assert_eq!(clauses, ["梦里的江南：烟雨、", "小桥与你"]);
    }

    #[test]
    fn scripts_mix() {
        assert_eq!(broken("愛 Love 你", 6), ["愛 Love", "你"]);
    }
}
