//! The tables of languages, read once from what is embedded.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A word's usual reading, which the dictionary has too, its other one, and when that is meant.
pub(super) type Homograph = (String, String, String);

/// English words that need more than the dictionary.
#[derive(Default, Deserialize)]
pub(super) struct Text {
    pub(super) homographs: BTreeMap<String, Homograph>,
    /// Words that are often sung on fewer notes than they are said on: the fewest and the most.
    pub(super) elastic: BTreeMap<String, (usize, usize)>,
}

/// Readings of Chinese characters.
#[derive(Default, Deserialize)]
pub(super) struct Mandarin {
    /// The sounds of each syllable of pinyin without tones.
    pub(super) syllables: BTreeMap<String, String>,
    /// Characters that are weak as particles.
    pub(super) neutral: String,
    /// Words whose reading differs from that of their characters.
    pub(super) phrases: BTreeMap<String, String>,
    /// The characters of each syllable.
    pub(super) characters: BTreeMap<String, String>,
}

/// Letters, their sounds, and the classes of letters that must stand before and after; `^` is the start, `$` the end,
/// `.` any letter, nothing means no condition.
#[derive(Deserialize)]
pub(super) struct Rule(pub(super) String, pub(super) String, pub(super) String, pub(super) String);

/// A language whose spelling tells its sounds.
#[derive(Default, Deserialize)]
pub(super) struct Spelling {
    /// The first that fits wins.
    pub(super) rules: Vec<Rule>,
}

/// Japanese.
#[derive(Default, Deserialize)]
pub(super) struct Japanese {
    pub(super) kana: BTreeMap<String, String>,
    pub(super) romaji: BTreeMap<String, String>,
}

/// Korean: the sounds of the three parts of a block, and those of a final that is carried over to a vowel; ∅ is none.
#[derive(Default, Deserialize)]
pub(super) struct Korean {
    pub(super) initial: Vec<String>,
    pub(super) vowel: Vec<String>,
    #[serde(rename = "final")]
    pub(super) last: Vec<String>,
    pub(super) carried: Vec<String>,
}

/// All languages but English and Mandarin.
#[derive(Default, Deserialize)]
pub(super) struct Languages {
    pub(super) es: Spelling,
    pub(super) it: Spelling,
    pub(super) de: Spelling,
    pub(super) fr: Spelling,
    pub(super) ja: Japanese,
    pub(super) ko: Korean,
}

/// Reads an embedded table. A test reads each, so that none is ever empty.
fn table<T: Default + for<'text> Deserialize<'text>>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// English homographs and elastic words.
pub(super) fn text() -> &'static Text {
    static TEXT: OnceLock<Text> = OnceLock::new();
    TEXT.get_or_init(|| table(include_str!("../../assets/g2p/text.json")))
}

/// Chinese readings.
pub(super) fn mandarin() -> &'static Mandarin {
    static MANDARIN: OnceLock<Mandarin> = OnceLock::new();
    MANDARIN.get_or_init(|| table(include_str!("../../assets/g2p/mandarin.json")))
}

/// The rules of the other languages.
pub(super) fn languages() -> &'static Languages {
    static LANGUAGES: OnceLock<Languages> = OnceLock::new();
    LANGUAGES.get_or_init(|| table(include_str!("../../assets/g2p/languages.json")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read() {
        assert_eq!(text().homographs.len(), 49);
        assert_eq!(mandarin().syllables.len(), 419);
        assert_eq!(mandarin().phrases.len(), 210);
        let languages = languages();
        for spelling in [&languages.es, &languages.it, &languages.de, &languages.fr] {
            assert!(spelling.rules.len() > 60);
        }
        assert_eq!(languages.ko.initial.len(), 19);
        assert!(languages.ja.kana.len() > 100);
    }
}
