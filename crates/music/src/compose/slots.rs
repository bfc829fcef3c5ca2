//! Where in a section each line lies, and what its syllables ask of the rhythm.

use super::context::Context;
use crate::plan::{SectionKind, bars_for_lines};
use crate::words::{SaidLine, Stress};

/// The place of one line.
pub(super) struct Slot {
    /// Sixteenths from the section's start.
    pub(super) start: usize,
    pub(super) steps: usize,
    /// Which line of the section, from 0.
    pub(super) line: usize,
    pub(super) syllables: Vec<Weight>,
}

/// What a syllable asks of the rhythm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    /// 0 (weak) to 1 (the strongest of its word).
    pub(super) stress: f32,
    /// Whether its word ends with it.
    pub(super) ends_word: bool,
    /// Whether a mark follows, at which one breathes.
    pub(super) pauses: bool,
    /// Consonants from its vowel to the next: they take time from it.
    pub(super) consonants: usize,
}

/// The places of the section's lines; without words, of phrases as if there were some.
pub(super) fn slots(context: &Context) -> Vec<Slot> {
    if context.section.lines.is_empty() { wordless(context) } else { worded(context) }
}

fn worded(context: &Context) -> Vec<Slot> {
    let counts: Vec<usize> = context.said.iter().map(SaidLine::syllable_count).collect();
    let wanted = bars_for_lines(&counts, context.delivery().pace(), context.bar_seconds() as f32);
    let total: usize = wanted.iter().sum::<u32>() as usize;
    let bars = context.bars as usize;
    // A section of an edited plan may have too few bars, or twice as many as the words need.
    let scale = (bars / total.max(1)).max(1) * context.steps();
    let place = |before: usize| match bars >= total {
        true => before * scale,
        false => before * bars * context.steps() / total,
    };
    let mut before = 0;
    let lines = context.said.iter().zip(&wanted).enumerate();
    lines
        .map(|(line, (said, wants))| {
            let start = place(before);
            before += *wants as usize;
            Slot { start, steps: (place(before) - start).max(1), line, syllables: weights(said) }
        })
        .collect()
}

fn weights(said: &SaidLine) -> Vec<Weight> {
    let mut weights = Vec::new();
    for word in &said.words {
        for (index, syllable) in word.syllables.iter().enumerate() {
            let ends_word = index + 1 == word.syllables.len();
            let stress = match syllable.vowel.stress() {
                Stress::Primary => 1.0,
                Stress::Secondary => 0.6,
                Stress::None => 0.0,
            };
            let pauses = ends_word && word.mark.is_some();
            weights.push(Weight { stress, ends_word, pauses, consonants: syllable.coda.len() });
        }
    }
    if weights.iter().all(|weight| weight.stress == weights[0].stress) {
        // A language without weak syllables leaves the beat to the tune.
        weights.iter_mut().for_each(|weight| weight.stress = 0.5);
    }
    let syllables = said.words.iter().flat_map(|word| &word.syllables);
    for (weight, next) in weights.iter_mut().zip(syllables.skip(1)) {
        weight.consonants += next.onset.len();
    }
    weights
}

fn wordless(context: &Context) -> Vec<Slot> {
    let plays = matches!(
        context.kind(),
        SectionKind::Verse
            | SectionKind::PreChorus
            | SectionKind::Chorus
            | SectionKind::Bridge
            | SectionKind::Instrumental
    );
    if !plays {
        return Vec::new();
    }
    let all = context.bars as usize * context.steps();
    let steps = (2 * context.steps()).min(all);
    let phrase = |line: usize| {
        let mut stream = context.shared("wordless", line as u32 % 2);
        let syllables = (0..6 + stream.bits() % 4).map(|index| Weight {
            stress: if index % 2 == 0 { 0.7 } else { 0.3 } + 0.3 * stream.bipolar(),
            ends_word: true,
            pauses: false,
            consonants: 2,
        });
        Slot { start: line * steps, steps, line, syllables: syllables.collect() }
    };
    (0..all / steps).map(phrase).collect()
}
