//! Which language a line is in, from its script and its most frequent words.

use super::{english, kana};
use serde::{Deserialize, Serialize};

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// American English: in full.
    English,
    /// By pinyin without tones, with an English accent.
    Mandarin,
    /// Good.
    Spanish,
    /// Good but for stress.
    Italian,
    /// Fair.
    German,
    /// Poor to fair.
    French,
    /// Kana and romaji; kanji only as Chinese characters are read.
    Japanese,
    /// Good.
    Korean,
}

/// Words that are frequent in one of these languages and rare in the others.
const FREQUENT: [(Language, &str, &str); 4] = [
    (
        Language::Spanish,
        "el los las una del que y en es con por para pero como más mi tu te yo mis tus sin cuando \
         todo nada corazón amor noche vida quiero eres estoy soy siempre nunca muy ya hay está \
         donde porque sueño luz bajo sobre hasta",
        "ñ¿¡áíóú",
    ),
    (
        Language::Italian,
        "il gli che di è sono nella della del con per non ma come più mio mia tuo tua sei ti una \
         questo questa quando cuore notte vita amore sempre mai io anche solo dove perché cielo \
         luce nel dei degli sul voglio sole",
        "àèìòù",
    ),
    (
        Language::German,
        "der die das und ich du nicht ist ein eine mit dem den auf für wir ihr sie es zu im von \
         wie wenn nur noch mein dein mich dich mir dir herz nacht liebe immer durch über sind \
         bist bin hat war auch aber sich doch leben",
        "äöüß",
    ),
    (
        Language::French,
        "le la les des un une et est je tu il nous vous dans pour pas que qui avec sur mon ma mes \
         ton ta tes ce cette moi toi mais plus comme jamais toujours nuit amour cœur vie quand où \
         sans encore au aux du l'amour c'est j'ai n'est d'un d'une suis était ciel",
        "çêâîôûëïœ",
    ),
];

/// What two frequent words give, or one with a letter of its own.
const SURE: usize = 5;

/// Of the Latin words of a line. English unless another language has more frequent words than English has.
pub(super) fn of_latin(text: &str) -> Language {
    let words: Vec<String> = english::pieces_of(text)
        .iter()
        .map(|piece| bare(&piece.text))
        .filter(|word| !word.is_empty())
        .collect();
    let mut distinct = words.clone();
    distinct.sort();
    distinct.dedup();
    let best = FREQUENT
        .iter()
        .map(|(language, frequent, letters)| (*language, score(&distinct, frequent, letters)))
        .max_by_key(|(language, score)| (*score, std::cmp::Reverse(*language)));
    match best {
        Some((language, score))
            if score >= SURE && 2 * score > words.len() && score > english_words(&distinct) =>
        {
            language
        }
        _ if is_romaji(&distinct) => Language::Japanese,
        _ => Language::English,
    }
}

/// Three for each frequent word, two for each letter that English has not.
fn score(words: &[String], frequent: &str, letters: &str) -> usize {
    let is_frequent = |word: &String| frequent.split(' ').any(|known| known == word);
    let has_letter = |word: &String| word.contains(|letter| letters.contains(letter));
    words.iter().map(|word| 3 * usize::from(is_frequent(word)) + 2 * usize::from(has_letter(word))).sum()
}

/// As [`score`], for English.
fn english_words(words: &[String]) -> usize {
    const FREQUENT: &str = "the and you i to a of in is it my me that on your we be for with this all so no can are was \
         when will like oh just don't i'm it's what at up out if now but know love from have not by";
    score(words, FREQUENT, "")
}

/// Words that are all rows of morae, with one that is Japanese only or that no English dictionary has.
fn is_romaji(words: &[String]) -> bool {
    const FREQUENT: &str =
        "wa ga wo ni kara made desu kimi boku watashi anata kokoro itsumo yume sora hoshi ai";
    let is_sure = |word: &String| FREQUENT.split(' ').any(|known| known == word) || !english::knows(word);
    words.len() > 1 && words.iter().all(|word| kana::romaji(word).is_some()) && words.iter().any(is_sure)
}

fn bare(text: &str) -> String {
    text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_its_language_by_its_words() {
        for (line, language) in [
            ("I left my heart on the boulevard", Language::English),
            ("la la la la la", Language::English),
            ("Te quiero bajo la luz de la luna", Language::Spanish),
            ("mi corazón es para ti", Language::Spanish),
            ("Nel blu dipinto di blu, felice di stare lassù", Language::Italian),
            ("Ich liebe dich in dieser Nacht", Language::German),
            ("Über den Wolken", Language::German),
            ("Je t'aime dans la nuit", Language::French),
            ("Sous le ciel de Paris", Language::French),
            ("kimi no na wa", Language::Japanese),
            ("die another day", Language::English),
            ("Ooh-yeah, na na na", Language::English),
        ] {
            assert_eq!(of_latin(line), language, "{line}");
        }
    }
}
