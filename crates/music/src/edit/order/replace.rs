//! A window of a song made anew, on the song's own bars.

use super::extend::{energy, voices};
use super::ground::Ground;
use super::{EditRefusal, room, with};
use crate::brief::Brief;
use crate::edit::{Edit, Recipe, Splice};
use crate::plan::{Lyric, Plan, Section, SectionKind};
use crate::style;

/// Each crossfade, which lies within the window, in samples: 30 ms.
const FADE: u32 = 1323;
/// Bars that are played after the window and not heard, so that the song does not end in it.
const AFTER: u32 = 2;
/// Sections of a song whose form is not known, in bars.
const UNKNOWN_BARS: i64 = 8;

pub(super) fn replace(
    recipe: &Recipe,
    ground: &Ground,
    (from, until): (usize, usize),
    brief: &Brief,
) -> Result<Recipe, EditRefusal> {
    let (first, within) = ground.bar_at(from);
    let (last, beyond) = ground.bar_at(until);
    let rate = f64::from(crate::SAMPLE_RATE);
    let is_odd = |samples: f64| samples > 0.012 * rate;
    let end = last + i64::from(is_odd(beyond));
    if (end - first) as f64 * ground.bar > f64::from(crate::MAX_SECONDS) * rate {
        return Err(EditRefusal::WideWindow(crate::MAX_SECONDS as u32));
    }
    let mut plan = band(ground, brief);
    let mut sections = stretches(ground, first, end.max(first + 1));
    let window = (from as f64 / rate, until as f64 / rate);
    // Where a bar is heard in part, nobody begins to sing.
    let (skip, leave) = (u32::from(is_odd(within)), u32::from(is_odd(beyond)));
    match brief.lyric.as_deref().filter(|_| !brief.instrumental) {
        Some(lyric) => new_words(&plan, &mut sections, lyric, skip, leave),
        None if brief.instrumental => (),
        None => old_words(ground, &plan, &mut sections, window),
    }
    let mut sections: Vec<Section> = sections.into_iter().map(|stretch| stretch.section).collect();
    part_edges(&mut sections, skip, leave);
    let after = ground.section_at(ground.seconds_of(end)).map_or(0.6, |(_, section)| section.energy);
    sections.push(room::section(SectionKind::Instrumental, AFTER, after));
    room::number(&mut sections, &ground.plan.sections);
    voices(&mut plan, &sections, brief);
    plan.sections = sections;
    let lead = within.max(0.0).round() as u64;
    let fade = FADE.min(((until - from) / 4) as u32);
    let splice = Splice { from: from as u64, until: Some(until as u64), lead, fade, plan };
    Ok(with(recipe, Edit::Spliced(Box::new(splice))))
}

/// The song's band, or that of the style which the order names, with new chance, tune and chords.
fn band(ground: &Ground, brief: &Brief) -> Plan {
    let mut plan = ground.plan.clone();
    plan.seed = brief.seed;
    (plan.melody, plan.harmony) = (None, None);
    let beats = |name| style::style(name).beats;
    if let Some(name) = Plan::named_style(brief).filter(|name| beats(*name) == beats(plan.style)) {
        plan.style = name;
        plan.instruments = Plan::band(&Brief { instrumental: false, ..brief.clone() }, name);
    }
    plan
}

/// A part of the window that lies in one section of the song.
struct Stretch {
    section: Section,
    /// Which of the song's sections it is.
    of: Option<usize>,
}

/// The sections that lie in the bars from `first` to `end`, without words.
fn stretches(ground: &Ground, first: i64, end: i64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for bar in first..end {
        let known = ground.section_at(ground.seconds_of(bar));
        let of = known.map(|(index, _)| index);
        let is_same = |stretch: &&mut Stretch| {
            stretch.of == of
                && (of.is_some() || (bar - first) % UNKNOWN_BARS != 0)
                && stretch.section.bars < 64
        };
        if let Some(last) = stretches.last_mut().filter(is_same) {
            last.section.bars += 1;
            continue;
        }
        let unknown = [SectionKind::Verse, SectionKind::Chorus][stretches.len() % 2];
        let section = match known {
            Some((_, section)) => Section {
                transposition: section.transposition,
                ..room::section(section.kind, 1, section.energy)
            },
            None => room::section(unknown, 1, energy(unknown, false)),
        };
        stretches.push(Stretch { section, of });
    }
    stretches
}

/// The lines that were sung wholly within the window, where they were.
fn old_words(ground: &Ground, plan: &Plan, stretches: &mut [Stretch], window: (f64, f64)) {
    for stretch in stretches {
        let own = ground.sung.iter().filter(|line| Some(line.section) == stretch.of);
        let within = own.filter(|line| line.start >= window.0 && line.end <= window.1);
        let texts: Vec<String> = within.map(|line| line.text.clone()).collect();
        let count = room::fitting(plan, stretch.section.kind, &texts, stretch.section.bars);
        stretch.section.lines = room::lines(&texts[..count]);
    }
}

/// The order's words over the whole window: as many as can be sung in it.
fn new_words(plan: &Plan, stretches: &mut [Stretch], lyric: &str, skip: u32, leave: u32) {
    let stanzas = Lyric::parse(lyric).stanzas;
    let mut texts: Vec<String> = stanzas.into_iter().flat_map(|stanza| stanza.lines).collect();
    let last = stretches.len().saturating_sub(1);
    for (index, stretch) in stretches.iter_mut().enumerate() {
        let edges = if index == 0 { skip } else { 0 } + if index == last { leave } else { 0 };
        let kind = stretch.section.kind;
        if matches!(kind, SectionKind::Intro | SectionKind::Instrumental | SectionKind::Outro) {
            stretch.section.kind = SectionKind::Verse;
        }
        let bars = stretch.section.bars.saturating_sub(edges);
        let count = room::fitting(plan, stretch.section.kind, &texts, bars);
        stretch.section.lines = room::lines(&texts[..count]);
        texts.drain(..count);
    }
}

/// Makes sections of their own, without words, of the bars at the edges that are heard in part.
fn part_edges(sections: &mut Vec<Section>, skip: u32, leave: u32) {
    if skip > 0
        && let Some(first) = sections.first_mut().filter(|first| !first.lines.is_empty() && first.bars > 1)
    {
        first.bars -= 1;
        let edge = Section { lines: Vec::new(), kind: SectionKind::Instrumental, bars: 1, ..first.clone() };
        sections.insert(0, edge);
    }
    if leave > 0
        && let Some(last) = sections.last_mut().filter(|last| !last.lines.is_empty() && last.bars > 1)
    {
        last.bars -= 1;
        let edge = Section { lines: Vec::new(), kind: SectionKind::Instrumental, bars: 1, ..last.clone() };
        sections.push(edge);
    }
}
