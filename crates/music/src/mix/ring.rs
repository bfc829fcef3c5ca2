//! A delay line that is written and read a block at a time.

use crate::synth::BLOCK;

/// The last samples of one channel.
pub(super) struct Ring {
    samples: Vec<f32>,
    at: usize,
}

impl Ring {
    /// A line for delays of up to `longest` samples.
    pub(super) fn new(longest: usize) -> Self {
        Self { samples: vec![0.0; (longest + BLOCK).next_power_of_two()], at: 0 }
    }

    /// What lies `delay` samples before the block that is pushed next; no delay is shorter than `N`. What is torn by the
    /// line's end is put together in `scratch`.
    #[inline]
    pub(super) fn read<'a, const N: usize>(
        &'a self,
        delay: usize,
        scratch: &'a mut [f32; N],
    ) -> &'a [f32; N] {
        let length = self.samples.len();
        let from = (self.at + length - delay) & (length - 1);
        if let Some(whole) = self.samples[from..].first_chunk() {
            return whole;
        }
        let (before, after) = scratch.split_at_mut(length - from);
        before.copy_from_slice(&self.samples[from..]);
        after.copy_from_slice(&self.samples[..after.len()]);
        scratch
    }

    /// Takes the next block, which is written by `fill`: it finds what was pushed a whole line ago.
    #[inline]
    pub(super) fn push(&mut self, fill: impl FnOnce(&mut [f32; BLOCK])) {
        // The line's length is a multiple of a block's, so that no block is torn.
        if let Some(block) = self.samples[self.at..].first_chunk_mut() {
            fill(block);
        }
        self.at = (self.at + BLOCK) & (self.samples.len() - 1);
    }
}
