//! Fills the slots of a template so that person, number, tense and article agree.

use crate::lyricist::inflect::{Form, plural, verb, verb_phrase};
use crate::lyricist::reading::phrase::Piece;
use crate::lyricist::reading::tokens::capitalised;
use crate::lyricist::reading::{Subject, Voice};
use crate::lyricist::table::{self, Heading};
use crate::random::Stream;
use std::sync::OnceLock;

/// How often the second theme has its turn.
const SECOND_THEME: f32 = 0.3;

/// The tense of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tense {
    Present,
    Past,
}

/// A line, and what of the tables is in it.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) fillers: Vec<&'static str>,
}

/// Fills one template.
pub(super) struct Grammar<'song> {
    pub(super) subject: &'song Subject,
    pub(super) tense: Tense,
    /// The mood of this section.
    pub(super) mood: &'static Heading,
    /// What the line must tell of.
    pub(super) piece: Option<&'song Piece>,
}

fn common() -> &'static [Heading] {
    static COMMON: OnceLock<Vec<Heading>> = OnceLock::new();
    COMMON.get_or_init(|| table::read(include_str!("../../../assets/lyricist/common.txt")))
}

impl Grammar<'_> {
    /// A line; none if a slot has nothing to take.
    pub(super) fn fill(&self, template: &str, chance: &mut Stream) -> Option<Filled> {
        let mut filled = Filled { text: String::new(), fillers: Vec::new() };
        let mut rest = template;
        // One theme a line, so that its things belong together.
        let theme = self.theme(chance);
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, behind) = after.split_once('}')?;
            filled.text.push_str(before);
            let words = self.slot(slot, theme, &mut filled.fillers, chance)?;
            filled.text.push_str(&words);
            rest = behind;
        }
        filled.text.push_str(rest);
        let text = settled(&filled.text);
        Some(Filled { text, fillers: filled.fillers })
    }

    fn slot(
        &self,
        slot: &str,
        theme: &Heading,
        fillers: &mut Vec<&'static str>,
        chance: &mut Stream,
    ) -> Option<String> {
        let mut take = |phrases: Vec<&'static str>, chance: &mut Stream| {
            let free: Vec<&'static str> =
                phrases.into_iter().filter(|phrase| !fillers.contains(phrase)).collect();
            (!free.is_empty()).then(|| {
                let phrase = *chance.pick(&free);
                fillers.push(phrase);
                phrase
            })
        };
        let row = |key: &str, between: char| theme.phrases(key, between);
        let open = |name: &str, key: &str| {
            table::named(common(), name).map_or_else(Vec::new, |heading| heading.phrases(key, ';'))
        };
        let words = match slot {
            "LOOK" => take(row("looks", ','), chance)?.to_owned(),
            "STUFF" => take(row("stuff", ','), chance)?.to_owned(),
            "PLACE" => self.own(take(row("places", ';'), chance)?),
            "DREAM" => self.own(take(row("dreams", ';'), chance)?),
            "ACT" => self.own(&self.agree(take(row("acts", ';'), chance)?)),
            "ACT BASE" => self.own(take(row("acts", ';'), chance)?),
            "ACT ING" => self.own(&verb_phrase(take(row("acts", ';'), chance)?, Form::Ing)),
            "SCENE" | "SCENES" | "THING" | "THINGS" => self.scene(slot, take(row("scenes", ';'), chance)?),
            "FEEL" => self.feel(take(self.mood.phrases("feels", ';'), chance)?)?,
            "TURN" => take(self.mood.phrases("turns", ';'), chance)?.to_owned(),
            "TIME" => take(open("time", "all"), chance)?.to_owned(),
            "END" => take(open("ends", "all"), chance)?.to_owned(),
            "OPEN" => take(open("openers", "all"), chance)?.to_owned(),
            "QUALITY" => take(open("qualities", "all"), chance)?.to_owned(),
            "LIKE" => take(open("tails", "like"), chance)?.to_owned(),
            "TAIL" => take(open("tails", "any"), chance)?.to_owned(),
            "IS" | "STARTS" | "KNOWS" => self.fixed_verb(slot),
            "NP" | "A NP" | "PP" | "ING" | "BASE" | "CLAUSE" | "Q" | "QUOTE" => self.of_piece(slot)?,
            _ => self.of_singer(slot, self.tense),
        };
        Some(words)
    }

    fn theme(&self, chance: &mut Stream) -> &'static Heading {
        let themes = &self.subject.themes;
        let second = usize::from(themes.len() > 1 && chance.chance(SECOND_THEME));
        themes[second.min(themes.len() - 1)]
    }

    fn scene(&self, slot: &str, scene: &'static str) -> String {
        let Some((thing, does)) = scene.rsplit_once(' ') else { return scene.to_owned() };
        let form = if self.tense == Tense::Past { Form::Past } else { Form::Third };
        match slot {
            "THING" => thing.to_owned(),
            "THINGS" => plural(thing),
            "SCENES" if self.tense == Tense::Present => format!("{} {does}", plural(thing)),
            "SCENES" => format!("{} {}", plural(thing), verb(does, Form::Past)),
            _ => format!("{thing} {}", verb(does, form)),
        }
    }

    /// What is felt is felt now, in every tense of the verse.
    fn feel(&self, feeling: &'static str) -> Option<String> {
        let mut text = String::new();
        let mut rest = feeling;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, behind) = after.split_once('}')?;
            text.push_str(before);
            text.push_str(&self.of_singer(slot, Tense::Present));
            rest = behind;
        }
        text.push_str(rest);
        Some(text)
    }

    fn fixed_verb(&self, slot: &str) -> String {
        let (now, then) = match slot {
            "STARTS" => ("starts", "started"),
            "KNOWS" => ("knows", "knew"),
            _ => ("is", "was"),
        };
        if self.tense == Tense::Past { then.to_owned() } else { now.to_owned() }
    }

    fn of_piece(&self, slot: &str) -> Option<String> {
        let text = match (slot, self.piece?) {
            ("NP", Piece::Thing(thing)) => thing.definite(),
            ("A NP", Piece::Thing(thing)) if !thing.is_plural => thing.indefinite(),
            ("PP", Piece::Place(text))
            | ("CLAUSE", Piece::Clause(text))
            | ("Q", Piece::Quality(text))
            | ("QUOTE", Piece::Quote(text)) => text.clone(),
            ("ING", Piece::Doing(doing)) => verb_phrase(doing, Form::Ing),
            ("BASE", Piece::Doing(doing)) => doing.clone(),
            _ => return None,
        };
        Some(text)
    }

    /// `{I}`, `{me}`, `{my}`, or a verb.
    fn of_singer(&self, word: &str, tense: Tense) -> String {
        let voice = self.subject.voice;
        let of = |i: &str, we: &str, she: &str, he: &str| {
            match voice {
                Voice::I => i,
                Voice::We => we,
                Voice::She => she,
                Voice::He => he,
            }
            .to_owned()
        };
        match (word, tense) {
            ("I", _) => of("I", "we", "she", "he"),
            ("me", _) => of("me", "us", "her", "him"),
            ("my", _) => of("my", "our", "her", "his"),
            ("am", Tense::Present) => of("am", "are", "is", "is"),
            ("was", _) | ("am", Tense::Past) => of("was", "were", "was", "was"),
            _ => verb(word, self.form(tense)),
        }
    }

    fn form(&self, tense: Tense) -> Form {
        match (tense, self.subject.voice) {
            (Tense::Past, _) => Form::Past,
            (Tense::Present, Voice::She | Voice::He) => Form::Third,
            (Tense::Present, Voice::I | Voice::We) => Form::Base,
        }
    }

    fn agree(&self, act: &str) -> String {
        verb_phrase(act, self.form(self.tense))
    }

    /// A phrase of the tables is told of "me"; here it is told of whoever sings.
    fn own(&self, phrase: &str) -> String {
        if self.subject.voice == Voice::I {
            return phrase.to_owned();
        }
        let own = |word: &str| match word {
            "I" | "me" | "my" => self.of_singer(word, Tense::Present),
            other => other.to_owned(),
        };
        phrase.split(' ').map(own).collect::<Vec<_>>().join(" ")
    }
}

/// Articles by the sound that follows, "I am" drawn together, and a large letter at the start.
fn settled(text: &str) -> String {
    let text = text.replace("I am ", "I'm ").replace(",,", ",");
    let words: Vec<&str> = text.split(' ').collect();
    let mut settled: Vec<String> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        settled.push(match *word {
            "a" if begins_with_vowel(next) => "an".to_owned(),
            "A" if begins_with_vowel(next) => "An".to_owned(),
            other => other.to_owned(),
        });
    }
    capitalised(&settled.join(" "))
}

fn begins_with_vowel(word: &str) -> bool {
    let words = crate::words::say_english(word);
    words.first().and_then(|word| word.sounds().next()).is_some_and(crate::words::Phoneme::is_vowel)
}
