//! What makes room for what: the kick pushes down what it is told to, the voice pushes down the band.

use super::compressor::each_block;
use super::ramp::{Ramp, power};
use crate::synth::{Block, RATE, from_db};

/// The pump of dance music, in time with the notes of the kick.
pub(super) struct Kicks {
    starts: Vec<u64>,
    next: usize,
    pushed: f32,
    smooth: f32,
    depth: f32,
}

impl Kicks {
    pub(super) fn new(starts: Vec<u64>, depth_db: f32) -> Self {
        Self { starts, next: 0, pushed: 0.0, smooth: 0.0, depth: 1.0 - from_db(-depth_db) }
    }

    /// How far each sample from `start` on is let through; nothing if no sample is held back.
    pub(super) fn gains(&mut self, start: u64, samples: usize) -> Vec<f32> {
        if self.depth <= 0.0 {
            return Vec::new();
        }
        let (fall, rise) = ((-1.0 / (0.11 * RATE)).exp(), 1.0 - (-1.0 / (0.004 * RATE)).exp());
        let mut gains = Vec::with_capacity(samples);
        for sample in start..start + samples as u64 {
            if self.starts.get(self.next).is_some_and(|kick| *kick <= sample) {
                self.pushed = 1.0;
                self.next += 1;
            }
            self.pushed *= fall;
            self.smooth += rise * (self.pushed - self.smooth);
            gains.push(1.0 - self.depth * self.smooth);
        }
        gains
    }
}

/// How far the band steps back while somebody sings, in dB.
pub(super) const UNDER_THE_VOICE_DB: f32 = 2.0;
/// A voice below this level is a breath or a tail, in dB.
const SILENT_DB: f32 = -46.0;
/// From this level on the whole depth is used, in dB.
const SINGING_DB: f32 = -32.0;

/// Follows the voice.
pub(super) struct VoiceDuck {
    power: f32,
    /// 0 (nobody sings) to 1.
    singing: f32,
    gain: f32,
}

impl VoiceDuck {
    pub(super) fn new() -> Self {
        Self { power: 0.0, singing: 0.0, gain: 1.0 }
    }

    /// The gain of what is not the voice, over one block of the voice.
    pub(super) fn ramp(&mut self, voice: &Block, held: Option<f32>) -> Ramp {
        self.power += each_block(0.02) * (power(voice) - self.power);
        let level = 10.0 * (self.power + 1e-9).log10();
        let wanted = ((level - SILENT_DB) / (SINGING_DB - SILENT_DB)).clamp(0.0, 1.0);
        let speed = if wanted > self.singing { each_block(0.06) } else { each_block(0.35) };
        self.singing += speed * (wanted - self.singing);
        let from = self.gain;
        self.gain = held.unwrap_or_else(|| from_db(-UNDER_THE_VOICE_DB * self.singing));
        Ramp { from, to: self.gain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::BLOCK;

    #[test]
    fn the_band_steps_back_under_the_voice_and_comes_forward_again() {
        let mut duck = VoiceDuck::new();
        let sung = Block { left: [0.1; BLOCK], right: [0.1; BLOCK] };
        let blocks = |seconds: f32| (seconds * RATE) as usize / BLOCK;
        let sung: Vec<f32> = (0..blocks(0.5)).map(|_| duck.ramp(&sung, None).to).collect();
        let after: Vec<f32> = (0..blocks(2.0)).map(|_| duck.ramp(&Block::SILENCE, None).to).collect();
        let decibels = |gain: f32| 20.0 * gain.log10();
        assert!((-2.0..=-1.5).contains(&decibels(sung[sung.len() - 1])), "{:?}", sung.last());
        assert!(decibels(after[blocks(0.1)]) < -1.0 && decibels(after[after.len() - 1]) > -0.1);
    }

    #[test]
    fn a_kick_pushes_and_lets_go() {
        let mut kicks = Kicks::new(vec![100], 6.0);
        let gains = kicks.gains(0, 30_000);
        assert_eq!(gains[99], 1.0);
        assert!((0.5..0.62).contains(&gains[700]) && gains[29_999] > 0.99, "{}", gains[700]);
    }
}
