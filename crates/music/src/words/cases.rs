//! The cases of `tests/g2p/cases.tsv`, and promises that hold for any text.

use super::language::Language;
use super::phoneme::{Phoneme, show, vowels};
use super::{SaidLine, english, hangul, kana, mandarin, say, spelled};
use proptest::prelude::*;

/// Kind, input, sounds and number of syllables.
fn cases(kind: &str) -> Vec<(&'static str, &'static str, usize)> {
    let table = include_str!("../../tests/g2p/cases.tsv");
    let rows =
        table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[0] == kind).map(|row| (row[1], row[2], row[3].parse().unwrap())).collect()
}

fn assert_all(kind: &str, count: usize, said: impl Fn(&str) -> String) {
    let cases = cases(kind);
    assert_eq!(cases.len(), count);
    for (input, wanted, _) in cases {
        assert_eq!(said(input), wanted, "{kind} {input}");
    }
}

fn spaced(words: Vec<super::SaidWord>) -> String {
    SaidLine { language: Language::English, words }.to_string()
}

#[test]
fn words_and_tokens_are_said_as_dictionaries_agree() {
    assert_all("word", 110, |input| say(input).to_string());
    assert_all("token", 64, |input| say(input).to_string());
    for (input, _, syllables) in [cases("word"), cases("token")].concat() {
        assert_eq!(say(input).syllable_count(), syllables, "{input}");
    }
}

#[test]
fn syllables_begin_where_they_are_heard_to() {
    assert_all("split", 20, |input| {
        let line = say(input);
        let syllables = line.words.iter().flat_map(|word| &word.syllables);
        syllables.map(|syllable| show(&syllable.sounds().collect::<Vec<_>>())).collect::<Vec<_>>().join(".")
    });
    assert_eq!(show(&english::checks::word("extra")), "ˈɛkstɹə");
}

#[test]
fn letters_tell_most_words_that_no_dictionary_has() {
    let plain = |text: &str| text.replace(['ˈ', 'ˌ'], "");
    let cases = cases("lts");
    let right =
        |input: &str, wanted: &str| plain(&show(&english::checks::from_letters(input))) == plain(wanted);
    let count = cases.iter().filter(|(input, wanted, _)| right(input, wanted)).count();
    assert_eq!(cases.len(), 70);
    assert!(count >= 64, "{count} of 70");
}

#[test]
fn other_languages_are_said_by_their_rules() {
    assert_all("zh", 10, |input| spaced(mandarin::say(input, 0)));
    assert_all("ja", 3, |input| spaced(kana::say(input, 0)));
    assert_all("ko", 3, |input| spaced(hangul::say(input, 0)));
    for (kind, language) in [
        ("es", Language::Spanish),
        ("it", Language::Italian),
        ("de", Language::German),
        ("fr", Language::French),
    ] {
        assert_all(kind, 5, |input| show(&spelled::word(language, input)));
    }
}

#[test]
fn neighbours_tell_homographs_apart() {
    for (line, wanted) in [
        ("I read the news", "ɹˈid"),
        ("I have read the news", "ɹˈɛd"),
        ("wind it up", "wˈInd"),
        ("the wind", "wˈɪnd"),
        ("come close to me", "klˈOs"),
        ("I used to love you", "jˈust"),
        ("tear me apart", "tˈɛɹ"),
    ] {
        let said = say(line).to_string();
        assert!(said.split(' ').any(|word| word == wanted), "{line}: {said}");
    }
}

#[test]
fn words_know_where_they_stand_in_the_line() {
    let line = "Don’t stop, it's 1999 (我爱你)";
    let spans: Vec<&str> = say(line).words.iter().map(|word| &line[word.span.clone()]).collect();
    assert_eq!(spans, ["Don’t", "stop,", "it's", "1999", "1999", "1999", "我", "爱", "你"]);
    assert_eq!(say("0´").words[0].span, 0..3);
    assert!(say("lo-o-ove").words[0].is_held);
    assert_eq!(say("ラーメン").to_string(), "ɹˈɑ mˈɛn");
}

#[test]
fn what_cannot_be_said_is_told_and_sung_as_la() {
    let text = "Привет, my friend";
    let line = say(text);
    let unsaid: Vec<&str> = line.unsaid().map(|span| &text[span]).collect();
    assert_eq!(unsaid, ["Привет,"]);
    assert_eq!(line.to_string(), "lˈɑlˈɑ mI fɹˈɛnd");
}

proptest! {
    #[test]
    fn any_text_is_said_in_order_with_a_vowel_for_each_syllable(text in "\\PC{0,60}") {
        let line = say(&text);
        for word in &line.words {
            prop_assert!(text.get(word.span.clone()).is_some_and(|written| !written.is_empty()));
            let sounds: Vec<Phoneme> = word.sounds().collect();
            prop_assert_eq!(vowels(&sounds), word.syllables.len());
            prop_assert!(!word.syllables.is_empty());
        }
        prop_assert!(line.words.is_sorted_by_key(|word| word.span.start));
    }

    #[test]
    fn any_english_word_can_be_sung(text in "[a-zA-Z'0-9$%:/.-]{1,12}") {
        let has_letter = text.chars().any(char::is_alphanumeric);
        prop_assert!(!has_letter || say(&text).syllable_count() > 0);
    }
}
