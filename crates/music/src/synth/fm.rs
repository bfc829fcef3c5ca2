//! Frequency modulation (Chowning 1973): two pairs of a carrier and a modulator. Electric piano, bells, flute, sub bass.

use super::envelope::{Adsr, Envelope};
use super::noise::Noise;
use super::wave::{Phase, sine};
use super::{BLOCK, Block, RATE, Voice, hertz};
use crate::compose::Note;

/// One carrier with its modulator; ratios are to the note's frequency.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) carrier: f32,
    pub(super) modulator: f32,
    /// Depth of modulation in cycles at full velocity.
    pub(super) index: f32,
    /// Time until the modulation has fallen to a hundredth, in seconds.
    pub(super) index_decay: f32,
    pub(super) level: f32,
}

/// What an FM instrument is.
#[derive(Clone, Copy)]
pub(super) struct FmTone {
    pub(super) pairs: [Pair; 2],
    pub(super) envelope: Adsr,
    /// Depth of the vibrato in semitones, reached after a third of a second.
    pub(super) vibrato: f32,
    /// Level of breath noise.
    pub(super) breath: f32,
    /// How far the pitch starts above, in semitones; it falls within 50 ms.
    pub(super) drop: f32,
}

pub(super) struct FmVoice {
    tone: FmTone,
    pitch: Glide,
    phases: [[Phase; 2]; 2],
    envelope: Envelope,
    noise: Noise,
    breath: f32,
    velocity: f32,
    age: f32,
}

impl FmVoice {
    pub(super) fn new(tone: FmTone, note: &Note) -> Self {
        Self {
            tone,
            pitch: Glide::new(note),
            phases: [[Phase::new(0.0); 2]; 2],
            envelope: Envelope::new(tone.envelope, note.length),
            noise: Noise::new(note.variation),
            breath: 0.0,
            velocity: note.velocity,
            age: 0.0,
        }
    }
}

impl Voice for FmVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let drop = self.tone.drop * (-self.age * 60.0).exp();
        let pitch = self.pitch.next() + vibrato(self.tone.vibrato, self.age) + drop;
        let base = hertz(pitch) / RATE;
        let (level, slope) = self.envelope.next();
        out.left = [0.0; BLOCK];
        // High notes get less modulation, or their sidebands would fold back.
        let bright = (0.35 + 0.65 * self.velocity) * (0.05 / base).min(1.0).sqrt();
        for (pair, phases) in self.tone.pairs.iter().zip(&mut self.phases) {
            if pair.level <= 0.0 {
                continue;
            }
            let index = pair.index * bright * (-4.6 * self.age / pair.index_decay).exp();
            let (carrier, modulator) = (base * pair.carrier, base * pair.modulator);
            let (from, modulating) = (phases[0].advance(carrier), phases[1].advance(modulator));
            for (step, sample) in out.left.iter_mut().enumerate() {
                let at = step as f32;
                let bend = index * sine(modulating + modulator * at);
                *sample += pair.level * sine(from + carrier * at + bend);
            }
        }
        if self.tone.breath > 0.0 {
            for sample in &mut out.left {
                self.breath += 0.25 * (self.noise.next() - self.breath);
                *sample += self.tone.breath * self.breath;
            }
        }
        for (step, sample) in out.left.iter_mut().enumerate() {
            *sample *= (level + slope * step as f32) * self.velocity;
        }
        out.right = out.left;
        self.age += BLOCK as f32 / RATE;
        !self.envelope.is_over()
    }
}

/// Vibrato of about five and a half turns a second, in semitones at `age` seconds.
pub(super) fn vibrato(depth: f32, age: f32) -> f32 {
    depth * ((age - 0.12) * 4.0).clamp(0.0, 1.0) * sine(age * 5.4)
}

/// A pitch that may slide into its note.
pub(super) struct Glide {
    now: f32,
    target: f32,
}

impl Glide {
    pub(super) fn new(note: &Note) -> Self {
        let target = f32::from(note.pitch);
        Self { now: note.slide_from.map_or(target, f32::from), target }
    }

    /// The pitch of the next block: nine tenths of the way in 60 ms.
    pub(super) fn next(&mut self) -> f32 {
        let now = self.now;
        self.now += (self.target - self.now) * 0.055;
        now
    }
}
