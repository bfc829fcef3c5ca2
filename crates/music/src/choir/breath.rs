//! The breath before a line.

use crate::random::Stream;
use crate::synth::{Noise, RATE, from_db};
use std::f32::consts::{PI, TAU};

/// Its level where it is loudest, in dBFS; a line has -25.
const LEVEL_DB: f32 = -35.0;
/// The resonances of an open mouth, in Hz, and their widths and levels.
const RESONANCES: [(f32, f32, f32); 3] =
    [(1_150.0, 500.0, 1.0), (2_700.0, 900.0, 0.7), (5_200.0, 1_800.0, 0.2)];
/// What brings the filtered noise to full scale, near enough.
const MAKEUP: f32 = 7.6;

/// A breath of so many seconds: it swells and stops short.
pub(super) fn breath(seconds: f32, stream: &mut Stream) -> Vec<f32> {
    let level = from_db(LEVEL_DB + 3.0 * stream.bell()) * MAKEUP;
    let shift = 1.0 + 0.08 * stream.bell();
    let mut noise = Noise::new(stream.bits());
    let mut resonators =
        RESONANCES.map(|(hertz, width, level)| (Resonator::new(hertz * shift, width), level));
    let count = (seconds * RATE) as usize;
    (0..count)
        .map(|at| {
            let share = at as f32 / count as f32;
            let swell = (PI * share.powf(1.6)).sin().max(0.0);
            let draw = noise.next();
            let sum: f32 =
                resonators.iter_mut().map(|(resonator, level)| resonator.tick(draw) * *level).sum();
            sum * swell * level
        })
        .collect()
}

/// A band-pass of two poles with unit gain at its middle (Bristow-Johnson's "Audio EQ Cookbook").
struct Resonator {
    gain: f32,
    a: [f32; 2],
    memory: [f32; 2],
}

impl Resonator {
    fn new(hertz: f32, width: f32) -> Self {
        let omega = TAU * hertz / RATE;
        let alpha = omega.sin() * width / (2.0 * hertz);
        let a = [-2.0 * omega.cos() / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)];
        Self { gain: alpha / (1.0 + alpha), a, memory: [0.0; 2] }
    }

    fn tick(&mut self, input: f32) -> f32 {
        let out = self.gain * input + self.memory[0];
        self.memory[0] = self.memory[1] - self.a[0] * out;
        self.memory[1] = -self.gain * input - self.a[1] * out;
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breath_is_soft_and_begins_and_ends_in_silence() {
        let samples = breath(0.3, &mut Stream::keyed(1, "verse-1", "breath", 0));
        let level = |part: &[f32]| {
            10.0 * (part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32).log10()
        };
        let third = samples.len() / 3;
        assert!(
            (-40.0..-31.0).contains(&level(&samples[third..2 * third])),
            "{}",
            level(&samples[third..2 * third])
        );
        assert!(samples[0].abs() < 1e-4 && samples[samples.len() - 1].abs() < 1e-3);
    }
}
