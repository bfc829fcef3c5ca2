//! Which chord stands on which quarter.
//!
//! A style's progression has one chord a bar. How long a chord stands is heard in seconds, so slow songs take two
//! chords of it to a bar, and where harmony would still stand too long, a chord leads to the next one.

use crate::plan::{Plan, SectionKind};
use crate::random::Stream;
use crate::style::{Style, StyleName};
use crate::theory::{Chord, Mode, Quality, bars_of};

/// Bars of at least this length take two chords of the progression, in seconds.
const LONG_BAR: f64 = 1.9;

/// A chord for each quarter of a section. Sections of one kind have the same.
pub(super) fn chords(plan: &Plan, style: &Style, kind: SectionKind, bars: u32, is_last: bool) -> Vec<Chord> {
    let family = match plan.key.mode {
        Mode::Major => &style.harmony.major,
        Mode::Minor => &style.harmony.minor,
    };
    let (choices, word) = match kind {
        SectionKind::Intro | SectionKind::Verse | SectionKind::Outro => (family.verse, "verse"),
        SectionKind::Chorus | SectionKind::Instrumental => (family.chorus, "chorus"),
        SectionKind::PreChorus | SectionKind::Bridge => (family.bridge, kind.word()),
    };
    let mut stream = Stream::keyed(plan.seed, word, "progression", 0);
    let progression: &str = stream.pick::<&str>(choices);
    let beats = style.beats as usize;
    let beat_seconds = 60.0 / plan.tempo();
    let mut cycle = paced(&bars_of(progression), beats, beat_seconds);
    lead_on(&mut cycle, plan, style, word, beat_seconds);
    let mut cycle = cycle.repeat(2);
    colour(&mut cycle, plan, style, word, beats);
    let mut chords: Vec<Chord> = cycle.into_iter().cycle().take(bars as usize * beats).collect();
    if matches!(kind, SectionKind::PreChorus | SectionKind::Bridge) && bars >= 2 {
        // The end of the section points to the next one.
        let from = chords.len() - beats.div_ceil(2);
        chords[from..].fill(dominant(style));
    }
    if is_last {
        let from = chords.len() - beats;
        chords[from..].fill(tonic(plan, style));
    }
    chords
}

/// The progression on quarters.
fn paced(bars: &[[Chord; 2]], beats: usize, beat_seconds: f64) -> Vec<Chord> {
    let quick = beats == 4 && beats as f64 * beat_seconds >= LONG_BAR;
    let length = if quick { beats / 2 } else { beats };
    let halves = |bar: &[Chord; 2]| {
        let first = length.div_ceil(2);
        let [one, two] = *bar;
        (0..length).map(move |beat| if beat < first { one } else { two }).collect::<Vec<_>>()
    };
    bars.iter().flat_map(halves).collect()
}

/// Changes of chord in a minute that a style wants at least.
fn least_changes(style: &Style) -> f64 {
    // What floats has few chords that stand long.
    if style.name == StyleName::Ambient { 26.0 } else { 45.0 }
}

/// Puts chords that lead to the next one into the longest stands, until harmony moves enough.
fn lead_on(cycle: &mut [Chord], plan: &Plan, style: &Style, word: &str, beat_seconds: f64) {
    let wanted = (least_changes(style) / 60.0 * beat_seconds * cycle.len() as f64).ceil() as usize;
    let length = cycle.len();
    let draws: Vec<f32> =
        (0..length).map(|beat| Stream::keyed(plan.seed, word, "leading", beat as u32).unit()).collect();
    for _ in 0..length {
        let changes: Vec<usize> =
            (0..length).filter(|beat| cycle[*beat] != cycle[(beat + 1) % length]).collect();
        if changes.len() >= wanted {
            return;
        }
        let stand = |end: usize| (0..=end).rev().take_while(|beat| cycle[*beat] == cycle[end]).count();
        // The last beat of a cycle always ends a stand, though the next cycle may begin with the same chord.
        let ends = changes.iter().copied().chain([length - 1]);
        let longest = ends
            .map(|end| (stand(end), end))
            .filter(|(beats, _)| *beats >= 2)
            .max_by(|one, other| one.0.cmp(&other.0).then(draws[one.1].total_cmp(&draws[other.1])));
        let Some((beats, end)) = longest else { return };
        let leading = leading_to(cycle[(end + 1) % length], cycle[end], plan, style);
        let taken = if beats >= 4 { 2 } else { 1 };
        cycle[end + 1 - taken..=end].fill(leading);
    }
}

/// A chord of the key between two others: the one a fifth above the next, or what else leads there.
fn leading_to(next: Chord, from: Chord, plan: &Plan, style: &Style) -> Chord {
    let candidates = [7, 5, 2, 9, 4].map(|interval| (next.root + interval) % 12);
    let chords = candidates.into_iter().filter_map(|root| of_key(root, plan.key.mode, style));
    let fits = |chord: &Chord| chord.root != from.root && chord.root != next.root;
    chords.into_iter().find(fits).unwrap_or_else(|| dominant(style))
}

/// The triad that the key has on a root, but for the diminished one.
fn of_key(root: i32, mode: Mode, style: &Style) -> Option<Chord> {
    let quality = match (mode, root) {
        (_, 7) => return Some(dominant(style)),
        (Mode::Major, 0 | 5) | (Mode::Minor, 3 | 8 | 10) => Quality::Major,
        (Mode::Major, 2 | 4 | 9) | (Mode::Minor, 0 | 5) => Quality::Minor,
        _ => return None,
    };
    Some(Chord { root, quality })
}

fn dominant(style: &Style) -> Chord {
    Chord { root: 7, quality: if style.sevenths { Quality::Dominant7 } else { Quality::Major } }
}

fn tonic(plan: &Plan, style: &Style) -> Chord {
    let quality = match plan.key.mode {
        Mode::Major => Quality::Major,
        Mode::Minor => Quality::Minor,
    };
    Chord { root: 0, quality: if style.sevenths { quality.with_seventh() } else { quality } }
}

/// Adds sevenths where the style has them and, now and then, borrows a chord from the other mode.
fn colour(cycle: &mut [Chord], plan: &Plan, style: &Style, word: &str, beats: usize) {
    let length = cycle.len();
    let before = cycle.to_vec();
    let mut from = 0;
    while from < length {
        let chord = before[from];
        let end = (from..length).find(|beat| before[*beat] != chord).unwrap_or(length);
        let mut coloured = chord;
        if style.sevenths && chord.root != 7 {
            coloured.quality = chord.quality.with_seventh();
        }
        let mut stream = Stream::keyed(plan.seed, word, "borrowed", from as u32);
        let chance = (plan.knobs.weirdness - 0.3).max(0.0) * 0.3;
        // The first bar of a cycle says where home is; it stays.
        if from % (length / 2) >= beats.min(length / 4) && stream.chance(chance) {
            coloured = borrowed(coloured, plan.key.mode);
        }
        cycle[from..end].fill(coloured);
        from = end;
    }
}

fn borrowed(chord: Chord, mode: Mode) -> Chord {
    match (mode, chord.root) {
        (Mode::Major, 5) => Chord { root: 5, quality: Quality::Minor },
        (Mode::Major, 7) => Chord { root: 10, quality: Quality::Major },
        (Mode::Major, 9) => Chord { root: 8, quality: Quality::Major },
        (Mode::Minor, 5) => Chord { root: 5, quality: Quality::Major },
        (Mode::Minor, 7 | 10) => Chord { root: 7, quality: Quality::Dominant7 },
        (_, root) => Chord { root, quality: Quality::Suspended },
    }
}
