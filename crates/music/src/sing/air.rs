//! The air above 10 kHz, where the voice has nothing: noise that follows what sounds between 6 and 11 kHz.

use crate::SAMPLE_RATE;
use crate::synth::Noise;
use std::f32::consts::TAU;

/// What the air follows begins here, in Hz.
const FOLLOWED: f32 = 6_000.0;
/// The air begins here, in Hz.
const LOWEST: f32 = 9_500.0;
/// How fast it follows, in seconds.
const SMOOTHING: f32 = 0.004;

/// Adds air to samples at [`SAMPLE_RATE`]; `level` is its share of what it follows.
pub(super) fn add_air(samples: &mut [f32], level: f32, seed: u32) {
    if level <= 0.0 {
        return;
    }
    let mut followed = [HighPass::new(FOLLOWED), HighPass::new(FOLLOWED)];
    let mut shaped = [HighPass::new(LOWEST), HighPass::new(LOWEST)];
    let mut noise = Noise::new(seed);
    let keep = (-1.0 / (SMOOTHING * SAMPLE_RATE as f32)).exp();
    let mut loudness = 0.0_f32;
    for sample in samples {
        let bright = followed.iter_mut().fold(*sample, |value, filter| filter.tick(value));
        loudness = bright.abs() + (loudness - bright.abs()) * keep;
        let air = shaped.iter_mut().fold(noise.next(), |value, filter| filter.tick(value));
        *sample += air * loudness * level;
    }
}

/// A second-order Butterworth high-pass after Bristow-Johnson's "Audio EQ Cookbook".
struct HighPass {
    b: [f32; 3],
    a: [f32; 2],
    memory: [f32; 2],
}

impl HighPass {
    fn new(hertz: f32) -> Self {
        let omega = TAU * hertz / SAMPLE_RATE as f32;
        let (cos, alpha) = (omega.cos(), omega.sin() * std::f32::consts::FRAC_1_SQRT_2);
        let b = [(1.0 + cos) / 2.0, -1.0 - cos, (1.0 + cos) / 2.0].map(|b| b / (1.0 + alpha));
        Self { b, a: [-2.0 * cos / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)], memory: [0.0; 2] }
    }

    fn tick(&mut self, input: f32) -> f32 {
        let out = self.b[0] * input + self.memory[0];
        self.memory[0] = self.b[1] * input - self.a[0] * out + self.memory[1];
        self.memory[1] = self.b[2] * input - self.a[1] * out;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_no_air_and_a_hiss_gains_some() {
        let mut silence = vec![0.0; 4000];
        add_air(&mut silence, 1.0, 3);
        assert!(silence.iter().all(|sample| *sample == 0.0));
        let hiss: Vec<f32> = (0..4000).map(|at| 0.1 * (TAU * 9_000.0 * at as f32 / 44_100.0).sin()).collect();
        let mut airy = hiss.clone();
        add_air(&mut airy, 1.0, 3);
        let added: f32 = airy.iter().zip(&hiss).map(|(new, old)| (new - old).powi(2)).sum();
        let energy: f32 = hiss.iter().map(|sample| sample * sample).sum();
        assert!((0.01..1.0).contains(&(added / energy)), "{}", added / energy);
    }
}
