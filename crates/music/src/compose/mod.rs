//! From plan to notes. Each section is written alone, from its own keys, and then moved to its place.

mod arrange;
mod bass;
mod chords;
mod context;
mod drums;
mod kept;
mod lead;
mod melody;
mod path;
mod progression;
mod rap;
mod reach;
mod rhythm;
mod second;
mod slots;
mod voicing;

use crate::plan::{Delivery, Part, Plan, SectionKind};
use crate::sing::Tone;
use crate::style;
use context::Context;
use serde::{Deserialize, Serialize};

/// What rings after the last bar, in seconds.
pub(crate) const TAIL_SECONDS: f64 = 2.4;
/// Sections of an edited plan beyond this many bars each are cut.
const MOST_BARS: u32 = 64;

/// One note.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// When it begins, in samples from the song's start.
    pub start: u64,
    /// How long it is held, in samples.
    pub length: u32,
    /// MIDI note number; for drums, the key of General MIDI's percussion map.
    pub pitch: u8,
    /// 0 to 1.
    pub velocity: f32,
    /// The pitch it slides up or down from, if it does.
    pub slide_from: Option<u8>,
    /// A number of its own for what differs between two strokes of the same note.
    pub variation: u32,
}

/// The notes of one part in one section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// The section's id.
    pub section: String,
    /// In order of time.
    pub notes: Vec<Note>,
}

/// All that one part plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorePart {
    /// Who plays.
    pub part: Part,
    /// One for each section, in order; silent ones are empty.
    pub phrases: Vec<Phrase>,
}

/// Where a section lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionSpan {
    /// The section's id.
    pub id: String,
    /// What the section is for.
    pub kind: SectionKind,
    /// Its first moment, in seconds.
    pub start_seconds: f64,
    /// The next section's first moment, or the last bar line, in seconds.
    pub end_seconds: f64,
}

/// A stretch over which one chord stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChordSpan {
    /// The section's id.
    pub section: String,
    /// As players write it, such as `Am7`.
    pub name: String,
    /// Its first moment, in seconds.
    pub start_seconds: f64,
    /// The next chord's first moment, or the section's end, in seconds.
    pub end_seconds: f64,
}

/// One line of the lyric with the notes of one voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SungLine {
    /// Who sings it.
    pub part: Part,
    /// The section's id.
    pub section: String,
    /// Which of the section's lines, from 0.
    pub line: usize,
    /// Its words.
    pub text: String,
    /// Whether it is sung or rapped.
    pub delivery: Delivery,
    /// For each syllable that [`crate::say`] hears in the text, in order, at least one tone; in seconds from the
    /// song's start.
    pub tones: Vec<Vec<Tone>>,
}

/// The notes of a song.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Where the sections lie, in order.
    pub sections: Vec<SectionSpan>,
    /// The chords in order, neighbours within a section being different.
    pub chords: Vec<ChordSpan>,
    /// One for each instrument of the plan, in the plan's order.
    pub parts: Vec<ScorePart>,
    /// What is sung, voice by voice in the order of the desk, each in the order of time.
    pub lines: Vec<SungLine>,
    /// Length of the song with its tail, in samples; a multiple of 1024.
    pub samples: u64,
}

impl Score {
    /// The song's length with its tail, in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(crate::SAMPLE_RATE)
    }

    /// The notes of a part in the order of time, over all sections.
    pub fn notes(&self, part: Part) -> impl Iterator<Item = &Note> {
        self.parts
            .iter()
            .filter(move |known| known.part == part)
            .flat_map(|known| &known.phrases)
            .flat_map(|phrase| &phrase.notes)
    }

    /// The notes of a part in the sections in which it sings no line.
    pub(crate) fn wordless(&self, part: Part) -> Vec<Note> {
        let sings =
            |section: &str| self.lines.iter().any(|line| line.part == part && line.section == section);
        let parts = self.parts.iter().filter(|known| known.part == part);
        let phrases = parts.flat_map(|known| &known.phrases).filter(|phrase| !sings(&phrase.section));
        phrases.flat_map(|phrase| &phrase.notes).copied().collect()
    }
}

/// Writes the notes of a plan.
pub fn compose(plan: &Plan) -> Score {
    let style = style::style(plan.style);
    let samples_per_bar = f64::from(crate::SAMPLE_RATE) * 60.0 / plan.tempo() * f64::from(style.beats);
    let contexts = place_sections(plan, samples_per_bar);
    let mut parts = Vec::new();
    for choice in &plan.instruments {
        let phrases = contexts.iter().map(|context| Phrase {
            section: context.section.id.clone(),
            notes: context.placed(arrange::shaped(context, choice.part, write_part(context, choice.part))),
        });
        parts.push(ScorePart { part: choice.part, phrases: phrases.collect() });
    }
    let last = contexts.last().map_or(0, |context| context.end_sample());
    let samples = last + (TAIL_SECONDS * f64::from(crate::SAMPLE_RATE)) as u64;
    let mut score = Score {
        sections: contexts.iter().map(Context::span).collect(),
        chords: contexts.iter().flat_map(Context::chord_spans).collect(),
        parts,
        lines: plan
            .instruments
            .iter()
            .flat_map(|choice| contexts.iter().flat_map(|context| lead::lines(context, choice.part)))
            .collect(),
        samples: samples.div_ceil(1024) * 1024,
    };
    if let Some(timbre) = plan.voice(Part::Lead) {
        reach::reach(&mut score, timbre);
    }
    score
}

/// Gives each section its place; what does not fit into the longest song is left out.
fn place_sections(plan: &Plan, samples_per_bar: f64) -> Vec<Context<'_>> {
    let room = f64::from(crate::plan::MAX_EDITED_SECONDS) - TAIL_SECONDS - 0.1;
    let most_bars = (room * f64::from(crate::SAMPLE_RATE) / samples_per_bar) as u32;
    let mut bars_before = 0;
    let mut contexts: Vec<Context> = Vec::new();
    for (index, section) in plan.sections.iter().enumerate() {
        let bars = section.bars.clamp(1, MOST_BARS).min(most_bars - bars_before);
        if bars == 0 {
            break;
        }
        let start = (f64::from(bars_before) * samples_per_bar).round() as u64;
        let is_last = index + 1 == plan.sections.len() || bars_before + bars >= most_bars;
        contexts.push(Context::new(plan, section, bars, start, samples_per_bar, is_last));
        bars_before += bars;
    }
    contexts
}

fn write_part(context: &Context, part: Part) -> Vec<context::Stroke> {
    match part {
        Part::Drums => drums::write(context),
        Part::Bass => bass::write(context),
        Part::Chords => chords::write_chords(context),
        Part::Arp => chords::write_arp(context),
        Part::Pad => chords::write_pad(context),
        Part::Lead => lead::write_lead(context),
        Part::Harmony => lead::write_harmony(context),
        Part::Counter => lead::write_counter(context),
    }
}
