//! Words in their order to pieces: a small hand-written parser, since a prompt is rarely a sentence.

use super::phrase::{Before, Piece, Thing};
use super::tokens::Token;
use crate::lyricist::inflect::{Form, is_plural};
use crate::lyricist::lexicon::{Class, is, verb_form};

/// A clause of more words than this is cut.
const LONGEST_CLAUSE: usize = 7;
/// Syllables of what follows a verb; the verb and a word before it must fit into the same line.
const MOST_SYLLABLES: usize = 8;
/// A noun with its adjectives is cut here.
const LONGEST_NAME: usize = 5;

/// Reads the pieces of plain words.
pub(super) fn pieces(tokens: &[Token]) -> Vec<Piece> {
    let mut reader = Reader { tokens, at: 0, pieces: Vec::new() };
    while reader.at < tokens.len() {
        let before = reader.at;
        reader.step();
        // Whatever nobody took is skipped.
        reader.at = reader.at.max(before + 1);
    }
    reader.pieces
}

struct Reader<'tokens> {
    tokens: &'tokens [Token],
    at: usize,
    pieces: Vec<Piece>,
}

impl Reader<'_> {
    fn step(&mut self) {
        let Some(token) = self.tokens.get(self.at) else { return };
        let word = token.lower.as_str();
        if token.is_quoted {
            return self.quote();
        }
        if is(word, Class::Preposition) || self.is_to_somebody() {
            return self.place();
        }
        if self.is_bare_adjective(self.at) {
            self.pieces.push(Piece::Quality(token.text.clone()));
            self.at += 1;
        } else if is(word, Class::Pronoun) || is_pronoun_with_verb(word) {
            self.clause_of_pronoun();
        } else if word == "to" || self.begins_doing(self.at) {
            self.doing();
        } else if self.begins_thing(self.at) {
            self.thing();
        }
    }

    /// "to my sister", as in a dedication.
    fn is_to_somebody(&self) -> bool {
        let is_determined = self.begins_determined(self.at + 1) && self.begins_thing(self.at + 1);
        self.tokens[self.at].lower == "to" && is_determined
    }

    /// The class of the word at a place, unless a break stands before it.
    fn next_is(&self, at: usize, test: impl Fn(&Token) -> bool) -> bool {
        self.tokens.get(at).is_some_and(|token| !token.after_break && test(token))
    }

    fn quote(&mut self) {
        let begin = self.at;
        self.at += 1;
        while self.next_is(self.at, |token| token.is_quoted) && self.at - begin < LONGEST_CLAUSE {
            self.at += 1;
        }
        self.pieces.push(Piece::Quote(text(&self.tokens[begin..self.at])));
    }

    fn is_bare_adjective(&self, at: usize) -> bool {
        let is_adjective = |token: &Token| is(&token.lower, Class::Adjective) && !token.is_name;
        let Some(token) = self.tokens.get(at).filter(|token| is_adjective(token)) else { return false };
        let is_verb = verb_form(&token.lower).is_some_and(|(_, form)| form == Form::Ing);
        !is_verb && !self.next_is(at + 1, |next| is_adjective(next) || is_noun(next))
    }

    fn begins_thing(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        match token.lower.as_str() {
            word if is(word, Class::Determiner) => {
                self.next_is(at + 1, |next| is_noun(next) || is(&next.lower, Class::Adjective))
            }
            _ => is_noun(token) || is(&token.lower, Class::Adjective),
        }
    }

    /// "debugging Rust", "stole my heart", "dance with me"; not "dance" alone, nor "burning house".
    fn begins_doing(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| !token.is_name) else { return false };
        let next_is_object = self.next_is(at + 1, |next| {
            let word = next.lower.as_str();
            is(word, Class::Determiner)
                || is(word, Class::Pronoun)
                || is(word, Class::Preposition)
                || is(word, Class::Filler)
        });
        match verb_form(&token.lower) {
            Some((_, Form::Ing)) => !is(&token.lower, Class::Adjective) || next_is_object,
            Some((_, Form::Past | Form::Base)) => next_is_object,
            _ => token.lower.len() > 5 && token.lower.ends_with("ing") && next_is_object,
        }
    }

    fn place(&mut self) {
        let begin = self.at;
        self.at += 1;
        if self.begins_doing(self.at) && !self.begins_determined(self.at) {
            return self.doing();
        }
        if is(&self.tokens[begin].lower, Class::Preposition) && self.begins_thing(self.at) {
            self.take_name();
            let words = text(&self.tokens[begin..self.at]);
            if ["for", "to"].contains(&self.tokens[begin].lower.as_str())
                && let Some(thing) = thing(&self.tokens[begin + 1..self.at]).filter(|thing| thing.is_somebody)
            {
                return self.pieces.push(Piece::Thing(thing));
            }
            if let Some(Piece::Thing(thing)) = self.pieces.last_mut()
                && thing.place.is_none()
                && !self.tokens[begin].after_break
                && words.split(' ').count() <= 3
            {
                thing.place = Some(words.clone());
            }
            self.pieces.push(Piece::Place(words));
        }
    }

    fn begins_determined(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| is(&token.lower, Class::Determiner))
    }

    fn doing(&mut self) {
        self.at += usize::from(self.tokens[self.at].lower == "to");
        let Some(token) = self.tokens.get(self.at) else { return };
        let base = match verb_form(&token.lower) {
            Some((base, _)) => base.to_owned(),
            None => match token.lower.strip_suffix("ing") {
                Some(stem) => stem.to_owned(),
                None => return,
            },
        };
        let begin = self.at + 1;
        self.at += 1;
        self.take_clause();
        let rest = text(&self.tokens[begin..self.at]);
        let doing = if rest.is_empty() { base } else { format!("{base} {rest}") };
        self.pieces.push(Piece::Doing(doing));
    }

    /// "I miss you", "she left me".
    fn clause_of_pronoun(&mut self) {
        let begin = self.at;
        self.at += 1;
        const NO_VERB: [Class; 4] =
            [Class::Determiner, Class::Preposition, Class::Conjunction, Class::Relative];
        let may_be_verb = |token: &Token| !NO_VERB.iter().any(|class| is(&token.lower, *class));
        if self.next_is(self.at, may_be_verb) {
            self.take_clause();
            self.pieces.push(Piece::Clause(text(&self.tokens[begin..self.at])));
        }
    }

    /// A thing, and what it does if that is told.
    fn thing(&mut self) {
        let begin = self.at;
        self.take_name();
        let thing = thing(&self.tokens[begin..self.at]);
        let Some(thing) = thing else { return };
        let name = thing.definite();
        let is_many = thing.is_plural;
        self.pieces.push(Piece::Thing(thing));
        let by_relative =
            self.next_is(self.at, |token| ["who", "that", "which"].contains(&token.lower.as_str()));
        let at = self.at + usize::from(by_relative);
        if let Some(begin) = self.verb_after(at, is_many, by_relative) {
            self.at = begin;
            let form = verb_form(&self.tokens[begin].lower).map(|(_, form)| form);
            self.take_clause();
            let is = match (form, is_many) {
                (Some(Form::Ing), true) => "are ",
                (Some(Form::Ing), false) => "is ",
                _ => "",
            };
            self.pieces.push(Piece::Clause(format!("{name} {is}{}", text(&self.tokens[begin..self.at]))));
        } else if by_relative {
            self.at = at;
        }
    }

    /// Where the verb of a thing stands, if a verb follows that it can have.
    fn verb_after(&self, at: usize, is_many: bool, is_sure: bool) -> Option<usize> {
        let fits = |token: &Token| {
            let form = verb_form(&token.lower).map(|(_, form)| form);
            is(&token.lower, Class::Auxiliary)
                || matches!(form, Some(Form::Third | Form::Past | Form::Ing))
                || (form == Some(Form::Base) && (is_many || is_sure))
        };
        self.next_is(at, fits).then_some(at)
    }

    /// Determiner, adjectives, nouns; "of" joins another one.
    fn take_name(&mut self) {
        let begin = self.at;
        let mut has_noun = false;
        while let Some(token) = self.tokens.get(self.at) {
            let is_first = self.at == begin;
            let word = token.lower.as_str();
            if (!is_first && token.after_break)
                || self.at - begin >= LONGEST_NAME
                || (token.is_quoted && !is_first)
            {
                break;
            }
            let after_determiner = !is_first && self.begins_determined(self.at - 1);
            let goes_on = match () {
                () if is(word, Class::Determiner) => is_first || self.tokens[self.at - 1].lower == "of",
                () if word == "of" => has_noun && self.begins_thing(self.at + 1),
                () if has_noun && !token.is_name && is_finite(token, &self.tokens[self.at - 1]) => false,
                () if is(word, Class::Adjective) => true,
                () => is_noun(token) || after_determiner,
            };
            if !goes_on {
                break;
            }
            has_noun |= !is(word, Class::Determiner) && !is(word, Class::Adjective) && word != "of";
            self.at += 1;
        }
        self.at = self.at.max(begin + 1);
    }

    /// To the end of a clause; no preposition or article is left at its end.
    fn take_clause(&mut self) {
        let begin = self.at;
        let goes_on = |token: &Token| {
            let word = token.lower.as_str();
            !is(word, Class::Conjunction) && !is(word, Class::Relative) && !token.is_quoted
        };
        while self.at - begin < LONGEST_CLAUSE && (self.next_is(self.at, goes_on)) {
            self.at += 1;
        }
        self.shorten(begin);
        let hangs = |token: &Token| {
            let word = token.lower.as_str();
            is(word, Class::Determiner) || is(word, Class::Preposition) || word == "of"
        };
        while self.at > begin
            && hangs(&self.tokens[self.at - 1])
            && !["down", "up", "off", "over", "her"].contains(&self.tokens[self.at - 1].lower.as_str())
        {
            self.at -= 1;
        }
    }

    /// Leaves what a line cannot hold to pieces of their own, from a preposition on if there is one.
    fn shorten(&mut self, begin: usize) {
        while self.at > begin + 1 && syllables(&self.tokens[begin..self.at]) > MOST_SYLLABLES {
            let is_cut = |at: &usize| is(&self.tokens[*at].lower, Class::Preposition);
            self.at = (begin + 1..self.at).rev().find(is_cut).unwrap_or(self.at - 1);
        }
    }
}

