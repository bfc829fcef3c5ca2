//! Reads what an order's words ask for.

mod measure;
#[cfg(test)]
mod phrases;
mod text;

use super::instruments::{INSTRUMENTS, Meaning};
use super::vocabulary::{ALONE, DRUMLESS, FAST, MAJOR, MINOR, MOODS, SLOW, UNACCOMPANIED, WORDLESS};
use super::{Part, Patch, StyleName};
use crate::brief::Brief;
use crate::style;
use crate::theory::Mode;
use measure::{read_bpm, read_key};
use text::{Found, find};
pub(super) use text::{plain, total};

/// What the words say; `None` and empty where they say nothing.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wishes {
    pub(super) bpm: Option<f32>,
    /// Below 0 slow, above 0 fast.
    pub(super) speed: i32,
    pub(super) tonic: Option<u8>,
    pub(super) mode: Option<Mode>,
    pub(super) style: Option<StyleName>,
    pub(super) asked: Vec<(Part, Patch)>,
    pub(super) without: Vec<Part>,
    pub(super) unwanted: Vec<Patch>,
    /// Whether nobody plays but who is asked.
    pub(super) alone: bool,
}

impl Wishes {
    pub(super) fn read(brief: &Brief) -> Self {
        let wanted = plain(&format!("{} , {}", brief.style, brief.prompt));
        let negative = plain(&brief.style_negative);
        let (tonic, key_mode) = read_key(&wanted);
        let mut wishes = Self {
            bpm: read_bpm(&wanted),
            speed: total(&wanted, FAST) - total(&wanted, SLOW) + total(&negative, SLOW)
                - total(&negative, FAST),
            tonic,
            mode: key_mode.or_else(|| read_mood(&wanted)),
            style: read_style(&wanted, &negative).or_else(|| read_scene(&wanted)),
            ..Self::default()
        };
        wishes.read_instruments(&wanted, &negative);
        if total(&wanted, WORDLESS) > 0 && brief.lyric.as_deref().unwrap_or("").trim().is_empty() {
            wishes.without.push(Part::Lead);
        }
        if wishes.without.contains(&Part::Lead) {
            wishes.without.push(Part::Harmony);
        }
        wishes
    }

    fn read_instruments(&mut self, wanted: &str, negative: &str) {
        let rows = || INSTRUMENTS.iter().map(|(words, _)| *words);
        let found = find(wanted, rows());
        let refused = found.iter().filter(|found| found.refused).chain(&[]);
        for found in refused.copied().chain(find(negative, rows()).into_iter().filter(|found| !found.refused))
        {
            match INSTRUMENTS[found.row].1 {
                Meaning::Plays(part) => self.without.push(part),
                Meaning::Patch(_, patch) => self.unwanted.push(patch),
                Meaning::Nothing => (),
            }
        }
        for drumless in [DRUMLESS, UNACCOMPANIED] {
            if total(wanted, drumless) > 0 {
                self.without.push(Part::Drums);
            }
        }
        if total(wanted, UNACCOMPANIED) > 0 {
            self.without.extend([Part::Bass, Part::Chords, Part::Arp, Part::Counter]);
            self.asked.push((Part::Pad, Patch::Choir));
        }
        for found in found.iter().filter(|found| !found.refused) {
            if let Meaning::Patch(parts, patch) = INSTRUMENTS[found.row].1 {
                self.ask(parts, patch);
                self.alone |= stands_alone(wanted, *found);
            }
        }
    }

    /// Gives the patch to the first of the parts that is free.
    fn ask(&mut self, parts: &[Part], patch: Patch) {
        let known = self.asked.iter().any(|(_, asked)| *asked == patch) || self.unwanted.contains(&patch);
        let free =
            |part: &&Part| !self.without.contains(part) && self.asked.iter().all(|(taken, _)| taken != *part);
        if let Some(&part) = parts.iter().find(free).filter(|_| !known) {
            self.asked.push((part, patch));
        }
    }
}

/// "solo piano", "piano only", "just a guitar", "钢琴独奏", "只有钢琴".
fn stands_alone(text: &str, found: Found) -> bool {
    let before = text[..found.start].trim_end().trim_end_matches(" a").trim_end_matches(" one");
    let after = text[found.end..].trim_start();
    ALONE.iter().any(|word| {
        let whole = !word.is_ascii()
            || before.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '));
        before.ends_with(word) && whole
    }) || after.starts_with("only ")
        || after.starts_with("独奏")
}

/// The style named most, longer words counting more and the last of several in a row most ("jazz waltz" is a waltz);
/// the first of equals.
fn read_style(wanted: &str, negative: &str) -> Option<StyleName> {
    let rows = || style::all().map(|style| style.keywords);
    let mut scores = vec![0; style::all().count()];
    let found = find(wanted, rows());
    let mut seen: Vec<&str> = Vec::new();
    for (index, known) in found.iter().enumerate() {
        let word = &wanted[known.start..known.end];
        // Once is enough: saying "pop" twice does not make it more so than a longer, more particular word.
        if seen.contains(&word) {
            continue;
        }
        seen.push(word);
        let weight = if word.is_ascii() { word.len() } else { word.chars().count() * 3 } as i32 + 2;
        let follows = index > 0 && wanted[found[index - 1].end..known.start].trim().is_empty();
        scores[known.row] += if known.refused { -20 } else { weight + 5 * i32::from(follows) };
    }
    for known in find(negative, rows()) {
        scores[known.row] -= 20;
    }
    let first = |row: usize| found.iter().position(|known| known.row == row).unwrap_or(usize::MAX);
    let best = (0..scores.len()).max_by_key(|row| (scores[*row], std::cmp::Reverse(first(*row))))?;
    style::all().nth(best).filter(|_| scores[best] > 0).map(|style| style.name)
}

/// The style that goes with a scene or a feeling, when no style is named.
fn read_scene(text: &str) -> Option<StyleName> {
    let count = |words: &[&str]| total(text, words);
    let best = MOODS.iter().rev().max_by_key(|(words, _)| count(words))?;
    (count(best.0) > 0).then_some(best.1)
}

fn read_mood(text: &str) -> Option<Mode> {
    match total(text, MAJOR) - total(text, MINOR) {
        0 => None,
        balance if balance > 0 => Some(Mode::Major),
        _ => Some(Mode::Minor),
    }
}
