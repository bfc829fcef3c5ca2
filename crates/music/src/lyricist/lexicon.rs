//! What is known of single English words.

use super::inflect::{Form, pasts, verb};
use super::table::{self, Heading};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The tables that the reader of English prompts uses.
pub(super) fn english() -> &'static [Heading] {
    static ENGLISH: OnceLock<Vec<Heading>> = OnceLock::new();
    ENGLISH.get_or_init(|| table::read(include_str!("../../assets/lyricist/english.txt")))
}

/// A word class of `english.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Determiner,
    Pronoun,
    Preposition,
    Conjunction,
    Relative,
    Auxiliary,
    Filler,
    Command,
    Song,
    Genre,
    Adjective,
    Mass,
    Dark,
    Person,
    Woman,
    Man,
    Proper,
    Profanity,
}

const CLASSES: [(Class, &str); 18] = [
    (Class::Determiner, "determiners"),
    (Class::Pronoun, "pronouns"),
    (Class::Preposition, "prepositions"),
    (Class::Conjunction, "conjunctions"),
    (Class::Relative, "relatives"),
    (Class::Auxiliary, "auxiliaries"),
    (Class::Filler, "fillers"),
    (Class::Command, "commands"),
    (Class::Song, "songs"),
    (Class::Genre, "genres"),
    (Class::Adjective, "adjectives"),
    (Class::Mass, "mass"),
    (Class::Dark, "dark"),
    (Class::Person, "people"),
    (Class::Woman, "women"),
    (Class::Man, "men"),
    (Class::Proper, "proper"),
    (Class::Profanity, "profanity"),
];

/// Is this word, in small letters, of that class?
pub(super) fn is(word: &str, class: Class) -> bool {
    static MEMBERS: OnceLock<BTreeMap<Class, BTreeSet<&'static str>>> = OnceLock::new();
    let members = MEMBERS.get_or_init(|| {
        let rows = CLASSES.iter().filter_map(|(class, name)| Some((*class, table::named(english(), name)?)));
        rows.map(|(class, heading)| (class, heading.words("all").into_iter().collect())).collect()
    });
    members.get(&class).is_some_and(|words| words.contains(word))
}

/// The base form of a verb that is known, and the form in which it stands.
pub(super) fn verb_form(word: &str) -> Option<(&'static str, Form)> {
    static FORMS: OnceLock<BTreeMap<String, (&'static str, Form)>> = OnceLock::new();
    let forms = FORMS.get_or_init(|| {
        let mut forms = BTreeMap::new();
        let heading = table::named(english(), "verbs");
        for base in heading.into_iter().flat_map(|heading| heading.words("all")) {
            for form in [Form::Ing, Form::Past, Form::Third, Form::Base] {
                forms.insert(verb(base, form), (base, form));
            }
            if let Some((_, participle)) = pasts().get(base) {
                forms.entry((*participle).to_owned()).or_insert((base, Form::Past));
            }
        }
        forms
    });
    forms.get(word).copied()
}
