//! Lyrics that are written here can be sung, rhyme, and speak of what was asked.

use music::lyricist::{Written, write};
use music::{Lyric, Phoneme, SectionKind, Stress, say};
use std::collections::BTreeSet;

const PROMPTS: [&str; 24] = [
    "A song about a rainy night in Taipei",
    "breakup, but hopeful",
    "my dog Rex who stole my sandwich",
    "a sea shanty about debugging Rust at 3am",
    "happy birthday to my little sister Anna",
    "upbeat synthwave, 120 bpm, female vocals",
    "Write me a country ballad about my grandfather's old truck",
    "a lullaby for a baby elephant",
    "we danced all night in Paris",
    "\"Silver Lining\" - an anthem about getting back up",
    "coffee",
    "protest song against the price of bread",
    "She left me for an astronaut",
    "two cats and a broken piano",
    "rock song, angry, about traffic in New York on a Monday morning",
    "winter is coming to the mountains",
    "a robot learning to love",
    "I miss you",
    "the last train home",
    "summer holidays with my best friends",
    "a dragon who is afraid of fire",
    "running a marathon in the rain",
    "",
    "🎉🎉🎉",
];

/// The lines of each section, without marks.
fn sections(text: &str) -> Vec<Vec<&str>> {
    text.split("\n\n").map(|section| section.lines().skip(1).collect()).collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('[')).collect()
}

/// The sounds from the last stressed vowel of a line.
fn end_of(line: &str) -> Vec<Phoneme> {
    let said = say(line);
    let word = said.words.last().expect("a line has words");
    let stressed = |stress| word.syllables.iter().rposition(|syllable| syllable.vowel.stress() == stress);
    let from =
        stressed(Stress::Primary).or_else(|| stressed(Stress::Secondary)).unwrap_or(word.syllables.len() - 1);
    let onset = word.syllables[from].onset.len();
    word.syllables[from..].iter().flat_map(|syllable| syllable.sounds()).skip(onset).collect()
}

fn symbols(line: &str) -> String {
    end_of(line).into_iter().map(Phoneme::symbol).collect()
}

fn last_word(line: &str) -> &str {
    line.rsplit(' ').next().unwrap_or(line)
}

fn rhyme(one: &str, two: &str) -> bool {
    symbols(one) == symbols(two) && last_word(one) != last_word(two)
}

fn english() -> impl Iterator<Item = Written> {
    PROMPTS.iter().flat_map(|prompt| (0..4).map(|seed| write(prompt, seed)))
}

#[test]
fn the_lines_of_every_section_rhyme() {
    for written in english() {
        for section in sections(&written.text) {
            // An outro ends with the hook, which rhymes with its chorus.
            let rhymed = match section.as_slice() {
                [one, two] | [one, two, _] => rhyme(one, two),
                [one, two, three, four] => (rhyme(one, two) && rhyme(three, four)) || rhyme(two, four),
                [one, two, three, four, ..] => (rhyme(one, two) && rhyme(three, four)) || rhyme(two, four),
                _ => false,
            };
            assert!(rhymed, "{section:#?}\nin\n{}", written.text);
        }
    }
}

#[test]
fn a_line_is_one_breath_and_a_section_is_steady() {
    for written in english() {
        for section in sections(&written.text) {
            let counts: Vec<usize> = section.iter().map(|line| say(line).syllable_count()).collect();
            assert!(counts.iter().all(|count| (4..=11).contains(count)), "{section:#?} {counts:?}");
            let spread = counts.iter().max().zip(counts.iter().min()).map_or(0, |(most, least)| most - least);
            assert!(spread <= 6, "{section:#?} {counts:?}");
        }
    }
    let spreads: Vec<usize> = english()
        .flat_map(|written| {
            let of = |section: Vec<&str>| {
                let counts: Vec<usize> = section.iter().map(|line| say(line).syllable_count()).collect();
                counts.iter().max().zip(counts.iter().min()).map_or(0, |(most, least)| most - least)
            };
            sections(&written.text).into_iter().map(of).collect::<Vec<_>>()
        })
        .collect();
    let mean = spreads.iter().sum::<usize>() as f32 / spreads.len() as f32;
    assert!(mean < 2.6, "lines of a section differ by {mean} syllables");
}

#[test]
fn the_words_of_the_prompt_are_sung() {
    for (prompt, words) in [
        ("A song about a rainy night in Taipei", &["rainy night", "in Taipei"][..]),
        ("breakup, but hopeful", &["breakup", "hopeful"]),
        ("my dog Rex who stole my sandwich", &["dog Rex", "stole my sandwich"]),
        ("a sea shanty about debugging Rust at 3am", &["ebug", "Rust at 3am"]),
        ("Write me a country ballad about my grandfather's old truck", &["my grandfather's old truck"]),
        ("a robot learning to love", &["robot", "learning to love"]),
        ("two cats and a broken piano", &["two cats", "broken piano"]),
        ("coffee", &["coffee"]),
        ("I miss you", &["I miss you"]),
        ("\"Silver Lining\" - an anthem about getting back up", &["back up"]),
        ("写一首关于夏天海边的歌", &["夏天海边"]),
        ("给妈妈的生日歌", &["妈妈", "生日"]),
        ("寫一首關於台北雨夜的歌", &["台北雨夜"]),
    ] {
        for seed in 0..5 {
            let text = write(prompt, seed).text.to_lowercase();
            for word in words {
                assert!(text.contains(&word.to_lowercase()), "{word} is missing:\n{text}");
            }
        }
    }
}

