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
use crate::sing::voice::{COLUMN_SECONDS, Column, Natural, Noise, Spectra, Throat, Warp};
use std::f64::consts::TAU;

/// How far a held column wanders, in columns, and how often, in Hz.
const WANDER: (f64, f64) = (1.0, 1.1);
/// What is added to the logarithm of breath where a column is held: 13 dB less.
const HELD_BREATH: f32 = -1.5;
/// No vowel is longer in the model, in steps: the spoken length of a line's last vowel is mostly fading.
const LONGEST: usize = 10;
/// How far a vowel may lie under the middle of the line's vowels, how far it is lifted at most, both in decibels, and over
/// how many columns the lift sets in.
const BELOW_USUAL_DB: f32 = 4.0;
const MOST_LIFT_DB: f32 = 18.0;
const LIFT_COLUMNS: f32 = 3.0;
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
    /// Whether each column that is heard has pulses.
    voiced: Vec<bool>,
    units: Vec<Unit>,
}

/// The pitch of each column that is heard.
pub(super) struct Pitched {
    /// In Hz, 0 where there are no pulses.
    pub(super) f0: Vec<f32>,
    /// As a MIDI note number.
    pub(super) pitches: Vec<f32>,
}

/// A place between the columns of the model, and whether it is held there.
pub(super) type Source = (f64, bool);

/// Columns that are lengthened together: a sound, or a vowel with its stress mark.
struct Unit {
    /// The first of the model's columns, and how many there are.
    first: usize,
    given: usize,
    /// The middle of the vowel, its stress mark left out, in columns from the first.
    middle: usize,
    /// How many columns are heard.
    heard: usize,
    is_vowel: bool,
}

impl Columns {
    pub(super) fn new(sounds: &[Sound], natural: &Natural, timing: &Timing, curve: &Curve) -> Self {
        let mut columns = Self {
            steps: Vec::new(),
            graph_f0: Vec::new(),
            energy: Vec::new(),
            voiced: Vec::new(),
            units: Vec::new(),
        };
        let spoken = starts(&natural.steps);
        for (index, sound) in sounds.iter().enumerate() {
            let steps = timing.steps_of(index);
            let given = match sound.kind {
                Kind::Vowel(_) => steps.min(longest(natural.steps[index])),
                _ => steps,
            };
            let share = |column: usize, count: usize| (column as f64 + 0.5) / count as f64;
            for column in 0..2 * steps {
                let place = spoken_column(natural, &spoken, index, share(column, 2 * steps));
                columns.voiced.push(matches!(sound.kind, Kind::Vowel(_)) || natural.f0[place] > VOICED);
            }
            let first = columns.voiced.len() - 2 * steps;
            columns.add_unit(sounds, index, 2 * given, 2 * steps);
            for column in 0..2 * given {
                let heard = if column < given { column } else { column + 2 * (steps - given) };
                let time = timing.boundary(index) + (heard as f64 + 0.5) * COLUMN_SECONDS;
                columns.graph_f0.push(if columns.voiced[first + heard] {
                    learnt(curve.hertz(time))
                } else {
                    0.0
                });
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
                mark.is_vowel = true;
                mark.middle = mark.given + given / 2;
                mark.given += given;
                mark.heard += heard;
            }
            None => self.units.push(Unit {
                first: self.graph_f0.len(),
                given,
                middle: given / 2,
                heard,
                is_vowel: matches!(sounds[index].kind, Kind::Vowel(_)),
            }),
        }
    }

    /// The pitch of every column that is heard, of a line that begins at `start`.
    pub(super) fn pitched(&self, start: f64, curve: &Curve) -> Pitched {
        let times = (0..self.voiced.len()).map(|column| start + (column as f64 + 0.5) * COLUMN_SECONDS);
        let f0 = times.clone().zip(&self.voiced);
        Pitched {
            f0: f0.map(|(time, voiced)| if *voiced { curve.hertz(time) as f32 } else { 0.0 }).collect(),
            pitches: times.map(|time| curve.pitch(time) as f32).collect(),
        }
    }

