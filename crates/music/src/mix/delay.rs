//! An echo in time with the song that goes from side to side.

use super::ring::Ring;
use crate::synth::{BLOCK, Block, RATE};

pub(super) struct Delay {
    samples: usize,
    lines: [Ring; 2],
    dull: [f32; 2],
}

impl Delay {
    /// Three eighths of a bar's beat pair: a dotted eighth at this tempo.
    pub(super) fn new(tempo_bpm: f32) -> Self {
        let samples = ((60.0 / tempo_bpm * 0.75 * RATE) as usize).max(BLOCK);
        Self { samples, lines: [Ring::new(samples), Ring::new(samples)], dull: [0.0; 2] }
    }

    /// Replaces the dry block by its echoes.
    pub(super) fn run(&mut self, block: &mut Block) {
        let mut scratch = Block::SILENCE;
        let left = *self.lines[0].read(self.samples, &mut scratch.left);
        let right = *self.lines[1].read(self.samples, &mut scratch.right);
        let echo = Block { left, right };
        let mut back = Block::SILENCE;
        for at in 0..BLOCK {
            let echoes = [echo.left[at], echo.right[at]];
            for (dull, echo) in self.dull.iter_mut().zip(echoes) {
                *dull += 0.4 * (echo - *dull);
            }
            back.left[at] = 0.5 * (block.left[at] + block.right[at]) + 0.36 * self.dull[1];
            back.right[at] = 0.6 * self.dull[0];
        }
        // Numbers too small to be heard are slow to reckon with.
        self.dull = self.dull.map(|dull| if dull.abs() < 1e-12 { 0.0 } else { dull });
        self.lines[0].push(|line| *line = back.left);
        self.lines[1].push(|line| *line = back.right);
        *block = echo;
    }
}