#[test]
fn no_two_prompts_have_the_same_text() {
    let mut prompts: BTreeSet<String> = BTreeSet::new();
    for prompt in PROMPTS.iter().chain(&["夏天的海", "夏天的海。", "夏天海", "给妈妈的歌"]) {
        let letters: Vec<char> = prompt.chars().collect();
        prompts.extend([
            prompt.to_uppercase(),
            prompt.to_lowercase(),
            format!("{prompt}!"),
            format!("{prompt} "),
        ]);
        for at in 0..letters.len() {
            let without: String = letters[..at].iter().chain(&letters[at + 1..]).collect();
            prompts.extend([without, [&letters[..=at], &letters[at..]].concat().iter().collect()]);
        }
    }
    prompts.extend((0..900).map(|number| format!("a song about number {number}")));
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for prompt in &prompts {
        assert!(texts.insert(write(prompt, 7).text), "{prompt:?} has the text of another prompt");
    }
    assert!(texts.len() > 2000, "{} prompts", texts.len());
}

#[test]
fn another_seed_gives_mostly_other_lines_and_the_same_seed_the_same() {
    for prompt in PROMPTS.iter().chain(&["写一首关于夏天海边的歌", "失恋"]) {
        let (one, two) = (write(prompt, 1), write(prompt, 2));
        assert_eq!(one, write(prompt, 1));
        let known: BTreeSet<&str> = lines(&one.text).into_iter().collect();
        let other: BTreeSet<&str> = lines(&two.text).into_iter().collect();
        let shared = known.intersection(&other).count();
        assert!(shared * 3 < other.len(), "{shared} lines are the same:\n{}\n{}", one.text, two.text);
    }
}

#[test]
fn a_lyric_has_the_sections_of_a_song() {
    for written in english().chain([write("夏天的海", 1)]) {
        let kinds: Vec<SectionKind> =
            Lyric::parse(&written.text).stanzas.iter().map(|stanza| stanza.kind).collect();
        let count = |kind| kinds.iter().filter(|known| **known == kind).count();
        assert_eq!(count(SectionKind::Chorus), 3, "{}", written.text);
        assert!(count(SectionKind::Verse) >= 2);
        assert_eq!((count(SectionKind::Bridge), count(SectionKind::Outro)), (1, 1));
        assert!(written.text.chars().count() < 10_000);
        assert!(!written.title.is_empty() && written.title.chars().count() <= 80, "{}", written.title);
    }
}

#[test]
fn nothing_but_plain_words_comes_out_of_a_prompt() {
    let long = "the quick brown fox jumps over a lazy dog near [Chorus] ".repeat(40);
    for prompt in [
        "[Chorus] <script>alert(1)</script> {NP} my {cat}",
        "fuck this shitty weather",
        "\u{0}\u{1}\u{202e}abc\u{feff} \\n [Verse]\n[Bridge] sea",
        "https://example.com/?q=%20 love__**bold**",
        "una canción sobre el mar y la noche de Madrid",
        "Песня о море",
        "한국어 노래 사랑",
        "東京の夜",
        &long[..2000],
    ] {
        let text = write(prompt, 3).text;
        assert!(Lyric::parse(&text).stanzas.len() >= 7, "{prompt}: {text}");
        for line in text.lines().filter(|line| !line.is_empty()) {
            let is_mark = line.starts_with('[') && line.ends_with(']');
            let is_plain = |letter: char| letter.is_alphanumeric() || " ',-".contains(letter);
            assert!(is_mark || line.chars().all(is_plain), "{prompt:?}: {line:?}");
            assert!(!line.to_lowercase().contains("fuck") && !line.to_lowercase().contains("shit"), "{line}");
        }
        assert!(text.matches('[').count() <= 9, "{text}");
    }
}

#[test]
fn chinese_couplets_have_lines_of_one_length() {
    for prompt in [
        "写一首关于夏天海边的歌",
        "给妈妈的生日歌",
        "寫一首關於台北下雨夜晚的歌",
        "关于Rust编程的摇滚歌曲",
        "失恋但是充满希望",
        "我家的猫偷吃了我的三明治",
        "加油",
        "东",
    ] {
        for seed in 0..8 {
            let text = write(prompt, seed).text;
            for section in sections(&text) {
                assert!(!section.is_empty(), "{text}");
                for couplet in section.chunks(2) {
                    let lengths: Vec<usize> = couplet.iter().map(|line| say(line).syllable_count()).collect();
                    assert!(
                        lengths.iter().all(|length| *length == lengths[0] && (5..=11).contains(length)),
                        "{couplet:?} in\n{text}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_prompt_of_two_scripts_is_answered_in_that_of_its_greater_part() {
    let han = |text: &str| text.chars().filter(|letter| ('\u{4E00}'..='\u{9FFF}').contains(letter)).count();
    let latin = |text: &str| text.chars().filter(char::is_ascii_alphabetic).count();
    let english = ["a song about 台北 at night", "台北 love story", "driving home to 媽媽 in the rain"];
    let chinese = ["寫一首關於 summer love 的歌", "夜市", "一首關於我的 guitar 的歌"];
    for prompt in english {
        let text = write(prompt, 3).text.replace("[", "");
        assert!(latin(&text) > 10 * han(&text), "{prompt}: {text}");
    }
    for prompt in chinese {
        let text = write(prompt, 3).text;
        let words: String = text.lines().filter(|line| !line.starts_with('[')).collect();
        assert!(han(&words) > latin(&words), "{prompt}: {text}");
    }
}
