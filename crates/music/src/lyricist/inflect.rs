//! English inflection: plurals, third persons, pasts and -ing.

use super::lexicon::verb_form;
use super::table;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How a verb stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Base,
    Third,
    Past,
    Ing,
}

/// Nouns whose plural is their own.
const PLURALS: [(&str, &str); 14] = [
    ("child", "children"),
    ("foot", "feet"),
    ("goose", "geese"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("loaf", "loaves"),
    ("man", "men"),
    ("mouse", "mice"),
    ("person", "people"),
    ("shelf", "shelves"),
    ("thief", "thieves"),
    ("tooth", "teeth"),
    ("wolf", "wolves"),
    ("woman", "women"),
];

/// The plural of a noun or of a phrase that ends in one.
pub(super) fn plural(noun: &str) -> String {
    let (before, last) = noun.rsplit_once(' ').map_or(("", noun), |(before, last)| (before, last));
    let many = match PLURALS.iter().find(|(one, _)| *one == last) {
        Some((_, many)) => (*many).to_owned(),
        None => with_s(last),
    };
    if before.is_empty() { many } else { format!("{before} {many}") }
}

/// Does this word stand for several?
pub(super) fn is_plural(noun: &str) -> bool {
    let ends = |ending: &str| noun.ends_with(ending);
    PLURALS.iter().any(|(_, many)| *many == noun)
        || (ends("s") && noun.len() > 3 && !ends("ss") && !ends("us") && !ends("is") && !ends("'s"))
}

/// The verbs of a phrase in another form: "walk the dog and feed it" as "walked the dog and fed it".
pub(super) fn verb_phrase(phrase: &str, form: Form) -> String {
    let words: Vec<&str> = phrase.split(' ').collect();
    let is_joined = |at: usize| words[at - 1] == "and" || words[at - 1].ends_with(',');
    let is_verb = |at: usize| {
        at == 0 || (is_joined(at) && verb_form(words[at]).is_some_and(|(base, _)| base == words[at]))
    };
    let inflected = words
        .iter()
        .enumerate()
        .map(|(at, word)| if is_verb(at) { verb(word, form) } else { (*word).to_owned() });
    inflected.collect::<Vec<_>>().join(" ")
}

/// A verb, given in its base form.
pub(super) fn verb(base: &str, form: Form) -> String {
    match form {
        Form::Base => base.to_owned(),
        Form::Third => third(base),
        Form::Past => pasts().get(base).map_or_else(|| past(base), |(past, _)| (*past).to_owned()),
        Form::Ing => ing(base),
    }
}

/// Past and participle of verbs that have their own.
pub(super) fn pasts() -> &'static BTreeMap<&'static str, (&'static str, &'static str)> {
    static PASTS: OnceLock<BTreeMap<&'static str, (&'static str, &'static str)>> = OnceLock::new();
    PASTS.get_or_init(|| {
        let heading = table::named(super::lexicon::english(), "irregular");
        let rows = heading.into_iter().flat_map(|heading| heading.rows());
        rows.filter_map(|(base, forms)| Some((base, forms.split_once(' ')?))).collect()
    })
}

fn third(base: &str) -> String {
    match base {
        "be" | "am" => "is".to_owned(),
        "have" => "has".to_owned(),
        "will" | "can" | "would" | "could" | "was" => base.to_owned(),
        _ => with_s(base),
    }
}

/// Of nouns and of verbs alike.
fn with_s(word: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    match word.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"])
            || ["go", "do", "echo", "hero", "potato", "tomato"].contains(&word) =>
        {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

fn past(base: &str) -> String {
    match base.strip_suffix('y') {
        Some(stem) if !is_vowel_before_last(base) => format!("{stem}ied"),
        _ if base.ends_with('e') => format!("{base}d"),
        _ if doubles(base) => format!("{base}{}ed", &base[base.len() - 1..]),
        _ => format!("{base}ed"),
    }
}

fn ing(base: &str) -> String {
    if let Some(stem) = base.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    match base.strip_suffix('e') {
        Some(stem) if !base.ends_with("ee") && !base.ends_with("oe") && base != "be" => format!("{stem}ing"),
        _ if doubles(base) => format!("{base}{}ing", &base[base.len() - 1..]),
        _ => format!("{base}ing"),
    }
}

fn is_vowel(letter: u8) -> bool {
    b"aeiou".contains(&letter)
}

fn is_vowel_before_last(word: &str) -> bool {
    word.len() > 1 && is_vowel(word.as_bytes()[word.len() - 2])
}

/// One syllable that ends in consonant, vowel, consonant: "stop", "hum".
fn doubles(base: &str) -> bool {
    const LONGER: [&str; 8] = ["forget", "begin", "regret", "rebel", "debug", "overrun", "commit", "unwrap"];
    let [.., before, vowel, last] = base.as_bytes() else { return false };
    let fits = !is_vowel(*before) && is_vowel(*vowel) && !is_vowel(*last) && !b"wxyh".contains(last);
    let after_qu = base.len() == 4 && base.starts_with("qu");
    let vowels = base.bytes().filter(|letter| is_vowel(*letter)).count();
    (fits || after_qu) && (vowels == 1 || after_qu || LONGER.contains(&base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_take_their_endings() {
        for (base, third, past, ing) in [
            ("stop", "stops", "stopped", "stopping"),
            ("cry", "cries", "cried", "crying"),
            ("play", "plays", "played", "playing"),
            ("lie", "lies", "lay", "lying"),
            ("steal", "steals", "stole", "stealing"),
            ("catch", "catches", "caught", "catching"),
            ("debug", "debugs", "debugged", "debugging"),
            ("listen", "listens", "listened", "listening"),
            ("see", "sees", "saw", "seeing"),
            ("have", "has", "had", "having"),
        ] {
            assert_eq!(
                [verb(base, Form::Third), verb(base, Form::Past), verb(base, Form::Ing)],
                [third, past, ing].map(str::to_owned)
            );
        }
    }

    #[test]
    fn nouns_have_plurals() {
        for (one, many) in
            [("leaf", "leaves"), ("church bell", "church bells"), ("city", "cities"), ("glass", "glasses")]
        {
            assert_eq!(plural(one), many);
            assert!(is_plural(many.rsplit(' ').next().unwrap_or_default()));
            assert!(!is_plural(one));
        }
    }
}
