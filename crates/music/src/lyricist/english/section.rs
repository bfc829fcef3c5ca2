//! Finds lines for a section among many candidates: by length, by rhyme, and without saying anything twice.

use super::grammar::{Filled, Grammar};
use crate::lyricist::rhyme::{Rhyme, heard};
use crate::random::Stream;
use std::collections::BTreeSet;

/// Syllables of a line that can be sung in one breath.
const SHORTEST: usize = 4;
const LONGEST: usize = 11;
/// A template of fewer letters than this may come again: nobody hears it.
const PLAIN: usize = 14;

/// A line that might be sung.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) text: String,
    syllables: usize,
    rhyme: Rhyme,
    last_word: String,
    fillers: Vec<&'static str>,
    template: &'static str,
}

/// Writes candidates from templates.
pub(super) fn candidates(
    grammar: &Grammar<'_>,
    templates: &[&'static str],
    count: usize,
    chance: &mut Stream,
) -> Vec<Candidate> {
    let draw = |_| {
        let template = *chance.pick(templates);
        let filled = grammar.fill(template, chance)?;
        candidate(filled, template)
    };
    (0..count).filter_map(draw).collect()
}

fn candidate(filled: Filled, template: &'static str) -> Option<Candidate> {
    let (syllables, rhyme) = heard(&filled.text)?;
    let last = filled
        .text
        .rsplit(' ')
        .next()?
        .trim_end_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    (SHORTEST..=LONGEST).contains(&syllables).then_some(Candidate {
        text: filled.text,
        syllables,
        rhyme,
        last_word: last,
        fillers: filled.fillers,
        template,
    })
}

/// What a song has already said.
#[derive(Default)]
pub(super) struct Said {
    fillers: BTreeSet<&'static str>,
    lines: BTreeSet<String>,
    last_words: BTreeSet<String>,
    templates: BTreeSet<&'static str>,
}

/// A section to be written.
pub(super) struct Wanted {
    /// One letter a line; lines with the same letter rhyme.
    pub(super) schemes: Vec<&'static str>,
    /// How many syllables a line should have.
    pub(super) syllables: usize,
    /// Candidates of lines that must tell of something, by their place.
    pub(super) told: Vec<Option<Vec<Candidate>>>,
    /// Candidates of all other lines.
    pub(super) pool: Vec<Candidate>,
}

impl Said {
    /// Writes the section; the first scheme for which there are lines wins.
    pub(super) fn write(&mut self, wanted: &Wanted) -> Option<Vec<String>> {
        let tries =
            (1..=4).flat_map(|tolerance| wanted.schemes.iter().map(move |scheme| (*scheme, tolerance)));
        let found = tries.into_iter().find_map(|(scheme, tolerance)| self.fit(wanted, scheme, tolerance));
        let lines = found.or_else(|| {
            // Rather say something again than nothing.
            let last = wanted.schemes.last()?;
            Self::default().fit(wanted, last, 4)
        })?;
        for line in &lines {
            self.fillers.extend(&line.fillers);
            self.lines.insert(line.text.clone());
            self.last_words.insert(line.last_word.clone());
            self.templates.insert(line.template);
        }
        Some(lines.into_iter().map(|line| line.text).collect())
    }

    fn fit(&self, wanted: &Wanted, scheme: &str, tolerance: usize) -> Option<Vec<Candidate>> {
        let letters: Vec<char> = scheme.chars().collect();
        let mut lines: Vec<Option<Candidate>> = vec![None; letters.len()];
        // Lines that must be there choose first.
        let mut order: Vec<usize> = (0..letters.len()).collect();
        order.sort_by_key(|at| wanted.told.get(*at).is_none_or(Option::is_none));
        for at in order {
            if lines[at].is_some() {
                continue;
            }
            let partner = (0..letters.len()).find(|other| *other != at && letters[*other] == letters[at]);
            let here = self.free(wanted, at, &lines, tolerance);
            match partner {
                None => lines[at] = here.first().map(|line| (*line).clone()),
                Some(partner) => {
                    let there = self.free(wanted, partner, &lines, tolerance);
                    let (one, two) = pair(&here, &there)?;
                    (lines[at], lines[partner]) = (Some(one), Some(two));
                }
            }
            lines[at].as_ref()?;
        }
        lines.into_iter().collect()
    }

    /// The candidates for a place that go with what is there.
    fn free<'wanted>(
        &self,
        wanted: &'wanted Wanted,
        at: usize,
        lines: &[Option<Candidate>],
        tolerance: usize,
    ) -> Vec<&'wanted Candidate> {
        let told = wanted.told.get(at).and_then(Option::as_ref);
        let slack = if told.is_some() { tolerance + 1 } else { tolerance };
        let goes = |line: &&Candidate| {
            line.syllables.abs_diff(wanted.syllables) <= slack
                && !self.lines.contains(&line.text)
                && !line.fillers.iter().any(|filler| self.fillers.contains(filler))
                && (tolerance > 1 || line.template.len() < PLAIN || !self.templates.contains(line.template))
                && (tolerance > 2 || !self.last_words.contains(&line.last_word))
                && lines.iter().flatten().all(|there| agree(there, line))
        };
        told.unwrap_or(&wanted.pool).iter().filter(goes).collect()
    }
}

/// Nothing is said twice, and no two lines are built alike.
fn agree(one: &Candidate, two: &Candidate) -> bool {
    one.template != two.template
        && one.last_word != two.last_word
        && !one.fillers.iter().any(|filler| two.fillers.contains(filler))
}

fn pair(here: &[&Candidate], there: &[&Candidate]) -> Option<(Candidate, Candidate)> {
    let rhyming = |one: &Candidate, two: &Candidate| one.rhyme.fits(&two.rhyme) && agree(one, two);
    here.iter().find_map(|one| {
        let two = there.iter().find(|two| rhyming(one, two))?;
        Some(((*one).clone(), (*two).clone()))
    })
}
