//! Which chord stands in which bar.

use crate::plan::{Plan, SectionKind};
use crate::random::Stream;
use crate::style::Style;
use crate::theory::{Chord, Mode, Quality, bars_of};

/// Two chords for each bar of a section. Sections of one kind have the same.
pub(super) fn chords(
    plan: &Plan,
    style: &Style,
    kind: SectionKind,
    bars: u32,
    is_last: bool,
) -> Vec<[Chord; 2]> {
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
    let cycle = bars_of(progression);
    let mut chords: Vec<[Chord; 2]> = (0..bars as usize).map(|bar| cycle[bar % cycle.len()]).collect();
    for (index, bar) in chords.iter_mut().enumerate() {
        colour(bar, plan, style, word, index % (2 * cycle.len()));
    }
    let last = chords.len() - 1;
    if matches!(kind, SectionKind::PreChorus | SectionKind::Bridge) && bars >= 2 {
        let dominant = if style.sevenths { Quality::Dominant7 } else { Quality::Major };
        chords[last] = [Chord { root: 7, quality: dominant }; 2];
    }
    if is_last {
        chords[last] = [tonic(plan, style); 2];
    }
    chords
}

fn tonic(plan: &Plan, style: &Style) -> Chord {
    let quality = match plan.key.mode {
        Mode::Major => Quality::Major,
        Mode::Minor => Quality::Minor,
    };
    Chord { root: 0, quality: if style.sevenths { quality.with_seventh() } else { quality } }
}

/// Adds sevenths where the style has them and, now and then, borrows a chord from the other mode.
fn colour(bar: &mut [Chord; 2], plan: &Plan, style: &Style, word: &str, index: usize) {
    if style.sevenths {
        *bar = bar.map(|chord| {
            if chord.root == 7 { chord } else { Chord { quality: chord.quality.with_seventh(), ..chord } }
        });
    }
    let mut stream = Stream::keyed(plan.seed, word, "borrowed", index as u32);
    // The first bar of a cycle says where home is; it stays.
    if index.is_multiple_of(4) || !stream.chance((plan.knobs.weirdness - 0.3).max(0.0) * 0.25) {
        return;
    }
    let borrowed = match (plan.key.mode, bar[1].root) {
        (Mode::Major, 5) => Chord { root: 5, quality: Quality::Minor },
        (Mode::Major, 7) => Chord { root: 10, quality: Quality::Major },
        (Mode::Major, 9) => Chord { root: 8, quality: Quality::Major },
        (Mode::Minor, 5) => Chord { root: 5, quality: Quality::Major },
        (Mode::Minor, 7 | 10) => Chord { root: 7, quality: Quality::Dominant7 },
        (_, root) => Chord { root, quality: Quality::Suspended },
    };
    bar[1] = borrowed;
}
