//! The tune: a rhythm from the syllables of a line, pitches from a contour that comes back.
//!
//! Lines of a section follow a scheme such as A B A C. A letter's rhythm and contour hang on the kind of section and
//! on the letter alone, so a chorus has its hook again, and a line with one syllable more has one note more.

use super::context::Context;
use super::path::cheapest;
use super::rap;
use super::rhythm::{rhythm, strength};
use super::slots::{Slot, slots};
use crate::plan::{Delivery, SectionKind};

/// A note of the tune.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tone {
    /// Sixteenths from the section's start.
    pub(super) step: f64,
    /// Length in sixteenths.
    pub(super) steps: f64,
    pub(super) pitch: i32,
    /// Semitones that it falls by before it ends, as speech does.
    pub(super) falls: i32,
    /// Whether it ends a line.
    pub(super) ends_line: bool,
    /// Which line of the section, from 0.
    pub(super) line: usize,
}

impl Tone {
    /// The sixteenth in which it begins.
    pub(super) fn place(&self) -> usize {
        self.step as usize
    }

    pub(super) fn end(&self) -> f64 {
        self.step + self.steps
    }
}

/// Lowest and highest note that may be written (MIDI) before a section is transposed, and where tunes lie mostly.
pub(super) const RANGE: (i32, i32) = (55, 67);
const USUAL: (i32, i32) = (57, 66);

/// The tune of a section: one note for each syllable; without words, as if there were some.
pub(super) fn tune(context: &Context) -> Vec<Tone> {
    let schemes = [[0, 1, 0, 2], [0, 0, 1, 2], [0, 1, 0, 1], [0, 1, 2, 1]];
    let scheme = context.shared("scheme", 0).pick(&schemes).to_owned();
    let slots = slots(context);
    let last = slots.len().saturating_sub(1);
    let mut tones = Vec::new();
    for (index, slot) in slots.iter().enumerate().filter(|(_, slot)| !slot.syllables.is_empty()) {
        let letter = scheme[index % 4];
        let mut line = placed(context, slot, letter);
        match context.delivery() {
            Delivery::Sung => pitch(context, slot, letter, index == last || index % 4 == 3, &mut line),
            Delivery::Rapped => rap::pitch(context, slot, letter, &mut line),
        }
        let lifted = context.transposition();
        tones.extend(line.into_iter().map(|tone| Tone { pitch: tone.pitch + lifted, ..tone }));
    }
    tones
}

/// The line's tones in time, without pitch.
fn placed(context: &Context, slot: &Slot, letter: u32) -> Vec<Tone> {
    let (onsets, end) = rhythm(context, slot, letter);
    let ends = onsets.iter().copied().skip(1).chain([end]);
    let longest = 1.1 / context.step_seconds();
    let tones = onsets.iter().zip(ends).enumerate().map(|(index, (&onset, end))| {
        let ends_line = index + 1 == onsets.len();
        Tone {
            step: slot.start as f64 + onset,
            steps: if ends_line { end - onset } else { (end - onset).min(longest) },
            pitch: 60,
            falls: 0,
            ends_line,
            line: slot.line,
        }
    });
    tones.collect()
}

/// How a line moves: where it starts, its height in the middle and where it aims, in semitones about its centre.
fn contour(context: &Context, letter: u32) -> [f32; 3] {
    const SHAPES: [[f32; 3]; 8] = [
        [-2.0, 3.0, -1.0],
        [-2.0, 0.0, 3.5],
        [3.5, 0.0, -3.0],
        [2.0, -2.5, 1.5],
        [-1.0, 4.0, 0.0],
        [0.0, -3.0, 2.0],
        [3.0, 1.5, -3.5],
        [-3.0, 1.5, 1.5],
    ];
    let mut stream = context.shared("contour", letter);
    let width = if context.kind() == SectionKind::Chorus { 1.1 } else { 0.95 };
    stream.pick(&SHAPES).map(|height| height * width + stream.bipolar() * 0.6)
}

/// Where the tune of this section lies: the chorus a third or fourth above the verse.
fn centre(kind: SectionKind) -> f32 {
    match kind {
        SectionKind::Chorus | SectionKind::Instrumental => 64.2,
        SectionKind::PreChorus | SectionKind::Bridge => 61.5,
        _ => 59.2,
    }
}

