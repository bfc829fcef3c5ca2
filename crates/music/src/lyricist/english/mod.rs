//! Writes an English lyric.

mod grammar;
mod section;
mod templates;

use super::reading::phrase::Piece;
use super::reading::tokens::capitalised;
use super::reading::{self, Subject};
use super::table::Heading;
use super::{Written, add_section};
use crate::random::Stream;
use grammar::{Grammar, Tense};
use section::{Candidate, Said, Wanted, candidates};
use templates::*;

/// Candidates of one section.
const POOL: usize = 160;
/// Candidates of a line that must tell of something.
const TOLD: usize = 30;

/// Pools for one section.
const MOST_TRIES: usize = 6;

/// A section as the form names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Verse,
    Pre,
    Bridge,
    Outro,
}

/// Writes the lyric of a prompt.
pub(super) fn write(prompt: &str, seed: u32) -> Written {
    let mut chance = Stream::keyed(seed, prompt, "subject", 0);
    let subject = reading::read(prompt, &mut chance);
    let mut song = Song::new(prompt, seed, &subject);
    let text = song.write();
    let hook = song.hook_name();
    Written { title: title(&hook), text }
}

struct Song<'song> {
    prompt: &'song str,
    seed: u32,
    subject: &'song Subject,
    said: Said,
    /// Pieces that still wait for a line.
    waiting: Vec<&'song Piece>,
    hook: Option<&'song Piece>,
    tense: Tense,
    open_hook: String,
}

impl<'song> Song<'song> {
    fn new(prompt: &'song str, seed: u32, subject: &'song Subject) -> Self {
        let mut chance = Stream::keyed(seed, prompt, "form", 0);
        let tense = if chance.chance(0.3) { Tense::Past } else { Tense::Present };
        let hook = subject.pieces.iter().min_by_key(|piece| rank(piece));
        let waiting = subject.pieces.iter().collect();
        Self { prompt, seed, subject, said: Said::default(), waiting, hook, tense, open_hook: String::new() }
    }

    fn write(&mut self) -> String {
        let mut chance = Stream::keyed(self.seed, self.prompt, "form", 1);
        let chorus = self.chorus();
        let has_pre = chance.chance(0.6);
        // Many pieces need many lines.
        let is_long = self.waiting.len() > 5 || chance.chance(0.25);
        let mut text = String::new();
        for verse in 1..=2_u32 {
            let mut lines = self.section(Kind::Verse, verse * 2);
            if is_long {
                lines.extend(self.section(Kind::Verse, verse * 2 + 1));
            }
            add_section(&mut text, &format!("Verse {verse}"), &lines);
            if has_pre {
                let lines = self.section(Kind::Pre, verse);
                add_section(&mut text, "Pre-Chorus", &lines);
            }
            add_section(&mut text, "Chorus", &chorus);
        }
        let bridge = self.section(Kind::Bridge, 0);
        add_section(&mut text, "Bridge", &bridge);
        add_section(&mut text, "Chorus", &chorus);
        let mut outro = self.section(Kind::Outro, 0);
        outro.extend(chorus.first().cloned());
        add_section(&mut text, "Outro", &outro);
        text
    }

    /// Hook, answer, hook again or another, answer.
    fn chorus(&mut self) -> Vec<String> {
        let mut chance = Stream::keyed(self.seed, self.prompt, "chorus", 0);
        let lines = self.chorus_on_hook(&mut chance);
        let lines = lines.or_else(|| {
            // What no line can hold, or nothing rhymes with, is no hook.
            self.hook = None;
            self.chorus_on_hook(&mut chance)
        });
        let lines = lines.unwrap_or_default();
        self.open_hook = lines.first().cloned().unwrap_or_default();
        if let Some(hook) = self.hook {
            self.waiting.retain(|piece| *piece != hook);
        }
        lines
    }

    fn chorus_on_hook(&mut self, chance: &mut Stream) -> Option<Vec<String>> {
        let hooks = self.hooks(chance);
        let mood = self.mood(Kind::Pre);
        let grammar = Grammar { subject: self.subject, tense: Tense::Present, mood, piece: None };
        let same = chance.chance(0.5);
        let mut wanted = Wanted {
            schemes: if same { vec!["ABCB"] } else { vec!["AABB", "ABAB", "ABCB"] },
            syllables: 6 + usize::from(chance.chance(0.5)),
            told: vec![Some(hooks.clone()), None, Some(hooks), None],
            pool: Vec::new(),
        };
        for syllables in [wanted.syllables, 7, 8, 9] {
            wanted.syllables = syllables;
            wanted.pool.extend(candidates(&grammar, REFRAINS, POOL, chance));
            if let Some(mut lines) = self.said.write(&wanted) {
                if same {
                    lines[2] = lines[0].clone();
                }
                return Some(lines);
            }
        }
        None
    }

