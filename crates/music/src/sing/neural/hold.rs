//! Long vowels are held, not stretched: the voice says them at a length it knows, then columns are repeated.
//!
//! A vowel that the model itself makes long turns hoarse. So it is given at most one and a half times the spoken length;
//! its columns run at their own speed, and the steadiest of them is held, wandering a little. That is seldom the middle:
//! a vowel's end may be a closure, and the last vowel of a line fades long before it ends.

use super::spoken_column;
use crate::sing::curve::Curve;
use crate::sing::sounds::{Kind, Sound};
use crate::sing::timbre::Timbre;
use crate::sing::timing::Timing;
use crate::sing::voice::{BINS, COLUMN_SECONDS, Column, Natural, Noise, Spectra, Warp};
use std::f64::consts::TAU;

/// How far a held column wanders, in columns, and how often, in Hz.
const WANDER: (f64, f64) = (1.0, 1.1);
/// What is added to the logarithm of breath where a column is held: 13 dB less.
const HELD_BREATH: f32 = -1.5;
/// No vowel is longer in the model, in steps: the spoken length of a line's last vowel is mostly fading.
const LONGEST: usize = 10;
/// Speech is voiced where its pitch is above this, in Hz.
const VOICED: f32 = 60.0;
/// The pitch that the model is told is clipped to what it learnt, in Hz; pulses have the true one.
const LEARNT_PITCH: (f32, f32) = (120.0, 230.0);

/// The columns that the model is asked for, and those that are heard.
pub(super) struct Columns {
    /// The lengths the model is given, in steps.
    pub(super) steps: Vec<usize>,
    /// In Hz for each of the model's columns.
    pub(super) graph_f0: Vec<f32>,
    /// For each of the model's columns.
    pub(super) energy: Vec<f32>,
    /// In Hz for each column that is heard.
    pub(super) f0: Vec<f32>,
    /// The pitch sung in each column that is heard, as a MIDI note number.
    pitches: Vec<f32>,
    units: Vec<Unit>,
}

/// Columns that are lengthened together: a sound, or a vowel with its stress mark.
struct Unit {
    /// The first of the model's columns, and how many there are.
    first: usize,
    given: usize,
    /// The middle of the vowel, its stress mark left out, in columns from the first.
    middle: usize,
    /// How many columns are heard.
    heard: usize,
}

impl Columns {
    pub(super) fn new(sounds: &[Sound], natural: &Natural, timing: &Timing, curve: &Curve) -> Self {
        let mut columns = Self {
            steps: Vec::new(),
            graph_f0: Vec::new(),
            energy: Vec::new(),
            f0: Vec::new(),
            pitches: Vec::new(),
            units: Vec::new(),
        };
        let spoken = starts(&natural.steps);
        for (index, sound) in sounds.iter().enumerate() {
            let steps = timing.steps_of(index);
            let given = match sound.kind {
                Kind::Vowel(_) => steps.min(longest(natural.steps[index])),
                _ => steps,
            };
            let first = columns.f0.len();
            let share = |column: usize, count: usize| (column as f64 + 0.5) / count as f64;
            for column in 0..2 * steps {
                let time = timing.boundary(index) + (column as f64 + 0.5) * COLUMN_SECONDS;
                let place = spoken_column(natural, &spoken, index, share(column, 2 * steps));
                let is_voiced = matches!(sound.kind, Kind::Vowel(_)) || natural.f0[place] > VOICED;
                columns.f0.push(if is_voiced { curve.hertz(time) as f32 } else { 0.0 });
                columns.pitches.push(curve.pitch(time) as f32);
            }
            columns.add_unit(sounds, index, 2 * given, 2 * steps);
            for column in 0..2 * given {
                let heard = if column < given { column } else { column + 2 * (steps - given) };
                columns.graph_f0.push(learnt(columns.f0[first + heard]));
                let place = spoken_column(natural, &spoken, index, share(column, 2 * given));
                columns.energy.push(natural.energy[place]);
            }
            columns.steps.push(given);
        }
        columns
    }

    /// A vowel goes on with its stress mark.
    fn add_unit(&mut self, sounds: &[Sound], index: usize, given: usize, heard: usize) {
        let is_stressed = index > 0 && matches!(sounds[index - 1].kind, Kind::Stress(_));
        match self.units.last_mut().filter(|_| is_stressed) {
            Some(mark) => {
                mark.middle = mark.given + given / 2;
                mark.given += given;
                mark.heard += heard;
            }
            None => self.units.push(Unit { first: self.graph_f0.len(), given, middle: given / 2, heard }),
        }
    }