/// Gives the tones their pitches: the cheapest way through what chord, contour and ease of singing ask.
fn pitch(context: &Context, slot: &Slot, letter: u32, closes: bool, tones: &mut [Tone]) {
    let options = (RANGE.1 - RANGE.0 + 1) as usize;
    let wishes: Vec<Wish> = (0..tones.len()).map(|at| Wish::new(context, slot, tones, at, closes)).collect();
    let shape = contour(context, letter);
    let span = tones.last().map_or(1.0, |tone| tone.step - slot.start as f64).max(1.0) as f32;
    let weirdness = context.plan.knobs.weirdness;
    let mut stream = context.shared("steps", letter);
    // Every place has its draws, used or not, so that one syllable more leaves the others where they were.
    let draws: Vec<[f32; 14]> = (0..slot.steps).map(|_| std::array::from_fn(|_| stream.bipolar())).collect();
    let (daring, ease) = (1.2 + 1.6 * weirdness, 1.25 - 1.0 * weirdness);
    let row = cheapest(
        tones.len(),
        options,
        |at, option| {
            let onset = (tones[at].step - slot.start as f64).max(0.0);
            let draws = &draws[(onset as usize).min(slot.steps - 1)];
            let target = centre(context.kind()) + along(shape, onset as f32 / span) + daring * draws[13];
            let pitch = RANGE.0 + option as i32;
            let far = (pitch as f32 - target) / 2.0;
            wishes[at].cost(pitch) + 0.3 * far * far + (0.3 + 0.3 * weirdness) * draws[option.min(12)]
        },
        |at, before, option| {
            let width = (option as i32 - before as i32).abs();
            let hasty = if tones[at - 1].steps * context.step_seconds() < 0.22 { 1.6 } else { 1.0 };
            leap(width) * ease * hasty + if width == 0 { 0.5 - 0.25 * wishes[at].weak } else { 0.0 }
        },
    );
    tones.iter_mut().zip(row).for_each(|(tone, option)| tone.pitch = RANGE.0 + option as i32);
}

/// What it costs to sing an interval: steps are free, a leap of a fourth is well, a tritone is hard.
fn leap(semitones: i32) -> f32 {
    match semitones {
        0..=2 => 0.0,
        3 | 4 => 0.35,
        5 => 0.8,
        7 => 1.3,
        6 => 3.0,
        8 | 9 => 2.4,
        12 => 2.8,
        _ => 5.0,
    }
}

/// What a place in the tune asks of its pitch.
struct Wish<'a> {
    context: &'a Context<'a>,
    at: usize,
    /// How much the note should belong to the chord, 0 to 1.
    weight: f32,
    /// How weak the syllable is, 0 to 1.
    weak: f32,
    /// Whether it ends a line, and so a thought.
    ends: Option<bool>,
}

impl<'a> Wish<'a> {
    fn new(context: &'a Context<'a>, slot: &Slot, tones: &[Tone], index: usize, closes: bool) -> Self {
        let tone = &tones[index];
        let stress = slot.syllables[index].stress;
        let strong = strength(tone.place(), context.steps());
        let long = ((tone.steps * context.step_seconds()) as f32 / 0.5).min(1.0);
        let is_last = index + 1 == tones.len();
        let weight = (0.35 * strong + 0.35 * stress + 0.45 * long).min(1.0).max(f32::from(u8::from(is_last)));
        Self { context, at: tone.place(), weight, weak: 1.0 - stress, ends: is_last.then_some(closes) }
    }

    fn cost(&self, pitch: i32) -> f32 {
        let key = self.context.plan.key;
        let above = (pitch - i32::from(key.tonic)).rem_euclid(12);
        let chord = self.context.chord_at(self.at);
        let in_chord = chord.contains(above + 120);
        if !in_chord && !key.scale(self.context.style.pentatonic).contains(&above) {
            return f32::INFINITY;
        }
        let rubs = [1, 11].iter().any(|by| chord.contains(above + by + 120));
        let mut cost = match in_chord {
            true => 0.0,
            false => {
                self.weight
                    * (1.9 + if rubs { 1.6 } else { 0.0 })
                    * (1.2 - 0.4 * self.context.plan.knobs.weirdness)
            }
        };
        // A note that the chord has and the scale has not is for the bold.
        cost += if key.scale(false).contains(&above) { 0.0 } else { 0.6 };
        cost += 0.9 * ((USUAL.0 - pitch).max(0) + (pitch - USUAL.1).max(0)) as f32;
        cost + match self.ends {
            Some(true) if above == 0 => -1.6,
            Some(true) if above == 7 => -0.4,
            Some(false) if above == 0 => 0.9,
            _ => 0.0,
        }
    }
}

/// A point on the curve through the contour's three heights, at 0 to 1.
fn along(shape: [f32; 3], at: f32) -> f32 {
    if at < 0.5 {
        shape[0] + (shape[1] - shape[0]) * at * 2.0
    } else {
        shape[1] + (shape[2] - shape[1]) * (at - 0.5) * 2.0
    }
}
