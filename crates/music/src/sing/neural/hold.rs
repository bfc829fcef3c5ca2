//! Long vowels are held, not stretched: the voice says them at a length it knows, then columns are repeated.
//!
//! A vowel that the model itself makes long turns hoarse. So it is given at most one and a half times the spoken length;
//! its first and its last half run at their own speed, and its middle column is held, wandering a little.

use super::spoken_column;
use crate::sing::curve::Curve;
use crate::sing::sounds::{Kind, Sound};
use crate::sing::timbre::Timbre;
use crate::sing::timing::Timing;
use crate::sing::voice::{BINS, COLUMN_SECONDS, Column, Natural, Noise, Spectra, Warp};
use std::f64::consts::TAU;

/// How far a held column wanders, in columns, and how often, in Hz.
const WANDER: (f64, f64) = (1.5, 1.1);
/// What is added to the logarithm of breath where a column is held: 13 dB less.
const HELD_BREATH: f32 = -1.5;
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
    /// Where each column that is heard comes from.
    sources: Vec<Source>,
}

/// A place among the model's columns.
#[derive(Clone, Copy)]
struct Source {
    at: f64,
    is_held: bool,
    /// The pitch sung there, as a MIDI note number.
    pitch: f32,
}

impl Columns {
    pub(super) fn new(sounds: &[Sound], natural: &Natural, timing: &Timing, curve: &Curve) -> Self {
        let mut columns = Self {
            steps: Vec::new(),
            graph_f0: Vec::new(),
            energy: Vec::new(),
            f0: Vec::new(),
            sources: Vec::new(),
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
                let (within, is_held) = source(column, 2 * steps, 2 * given);
                let at = columns.graph_f0.len() as f64 + within;
                columns.sources.push(Source { at, is_held, pitch: curve.pitch(time) as f32 });
            }
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

    /// The spectra of every column that is heard, with the singer's throat and breath.
    pub(super) fn lengthen(&self, graph: &Spectra, noise: Noise, timbre: &Timbre) -> Spectra {
        let last = graph.columns.len() - 1;
        let mut warp = Warp::new(timbre.formants.0);
        let columns = self.sources.iter().enumerate().map(|(index, source)| {
            let low = (source.at as usize).min(last);
            let next = &graph.columns[(low + 1).min(last)];
            let share = source.at.fract() as f32;
            let mut column =
                if share == 0.0 { graph.columns[low].clone() } else { graph.columns[low].blend(next, share) };
            let alpha = timbre.formants_at(source.pitch);
            if warp.alpha != alpha {
                warp = Warp::new(alpha);
            }
            column.shift_formants(&warp);
            breathe(&mut column, timbre.breath, source.is_held.then_some((noise, index)));
            column
        });
        Spectra { columns: columns.collect() }
    }
}

/// The longest a vowel may be in the model, in steps.
fn longest(spoken: usize) -> usize {
    ((1.5 * spoken as f64).round() as usize).max(3)
}

/// Where in a sound of `given` columns the column of one that lasts `count` comes from, and whether it is held there.
fn source(column: usize, count: usize, given: usize) -> (f64, bool) {
    let half = given / 2;
    if column < half || count == given {
        return (column as f64, false);
    }
    if column >= count - half {
        return ((given - (count - column)) as f64, false);
    }
    let since = (column - half) as f64 * COLUMN_SECONDS;
    (half as f64 - 0.5 + WANDER.0 * (TAU * WANDER.1 * since).sin(), true)
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
        let places: Vec<(f64, bool)> = (0..20).map(|column| source(column, 20, 8)).collect();
        assert_eq!(places[..4], [(0.0, false), (1.0, false), (2.0, false), (3.0, false)]);
        assert_eq!(places[16..], [(4.0, false), (5.0, false), (6.0, false), (7.0, false)]);
        assert!(places[4..16].iter().all(|(at, held)| *held && (2.0..=5.0).contains(at)));
        assert!((0..6).all(|column| source(column, 6, 6) == (column as f64, false)));
    }
}
