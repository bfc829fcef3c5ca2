//! The bus compressor: slow and gentle, so that the parts hang together.

use super::Stereo;
use crate::synth::{BLOCK, RATE};

const THRESHOLD_DB: f32 = -17.0;
const RATIO: f32 = 1.9;

pub(super) struct Compressor {
    power: f32,
    reduction_db: f32,
    gain: f32,
}

impl Compressor {
    pub(super) fn new() -> Self {
        Self { power: 0.0, reduction_db: 0.0, gain: 1.0 }
    }

    /// Works in place; the bus's length is a multiple of the block.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        let towards = |seconds: f32| 1.0 - (-(BLOCK as f32) / RATE / seconds).exp();
        let (attack, release) = (towards(0.02), towards(0.18));
        for (left, right) in bus.left.chunks_mut(BLOCK).zip(bus.right.chunks_mut(BLOCK)) {
            let energy: f32 =
                left.iter().zip(right.iter()).map(|(left, right)| left * left + right * right).sum();
            self.power += 0.3 * (0.5 * energy / left.len() as f32 - self.power);
            let over = 10.0 * (self.power + 1e-9).log10() - THRESHOLD_DB;
            let wanted = over.max(0.0) * (1.0 - 1.0 / RATIO);
            let speed = if wanted > self.reduction_db { attack } else { release };
            self.reduction_db += speed * (wanted - self.reduction_db);
            let target = crate::synth::from_db(-self.reduction_db);
            let slope = (target - self.gain) / left.len() as f32;
            for (step, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
                let gain = self.gain + slope * step as f32;
                *left *= gain;
                *right *= gain;
            }
            self.gain = target;
        }
    }
}