fn syllables(tokens: &[Token]) -> usize {
    crate::words::say_english(&text(tokens)).iter().map(|word| word.syllables.len()).sum()
}

/// "I'm", "she's".
fn is_pronoun_with_verb(word: &str) -> bool {
    word.split_once('\'').is_some_and(|(pronoun, _)| is(pronoun, Class::Pronoun))
}

fn thing(tokens: &[Token]) -> Option<Thing> {
    let (first, rest) = tokens.split_first()?;
    let has_determiner = is(&first.lower, Class::Determiner);
    let named = if has_determiner { rest } else { tokens };
    let last = named.split(|token| token.lower == "of").next()?.last()?;
    let is_name = last.is_name;
    let is_many = !is_name && is_plural(&last.lower) && !is(&last.lower, Class::Mass);
    let before = match first.lower.as_str() {
        "a" | "an" | "the" => Before::Article,
        "happy" => Before::Nothing,
        _ if has_determiner => Before::Word(first.text.clone()),
        _ if is_name || is_many || is(&last.lower, Class::Mass) || first.lower.ends_with("'s") => {
            Before::Nothing
        }
        _ if last.lower.chars().any(|letter| letter.is_ascii_digit())
            || last.lower.ends_with("ing")
            || ["ness", "tion", "ism", "ity"].iter().any(|end| last.lower.ends_with(end)) =>
        {
            Before::Nothing
        }
        _ if is_parent(&last.lower) => Before::Word("my".to_owned()),
        _ => Before::Article,
    };
    Some(Thing {
        before,
        words: text(named),
        place: None,
        is_plural: is_many,
        is_somebody: is_name || is(&last.lower, Class::Person),
        is_dark: named.iter().any(|token| is(&token.lower, Class::Dark)),
    })
}

fn is_parent(word: &str) -> bool {
    ["mother", "mom", "mum", "mama", "father", "dad", "papa", "grandma", "grandpa", "brother", "sister"]
        .contains(&word)
}

/// After a noun, is this what it does rather than more of its name?
fn is_finite(token: &Token, before: &Token) -> bool {
    match verb_form(&token.lower) {
        Some((_, Form::Base)) => is_plural(&before.lower),
        Some((_, Form::Third)) => !is_plural(&before.lower),
        Some(_) => true,
        None => false,
    }
}

/// Whatever is nothing else.
fn is_noun(token: &Token) -> bool {
    const OTHER: [Class; 8] = [
        Class::Determiner,
        Class::Pronoun,
        Class::Preposition,
        Class::Conjunction,
        Class::Relative,
        Class::Auxiliary,
        Class::Filler,
        Class::Adjective,
    ];
    let word = token.lower.as_str();
    token.is_name
        || !(OTHER.iter().any(|class| is(word, *class))
            || word == "of"
            || (word.ends_with("ly")
                && word.len() > 4
                && !["family", "lily", "butterfly", "july", "italy"].contains(&word)))
}

fn text(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}
