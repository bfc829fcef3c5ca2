//! Lays out the song: which sections follow each other, and how long each is.

use super::{Line, Lyric, Section, SectionKind, syllables_in};
use crate::brief::Brief;
use SectionKind::*;

/// What sounds after the last bar, in seconds; see [`crate::compose::TAIL_SECONDS`].
const TAIL: f32 = crate::compose::TAIL_SECONDS as f32 + 0.1;
/// A song with room is at least this long, in seconds.
const SHORTEST: f32 = 62.0;

/// A section before it has its id and energy.
#[derive(Clone)]
struct Draft {
    kind: SectionKind,
    bars: u32,
    lines: Vec<String>,
}

impl Draft {
    fn new(kind: SectionKind, bars: u32) -> Self {
        Self { kind, bars, lines: Vec::new() }
    }
}

/// The sections of the song for this lyric, within the length that the order allows.
pub(super) fn sections(lyric: &Lyric, brief: &Brief, tempo_bpm: f32, beats: u32, round: u32) -> Vec<Section> {
    let bar_seconds = 60.0 / tempo_bpm * beats as f32;
    let longest = if brief.max_seconds.is_nan() { super::MAX_SECONDS } else { brief.max_seconds };
    let most_bars = ((longest.clamp(10.0, super::MAX_SECONDS) - TAIL) / bar_seconds) as u32;
    let mut drafts = if lyric.stanzas.iter().all(|stanza| stanza.lines.is_empty()) {
        without_words(bar_seconds)
    } else {
        with_words(lyric, bar_seconds)
    };
    lengthen(&mut drafts, ((SHORTEST - TAIL) / bar_seconds).ceil() as u32);
    round_off(&mut drafts, round);
    shorten(&mut drafts, most_bars.max(1));
    finish(drafts)
}

fn total(drafts: &[Draft]) -> u32 {
    drafts.iter().map(|draft| draft.bars).sum()
}

fn with_words(lyric: &Lyric, bar_seconds: f32) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for stanza in &lyric.stanzas {
        let bars = match stanza.lines.len() as u32 {
            0 => 4,
            lines => lines * bars_for_line(&stanza.lines, bar_seconds),
        };
        let even = bars + u32::from(bars > 2 && bars % 2 == 1);
        drafts.push(Draft { kind: stanza.kind, bars: even, lines: stanza.lines.clone() });
    }
    if drafts.first().is_some_and(|draft| draft.kind != Intro) {
        drafts.insert(0, Draft::new(Intro, 4));
    }
    let has_break = drafts.iter().any(|draft| draft.kind == Instrumental);
    let after_second_chorus = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.kind == Chorus)
        .nth(1)
        .map(|(index, _)| index + 1);
    if let (false, Some(at)) = (has_break, after_second_chorus)
        && at < drafts.len()
    {
        drafts.insert(at, Draft::new(Instrumental, 4));
    }
    if drafts.last().is_some_and(|draft| draft.kind != Outro) {
        drafts.push(Draft::new(Outro, 4));
    }
    drafts
}

/// Bars for each line of a stanza, so that a syllable has about half a beat to three quarters.
fn bars_for_line(lines: &[String], bar_seconds: f32) -> u32 {
    let mut counts: Vec<usize> = lines.iter().map(|line| syllables_in(line)).collect();
    counts.sort_unstable();
    let usual = counts[counts.len() * 3 / 4] as f32;
    let seconds = usual * 0.30 + 1.0;
    match seconds / bar_seconds {
        bars if bars <= 0.9 => 1,
        bars if bars <= 2.6 => 2,
        _ => 4,
    }
}

