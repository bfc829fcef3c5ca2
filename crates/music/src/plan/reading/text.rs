//! Text made plain for look-ups, and words found in it: the longest first, refusals apart.

/// More text than this steers nothing.
const MAX_CHARACTERS: usize = 4000;

/// A table's row that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The row's index.
    pub(super) row: usize,
    /// Where in the plain text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether the text does not want it ("no drums", "不要鼓").
    pub(super) refused: bool,
}

/// Lower case; one space between words and between Latin and other scripts; ` , ` where a clause ends.
pub(in crate::plan) fn plain(text: &str) -> String {
    let characters: Vec<char> =
        text.chars().take(MAX_CHARACTERS).map(half_width).flat_map(char::to_lowercase).collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at)).is_some_and(|character| character.is_ascii_digit())
    };
    let mut plain = String::from(" ");
    for (at, &character) in characters.iter().enumerate() {
        let within_number = digit(at.checked_sub(1)) && digit(Some(at + 1));
        match character {
            '♯' => plain.push('#'),
            '♭' => plain.push('b'),
            '♩' => plain.push_str(" tempo "),
            '、' => plain.push('、'),
            '.' if within_number => plain.push('.'),
            '/' if within_number => plain.push(' '),
            ',' | ';' | '.' | '!' | '?' | '/' | '|' | '\n' | '。' | '；' | '！' | '？' => {
                plain.push_str(" , ")
            }
            _ if character.is_alphanumeric() || "#&".contains(character) => {
                let before = plain.chars().next_back().unwrap_or(' ');
                let latin_before = before.is_ascii();
                if before == ' ' && !character.is_ascii() {
                    // Between two Chinese words a space stands for a comma.
                    let earlier = plain.trim_end().chars().next_back();
                    if earlier.is_some_and(|earlier| !earlier.is_ascii()) {
                        plain.push_str(", ");
                    }
                } else if before != ' ' && latin_before != character.is_ascii() {
                    plain.push(' ');
                }
                plain.push(character);
            }
            _ => plain.push(' '),
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    format!(" {} ", words.join(" "))
}

/// Full-width letters, digits and punctuation as their usual forms (Unicode block Halfwidth and Fullwidth Forms).
fn half_width(character: char) -> char {
    match u32::from(character) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

/// Where the rows' words stand in a plain text. A longer word hides the shorter ones inside it, so that an electric
/// piano is no piano.
pub(super) fn find<'a>(text: &str, rows: impl Iterator<Item = &'a [&'a str]>) -> Vec<Found> {
    let mut words: Vec<(usize, &str)> =
        rows.enumerate().flat_map(|(row, words)| words.iter().map(move |word| (row, *word))).collect();
    words.sort_by_key(|(_, word)| std::cmp::Reverse(word.len()));
    let mut found: Vec<Found> = Vec::new();
    for (row, word) in words {
        for (start, matched) in text.match_indices(word) {
            let end = start + matched.len();
            let hidden = found.iter().any(|known| known.start < end && start < known.end);
            if !hidden && stands_alone(text, start, end) {
                found.push(Found { row, start, end, refused: is_refused(text, start, end) });
            }
        }
    }
    found.sort_by_key(|known| known.start);
    found
}

/// Latin words are whole words, or their plural; Chinese ones are found inside others.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&text[..start], &text[end..]);
    !text[start..end].is_ascii()
        || (before.ends_with(' ') && (after.starts_with(' ') || after.starts_with("s ")))
}

/// How often any of the words is asked for, less how often it is refused.
pub(in crate::plan) fn total(text: &str, words: &[&str]) -> i32 {
    let found = find(text, std::iter::once(words));
    found.iter().map(|found| if found.refused { -1 } else { 1 }).sum()
}

fn is_refused(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].rsplit(" , ").next().unwrap_or("");
    let after = text[end..].trim_start();
    after.starts_with("free ") || refused_in_chinese(before) || refused_in_english(before)
}

/// "no", "without" and the like up to four words before, unless another thought lies between.
fn refused_in_english(before: &str) -> bool {
    for word in before.split_whitespace().rev().take(5) {
        match word {
            "without" | "zero" | "minus" | "except" | "avoid" | "exclude" | "never" | "dont" | "remove" => {
                return true;
            }
            "no" | "not" | "nor" => return !before.ends_with(" and "),
            "but" | "with" | "just" | "only" | "plus" | "more" | "then" | "than" => return false,
            _ => (),
        }
    }
    false
}

fn refused_in_chinese(before: &str) -> bool {
    const REFUSALS: [&str; 16] = [
        "不要",
        "没有",
        "不含",
        "不带",
        "不用",
        "不加",
        "不需要",
        "别用",
        "别加",
        "别要",
        "去掉",
        "去除",
        "除去",
        "避免",
        "禁止",
        "拒绝",
    ];
    /// Further back than this a refusal means something else.
    const REACH: usize = 7;
    let near = |characters: usize| {
        let skipped = before.chars().count().saturating_sub(characters);
        before.chars().skip(skipped).collect::<String>()
    };
    if near(2).contains('无') || near(2).contains('免') {
        return true;
    }
    let near = near(REACH + 2);
    let last = REFUSALS.iter().filter_map(|word| near.rfind(word).map(|at| at + word.len())).max();
    last.is_some_and(|at| !["只", "但", "要有", "而是"].iter().any(|turn| near[at..].contains(turn)))
}
