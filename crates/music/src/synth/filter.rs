//! A state-variable filter (Zavalishin, "The Art of VA Filter Design", 2012, chapter 4), two channels at once.

use super::{Block, RATE};

/// What has passed below the cutoff, at it, or above it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Low,
    Band,
    High,
}

/// The filter's memory and settings.
#[derive(Clone)]
pub(crate) struct Filter {
    first: [f32; 2],
    second: [f32; 2],
    gain: f32,
    damping: f32,
}

impl Filter {
    pub(crate) fn new(cutoff: f32, resonance: f32) -> Self {
        let mut filter = Self { first: [0.0; 2], second: [0.0; 2], gain: 0.0, damping: 1.0 };
        filter.set(cutoff, resonance);
        filter
    }

    /// Cutoff in hertz; resonance as quality factor, 0.5 and more.
    pub(crate) fn set(&mut self, cutoff: f32, resonance: f32) {
        let cutoff = cutoff.clamp(15.0, RATE * 0.42);
        self.gain = (std::f32::consts::PI * cutoff / RATE).tan();
        self.damping = 1.0 / resonance.max(0.5);
    }

    /// Filters one sample of both channels.
    #[inline(always)]
    pub(crate) fn tick(&mut self, input: [f32; 2], pass: Pass) -> [f32; 2] {
        let (g, r) = (self.gain, self.damping);
        let a = 1.0 / (1.0 + g * (g + r));
        let mut out = [0.0; 2];
        for channel in 0..2 {
            let high = (input[channel] - (g + r) * self.first[channel] - self.second[channel]) * a;
            let band = g * high + self.first[channel];
            let low = g * band + self.second[channel];
            self.first[channel] = g * high + band;
            self.second[channel] = g * band + low;
            out[channel] = match pass {
                Pass::Low => low,
                Pass::Band => band * r,
                Pass::High => high,
            };
        }
        out
    }

    /// Lets the low part of a block through.
    pub(crate) fn low_pass(&mut self, block: &mut Block) {
        for (left, right) in block.left.iter_mut().zip(block.right.iter_mut()) {
            [*left, *right] = self.tick([*left, *right], Pass::Low);
        }
    }
}