    /// Lifts vowels that the model has let sink, as it does at the end of a sentence, to near the line's usual loudness.
    pub(super) fn even_out(&self, graph: &mut Spectra) {
        let loudness: Vec<f32> = graph.columns.iter().map(loudness).collect();
        let loudest = |unit: &Unit| {
            loudness[unit.first..unit.first + unit.given].iter().copied().fold(f32::NEG_INFINITY, f32::max)
        };
        let vowels = || self.units.iter().filter(|unit| unit.is_vowel);
        let mut levels: Vec<f32> = vowels().map(loudest).collect();
        levels.sort_by(f32::total_cmp);
        let usual = levels.get(levels.len() / 2).copied().unwrap_or_default();
        for unit in vowels() {
            let lift = (usual - BELOW_USUAL_DB - loudest(unit)).clamp(0.0, MOST_LIFT_DB);
            for at in 0..unit.given {
                let from_edge = (at + 1).min(unit.given - at);
                let share = (from_edge as f32 / LIFT_COLUMNS).min(1.0);
                // A neper is 8.7 dB.
                graph.columns[unit.first + at].lift(share * lift / 8.686);
            }
        }
    }

    /// Where each column that is heard comes from.
    pub(super) fn sources(&self, graph: &Spectra) -> Vec<Source> {
        let levels: Vec<f32> = graph.columns.iter().map(steadiness).collect();
        self.units.iter().flat_map(|unit| sources(unit, &levels)).collect()
    }

    /// Every column that is heard, with the singer's throat and breath.
    pub(super) fn lengthen<'a>(
        graph: &'a Spectra,
        sources: &'a [Source],
        pitches: &'a [f32],
        noise: Noise,
        timbre: &'a Timbre,
    ) -> Lengthened<'a> {
        Lengthened {
            graph,
            sources,
            pitches,
            noise,
            timbre,
            warp: Warp::new(timbre.formants.0),
            between: Column::silence(),
            column: Column::silence(),
        }
    }
}

/// The columns of a line as one singer sings them, made as they are asked for.
pub(super) struct Lengthened<'a> {
    graph: &'a Spectra,
    sources: &'a [Source],
    pitches: &'a [f32],
    noise: Noise,
    timbre: &'a Timbre,
    warp: Warp,
    between: Column,
    column: Column,
}

impl Throat for Lengthened<'_> {
    fn count(&self) -> usize {
        self.sources.len().min(self.pitches.len())
    }

    fn column(&mut self, index: usize) -> &Column {
        let (at, is_held) = self.sources[index];
        let alpha = self.timbre.formants_at(self.pitches[index]);
        if self.warp.alpha != alpha {
            self.warp = Warp::new(alpha);
        }
        let last = self.graph.columns.len() - 1;
        let (low, share) = ((at as usize).min(last), at.fract() as f32);
        let read = if share == 0.0 {
            &self.graph.columns[low]
        } else {
            let next = &self.graph.columns[(low + 1).min(last)];
            self.between.become_between(&self.graph.columns[low], next, share);
            &self.between
        };
        self.column.become_warped(read, &self.warp);
        breathe(&mut self.column, self.timbre.breath, is_held.then_some((self.noise, index)));
        &self.column
    }
}

/// How loud a column's pulses are between 200 and 3,000 Hz, in decibels.
fn loudness(column: &Column) -> f32 {
    10.0 * column.harmonics[10..150].iter().map(|level| (2.0 * level).exp()).sum::<f32>().max(1e-9).log10()
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
fn sources(unit: &Unit, levels: &[f32]) -> Vec<Source> {
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

fn learnt(hertz: f64) -> f32 {
    (hertz as f32).clamp(LEARNT_PITCH.0, LEARNT_PITCH.1)
}

/// Breath by the singer's habit; in a held column it is softer, and its phase is anew each time, else it would ring.
fn breathe(column: &mut Column, breath: f32, held: Option<(Noise, usize)>) {
    let change = breath + if held.is_some() { HELD_BREATH } else { 0.0 };
    column.free.iter_mut().for_each(|level| *level += change);
    if let Some((noise, index)) = held {
        column.phi.iter_mut().enumerate().for_each(|(bin, phi)| *phi = noise.phase(index, bin));
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
