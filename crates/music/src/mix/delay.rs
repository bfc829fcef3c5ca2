//! An echo in time with the song that goes from side to side.

use super::Stereo;
use crate::synth::RATE;

pub(super) struct Delay {
    line: Vec<[f32; 2]>,
    at: usize,
    dull: [f32; 2],
}

impl Delay {
    /// Three eighths of a bar's beat pair: a dotted eighth at this tempo.
    pub(super) fn new(tempo_bpm: f32) -> Self {
        let samples = (60.0 / tempo_bpm * 0.75 * RATE) as usize;
        Self { line: vec![[0.0; 2]; samples.max(1)], at: 0, dull: [0.0; 2] }
    }

    /// Replaces the dry bus by its echoes.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        for (left, right) in bus.left.iter_mut().zip(bus.right.iter_mut()) {
            let echo = self.line[self.at];
            for (dull, echo) in self.dull.iter_mut().zip(echo) {
                *dull += 0.4 * (echo - *dull);
            }
            let middle = 0.5 * (*left + *right);
            self.line[self.at] = [middle + 0.36 * self.dull[1], 0.6 * self.dull[0]];
            self.at = (self.at + 1) % self.line.len();
            [*left, *right] = echo;
        }
    }
}
