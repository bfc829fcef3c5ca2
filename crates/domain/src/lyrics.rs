//! What can be read off a lyric without knowing music.

/// Longest title that an order may give or that we find, in characters.
const LONGEST_TITLE: usize = 200;

/// `lyric` with every literal `\n` (a backslash and the letter n) turned into a line break, and line ends unified.
#[must_use]
pub fn line_breaks(lyric: &str) -> String {
    lyric.replace("\r\n", "\n").replace("\\r\\n", "\n").replace("\\n", "\n")
}

/// The title of an order that gives none: the first line of the lyric that is no section mark, else the first
/// line of the prompt; empty when neither says anything.
#[must_use]
pub fn title_from(lyric: Option<&str>, prompt: Option<&str>) -> String {
    let from_lyric = lyric.and_then(|lyric| lyric.lines().map(str::trim).find(|line| is_sung(line)));
    let found = from_lyric
        .or_else(|| prompt.and_then(|prompt| prompt.lines().map(str::trim).find(|l| !l.is_empty())));
    found.unwrap_or_default().chars().take(LONGEST_TITLE).collect()
}

fn is_sung(line: &str) -> bool {
    let mark =
        (line.starts_with('[') && line.ends_with(']')) || (line.starts_with('【') && line.ends_with('】'));
    !line.is_empty() && !mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_first_sung_line() {
        let lyric = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above";
        assert_eq!(title_from(Some(lyric), None), "Woke up with the sun in my eyes");
        assert_eq!(title_from(Some("[Intro]\n\n"), Some("a slow waltz")), "a slow waltz");
        assert_eq!(title_from(None, None), "");
    }

    #[test]
    fn a_literal_backslash_n_breaks_the_line() {
        assert_eq!(line_breaks("[Verse]\\nOne\\nTwo\r\nThree"), "[Verse]\nOne\nTwo\nThree");
    }
}
