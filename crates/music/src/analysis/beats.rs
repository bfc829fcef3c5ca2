//! Where the beats are: of all even grids of about the right tempo, the one on which most begins. A grid rather than beats
//! one by one, since what is to follow needs a grid, and few recordings stray from one within half a minute.

use super::BEATS;
use super::onset::Onsets;

/// How far the tempo may be from the one that was found at first, as a share, and in how many steps that is tried.
const STRAYS: f64 = 0.025;
const STEPS: i32 = 100;

/// An even grid, in moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grid {
    /// The first beat of the stretch.
    pub(super) start: f64,
    /// From beat to beat.
    pub(super) period: f64,
    /// Beats in the stretch.
    pub(super) count: usize,
}

impl Grid {
    /// The grid on which most begins in a stretch of moments; none if that is shorter than four beats.
    pub(super) fn of(onsets: &Onsets, lag: f64, stretch: std::ops::Range<usize>) -> Option<Self> {
        let marks = marks(onsets);
        let length = stretch.len() as f64;
        if length < 4.0 * lag * (1.0 + STRAYS) {
            return None;
        }
        let mut best = (f32::NEG_INFINITY, None);
        for step in -STEPS..=STEPS {
            let period = lag * (1.0 + STRAYS * f64::from(step) / f64::from(STEPS));
            for half in 0..(2.0 * period) as usize {
                let start = stretch.start as f64 + half as f64 / 2.0;
                let count = ((stretch.end as f64 - 1.0 - start) / period) as usize + 1;
                let grid = Self { start, period, count };
                let score = grid.beats().map(|beat| at(&marks, beat)).sum::<f32>() / count as f32;
                if score > best.0 {
                    best = (score, Some(grid));
                }
            }
        }
        best.1.map(|grid: Self| grid.phased(onsets))
    }

    /// The same grid, or the one halfway between, where the low strokes are: hats between the beats may be the louder.
    fn phased(self, onsets: &Onsets) -> Self {
        let between =
            Self { start: self.start + self.period / 2.0, count: self.count.saturating_sub(1), ..self };
        let low = |grid: &Self| {
            let strokes = grid.moments().into_iter().map(|place| strongest(&onsets.low, place));
            strokes.sum::<f32>() / grid.count.max(1) as f32
        };
        if low(&between) > CLEARLY * low(&self) { between } else { self }
    }

    /// The moments of its beats.
    pub(super) fn beats(&self) -> impl Iterator<Item = f64> + use<> {
        let Self { start, period, count } = *self;
        (0..count).map(move |beat| start + period * beat as f64)
    }

    /// The same places in whole moments.
    fn moments(&self) -> Vec<usize> {
        self.beats().map(|beat| beat.round() as usize).collect()
    }
}

/// How much more there must be between the beats than on them before those are taken to be the beats.
const CLEARLY: f32 = 1.3;

/// What begins at each moment, the low strokes once more: kick and bass keep to the beat, hats often do not.
fn marks(onsets: &Onsets) -> Vec<f32> {
    let scale = |values: &[f32]| {
        let square = values.iter().map(|value| value * value).sum::<f32>() / values.len().max(1) as f32;
        1.0 / square.sqrt().max(1e-6)
    };
    let (all, low) = (scale(&onsets.strength), scale(&onsets.low));
    let sum = |at: usize| onsets.strength[at] * all + onsets.low[at] * low;
    let length = onsets.strength.len();
    // A stroke is as wide as the ear takes it to be.
    let wide = |at: usize| 0.5 * sum(at) + 0.25 * (sum(at.saturating_sub(1)) + sum((at + 1).min(length - 1)));
    (0..length).map(wide).collect()
}

/// The value between two moments.
fn at(values: &[f32], place: f64) -> f32 {
    let (index, share) = (place as usize, place.fract() as f32);
    let value = |at: usize| values.get(at).copied().unwrap_or(0.0);
    value(index) * (1.0 - share) + value(index + 1) * share
}

/// Which of the first beats begins a bar: there the low strokes are, and there chords change.
pub(super) fn downbeat(onsets: &Onsets, grid: &Grid) -> usize {
    let beats = grid.moments();
    let changes: Vec<f32> = (0..beats.len()).map(|beat| change(onsets, &beats, beat)).collect();
    let low: Vec<f32> = beats.iter().map(|beat| strongest(&onsets.low, *beat)).collect();
    let whole = |values: &[f32]| values.iter().sum::<f32>().max(1e-6);
    let (all_changes, all_low) = (whole(&changes), whole(&low));
    let score = |first: usize| {
        let own = |values: &[f32]| values.iter().skip(first).step_by(BEATS).sum::<f32>();
        2.0 * own(&changes) / all_changes + own(&low) / all_low
    };
    (0..BEATS).max_by(|one, other| score(*one).total_cmp(&score(*other))).unwrap_or(0)
}

/// How far the notes before a beat and those from it on differ, 0 to 1: two beats on each side.
fn change(onsets: &Onsets, beats: &[usize], beat: usize) -> f32 {
    let (Some(before), Some(after)) = (beat.checked_sub(2), beats.get(beat + 2)) else { return 0.0 };
    let (one, other) = (sum(onsets, beats[before], beats[beat]), sum(onsets, beats[beat], *after));
    let length = |notes: &[f32; 12]| notes.iter().map(|note| note * note).sum::<f32>().sqrt().max(1e-9);
    let product: f32 = one.iter().zip(&other).map(|(one, other)| one * other).sum();
    1.0 - product / (length(&one) * length(&other))
}

fn sum(onsets: &Onsets, from: usize, until: usize) -> [f32; 12] {
    let mut sum = [0.0; 12];
    let until = until.min(onsets.chroma.len());
    for notes in &onsets.chroma[from.min(until)..until] {
        sum.iter_mut().zip(notes).for_each(|(sum, note)| *sum += note);
    }
    sum
}

/// The highest value at a moment or beside it.
fn strongest(values: &[f32], at: usize) -> f32 {
    let end = (at + 2).min(values.len());
    values[at.saturating_sub(1).min(end)..end].iter().fold(0.0, |high, value| high.max(*value))
}

/// The share of all that begins within the grid which begins on its beats or halfway between.
pub(super) fn pulse(strength: &[f32], grid: &Grid) -> f32 {
    let positive = |at: usize| strength.get(at).copied().unwrap_or(0.0).max(0.0);
    let beats = grid.moments();
    let (Some(&first), Some(&last)) = (beats.first(), beats.last()) else { return 0.0 };
    let all: f32 = (first..=last).map(positive).sum();
    let halves = beats.windows(2).map(|pair| (pair[0] + pair[1]) / 2);
    let places = beats.iter().copied().chain(halves);
    let on: f32 = places.flat_map(|place| place.saturating_sub(1)..place + 2).map(positive).sum();
    (on / all.max(1e-6)).min(1.0)
}
