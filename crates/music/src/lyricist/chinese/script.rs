//! Traditional characters for what the tables have in simplified ones.

use crate::lyricist::table::{self, Heading};
use std::collections::BTreeMap;
use std::sync::OnceLock;

fn pairs() -> &'static BTreeMap<char, char> {
    static PAIRS: OnceLock<BTreeMap<char, char>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let table: Vec<Heading> = table::read(include_str!("../../../assets/lyricist/traditional.txt"));
        let rows = table.iter().flat_map(Heading::rows);
        let words: Vec<&'static str> = rows.flat_map(|(_, row)| row.split_whitespace()).collect();
        words.iter().filter_map(|pair| Some((pair.chars().next()?, pair.chars().nth(1)?))).collect()
    })
}

/// Is a prompt written in traditional characters? Where nothing tells, it is not.
pub(super) fn is_traditional(prompt: &str) -> bool {
    let traditional = |letter: &char| pairs().values().any(|known| known == letter);
    let count = |test: &dyn Fn(&char) -> bool| prompt.chars().filter(|letter| test(letter)).count();
    count(&traditional) > count(&|letter| pairs().contains_key(letter))
}

/// Our simplified text in traditional characters.
pub(super) fn traditional(text: &str) -> String {
    text.chars().map(|letter| pairs().get(&letter).copied().unwrap_or(letter)).collect()
}
