//! Where something begins: how much each band of the spectrum has risen since the moment before
//! (spectral flux on a logarithmic scale, as in Ellis 2007, section 2).

use super::spectrum::each_spectrum;
use crate::synth::RATE;

/// Samples from one moment to the next.
pub(super) const HOP: usize = 512;
const SIZE: usize = 2048;
const BANDS: usize = 40;

/// What begins when.
pub(super) struct Onsets {
    /// How much begins at each moment; the mean is 0.
    pub(super) strength: Vec<f32>,
    /// The same of what is low, where kick and bass are, before the mean is taken away.
    pub(super) low: Vec<f32>,
    /// The energy of each of the twelve notes at each moment.
    pub(super) chroma: Vec<[f32; 12]>,
    loudest: f32,
}

impl Onsets {
    pub(super) fn of(sound: &[f32]) -> Self {
        let edges = edges();
        let notes = super::key::notes(SIZE);
        let mut before = [f32::NAN; BANDS];
        let mut onsets = Self { strength: Vec::new(), low: Vec::new(), chroma: Vec::new(), loudest: 0.0 };
        // Half a window of silence, so that a moment is the middle of its window.
        let padded: Vec<f32> = std::iter::repeat_n(0.0, SIZE / 2).chain(sound.iter().copied()).collect();
        each_spectrum(&padded, SIZE, HOP, |magnitudes| {
            let mut rises = [0.0; BANDS];
            for (band, edge) in edges.windows(2).enumerate() {
                let energy: f32 = magnitudes[edge[0]..edge[1]].iter().sum();
                onsets.loudest = onsets.loudest.max(energy);
                let level = (1.0 + 10.0 * energy).ln();
                let rise = level - if before[band].is_nan() { level } else { before[band] };
                before[band] = level;
                rises[band] = rise.max(0.0);
            }
            onsets.strength.push(rises.iter().sum::<f32>() / BANDS as f32);
            onsets.low.push(rises[..6].iter().sum());
            onsets.chroma.push(super::key::chroma(magnitudes, &notes));
        });
        let mean = onsets.strength.iter().sum::<f32>() / onsets.strength.len().max(1) as f32;
        onsets.strength.iter_mut().for_each(|strength| *strength -= mean);
        onsets
    }

    /// Whether anything is heard at all.
    pub(super) fn is_heard(&self) -> bool {
        self.loudest > 1e-3
    }
}

/// The first bin of each band: equally wide on the mel scale from 30 Hz to 10 kHz, and at least one bin.
fn edges() -> Vec<usize> {
    let mel = |hertz: f32| 2595.0 * (1.0 + hertz / 700.0).log10();
    let (low, high) = (mel(30.0), mel(10_000.0));
    let mut edges: Vec<usize> = Vec::new();
    for band in 0..=BANDS {
        let hertz = 700.0 * (10.0_f32.powf((low + (high - low) * band as f32 / BANDS as f32) / 2595.0) - 1.0);
        let bin = (hertz * SIZE as f32 / RATE).round() as usize;
        edges.push(bin.max(edges.last().map_or(1, |before| before + 1)));
    }
    edges
}
