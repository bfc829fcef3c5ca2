//! The loops of a column, for as many values at once as the processor has lanes. Every value is worked out by itself and
//! in the same steps, so wider registers give the same bits.

use super::fast::{cos_turns, exp, sin_turns, tanh};
use super::noise::Noise;
use super::spectra::{BINS, Column};
use realfft::num_complex::Complex32;
use rten_simd::{Isa, SimdOp};
use std::f32::consts::TAU;

/// Levels above this, as logarithms, are held: the voice never learnt them.
const LOUDEST: f32 = 7.0;
/// Noise below this level, as a logarithm, is not heard (-100 dB) and not made.
const QUIETEST: f32 = -11.5;

/// Pulses are turned and weighed; what has a phase of its own and noise are added.
pub(super) struct Colour<'a> {
    pub(super) bins: &'a mut [Complex32],
    pub(super) column: &'a Column,
    pub(super) noise: Option<(Noise, usize)>,
}

impl SimdOp for Colour<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Column { harmonics, theta, noise, free, phi } = self.column;
        let mut tint = [[0.0_f32; BINS]; 4];
        let [real, imaginary, free_real, free_imaginary] = &mut tint;
        polar(harmonics, theta, |theta| 0.5 * tanh(theta), real, imaginary);
        polar(free, phi, |phi| phi / TAU, free_real, free_imaginary);
        for (bin, value) in self.bins.iter_mut().enumerate().take(BINS) {
            *value = *value * Complex32::new(real[bin], imaginary[bin])
                + Complex32::new(free_real[bin], free_imaginary[bin]);
        }
        let Some((draws, index)) = self.noise else { return };
        let levels = real;
        for (gain, level) in levels.iter_mut().zip(noise) {
            *gain = if *level > QUIETEST { exp(level.min(LOUDEST)) } else { 0.0 };
        }
        for (bin, (value, gain)) in self.bins.iter_mut().zip(levels.iter()).enumerate() {
            if *gain > 0.0 {
                let (real, imaginary) = draws.bell(index, bin);
                *value += Complex32::new(real, imaginary) * *gain;
            }
        }
    }
}

/// Complex numbers from logarithms of their levels and from what gives their phases in turns.
#[inline(always)]
fn polar(
    levels: &[f32],
    phases: &[f32],
    turns: impl Fn(f32) -> f32,
    real: &mut [f32; BINS],
    imaginary: &mut [f32; BINS],
) {
    let places = real.iter_mut().zip(imaginary.iter_mut()).zip(levels.iter().zip(phases));
    for ((real, imaginary), (level, phase)) in places {
        let (level, turns) = (exp(level.min(LOUDEST)), turns(*phase));
        *real = cos_turns(turns) * level;
        *imaginary = sin_turns(turns) * level;
    }
}

/// A row of samples, each the sum of near ones weighed by the taps of its phase.
pub(super) struct Weigh<'a> {
    pub(super) samples: &'a [f32],
    pub(super) phases: &'a [Vec<f32>],
    /// Samples of the source for so many of the row.
    pub(super) down: usize,
    pub(super) row: &'a mut [f32],
}

impl SimdOp for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let up = self.phases.len();
        for (at, out) in self.row.iter_mut().enumerate() {
            let place = at * self.down;
            let taps = &self.phases[place % up];
            *out = dot(&self.samples[place / up..place / up + taps.len()], taps);
        }
    }
}

/// In eight sums side by side, so that compilers add several at once.
#[inline(always)]
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    sums.iter().sum()
}
