//! A feedback delay network of eight lines (Jot and Chaigne 1991) with a Hadamard matrix.

use super::Stereo;
use super::biquad::Biquad;
use crate::synth::RATE;

const LINES: usize = 8;
/// A power of two above the longest line.
const SIZE: usize = 4096;
/// Lengths in samples: primes, so that echoes do not fall together.
const LENGTHS: [usize; LINES] = [1123, 1399, 1693, 1979, 2287, 2647, 3083, 3571];
/// Time between the sound and its room, in samples (18 ms).
const PREDELAY: usize = 794;

pub(super) struct Reverb {
    lines: Vec<[f32; LINES]>,
    early: Vec<[f32; 2]>,
    at: usize,
    gains: [f32; LINES],
    damped: [f32; LINES],
    tone: [Biquad; 2],
}

impl Reverb {
    /// `seconds` is the time in which the room falls by 60 dB.
    pub(super) fn new(seconds: f32) -> Self {
        Self {
            lines: vec![[0.0; LINES]; SIZE],
            early: vec![[0.0; 2]; 1024],
            at: 0,
            gains: LENGTHS.map(|length| (-6.9 * length as f32 / (RATE * seconds.max(0.2))).exp()),
            damped: [0.0; LINES],
            tone: [Biquad::high_pass(220.0), Biquad::low_pass(8500.0)],
        }
    }

    /// Replaces the dry bus by its room.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        for (left, right) in bus.left.iter_mut().zip(bus.right.iter_mut()) {
            self.early[self.at % 1024] = [*left, *right];
            let input = self.early[(self.at + 1024 - PREDELAY) % 1024];
            let mut taps = [0.0; LINES];
            for line in 0..LINES {
                let tap = self.lines[(self.at + SIZE - LENGTHS[line]) % SIZE][line];
                // High tones die sooner, as in a room with people in it.
                self.damped[line] += 0.62 * (tap - self.damped[line]);
                taps[line] = self.damped[line] * self.gains[line];
            }
            let wet = [taps[0] + taps[2] - taps[4] + taps[6], taps[1] - taps[3] + taps[5] + taps[7]];
            let mixed = hadamard(taps);
            let row = &mut self.lines[self.at % SIZE];
            for line in 0..LINES {
                row[line] = mixed[line] + input[line % 2] * 0.5;
            }
            self.at = (self.at + 1) % SIZE;
            let [high, low] = &mut self.tone;
            [*left, *right] = low.tick(high.tick(wet));
        }
    }
}

#[inline(always)]
fn hadamard(mut x: [f32; LINES]) -> [f32; LINES] {
    for width in [1, 2, 4] {
        let old = x;
        for line in 0..LINES {
            x[line] =
                if line & width == 0 { old[line] + old[line ^ width] } else { old[line ^ width] - old[line] };
        }
    }
    x.map(|value| value * 0.353_553_4)
}
