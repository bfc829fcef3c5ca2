//! A feedback delay network of sixteen lines (Jot and Chaigne 1991) with a Hadamard matrix, after a row of allpasses that
//! makes its echoes dense (Schroeder 1962). Everything within the loop works on whole blocks, since no line is shorter.

use super::biquad::{self, Biquad};
use super::ring::Ring;
use crate::synth::{BLOCK, Block, RATE};

const LINES: usize = 16;
const DIFFUSERS: usize = 4;
/// How much of a diffuser's sound goes round again.
const DIFFUSION: f32 = 0.6;

/// The shape of a room. Lengths are in samples, and primes, so that echoes do not fall together.
pub(super) struct Walls {
    lengths: [usize; LINES],
    /// Of the left and of the right channel.
    diffusers: [[usize; DIFFUSERS]; 2],
    /// Time between the sound and its room.
    predelay: usize,
    /// How much high tones lose at a wall; 0.25 silences half the sample rate.
    damping: f32,
    /// What is let through, in hertz.
    low_cut: f32,
    high_cut: f32,
}

/// A hall: 18 ms until it answers. The lines are 0.8 s long together: some 0.8 modes in each hertz.
pub(super) const HALL: Walls = Walls {
    lengths: [1129, 1277, 1433, 1571, 1709, 1867, 2003, 2161, 2297, 2447, 2609, 2753, 2917, 3061, 3221, 3391],
    diffusers: [[113, 163, 241, 359], [127, 179, 257, 383]],
    predelay: 794,
    damping: 0.16,
    low_cut: 220.0,
    high_cut: 9000.0,
};

/// A chamber with hard walls: 3 ms until it answers.
pub(super) const CHAMBER: Walls = Walls {
    lengths: [337, 379, 421, 463, 509, 557, 601, 647, 691, 739, 787, 829, 877, 929, 977, 1021],
    diffusers: [[67, 89, 107, 149], [71, 97, 113, 157]],
    predelay: 131,
    damping: 0.1,
    low_cut: 160.0,
    high_cut: 10_500.0,
};

pub(super) struct Reverb {
    lines: Vec<(usize, f32, Ring)>,
    damping: f32,
    diffusers: [Vec<(usize, Ring)>; 2],
    predelay: (usize, [Ring; 2]),
    tone: [Biquad; 2],
    /// What has come out of the lines; kept, so that it need not be cleared.
    taps: Box<[[f32; BLOCK]; LINES]>,
}

impl Reverb {
    /// `seconds` is the time in which the room falls by 60 dB.
    pub(super) fn new(walls: &Walls, seconds: f32) -> Self {
        let gain = |length: usize| (-6.9 * length as f32 / (RATE * seconds.max(0.2))).exp();
        let line = |length: usize| (length, gain(length), Ring::new(length + 1));
        Self {
            lines: walls.lengths.into_iter().map(line).collect(),
            damping: walls.damping,
            diffusers: walls.diffusers.map(|row| row.map(|length| (length, Ring::new(length))).into()),
            predelay: (walls.predelay, [Ring::new(walls.predelay), Ring::new(walls.predelay)]),
            tone: [Biquad::high_pass(walls.low_cut), Biquad::low_pass(walls.high_cut)],
            taps: Box::new([[0.0; BLOCK]; LINES]),
        }
    }

    /// Replaces the dry block by its room.
    pub(super) fn run(&mut self, block: &mut Block) {
        let Block { left, right } = block;
        let delayed = &mut self.predelay;
        for (channel, (samples, ring)) in
            [&mut *left, &mut *right].into_iter().zip(&mut delayed.1).enumerate()
        {
            let mut input = *ring.read(delayed.0, &mut [0.0; BLOCK]);
            ring.push(|line| *line = *samples);
            self.diffusers[channel].iter_mut().for_each(|(length, ring)| diffuse(*length, ring, &mut input));
            *samples = input;
        }
        let taps = &mut self.taps;
        for (tap, (length, gain, ring)) in taps.iter_mut().zip(&self.lines) {
            read_damped(ring, *length, *gain, self.damping, tap);
        }
        let wet = outputs(taps);
        hadamard(taps);
        for (number, (tap, (_, _, ring))) in taps.iter_mut().zip(&mut self.lines).enumerate() {
            let input: &[f32; BLOCK] = if number % 2 == 0 { left } else { right };
            // A quarter makes the matrix keep energy as it is.
            ring.push(|line| {
                for ((line, tap), input) in line.iter_mut().zip(tap).zip(input) {
                    *line = 0.25 * *tap + 0.36 * input;
                }
            });
        }
        [*left, *right] = wet;
        biquad::run(&mut self.tone, left, right);
    }
}