    fn hooks(&self, chance: &mut Stream) -> Vec<Candidate> {
        let templates: Vec<&'static str> = match self.hook {
            Some(Piece::Thing(thing)) if !thing.is_dark && self.subject.moods[0].name != "anger" => {
                [LIKED_THING, ANY_THING].concat()
            }
            Some(piece) => self.templates_of(piece).to_vec(),
            None => OPEN_HOOKS.to_vec(),
        };
        let grammar = Grammar {
            subject: self.subject,
            tense: Tense::Present,
            mood: self.mood(Kind::Pre),
            piece: self.hook,
        };
        candidates(&grammar, &templates, TOLD * 2, chance)
    }

    fn templates_of(&self, piece: &Piece) -> &'static [&'static str] {
        match piece {
            Piece::Thing(_) if Some(piece) == self.hook => ANY_THING,
            Piece::Thing(_) => TOLD_THING,
            Piece::Place(_) => PLACES,
            Piece::Doing(_) => DOINGS,
            Piece::Clause(_) => CLAUSES,
            Piece::Quality(_) => QUALITIES,
            Piece::Quote(_) => QUOTES,
        }
    }

    fn section(&mut self, kind: Kind, number: u32) -> Vec<String> {
        let mut chance = Stream::keyed(self.seed, self.prompt, kind.name(), number);
        let tense = if kind == Kind::Verse { self.tense } else { Tense::Present };
        let grammar = Grammar { subject: self.subject, tense, mood: self.mood(kind), piece: None };
        let pool = candidates(&grammar, &kind.templates(), POOL, &mut chance);
        let length = kind.lines();
        let mut told: Vec<Option<Vec<Candidate>>> = vec![None; length];
        for place in kind.told() {
            if self.waiting.is_empty() {
                break;
            }
            let piece = self.waiting.remove(0);
            let grammar = Grammar { subject: self.subject, tense, mood: self.mood(kind), piece: Some(piece) };
            let lines = candidates(&grammar, self.templates_of(piece), TOLD, &mut chance);
            told[*place] = (!lines.is_empty()).then_some(lines);
        }
        let mut schemes = kind.schemes().to_vec();
        if schemes.len() > 1 && chance.chance(0.5) {
            schemes.swap(0, 1);
        }
        let mut wanted = Wanted { schemes, syllables: 7 + usize::from(chance.chance(0.5)), told, pool };
        for _ in 0..MOST_TRIES {
            if let Some(lines) = self.said.write(&wanted) {
                return lines;
            }
            wanted.pool.extend(candidates(&grammar, &kind.templates(), POOL, &mut chance));
        }
        Vec::new()
    }

    /// A second mood has the end of the song: "breakup, but hopeful".
    fn mood(&self, kind: Kind) -> &'static Heading {
        let is_end = matches!(kind, Kind::Bridge | Kind::Outro);
        let last = self.subject.moods.len() - 1;
        self.subject.moods[if is_end { last } else { 0 }]
    }

    fn hook_name(&self) -> String {
        self.hook.map_or_else(|| self.open_hook.clone(), Piece::name)
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Verse => "verse",
            Self::Pre => "pre",
            Self::Bridge => "bridge",
            Self::Outro => "outro",
        }
    }

    fn templates(self) -> Vec<&'static str> {
        match self {
            Self::Verse => [SCENES, STORIES].concat(),
            Self::Pre => FEELINGS.to_vec(),
            Self::Bridge => BRIDGES.to_vec(),
            Self::Outro => REFRAINS.to_vec(),
        }
    }

    fn lines(self) -> usize {
        match self {
            Self::Verse | Self::Bridge => 4,
            Self::Pre | Self::Outro => 2,
        }
    }

    /// Where pieces of the prompt are told.
    fn told(self) -> &'static [usize] {
        match self {
            Self::Verse => &[0, 2],
            Self::Bridge => &[0],
            Self::Pre | Self::Outro => &[],
        }
    }

    fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Verse | Self::Bridge => &["ABAB", "AABB", "ABCB"],
            Self::Pre | Self::Outro => &["AA"],
        }
    }
}

/// What makes the best hook comes first.
fn rank(piece: &Piece) -> usize {
    match piece {
        Piece::Quote(_) => 0,
        Piece::Thing(thing) if thing.is_somebody => 1,
        Piece::Thing(thing) if thing.words.contains(' ') || thing.place.is_some() => 2,
        Piece::Doing(_) => 3,
        Piece::Thing(_) => 3,
        Piece::Clause(_) => 4,
        Piece::Place(_) => 5,
        Piece::Quality(_) => 6,
    }
}

/// Large letters but for small words within.
fn title(name: &str) -> String {
    const SMALL: [&str; 16] = [
        "a", "an", "the", "of", "in", "on", "at", "to", "and", "or", "for", "by", "with", "from", "is", "who",
    ];
    let words = name
        .split(' ')
        .enumerate()
        .map(|(at, word)| if at > 0 && SMALL.contains(&word) { word.to_owned() } else { capitalised(word) });
    words.collect::<Vec<_>>().join(" ")
}
