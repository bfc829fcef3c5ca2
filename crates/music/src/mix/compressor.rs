//! Compressors as curves of gain, so that what they do to a sum can be done to each of its parts.

use super::ramp::{Ramp, power};
use crate::synth::{BLOCK, Block, RATE, from_db};

/// How a compressor is set; times in seconds.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) threshold_db: f32,
    pub(super) ratio: f32,
    pub(super) attack: f32,
    pub(super) release: f32,
    /// The share that is compressed, 0 to 1, and how far it is lifted; the rest goes beside it.
    pub(super) share: f32,
    pub(super) lift_db: f32,
}

/// Holds the whole mix together: slow and gentle.
pub(super) const GLUE: Setting =
    Setting { threshold_db: -17.0, ratio: 1.7, attack: 0.03, release: 0.2, share: 1.0, lift_db: 0.0 };

pub(super) struct Compressor {
    setting: Setting,
    attack: f32,
    release: f32,
    power: f32,
    reduction_db: f32,
    gain: f32,
}

impl Compressor {
    pub(super) fn new(setting: Setting) -> Self {
        let resting = 1.0 + setting.share * (from_db(setting.lift_db) - 1.0);
        let (attack, release) = (each_block(setting.attack), each_block(setting.release));
        Self { setting, attack, release, power: 0.0, reduction_db: 0.0, gain: resting }
    }

    /// The gain of a block, which follows the level of `heard` times `gain`, or ends where it is `held`.
    pub(super) fn ramp(&mut self, heard: &Block, gain: f32, held: Option<f32>) -> Ramp {
        self.power += 0.3 * (gain * gain * power(heard) - self.power);
        let over = 10.0 * (self.power + 1e-9).log10() - self.setting.threshold_db;
        let wanted = over.max(0.0) * (1.0 - 1.0 / self.setting.ratio);
        let speed = if wanted > self.reduction_db { self.attack } else { self.release };
        self.reduction_db += speed * (wanted - self.reduction_db);
        let pressed = from_db(self.setting.lift_db - self.reduction_db);
        let from = self.gain;
        self.gain = held.unwrap_or(1.0 + self.setting.share * (pressed - 1.0));
        Ramp { from, to: self.gain }
    }
}

/// The share of the way to a goal that a block covers, if the way takes about `seconds`.
pub(super) fn each_block(seconds: f32) -> f32 {
    1.0 - (-(BLOCK as f32) / RATE / seconds).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(setting: Setting, level: f32) -> f32 {
        let mut compressor = Compressor::new(setting);
        let block = Block { left: [level; BLOCK], right: [level; BLOCK] };
        (0..4000).map(|_| compressor.ramp(&block, 1.0, None).to).last().unwrap_or_default()
    }

    #[test]
    fn what_is_over_the_threshold_comes_out_by_the_ratio() {
        let hard = Setting { threshold_db: -20.0, ratio: 4.0, ..GLUE };
        assert!((settled(hard, from_db(-30.0)) - 1.0).abs() < 1e-3);
        let found = 20.0 * settled(hard, from_db(-8.0)).log10();
        assert!((found + 9.0).abs() < 0.1, "{found} dB for 12 dB over a ratio of four");
    }

    #[test]
    fn a_parallel_share_lifts_what_is_quiet_and_leaves_what_is_loud() {
        let beside = Setting { threshold_db: -30.0, ratio: 20.0, share: 0.5, lift_db: 6.0, ..GLUE };
        assert!(settled(beside, from_db(-50.0)) > 1.45);
        assert!((0.5..0.75).contains(&settled(beside, from_db(-6.0))));
    }
}