/// An allpass: every tone keeps its level, a click becomes a row of clicks.
fn diffuse(length: usize, ring: &mut Ring, samples: &mut [f32; BLOCK]) {
    let late = *ring.read(length, &mut [0.0; BLOCK]);
    ring.push(|line| {
        for ((sample, late), inner) in samples.iter_mut().zip(&late).zip(line) {
            *inner = *sample + DIFFUSION * late;
            *sample = late - DIFFUSION * *inner;
        }
    });
}

/// What comes out of a line. High tones lose more, as in a room with people in it: three taps, so that nothing within
/// the block waits for the sample before it.
#[inline]
fn read_damped(ring: &Ring, length: usize, gain: f32, damping: f32, out: &mut [f32; BLOCK]) {
    let mut scratch = [0.0; BLOCK + 2];
    let window = ring.read(length + 1, &mut scratch);
    let (middle, outer) = (gain * (1.0 - 2.0 * damping), gain * damping);
    for (at, out) in out.iter_mut().enumerate() {
        *out = middle * window[at + 1] + outer * (window[at] + window[at + 2]);
    }
}

/// Even lines to the left, odd ones to the right, with signs that have nothing in common.
fn outputs(taps: &[[f32; BLOCK]; LINES]) -> [[f32; BLOCK]; 2] {
    const SIGNS: [f32; LINES] =
        [1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0];
    let mut wet = [[0.0; BLOCK]; 2];
    for (number, (tap, sign)) in taps.iter().zip(SIGNS).enumerate() {
        super::ramp::add(&mut wet[number % 2], tap, sign);
    }
    wet
}