    /// The spectra of every column that is heard, with the singer's throat and breath.
    pub(super) fn lengthen(&self, graph: &Spectra, noise: Noise, timbre: &Timbre) -> Spectra {
        let levels: Vec<f32> = graph.columns.iter().map(steadiness).collect();
        let sources = self.units.iter().flat_map(|unit| sources(unit, &levels));
        let mut warp = Warp::new(timbre.formants.0);
        let columns = sources.zip(&self.pitches).enumerate().map(|(index, ((at, is_held), pitch))| {
            let mut column = column_at(graph, at);
            let alpha = timbre.formants_at(*pitch);
            if warp.alpha != alpha {
                warp = Warp::new(alpha);
            }
            column.shift_formants(&warp);
            breathe(&mut column, timbre.breath, is_held.then_some((noise, index)));
            column
        });
        Spectra { columns: columns.collect() }
    }
}

/// The column at a place between columns.
fn column_at(graph: &Spectra, at: f64) -> Column {
    let last = graph.columns.len() - 1;
    let low = (at as usize).min(last);
    let share = at.fract() as f32;
    if share == 0.0 {
        graph.columns[low].clone()
    } else {
        graph.columns[low].blend(&graph.columns[(low + 1).min(last)], share)
    }
}

/// How fit a column is to be held, in decibels: loud harmonics, little that is free of them.
fn steadiness(column: &Column) -> f32 {
    /// From 100 to 2,000 Hz.
    const HEARD: std::ops::Range<usize> = 5..100;
    let decibels = |levels: &[f32]| {
        let power: f32 = levels[HEARD].iter().map(|level| (2.0 * level).exp()).sum();
        10.0 * power.max(1e-9).log10()
    };
    decibels(&column.harmonics) - 0.3 * decibels(&column.free).max(0.0)
}

/// Where each heard column of a unit comes from, and whether it is held there.
fn sources(unit: &Unit, levels: &[f32]) -> Vec<(f64, bool)> {
    let place = steadiest(&levels[unit.first..unit.first + unit.given], unit.middle);
    (0..unit.heard)
        .map(|column| {
            let (at, is_held) = source(column, unit.heard, unit.given, place);
            (unit.first as f64 + at, is_held)
        })
        .collect()
}

/// What a column loses for each column between it and the vowel's middle, in decibels: vowels are best known there.
const FAR: f32 = 1.5;

/// The column whose neighbours are as fit as it is, near the middle if that will do.
fn steadiest(levels: &[f32], middle: usize) -> usize {
    let fitness = |at: usize| {
        let near = &levels[at.saturating_sub(2)..(at + 3).min(levels.len())];
        near.iter().copied().fold(f32::INFINITY, f32::min) - FAR * at.abs_diff(middle) as f32
    };
    (1..levels.len().saturating_sub(1))
        .max_by(|left, right| fitness(*left).total_cmp(&fitness(*right)))
        .unwrap_or(0)
}

/// The longest a vowel may be in the model, in steps.
fn longest(spoken: usize) -> usize {
    ((1.5 * spoken as f64).round() as usize).clamp(3, LONGEST)
}

/// Where in a unit of `given` columns the column of one that lasts `heard` comes from if the one at `place` is held, and
/// whether it is.
fn source(column: usize, heard: usize, given: usize, place: usize) -> (f64, bool) {
    if column < place || heard == given {
        return (column as f64, false);
    }
    if column + given >= heard + place {
        return ((column + given - heard) as f64, false);
    }
    let since = (column - place) as f64 * COLUMN_SECONDS;
    let at = place as f64 + WANDER.0 * (TAU * WANDER.1 * since).sin();
    (at.clamp(0.0, given as f64 - 1.0), true)
}

fn learnt(hertz: f32) -> f32 {
    if hertz > 0.0 { hertz.clamp(LEARNT_PITCH.0, LEARNT_PITCH.1) } else { 0.0 }
}

/// Breath by the singer's habit; in a held column it is softer, and its phase is anew each time, else it would ring.
fn breathe(column: &mut Column, breath: f32, held: Option<(Noise, usize)>) {
    let change = breath + if held.is_some() { HELD_BREATH } else { 0.0 };
    column.free.iter_mut().for_each(|level| *level += change);
    if let Some((noise, index)) = held {
        column.phi = (0..BINS).map(|bin| noise.phase(index, bin)).collect();
    }
}

/// The first column of each sound of speech.
fn starts(steps: &[usize]) -> Vec<usize> {
    let mut sum = 0;
    let next = |steps: &usize| {
        let start = sum;
        sum += 2 * steps;
        start
    };
    steps.iter().map(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_vowel_begins_and_ends_as_spoken() {
        let places: Vec<(f64, bool)> = (0..20).map(|column| source(column, 20, 8, 4)).collect();
        assert_eq!(places[..4], [(0.0, false), (1.0, false), (2.0, false), (3.0, false)]);
        assert_eq!(places[16..], [(4.0, false), (5.0, false), (6.0, false), (7.0, false)]);
        assert!(places[4..16].iter().all(|(at, held)| *held && (3.0..=5.0).contains(at)));
        assert!((0..6).all(|column| source(column, 6, 6, 2) == (column as f64, false)));
    }
}
