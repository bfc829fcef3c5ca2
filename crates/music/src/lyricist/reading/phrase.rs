//! What a prompt speaks of, in pieces that a line can take.

use crate::lyricist::inflect::{Form, verb_phrase};

/// What stands before a noun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lyricist) enum Before {
    /// Nothing: names, and nouns that take nothing.
    Nothing,
    /// "a" or "the", as the line wants it.
    Article,
    /// A word of its own, such as "my" or "every".
    Word(String),
}

/// A thing or somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lyricist) struct Thing {
    pub(in crate::lyricist) before: Before,
    /// "rainy night", "dog Rex".
    pub(in crate::lyricist) words: String,
    /// "in Taipei", if it stood right behind.
    pub(in crate::lyricist) place: Option<String>,
    pub(in crate::lyricist) is_plural: bool,
    /// A name, a person or an animal: it can be spoken to.
    pub(in crate::lyricist) is_somebody: bool,
    /// Nobody wishes for it.
    pub(in crate::lyricist) is_dark: bool,
}

impl Thing {
    /// "the rainy night", "my dog Rex", "Taipei".
    pub(in crate::lyricist) fn definite(&self) -> String {
        match &self.before {
            Before::Nothing => self.words.clone(),
            Before::Article => format!("the {}", self.words),
            Before::Word(word) => format!("{word} {}", self.words),
        }
    }

    /// "a rainy night", "my dog Rex", "Taipei".
    pub(in crate::lyricist) fn indefinite(&self) -> String {
        match self.before {
            Before::Article if !self.is_plural => format!("a {}", self.words),
            _ => self.definite(),
        }
    }
}

/// One piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lyricist) enum Piece {
    /// "a rainy night"
    Thing(Thing),
    /// "in Taipei"
    Place(String),
    /// "debug Rust": what somebody does, with its verb in the base form first.
    Doing(String),
    /// "my dog Rex stole my sandwich"
    Clause(String),
    /// "hopeful"
    Quality(String),
    /// Words in quotation marks.
    Quote(String),
}

impl Piece {
    /// The words by which a title names it.
    pub(in crate::lyricist) fn name(&self) -> String {
        match self {
            Self::Thing(thing) => {
                let before = match &thing.before {
                    Before::Word(word) => format!("{word} "),
                    _ => String::new(),
                };
                let place = thing.place.as_ref().map_or_else(String::new, |place| format!(" {place}"));
                format!("{before}{}{place}", thing.words)
            }
            Self::Doing(doing) => verb_phrase(doing, Form::Ing),
            Self::Place(text) | Self::Clause(text) | Self::Quality(text) | Self::Quote(text) => text.clone(),
        }
    }
}
