//! Struck bodies: sixteen sines that each die away in their own time. Vibraphone, music box.

use super::envelope::{Adsr, Envelope};
use super::noise::Noise;
use super::{Block, RATE, Voice, hertz};
use crate::compose::Note;

const PARTIALS: usize = 16;

/// What a struck instrument is.
#[derive(Clone, Copy)]
pub(super) struct ModalTone {
    /// Ratio to the note's frequency and level of each partial.
    pub(super) partials: &'static [(f32, f32)],
    /// Time in which the first partial of A4 falls by 60 dB, in seconds.
    pub(super) decay: f32,
    /// How much faster each higher partial falls.
    pub(super) damping: f32,
    /// Level of the stroke's noise.
    pub(super) knock: f32,
    pub(super) envelope: Adsr,
}

pub(super) struct ModalVoice {
    now: [f32; PARTIALS],
    before: [f32; PARTIALS],
    turn: [f32; PARTIALS],
    shrink: [f32; PARTIALS],
    envelope: Envelope,
    noise: Noise,
    knock: f32,
    velocity: f32,
}

impl ModalVoice {
    pub(super) fn new(tone: ModalTone, note: &Note) -> Self {
        let base = hertz(f32::from(note.pitch));
        let mut voice = Self {
            now: [0.0; PARTIALS],
            before: [0.0; PARTIALS],
            turn: [0.0; PARTIALS],
            shrink: [0.0; PARTIALS],
            envelope: Envelope::new(tone.envelope, note.length),
            noise: Noise::new(note.variation),
            knock: tone.knock * note.velocity,
            velocity: note.velocity,
        };
        // A soft stroke leaves the high partials out.
        let softness = 2.2 - 1.6 * note.velocity;
        for index in 0..PARTIALS {
            let (ratio, level) = tone.partials.get(index).copied().unwrap_or((1.0, 0.0));
            let frequency = base * ratio;
            if level <= 0.0 || frequency > RATE * 0.4 {
                continue;
            }
            let level = level * (-softness * 0.16 * index as f32).exp();
            let decay = tone.decay * (440.0 / base).powf(0.6) / (1.0 + tone.damping * index as f32);
            let fall = (-6.9 / (decay * RATE)).exp();
            let angle = std::f32::consts::TAU * frequency / RATE;
            voice.turn[index] = 2.0 * fall * angle.cos();
            voice.shrink[index] = fall * fall;
            voice.now[index] = level * angle.sin();
        }
        voice
    }
}

impl Voice for ModalVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let (level, slope) = self.envelope.next();
        for (step, sample) in out.left.iter_mut().enumerate() {
            // Four sums side by side: the order is fixed, and four partials go at once.
            let mut sums = [0.0_f32; 4];
            for group in 0..PARTIALS / 4 {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let index = group * 4 + lane;
                    let next = self.turn[index] * self.now[index] - self.shrink[index] * self.before[index];
                    *sum += self.now[index];
                    self.before[index] = self.now[index];
                    self.now[index] = next;
                }
            }
            let sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
            *sample = sum * (level + slope * step as f32) * self.velocity;
        }
        if self.knock > 1e-4 {
            for sample in &mut out.left {
                *sample += self.knock * self.noise.next();
            }
            self.knock *= 0.72;
        }
        out.right = out.left;
        !self.envelope.is_over()
    }
}