/// The usual form of about two minutes.
fn without_words(bar_seconds: f32) -> Vec<Draft> {
    let forms: [&[(SectionKind, u32)]; 4] = [
        &[(Intro, 4), (Verse, 8), (Chorus, 8), (Bridge, 4), (Chorus, 8), (Outro, 4)],
        &[(Intro, 4), (Verse, 8), (Chorus, 8), (Verse, 8), (Chorus, 8), (Bridge, 4), (Chorus, 8), (Outro, 4)],
        &[
            (Intro, 8),
            (Verse, 8),
            (PreChorus, 4),
            (Chorus, 8),
            (Verse, 8),
            (Chorus, 8),
            (Bridge, 8),
            (Chorus, 8),
            (Outro, 4),
        ],
        &[
            (Intro, 8),
            (Verse, 16),
            (Chorus, 16),
            (Verse, 8),
            (Chorus, 8),
            (Bridge, 8),
            (Chorus, 16),
            (Outro, 8),
        ],
    ];
    let distance = |form: &&[(SectionKind, u32)]| {
        let bars: u32 = form.iter().map(|(_, bars)| bars).sum();
        (bars as f32 * bar_seconds - 117.0).abs()
    };
    let best = forms.into_iter().min_by(|left, right| distance(left).total_cmp(&distance(right)));
    best.unwrap_or(forms[1]).iter().map(|&(kind, bars)| Draft::new(kind, bars)).collect()
}

/// Repeats what was sung, after a break each time, until the song has its least length.
fn lengthen(drafts: &mut Vec<Draft>, least_bars: u32) {
    let again = drafts.iter().rposition(|draft| draft.kind == Chorus);
    let again = again.or_else(|| drafts.iter().position(|draft| !draft.lines.is_empty()));
    let Some(repeated) = again.map(|index| drafts[index].clone()) else { return };
    while total(drafts) < least_bars {
        let end = drafts.len() - usize::from(drafts.last().is_some_and(|draft| draft.kind == Outro));
        drafts.splice(end..end, [Draft::new(Instrumental, 8), repeated.clone()]);
    }
}

/// Makes whole rounds of the form of all that is longer than half of one.
fn round_off(drafts: &mut [Draft], round: u32) {
    for draft in drafts.iter_mut().filter(|draft| draft.bars * 2 > round && draft.kind != Bridge) {
        draft.bars = draft.bars.next_multiple_of(round.max(1));
    }
}

/// Takes bars away, the least missed first, until the song fits.
fn shorten(drafts: &mut Vec<Draft>, most_bars: u32) {
    if total(drafts) > most_bars {
        drafts.retain(|draft| draft.kind != Instrumental || !draft.lines.is_empty());
    }
    if total(drafts) > most_bars {
        for draft in drafts.iter_mut().filter(|draft| draft.bars >= 2 * draft.lines.len().max(2) as u32) {
            draft.bars /= 2;
        }
    }
    while total(drafts) > most_bars && drafts.len() > 1 {
        let body_end = drafts.len()
            - usize::from(drafts.len() > 2 && drafts.last().is_some_and(|last| last.kind == Outro));
        drafts.remove(body_end - 1);
    }
    if let Some(only) = drafts.first_mut().filter(|_| most_bars > 0) {
        only.bars = only.bars.min(most_bars);
    }
}

fn finish(drafts: Vec<Draft>) -> Vec<Section> {
    let choruses = drafts.iter().filter(|draft| draft.kind == Chorus).count();
    let mut seen: Vec<SectionKind> = Vec::new();
    let mut sections = Vec::new();
    for draft in drafts {
        seen.push(draft.kind);
        let number = seen.iter().filter(|kind| **kind == draft.kind).count();
        let later = (number - 1).min(2) as f32;
        let energy = match draft.kind {
            Intro => 0.35,
            Verse => 0.5 + 0.07 * later,
            PreChorus => 0.65,
            Chorus if number == choruses => 1.0,
            Chorus => 0.8 + 0.06 * later,
            Bridge => 0.45,
            Instrumental => 0.75,
            Outro => 0.5,
        };
        let lines = draft.lines.into_iter().map(|text| Line { text }).collect();
        let id = format!("{}-{number}", draft.kind.word());
        sections.push(Section {
            id,
            kind: draft.kind,
            bars: draft.bars.max(1),
            lines,
            energy,
            lift: 0,
            stop: 0,
        });
    }
    sections
}
