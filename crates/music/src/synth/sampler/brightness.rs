//! Soft notes are duller: a low-pass that the velocity opens, or a shelf where the recording knows one band only.

use super::index::Instrument;
use crate::synth::{BLOCK, RATE};

/// Where the low-pass is wider than this, in hertz, it is left out: nothing of it would be heard.
const OPEN: f32 = 11_500.0;
/// Corner of the shelf, in hertz.
const SHELF: f32 = 2_200.0;
/// The shelf's range over all velocities, in dB.
const SHELF_DB: f32 = 8.0;
/// The velocity at which a recording sounds as it was made, of 0 to 1.
const USUAL: f32 = 0.8;

/// The filters of one channel of a note.
#[derive(Clone)]
pub(super) struct Brightness {
    low_pass: Option<LowPass>,
    shelf: Option<Shelf>,
}

impl Brightness {
    pub(super) fn new(about: &Instrument, velocity: f32, hertz: f32) -> Self {
        let bands = &about.velocity_cutoff_hz;
        // The second partial is left to every note, or high soft ones would vanish.
        let cutoff = cutoff(bands, velocity * 127.0).max(2.0 * hertz);
        let shelf_db = if bands.len() < 2 { SHELF_DB * (velocity - USUAL) } else { 0.0 };
        Self {
            low_pass: (cutoff < OPEN).then(|| LowPass::new(cutoff)),
            shelf: (shelf_db != 0.0).then(|| Shelf::new(shelf_db)),
        }
    }

    pub(super) fn run(&mut self, samples: &mut [f32; BLOCK]) {
        if let Some(filter) = &mut self.low_pass {
            filter.run(samples);
        }
        if let Some(shelf) = &mut self.shelf {
            shelf.run(samples);
        }
    }
}

/// The cutoff at a velocity, on a straight line of octaves between the bands' highest velocities.
fn cutoff(bands: &[(f32, f32)], velocity: f32) -> f32 {
    let Some(after) = bands.iter().position(|(highest, _)| *highest >= velocity) else {
        return bands.last().map_or(OPEN, |band| band.1);
    };
    let (to, hertz) = bands[after];
    let Some((from, below)) = after.checked_sub(1).map(|before| bands[before]) else { return hertz };
    below * (hertz / below).powf((velocity - from) / (to - from))
}

/// Twelve dB an octave without a hump (the "Audio EQ Cookbook" of Bristow-Johnson, quality 0.707).
#[derive(Clone)]
struct LowPass {
    forward: f32,
    back: [f32; 2],
    memory: [f32; 2],
}

impl LowPass {
    fn new(cutoff: f32) -> Self {
        let turn = std::f32::consts::TAU * cutoff / RATE;
        let alpha = turn.sin() * std::f32::consts::FRAC_1_SQRT_2;
        let scale = 1.0 / (1.0 + alpha);
        Self {
            forward: 0.5 * (1.0 - turn.cos()) * scale,
            back: [-2.0 * turn.cos() * scale, (1.0 - alpha) * scale],
            memory: [0.0; 2],
        }
    }

    fn run(&mut self, samples: &mut [f32; BLOCK]) {
        let [mut first, mut second] = self.memory;
        for sample in samples {
            let input = *sample * self.forward;
            let out = input + first;
            // Grouped so that the way from one sample to the next is short.
            first = (2.0 * input + second) - self.back[0] * out;
            second = input - self.back[1] * out;
            *sample = out;
        }
        self.memory = [first, second];
    }
}

/// Six dB an octave: what a one-pole low-pass leaves is turned up or down.
#[derive(Clone)]
struct Shelf {
    smooth: f32,
    gain: f32,
    low: f32,
}

impl Shelf {
    fn new(decibels: f32) -> Self {
        let smooth = 1.0 - (-std::f32::consts::TAU * SHELF / RATE).exp();
        Self { smooth, gain: crate::synth::from_db(decibels), low: 0.0 }
    }

    fn run(&mut self, samples: &mut [f32; BLOCK]) {
        let keep = 1.0 - self.smooth;
        for sample in samples {
            self.low = self.low * keep + *sample * self.smooth;
            *sample = self.gain * *sample + (1.0 - self.gain) * self.low;
        }
    }
}
