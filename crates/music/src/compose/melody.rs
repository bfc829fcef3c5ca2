//! The tune: a rhythm from the syllables of a line, pitches from a contour that comes back.
//!
//! Lines of a section follow a scheme such as A B A C. A letter's rhythm and contour hang on the kind of section and
//! on the letter alone, so a chorus has its hook again, and a line with one syllable more has one note more.

use super::context::Context;
use crate::plan::SectionKind;

/// A note of the tune.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tone {
    /// Sixteenths from the section's start.
    pub(super) step: usize,
    /// Length in sixteenths.
    pub(super) steps: usize,
    pub(super) pitch: i32,
    /// Whether it ends a line.
    pub(super) ends_line: bool,
    /// Which line of the tune, from 0.
    pub(super) line: usize,
}

/// The place of one line.
struct Slot {
    start: usize,
    steps: usize,
    syllables: usize,
}

/// The tune of a section: one note for each syllable; without words, as if there were some.
pub(super) fn tune(context: &Context) -> Vec<Tone> {
    let schemes = [[0, 1, 0, 2], [0, 0, 1, 2], [0, 1, 0, 1], [0, 1, 2, 1]];
    let scheme = context.shared("scheme", 0).pick(&schemes).to_owned();
    let slots = slots(context);
    let last = slots.len().saturating_sub(1);
    let mut tones = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let letter = scheme[index % 4];
        let onsets = rhythm(context, slot, letter);
        let closes = index == last || index % 4 == 3;
        let line = pitches(context, slot, &onsets, letter, closes);
        tones.extend(line.into_iter().map(|tone| Tone { line: index, ..tone }));
    }
    tones
}

fn slots(context: &Context) -> Vec<Slot> {
    let sung = matches!(
        context.kind(),
        SectionKind::Verse | SectionKind::PreChorus | SectionKind::Chorus | SectionKind::Bridge
    );
    let all = context.bars as usize * context.steps();
    if context.section.lines.is_empty() {
        if !sung && context.kind() != SectionKind::Instrumental {
            return Vec::new();
        }
        let steps = (2 * context.steps()).min(all);
        let wordless = |index: usize| Slot {
            start: index * steps,
            steps,
            syllables: 6 + context.shared("wordless", index as u32 % 2).bits() as usize % 4,
        };
        return (0..all / steps).map(wordless).collect();
    }
    let half = context.steps() / 2;
    let steps = (all / context.section.lines.len() / half * half).max(half);
    let lines = context.said.iter().enumerate().take(all / steps);
    lines
        .map(|(index, said)| Slot { start: index * steps, steps, syllables: said.syllable_count() })
        .collect()
}

/// The steps of a line on which syllables begin, relative to the line.
fn rhythm(context: &Context, slot: &Slot, letter: u32) -> Vec<usize> {
    let mut stream = context.shared("rhythm", letter);
    let rest = (slot.steps / 5).clamp(1, 8);
    let usable = slot.steps - rest;
    let count = slot.syllables.clamp(1, usable);
    let grid = if count * 2 <= usable + 1 { 2 } else { 1 };
    let chorus = context.kind() == SectionKind::Chorus;
    let ideal = if chorus { 3.0 } else { 2.5 } * count as f32;
    let span = (ideal as usize).div_ceil(4).max(1) * 4;
    let span = span.clamp((count * grid).min(usable), usable);
    // Every place has its draw, used or not, so that one syllable more leaves the others where they were.
    let syncopation = 0.3 + 0.4 * context.plan.knobs.weirdness;
    let lift = !chorus && stream.chance(0.45);
    let mut places: Vec<(f32, usize)> = (0..slot.steps)
        .map(|step| (metrical_weight(step, context.steps()) + syncopation * stream.bipolar(), step))
        .filter(|(_, step)| *step < span && step % grid == 0)
        .collect();
    if let Some(first) = places.first_mut() {
        first.0 += if lift { -1.0 } else { 2.0 };
    }
    places.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
    let mut onsets: Vec<usize> = places.into_iter().take(count).map(|(_, step)| step).collect();
    onsets.sort_unstable();
    onsets
}

/// How strong a step of the bar is, 0 to 1 (Lerdahl and Jackendoff 1983, metrical grid).
fn metrical_weight(step: usize, steps_per_bar: usize) -> f32 {
    match step % steps_per_bar {
        0 => 1.0,
        within if within * 2 == steps_per_bar => 0.85,
        within if within % 4 == 0 => 0.75,
        within if within % 2 == 0 => 0.6,
        _ => 0.2,
    }
}

