//! How loud a note is over its life. Levels move in straight lines within a block.

use super::{BLOCK, RATE};

/// Times in seconds, sustain as a level of 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Adsr {
    pub(super) attack: f32,
    pub(super) decay: f32,
    pub(super) sustain: f32,
    pub(super) release: f32,
}

/// An envelope under way.
pub(super) struct Envelope {
    shape: Adsr,
    level: f32,
    /// Samples until the key is let go; negative after.
    gate: i64,
    attacking: bool,
}

impl Envelope {
    pub(super) fn new(shape: Adsr, gate: u32) -> Self {
        Self { shape, level: 0.0, gate: i64::from(gate), attacking: true }
    }

    /// The level at the start of the next block and its change for each sample.
    pub(super) fn next(&mut self) -> (f32, f32) {
        let before = self.level;
        let block = BLOCK as f32 / RATE;
        if self.gate <= 0 {
            // The release falls by 60 dB in its time.
            self.level *= (-6.9 * block / self.shape.release.max(0.004)).exp();
        } else if self.attacking {
            self.level += block / self.shape.attack.max(block);
            if self.level >= 1.0 {
                (self.level, self.attacking) = (1.0, false);
            }
        } else {
            let towards = (-4.6 * block / self.shape.decay.max(block)).exp();
            self.level = self.shape.sustain + (self.level - self.shape.sustain) * towards;
        }
        self.gate -= BLOCK as i64;
        (before, (self.level - before) / BLOCK as f32)
    }

    /// Whether nothing more will be heard.
    pub(super) fn is_over(&self) -> bool {
        (self.gate <= 0 || !self.attacking && self.shape.sustain <= 0.0) && self.level < 0.0008
    }
}
