//! Plucked strings: a burst of noise that runs round in a damped loop (Karplus and Strong 1983; tuned after Jaffe and
//! Smith 1983). Guitars, koto, harp, upright and picked bass.

use super::noise::Noise;
use super::{BLOCK, Block, RATE, Voice, hertz};
use crate::compose::Note;

/// What a plucked instrument is.
#[derive(Clone, Copy)]
pub(super) struct PluckTone {
    /// Time in which A3 falls by 60 dB, in seconds.
    pub(super) sustain: f32,
    /// How bright the pick is, 0 to 1.
    pub(super) pick: f32,
    /// How much the loop dulls the string with each turn, 0 to 0.5.
    pub(super) dullness: f32,
    /// Where the string is plucked, as a share of its length.
    pub(super) position: f32,
    /// Time in which it dies once let go, in seconds.
    pub(super) release: f32,
}

pub(super) struct PluckVoice {
    string: Vec<f32>,
    at: usize,
    /// Of the allpass that tunes the loop between two samples.
    fraction: f32,
    allpass: [f32; 2],
    dull: f32,
    last: f32,
    keep: f32,
    released: f32,
    gate: i64,
    level: f32,
    fade: f32,
}

impl PluckVoice {
    pub(super) fn new(tone: PluckTone, note: &Note) -> Self {
        let frequency = hertz(f32::from(note.pitch)).min(4000.0);
        let dull = tone.dullness * (frequency / 330.0).clamp(0.4, 1.0);
        let length = RATE / frequency - dull;
        let whole = (length - 0.3).floor().max(2.0);
        let part = length - whole;
        let fall = |seconds: f32| (-6.9 / (frequency * seconds)).exp();
        let sustain = tone.sustain * (220.0 / frequency).powf(0.5);
        Self {
            string: excite(tone, note, whole as usize),
            at: 0,
            fraction: (1.0 - part) / (1.0 + part),
            allpass: [0.0; 2],
            dull,
            last: 0.0,
            keep: fall(sustain),
            released: fall(tone.release),
            gate: i64::from(note.length),
            level: note.velocity,
            fade: 1.0,
        }
    }
}

/// The string at the moment of the pluck: noise, dulled by a soft pick, combed by the place of plucking.
fn excite(tone: PluckTone, note: &Note, length: usize) -> Vec<f32> {
    let mut noise = Noise::new(note.variation);
    let open = (tone.pick * (0.35 + 0.65 * note.velocity)).clamp(0.05, 1.0);
    let mut smooth = 0.0;
    let raw: Vec<f32> = (0..length + 16)
        .map(|_| {
            smooth += open * (noise.next() - smooth);
            smooth
        })
        .skip(16)
        .collect();
    let comb = ((length as f32 * tone.position) as usize).clamp(1, length - 1);
    let mut string: Vec<f32> =
        (0..length).map(|at| raw[at] - 0.9 * raw[(at + length - comb) % length]).collect();
    let mean = string.iter().sum::<f32>() / length as f32;
    let power = string.iter().map(|sample| (sample - mean).powi(2)).sum::<f32>() / length as f32;
    let scale = 0.25 / power.sqrt().max(1e-6);
    string.iter_mut().for_each(|sample| *sample = (*sample - mean) * scale);
    string
}

impl Voice for PluckVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let keep = if self.gate > 0 { self.keep } else { self.released };
        let mut loudest = 0.0_f32;
        for sample in &mut out.left {
            let string = self.string[self.at];
            let dulled = (string + self.dull * (self.last - string)) * keep;
            self.last = string;
            let tuned = self.fraction * (dulled - self.allpass[1]) + self.allpass[0];
            self.allpass = [dulled, tuned];
            self.string[self.at] = tuned;
            self.at += 1;
            if self.at == self.string.len() {
                self.at = 0;
            }
            loudest = loudest.max(string.abs());
            *sample = string * self.level * self.fade;
        }
        out.right = out.left;
        self.gate -= BLOCK as i64;
        self.gate > 0 || loudest > 0.0008
    }
}
