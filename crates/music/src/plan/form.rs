//! Lays out the song: which sections follow each other, and how long each is.

use super::setting::{Delivery, Pace, bars_for_lines};
use super::{Line, Lyric, Section, SectionKind, syllables_in};
use crate::brief::Brief;
use crate::style::Style;
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

    /// Whether the song is about it, rather than led in or out by it.
    fn is_core(&self) -> bool {
        !self.lines.is_empty() || !matches!(self.kind, Intro | Outro)
    }
}

/// What a bar is in this song.
struct Meter<'a> {
    style: &'a Style,
    bar_seconds: f32,
}

impl Meter<'_> {
    fn pace(&self, kind: SectionKind) -> Pace {
        Delivery::of(self.style, kind).pace()
    }

    /// Bars that hold the lines, before they are made even.
    fn bars(&self, lines: &[String], pace: Pace) -> u32 {
        let counts: Vec<usize> = lines.iter().map(|line| syllables_in(line)).collect();
        bars_for_lines(&counts, pace, self.bar_seconds).iter().sum()
    }
}

/// The sections of the song for this lyric, within the length that the order allows.
pub(super) fn sections(lyric: &Lyric, brief: &Brief, tempo_bpm: f32, style: &Style) -> Vec<Section> {
    let bar_seconds = 60.0 / tempo_bpm * style.beats as f32;
    let meter = Meter { style, bar_seconds };
    let longest = if brief.max_seconds.is_nan() { super::MAX_SECONDS } else { brief.max_seconds };
    let most_bars = ((longest.clamp(10.0, super::MAX_SECONDS) - TAIL) / bar_seconds) as u32;
    let mut drafts = if lyric.stanzas.iter().all(|stanza| stanza.lines.is_empty()) {
        without_words(bar_seconds)
    } else {
        with_words(lyric, &meter)
    };
    lengthen(&mut drafts, ((SHORTEST - TAIL) / bar_seconds).ceil() as u32);
    round_off(&mut drafts, style.round);
    shorten(&mut drafts, most_bars.max(1), &meter);
    finish(drafts)
}

fn total(drafts: &[Draft]) -> u32 {
    drafts.iter().map(|draft| draft.bars).sum()
}

fn with_words(lyric: &Lyric, meter: &Meter) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for stanza in &lyric.stanzas {
        let bars = match stanza.lines.len() {
            0 => 4,
            _ => meter.bars(&stanza.lines, meter.pace(stanza.kind)),
        };
        // Words in the outro leave a bar for the last chord.
        let bars = bars + u32::from(stanza.kind == Outro && !stanza.lines.is_empty());
        let even = bars + u32::from(bars > 2 && bars % 2 == 1);
        drafts.push(Draft { kind: stanza.kind, bars: even.max(2), lines: stanza.lines.clone() });
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
        let pause = if drafts.last().is_some_and(|draft| draft.kind == Instrumental) { 4 } else { 8 };
        drafts.splice(end..end, [Draft::new(Instrumental, pause), repeated.clone()]);
    }
}

/// Makes whole rounds of the form of all that is longer than half of one.
fn round_off(drafts: &mut [Draft], round: u32) {
    for draft in drafts.iter_mut().filter(|draft| draft.bars * 2 > round && draft.kind != Bridge) {
        draft.bars = draft.bars.next_multiple_of(round.max(1));
    }
}

/// Takes bars away, the least missed first, until the song fits; the words that stay keep their notes.
fn shorten(drafts: &mut Vec<Draft>, most_bars: u32, meter: &Meter) {
    if total(drafts) > most_bars {
        drafts.retain(|draft| draft.kind != Instrumental || !draft.lines.is_empty());
    }
    if total(drafts) > most_bars {
        drafts.iter_mut().for_each(|draft| hurry(draft, meter));
    }
    // From the end, but for what leads out.
    while total(drafts) > most_bars && drafts.iter().filter(|draft| draft.is_core()).count() > 1 {
        let last = drafts.iter().rposition(Draft::is_core).unwrap_or(0);
        drafts.remove(last);
    }
    while total(drafts) > most_bars && drafts.len() > 1 {
        let least = drafts.iter().rposition(|draft| !draft.is_core()).unwrap_or(drafts.len() - 1);
        drafts.remove(least);
    }
    if let Some(only) = drafts.first_mut().filter(|only| only.bars > most_bars) {
        let pace = meter.pace(only.kind).hurried();
        while only.lines.len() > 1 && meter.bars(&only.lines, pace) > most_bars {
            only.lines.pop();
        }
        only.bars = most_bars;
    }
}

/// Half the bars where nobody sings, and no more than the words need where somebody does.
fn hurry(draft: &mut Draft, meter: &Meter) {
    if draft.lines.is_empty() {
        draft.bars = (draft.bars / 2).max(1);
    } else {
        draft.bars = draft.bars.min(meter.bars(&draft.lines, meter.pace(draft.kind).hurried()));
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
            transposition: 0,
            stop: 0,
        });
    }
    sections
}