/// How a line moves: where it starts, its height in the middle and where it aims, in steps of the scale.
fn contour(context: &Context, letter: u32) -> [f32; 3] {
    const SHAPES: [[f32; 3]; 6] = [
        [0.0, 3.0, 0.0],
        [0.0, 1.0, 3.0],
        [3.0, 1.0, -1.0],
        [2.0, -1.0, 1.0],
        [1.0, 4.0, 2.0],
        [0.0, -2.0, 2.0],
    ];
    let mut stream = context.shared("contour", letter);
    let width = if context.kind() == SectionKind::Chorus { 1.25 } else { 0.9 };
    stream.pick(&SHAPES).map(|height| height * width + stream.bipolar() * 0.5)
}

fn pitches(context: &Context, slot: &Slot, onsets: &[usize], letter: u32, closes: bool) -> Vec<Tone> {
    let (low, high) = range(context);
    let ladder = context.plan.key.pitches(context.style.pentatonic, low, high);
    let middle = (ladder.len() as f32 - 1.0) * 0.42;
    let shape = contour(context, letter);
    let mut stream = context.shared("steps", letter);
    let draws: Vec<f32> = (0..slot.steps).map(|_| stream.bipolar()).collect();
    let daring = 1.1 + 1.2 * context.plan.knobs.weirdness;
    let span = onsets.last().copied().unwrap_or(0).max(1) as f32;
    let mut before: Option<f32> = None;
    let mut tones = Vec::new();
    for (index, &onset) in onsets.iter().enumerate() {
        let is_last = index + 1 == onsets.len();
        let wanted = middle + along(shape, onset as f32 / span) + draws[onset] * daring;
        // Tunes go by steps mostly; a leap of a fourth is the widest.
        let rung = before.map_or(wanted, |rung| rung + (wanted - rung).clamp(-2.4, 2.9));
        let rung = rung.round().clamp(0.0, ladder.len() as f32 - 1.0);
        let at = slot.start + onset;
        let strong = onset % 4 == 0 || is_last;
        let mut pitch = ladder[rung as usize];
        if strong {
            pitch = nearest_chord_tone(context, at, pitch, low, high);
        }
        if is_last && closes {
            pitch = nearest_home(context, at, pitch, low, high);
        }
        before = Some(rung);
        let until = onsets.get(index + 1).copied().unwrap_or((onset + 6).min(slot.steps - 1).max(onset + 1));
        tones.push(Tone { step: at, steps: until - onset, pitch, ends_line: is_last, line: 0 });
    }
    tones
}

/// A point on the curve through the contour's three heights, at 0 to 1.
fn along(shape: [f32; 3], at: f32) -> f32 {
    if at < 0.5 {
        shape[0] + (shape[1] - shape[0]) * at * 2.0
    } else {
        shape[1] + (shape[2] - shape[1]) * (at - 0.5) * 2.0
    }
}

/// Lowest and highest pitch of the tune (MIDI): about an octave, the chorus a third or fourth higher.
fn range(context: &Context) -> (i32, i32) {
    let tonic = 57 + (i32::from(context.plan.key.tonic) - 57).rem_euclid(12);
    let base = if tonic > 63 { tonic - 12 } else { tonic };
    match context.kind() {
        SectionKind::Chorus => (base + 4, base + 17),
        SectionKind::PreChorus | SectionKind::Bridge => (base + 2, base + 14),
        _ => (base, base + 12),
    }
}

fn nearest_chord_tone(context: &Context, at: usize, pitch: i32, low: i32, high: i32) -> i32 {
    let chord = context.chord_at(at);
    let tonic = i32::from(context.plan.key.tonic);
    let candidates = (low..=high).filter(|candidate| chord.contains(candidate - tonic + 120));
    candidates.min_by_key(|candidate| ((candidate - pitch).abs(), *candidate)).unwrap_or(pitch)
}

/// The tonic, if the chord has it; else the chord's nearest note.
fn nearest_home(context: &Context, at: usize, pitch: i32, low: i32, high: i32) -> i32 {
    let tonic = i32::from(context.plan.key.tonic);
    if !context.chord_at(at).contains(120) {
        return nearest_chord_tone(context, at, pitch, low, high);
    }
    let homes = (low..=high).filter(|candidate| (candidate - tonic).rem_euclid(12) == 0);
    homes.min_by_key(|candidate| (candidate - pitch).abs()).unwrap_or(pitch)
}