fn hadamard(lines: &mut [[f32; BLOCK]; LINES]) {
    for width in [1, 2, 4, 8] {
        for pair in lines.chunks_exact_mut(2 * width) {
            let (upper, lower) = pair.split_at_mut(width);
            let lower = lower.as_flattened_mut();
            for (upper, lower) in upper.as_flattened_mut().iter_mut().zip(lower) {
                (*upper, *lower) = (*upper + *lower, *upper - *lower);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer of a room to one click in each channel.
    fn answer(walls: &Walls, seconds: f32, blocks: usize) -> [Vec<f32>; 2] {
        let mut reverb = Reverb::new(walls, seconds);
        let mut heard = [Vec::new(), Vec::new()];
        for number in 0..blocks {
            let mut block = Block::SILENCE;
            if number == 0 {
                (block.left[0], block.right[0]) = (1.0, 1.0);
            }
            reverb.run(&mut block);
            heard[0].extend(block.left);
            heard[1].extend(block.right);
        }
        heard
    }

    /// The same network, sample by sample: each delay is an index into all that was pushed before.
    fn by_sample(walls: &Walls, seconds: f32, input: &[f32]) -> [Vec<f32>; 2] {
        let past = |line: &[f32], at: usize, delay: usize| at.checked_sub(delay).map_or(0.0, |at| line[at]);
        let mut fed = [input.to_vec(), input.to_vec()];
        for (channel, fed) in fed.iter_mut().enumerate() {
            *fed = (0..input.len()).map(|at| past(input, at, walls.predelay)).collect();
            for length in walls.diffusers[channel] {
                let mut inner = Vec::new();
                for (at, value) in fed.iter_mut().enumerate() {
                    let late = past(&inner, at, length);
                    inner.push(*value + DIFFUSION * late);
                    *value = late - DIFFUSION * inner[at];
                }
            }
        }
        let mut lines = vec![Vec::new(); LINES];
        let (mut heard, mut tone) = ([Vec::new(), Vec::new()], Reverb::new(walls, seconds).tone);
        for (at, fed) in fed[0].iter().zip(&fed[1]).enumerate() {
            let mut taps = [[0.0; BLOCK]; LINES];
            for (tap, (line, length)) in taps.iter_mut().zip(lines.iter().zip(walls.lengths)) {
                let gain = (-6.9 * length as f32 / (RATE * seconds)).exp();
                let outer = past(line, at, length + 1) + past(line, at, length - 1);
                let middle = (1.0 - 2.0 * walls.damping) * past(line, at, length);
                tap[0] = gain * (middle + walls.damping * outer);
            }
            let wet = outputs(&taps).map(|channel| channel[0]);
            hadamard(&mut taps);
            for (number, (line, tap)) in lines.iter_mut().zip(taps).enumerate() {
                line.push(0.25 * tap[0] + 0.36 * [fed.0, fed.1][number % 2]);
            }
            let wet = tone[0].tick(wet);
            let wet = tone[1].tick(wet);
            (0..2).for_each(|channel| heard[channel].push(wet[channel]));
        }
        heard
    }

    #[test]
    fn by_block_is_by_sample() {
        for walls in [&HALL, &CHAMBER] {
            let mut click = vec![0.0; 120 * BLOCK];
            click[0] = 1.0;
            let (block, sample) = (answer(walls, 1.5, 120), by_sample(walls, 1.5, &click));
            for (block, sample) in block.iter().zip(&sample) {
                assert!(block.iter().zip(sample).all(|(one, other)| (one - other).abs() < 1e-6));
                assert!(block.iter().any(|value| value.abs() > 0.01));
            }
        }
    }

    fn decibels(samples: &[f32]) -> f32 {
        10.0 * (samples.iter().map(|value| value * value).sum::<f32>() / samples.len() as f32).log10()
    }

    #[test]
    fn a_hall_falls_evenly_and_in_the_time_it_says() {
        let [left, right] = answer(&HALL, 2.0, 44_100 * 2 / BLOCK);
        for channel in [&left, &right] {
            let levels: Vec<f32> = channel[6615..].chunks_exact(2205).map(decibels).collect();
            let fall = (levels[0] - levels[20]) / (20.0 * 0.05);
            // High tones die sooner, so that the whole falls a little faster than 30 dB in a second.
            assert!((28.0..45.0).contains(&fall), "{fall} dB/s");
            let strays = levels.windows(2).map(|pair| pair[0] - pair[1] - fall * 0.05);
            assert!(strays.clone().all(|stray| stray.abs() < 3.0), "{levels:?}");
        }
    }

    #[test]
    fn no_tone_of_a_room_rings_on_and_its_sides_have_little_in_common() {
        for (walls, seconds) in [(&HALL, 2.5), (&CHAMBER, 0.5)] {
            let [left, right] = answer(walls, seconds, (44_100.0 * seconds) as usize / BLOCK);
            // A sound of Gaussian density has a kurtosis of 3; single echoes have more.
            let kurtosis = |late: &[f32]| {
                let mean =
                    |power: i32| late.iter().map(|value| value.powi(power)).sum::<f32>() / late.len() as f32;
                mean(4) / (mean(2) * mean(2))
            };
            let late: Vec<f32> = left[4410..11_025].chunks_exact(882).map(kurtosis).collect();
            assert!(late.iter().sum::<f32>() / (late.len() as f32) < 4.0, "{late:?}");
            let both: f32 = left.iter().zip(&right).map(|(left, right)| left * right).sum();
            let sum = |channel: &[f32]| channel.iter().map(|value| value * value).sum::<f32>();
            let alike = both / (sum(&left) * sum(&right)).sqrt();
            assert!(alike.abs() < 0.25, "{alike}");
        }
    }
}
