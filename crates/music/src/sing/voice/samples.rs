//! Columns of spectra to samples: pulses are taken apart, coloured, joined by noise, and put together again.

use super::HOP;
use super::noise::Noise;
use super::pulses::pulses;
use super::spectra::{BINS, Column, Throat};
use super::wide::Colour;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rten_simd::SimdOp;
use std::f32::consts::PI;
use std::sync::Arc;

/// Samples in one column's window.
const SIZE: usize = 1200;
/// Half a window: the first column is centred on the first sample.
const MARGIN: usize = SIZE / 2;
/// Samples at 24 kHz, 300 a column, for a throat and the pitch in Hz of each column. No `noise`: none is added.
pub(in crate::sing) fn samples(throat: &mut dyn Throat, f0: &[f32], noise: Option<Noise>) -> Vec<f32> {
    let count = throat.count().min(f0.len());
    let pulses = mirrored(&pulses(&f0[..count]));
    let mut machine = Machine::new();
    let mut sum = vec![0.0; count * HOP + SIZE];
    let mut weight = vec![0.0; count * HOP + SIZE];
    for index in 0..count {
        let at = index * HOP;
        machine.analyse(&pulses[at..at + SIZE]);
        machine.colour(throat.column(index), noise.map(|noise| (noise, index)));
        machine.add(&mut sum[at..at + SIZE], &mut weight[at..at + SIZE]);
    }
    let sounding = MARGIN..MARGIN + count * HOP;
    sum[sounding.clone()].iter().zip(&weight[sounding]).map(|(sum, weight)| sum / weight.max(1e-6)).collect()
}

/// The samples with half a window mirrored before and after.
fn mirrored(samples: &[f32]) -> Vec<f32> {
    let last = samples.len().saturating_sub(1) as isize;
    (-(MARGIN as isize)..samples.len() as isize + MARGIN as isize)
        .map(|at| samples.get((last - (last - at.abs()).abs()).max(0) as usize).copied().unwrap_or(0.0))
        .collect()
}

/// The two transforms with their buffers.
struct Machine {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    frame: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Machine {
    fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, back) = (planner.plan_fft_forward(SIZE), planner.plan_fft_inverse(SIZE));
        let scratch = vec![Complex32::default(); forward.get_scratch_len().max(back.get_scratch_len())];
        let hann = |at: usize| 0.5 - 0.5 * (2.0 * PI * at as f32 / SIZE as f32).cos();
        Self {
            window: (0..SIZE).map(hann).collect(),
            frame: vec![0.0; SIZE],
            bins: vec![Complex32::default(); BINS],
            forward,
            back,
            scratch,
        }
    }

    /// Buffers fit by construction, and the transforms fail for nothing else.
    fn analyse(&mut self, pulses: &[f32]) {
        for ((sample, pulse), window) in self.frame.iter_mut().zip(pulses).zip(&self.window) {
            *sample = pulse * window / HOP as f32;
        }
        let done = self.forward.process_with_scratch(&mut self.frame, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    fn colour(&mut self, column: &Column, noise: Option<(Noise, usize)>) {
        Colour { bins: &mut self.bins, column, noise }.dispatch();
        self.bins[0].im = 0.0;
        self.bins[BINS - 1].im = 0.0;
    }

    fn add(&mut self, sum: &mut [f32], weight: &mut [f32]) {
        let done = self.back.process_with_scratch(&mut self.bins, &mut self.frame, &mut self.scratch);
        debug_assert!(done.is_ok());
        for (at, window) in self.window.iter().enumerate() {
            sum[at] += self.frame[at] * window / SIZE as f32;
            weight[at] += window * window;
        }
    }
}
