//! Gains that move from one value to another within a block, and what is done to blocks with them.

use crate::synth::{BLOCK, Block};

/// A gain at the start of a block and at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ramp {
    pub(super) from: f32,
    pub(super) to: f32,
}

impl Ramp {
    /// Lets everything through.
    pub(super) const ONE: Self = Self { from: 1.0, to: 1.0 };

    /// Both gains, one after the other.
    pub(super) fn times(self, other: Self) -> Self {
        Self { from: self.from * other.from, to: self.to * other.to }
    }

    #[inline]
    pub(super) fn scale(self, samples: &mut [f32; BLOCK]) {
        let slope = (self.to - self.from) / BLOCK as f32;
        for (step, sample) in samples.iter_mut().enumerate() {
            *sample *= self.from + slope * step as f32;
        }
    }

    pub(super) fn scale_block(self, block: &mut Block) {
        self.scale(&mut block.left);
        self.scale(&mut block.right);
    }
}

/// Adds one channel to another.
#[inline]
pub(super) fn add(sum: &mut [f32; BLOCK], samples: &[f32; BLOCK], gain: f32) {
    for (sum, sample) in sum.iter_mut().zip(samples) {
        *sum += sample * gain;
    }
}

/// Adds a block to another.
pub(super) fn add_block(sum: &mut Block, block: &Block, gain: f32) {
    add_pair(sum, [&block.left, &block.right], gain);
}

/// Adds two channels to a block.
#[inline]
pub(super) fn add_pair(sum: &mut Block, [left, right]: [&[f32; BLOCK]; 2], gain: f32) {
    add(&mut sum.left, left, gain);
    add(&mut sum.right, right, gain);
}

/// The mean power of both channels.
pub(super) fn power(block: &Block) -> f32 {
    // Eight sums at once, since one alone would wait for each addition.
    let mut sums = [0.0_f32; 8];
    for channel in [&block.left, &block.right] {
        for part in channel.as_chunks::<8>().0 {
            for (sum, sample) in sums.iter_mut().zip(part) {
                *sum += sample * sample;
            }
        }
    }
    sums.iter().sum::<f32>() / (2 * BLOCK) as f32
}
