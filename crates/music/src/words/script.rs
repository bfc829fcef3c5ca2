//! Parts a line where its script changes.

use std::ops::Range;

/// How a stretch of text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// Letters with their accents; also digits and marks at the start of a line.
    Latin,
    /// Chinese characters.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Korean syllable blocks.
    Hangul,
    /// Any other letters.
    Other,
}

/// Stretches of one script each. Marks, spaces and digits belong to what stands before them.
pub(super) fn runs(text: &str) -> Vec<(Script, Range<usize>)> {
    let mut runs: Vec<(Script, Range<usize>)> = Vec::new();
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        match (script_of(character), runs.last_mut()) {
            (Some(script), Some((last, span))) if *last == script => span.end = end,
            (None, Some((_, span))) => span.end = end,
            (script, _) => runs.push((script.unwrap_or(Script::Latin), at..end)),
        }
    }
    runs
}

/// `None` for what belongs to any script.
fn script_of(character: char) -> Option<Script> {
    match u32::from(character) {
        0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF => Some(Script::Kana),
        0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF => Some(Script::Han),
        0xAC00..=0xD7A3 => Some(Script::Hangul),
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F | 0x1E00..=0x1EFF if character.is_alphabetic() => {
            Some(Script::Latin)
        }
        // Wide Latin letters and digits, as Asian keyboards give them.
        0xFF10..=0xFF19 => None,
        0xFF21..=0xFF3A | 0xFF41..=0xFF5A => Some(Script::Latin),
        _ if character.is_ascii_digit() => None,
        _ if character.is_alphanumeric() => Some(Script::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_parts_where_its_script_changes() {
        let text = "我爱 music 啊, Привет";
        let parts: Vec<(Script, &str)> =
            runs(text).into_iter().map(|(script, span)| (script, &text[span])).collect();
        assert_eq!(
            parts,
            [
                (Script::Han, "我爱 "),
                (Script::Latin, "music "),
                (Script::Han, "啊, "),
                (Script::Other, "Привет")
            ]
        );
    }
}
