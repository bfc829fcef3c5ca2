//! What an edit builds on: the song's tempo, key, bars and loudness, from its plan or by ear.

use crate::analysis::{BEATS, listen};
use crate::brief::Brief;
use crate::compose::SectionSpan;
use crate::edit::Recipe;
use crate::edit::whole::Whole;
use crate::mix::{Stereo, loudness_of};
use crate::plan::{Levels, Plan, Section, StyleName};
use crate::random::Stream;
use crate::style;

/// A recording without loudness is taken to be as loud as a quiet song, in LUFS.
const UNKNOWN_LUFS: f64 = -18.0;

/// The ground of an edit.
pub(super) struct Ground {
    /// Tempo, key, band, singer and levels for what is new; the sections are those of the song, if they are known.
    pub(super) plan: Plan,
    /// Where those sections lie.
    pub(super) spans: Vec<SectionSpan>,
    /// Lines with the section that they are sung in, and from when to when; in seconds.
    pub(super) sung: Vec<Sung>,
    /// Whether the plan is the song's own, rather than what was heard.
    pub(super) is_known: bool,
    /// A bar's length, and a bar line; in samples.
    pub(super) bar: f64,
    line: f64,
    /// The song's length in samples.
    pub(super) samples: usize,
}

/// A line of the lyric, and when it is sung.
pub(super) struct Sung {
    pub(super) section: usize,
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Ground {
    /// The ground of an edit at a place.
    pub(super) fn at(recipe: &Recipe, sound: &Stereo, place: usize, brief: &Brief) -> Self {
        match Whole::believed(recipe) {
            Some(whole) => Self::known(whole, sound.left.len(), sound),
            None => Self::heard(sound, place, brief),
        }
    }

    fn known(whole: Whole, samples: usize, sound: &Stereo) -> Self {
        let Whole { mut plan, score } = whole;
        plan.sections.truncate(score.sections.len());
        let lines = crate::assets::timed_lines(&score);
        let sung = lines.into_iter().filter_map(|line| {
            let section = plan.sections.iter().position(|section| section.id == line.section)?;
            Some(Sung { section, text: line.text, start: line.start_seconds, end: line.end_seconds })
        });
        let sung = sung.collect();
        if plan.levels.is_none() {
            plan.levels = levels(sound);
        }
        let bar = bar(&plan);
        Self { plan, spans: score.sections, sung, is_known: true, bar, line: 0.0, samples }
    }

    /// A plan in the tempo and key of a recording.
    fn heard(sound: &Stereo, place: usize, brief: &Brief) -> Self {
        let heard = listen(sound, place);
        let named = Plan::named_style(brief).filter(|name| style::style(*name).beats as usize == BEATS);
        let name = named.unwrap_or_else(|| fitting(heard.tempo_bpm, brief.seed));
        let mut plan = Plan::from_brief(brief);
        plan.instruments = Plan::band(brief, name);
        let sings = plan.instruments.iter().any(|choice| choice.part == crate::Part::Lead);
        plan.singer = plan.singer.filter(|_| sings);
        (plan.style, plan.key, plan.tempo_bpm) = (name, heard.key, heard.tempo_bpm);
        plan.sections.clear();
        plan.levels = levels(sound);
        let bar = bar(&plan);
        let (spans, sung) = (Vec::new(), Vec::new());
        Self { plan, spans, sung, is_known: false, bar, line: heard.bar_line, samples: sound.left.len() }
    }

    /// The number of the bar that a sample lies in, which may be below 0, and how far within it, in samples.
    pub(super) fn bar_at(&self, sample: usize) -> (i64, f64) {
        // A place given to the millisecond is taken to be on the bar line that it means.
        const NEAR: f64 = 0.012;
        let bars = (sample as f64 - self.line) / self.bar;
        let near = NEAR * f64::from(crate::SAMPLE_RATE) / self.bar;
        let number = (bars + near).floor();
        (number as i64, sample as f64 - self.line - number * self.bar)
    }

    /// When a bar begins, in seconds.
    pub(super) fn seconds_of(&self, bar: i64) -> f64 {
        (self.line + bar as f64 * self.bar) / f64::from(crate::SAMPLE_RATE)
    }

    /// The section that sounds at a moment, in seconds; the last one after the end.
    pub(super) fn section_at(&self, seconds: f64) -> Option<(usize, &Section)> {
        let index = self.spans.iter().rposition(|span| span.start_seconds <= seconds + 0.02)?;
        Some((index, self.plan.sections.get(index)?))
    }
}

fn bar(plan: &Plan) -> f64 {
    f64::from(crate::SAMPLE_RATE) * 60.0 / plan.tempo() * f64::from(style::style(plan.style).beats)
}

fn levels(sound: &Stereo) -> Option<Levels> {
    Some(Levels::Loudness(loudness_of(sound).unwrap_or(UNKNOWN_LUFS).max(-40.0) as f32))
}

/// A style in which this tempo is usual.
fn fitting(tempo_bpm: f32, seed: u32) -> StyleName {
    let fits = |style: &&style::Style| {
        style.beats as usize == BEATS && (style.tempo.0..=style.tempo.1).contains(&tempo_bpm)
    };
    let fitting: Vec<StyleName> = style::all().filter(fits).map(|style| style.name).collect();
    if fitting.is_empty() {
        return StyleName::Pop;
    }
    *Stream::keyed(seed, "edit", "style", 0).pick(&fitting)
}

/// Another style than the song's with bars of as many beats and nearly its tempo.
pub(super) fn another(plan: &Plan, seed: u32) -> StyleName {
    let own = style::style(plan.style);
    let tempo = plan.tempo() as f32;
    let others = || style::all().filter(|style| style.beats == own.beats && style.name != own.name);
    let near = |style: &&style::Style| (style.tempo.0 * 0.85..=style.tempo.1 * 1.15).contains(&tempo);
    let mut names: Vec<StyleName> = others().filter(near).map(|style| style.name).collect();
    if names.is_empty() {
        names = others().map(|style| style.name).collect();
    }
    if names.is_empty() { plan.style } else { *Stream::keyed(seed, "edit", "style", 0).pick(&names) }
}
