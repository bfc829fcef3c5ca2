//! Languages whose spelling tells their sounds well enough: Spanish, Italian, German, French.

use super::language::Language;
use super::phoneme::{Phoneme, Stress, read};
use super::pieces::pieces;
use super::said::SaidWord;
use super::tables::{Rule, Spelling, languages};
use super::{english, mandarin};

/// Says a stretch of Latin text in the given language. Numbers are read in English: nothing here knows them otherwise.
pub(super) fn say(language: Language, text: &str, offset: usize) -> Vec<SaidWord> {
    let mut words: Vec<SaidWord> = Vec::new();
    for piece in pieces(text, offset, &|_| None) {
        if piece.text.contains(|character: char| character.is_ascii_digit()) {
            let at = piece.span.start;
            words.extend(english::say(&text[at - offset..piece.span.end - offset], at, false));
            continue;
        }
        let mark = piece.text.chars().rev().find_map(mandarin::mark_of);
        let letters = letters(&piece.text);
        let sounds: Vec<Phoneme> = letters.iter().flat_map(|part| word(language, part)).collect();
        match (sounds.iter().any(|sound| sound.is_vowel()), words.last_mut()) {
            (true, _) => words.push(SaidWord { mark, ..SaidWord::new(piece.span, &sounds) }),
            // "y", "l'": a word without a vowel leans on nothing; only its mark is kept.
            (false, Some(last)) => last.mark = last.mark.or(mark),
            (false, None) => (),
        }
    }
    words
}

/// The parts of a piece in lower case: "l'amour" is "l" and "amour".
fn letters(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let parts = lower.split(|character: char| !character.is_alphabetic());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// One word of lower case letters.
pub(super) fn word(language: Language, word: &str) -> Vec<Phoneme> {
    let letters: Vec<char> = word.chars().collect();
    let mut sounds = apply(&spelling(language).rules, &letters);
    if sounds.iter().all(|sound| sound.stress() == Stress::None)
        && let Some(at) = stressed(language, &letters, &sounds)
    {
        sounds[at] = sounds[at].with_stress(Stress::Primary);
    }
    sounds
}

fn spelling(language: Language) -> &'static Spelling {
    let all = languages();
    match language {
        Language::Italian => &all.it,
        Language::German => &all.de,
        Language::French => &all.fr,
        _ => &all.es,
    }
}

/// At each place the first rule that fits; letters without a rule are skipped.
fn apply(rules: &[Rule], letters: &[char]) -> Vec<Phoneme> {
    let mut sounds = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match rules.iter().find(|rule| fits(rule, letters, at)) {
            Some(Rule(text, said, ..)) => {
                sounds.extend(read(said));
                at += text.chars().count();
            }
            None => at += 1,
        }
    }
    sounds
}

fn fits(Rule(text, _, before, after): &Rule, letters: &[char], at: usize) -> bool {
    let length = text.chars().count();
    let spells = letters.len() >= at + length
        && letters[at..].iter().zip(text.chars()).all(|(left, right)| *left == right);
    let next = letters.get(at + length).copied().unwrap_or('$');
    let last = at.checked_sub(1).map_or('^', |at| letters[at]);
    spells && in_class(before, last) && in_class(after, next)
}

fn in_class(class: &str, letter: char) -> bool {
    class.is_empty() || (class == "." && letter != '^' && letter != '$') || class.contains(letter)
}

/// Which sound takes the stress that no accent marks.
fn stressed(language: Language, letters: &[char], sounds: &[Phoneme]) -> Option<usize> {
    let vowels: Vec<usize> = (0..sounds.len()).filter(|at| sounds[*at].is_vowel()).collect();
    let last = *vowels.last()?;
    let before_last = vowels.len().checked_sub(2).map(|at| vowels[at]);
    Some(match language {
        Language::Italian => before_last.unwrap_or(last),
        Language::German if has_weak_prefix(letters) => *vowels.get(1).unwrap_or(&vowels[0]),
        Language::German => vowels[0],
        Language::French if sounds[last].is_one_of("ə") => before_last.unwrap_or(last),
        Language::French => last,
        _ if letters.last().is_some_and(|letter| "aeiouns".contains(*letter)) => before_last.unwrap_or(last),
        _ => last,
    })
}

/// "geliebt", "verloren": the second vowel is the strong one.
fn has_weak_prefix(letters: &[char]) -> bool {
    const PREFIXES: [&str; 7] = ["be", "ge", "er", "ver", "zer", "ent", "emp"];
    let word: String = letters.iter().collect();
    let follows = |rest: &str| rest.chars().next().is_some_and(|next| !"aeiouäöüh".contains(next));
    letters.len() > 5 && PREFIXES.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(follows))
}
