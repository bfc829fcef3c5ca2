//! A limiter that sees the peaks coming and the ones between the samples.
//!
//! It works on cells of 32 samples: the true peak of each is found once (ITU-R BS.1770-5, annex 2: four times
//! oversampled), and the gain that keeps all of them under the ceiling is smoothed without ever rising above it.

use super::Stereo;
use std::ops::Range;

/// Samples in a cell.
pub(crate) const CELL: usize = 32;
/// Cells over which the gain comes down before a peak (6 ms).
const AHEAD: usize = 8;
/// Taps of each of the interpolator's phases.
const TAPS: usize = 12;

/// Finds the highest point of each cell, between the samples too.
pub(super) struct PeakMeter {
    phases: [[f32; TAPS]; 3],
}

impl PeakMeter {
    pub(super) fn new() -> Self {
        Self { phases: interpolator() }
    }

    /// Adds the peaks of the cells in a range of samples.
    pub(super) fn cells(&self, mix: &Stereo, range: Range<usize>, peaks: &mut Vec<f32>) {
        for start in range.clone().step_by(CELL) {
            let cell = start..(start + CELL).min(range.end);
            peaks.push(self.cell(&mix.left, cell.clone()).max(self.cell(&mix.right, cell)));
        }
    }

    fn cell(&self, channel: &[f32], cell: Range<usize>) -> f32 {
        let start = cell.start;
        let plain = channel[cell].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        plain.max(between(channel, start, &self.phases))
    }
}

/// The highest point between the samples of a cell.
fn between(channel: &[f32], start: usize, phases: &[[f32; TAPS]; 3]) -> f32 {
    let mut window = [0.0; CELL + TAPS];
    let from = start.saturating_sub(TAPS / 2);
    let (skipped, to) = (from + TAPS / 2 - start, (start + CELL + TAPS / 2).min(channel.len()));
    window[skipped..skipped + to - from].copy_from_slice(&channel[from..to]);
    let mut peak = 0.0_f32;
    for phase in phases {
        let mut sums = [0.0_f32; CELL];
        for (tap, weight) in phase.iter().enumerate() {
            for (sum, sample) in sums.iter_mut().zip(&window[tap + 1..]) {
                *sum += weight * sample;
            }
        }
        peak = sums.iter().fold(peak, |peak, sum| peak.max(sum.abs()));
    }
    peak
}

/// A windowed sinc at a quarter, a half and three quarters of a sample.
fn interpolator() -> [[f32; TAPS]; 3] {
    [0.25, 0.5, 0.75].map(|shift: f32| {
        let mut taps = [0.0; TAPS];
        for (index, tap) in taps.iter_mut().enumerate() {
            let distance = index as f32 - (TAPS / 2 - 1) as f32 - shift;
            let angle = std::f32::consts::PI * distance;
            let window = (angle / TAPS as f32).cos().max(0.0);
            *tap = angle.sin() / angle * window * window.sqrt();
        }
        let sum: f32 = taps.iter().sum();
        taps.map(|tap| tap / sum)
    })
}

/// What is let through at the start of each cell (and one more for the end), so that `gain` times the mix stays under
/// `ceiling`.
pub(super) fn gains(peaks: &[f32], gain: f32, ceiling: f32) -> Vec<f32> {
    let mut opening = Opening::default();
    peaks.iter().for_each(|peak| opening.push((ceiling / (gain * peak).max(1e-9)).min(1.0)));
    opening.end();
    (0..=peaks.len()).map(|cell| opening.at(cell)).collect()
}

/// How far a limiter is open at the start of each cell, found while the cells come.
#[derive(Default)]
pub(crate) struct Opening {
    /// What each cell allows.
    allowed: Vec<f32>,
    /// What is let through before it is smoothed; known up to the cell before the last [`AHEAD`].
    held: Vec<f32>,
}

impl Opening {
    /// Adds a cell, which allows so much, 0 to 1.
    pub(crate) fn push(&mut self, allowed: f32) {
        self.allowed.push(allowed);
        if self.allowed.len() > AHEAD {
            self.hold();
        }
    }

    /// There are no more cells.
    pub(crate) fn end(&mut self) {
        while self.held.len() <= self.allowed.len() {
            self.hold();
        }
    }

    /// How many of the gains are known.
    pub(crate) fn known(&self) -> usize {
        self.held.len()
    }

    /// The gain at the start of a cell that is known.
    pub(crate) fn at(&self, cell: usize) -> f32 {
        let window = &self.held[(cell + 1).saturating_sub(AHEAD)..=cell];
        // Before the first cell the gain is that of the first.
        (window.iter().sum::<f32>() + self.held[0] * (AHEAD - window.len()) as f32) / AHEAD as f32
    }

    /// Finds the next value.
    fn hold(&mut self) {
        let release = 1.0 - (-(CELL as f32) / crate::synth::RATE / 0.09).exp();
        let cell = self.held.len();
        // One cell back as well: within a cell the gain runs from this value to the next.
        let window = cell.saturating_sub(1)..(cell + AHEAD + 1).min(self.allowed.len());
        let lowest = self.allowed[window].iter().fold(1.0_f32, |low, value| low.min(*value));
        let before = self.held.last().copied().unwrap_or(1.0);
        self.held.push((before + release * (1.0 - before)).min(lowest));
    }
}

/// Turns a stretch of the mix, which starts at a cell, by the gain and by what the limiter lets through.
pub(super) fn apply(samples: &mut [f32], start: usize, gain: f32, limiter: &[f32]) {
    for (cell, ends) in samples.chunks_mut(CELL).zip(limiter[start / CELL..].windows(2)) {
        let (from, slope) = (gain * ends[0], gain * (ends[1] - ends[0]) / CELL as f32);
        for (step, sample) in cell.iter_mut().enumerate() {
            *sample *= from + slope * step as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_between_samples_is_seen() {
        // A sine at a quarter of the rate, sampled at 45 degrees: its samples stay 3 dB under its peak.
        let wave: Vec<f32> = (0..640)
            .map(|n| (std::f32::consts::FRAC_PI_2 * n as f32 + std::f32::consts::FRAC_PI_4).sin())
            .collect();
        let mut peaks = Vec::new();
        PeakMeter::new().cells(&Stereo { left: wave.clone(), right: wave }, 0..640, &mut peaks);
        assert!((peaks[10] - 1.0).abs() < 0.02, "{}", peaks[10]);
    }

    #[test]
    fn no_sample_passes_the_ceiling() {
        let mut noise = crate::synth::Noise::new(3);
        let mix: Vec<f32> =
            (0..32 * 200).map(|n| noise.next() * if n % 900 < 60 { 1.5 } else { 0.2 }).collect();
        let stereo = Stereo { left: mix.clone(), right: mix.clone() };
        let mut peaks = Vec::new();
        PeakMeter::new().cells(&stereo, 0..mix.len(), &mut peaks);
        let gains = gains(&peaks, 2.0, 0.8);
        let mut out = mix;
        apply(&mut out, 0, 2.0, &gains);
        assert!(out.iter().all(|sample| sample.abs() <= 0.8001));
        assert!(out.iter().any(|sample| sample.abs() > 0.6));
    }
}
