//! Subtractive synthesis: detuned saws or squares through a moving low-pass. Pads, strings, brass, leads, synth bass.

use super::envelope::{Adsr, Envelope};
use super::filter::Filter;
use super::fm::{Glide, vibrato};
use super::noise::Noise;
use super::wave::{Phase, add_saw, sine};
use super::{BLOCK, Block, RATE, Voice, hertz};
use crate::compose::Note;

/// The most oscillators a tone may have.
const MOST: usize = 7;

/// What a subtractive instrument is.
#[derive(Clone, Copy)]
pub(super) struct SawTone {
    /// Oscillators, 1 to 7, spread over the stereo image.
    pub(super) count: usize,
    /// Distance of the outermost from the note, in semitones.
    pub(super) detune: f32,
    /// Squares in place of saws.
    pub(super) square: bool,
    /// Level of a sine at the note's own pitch (or an octave below for a `sub_octave`).
    pub(super) sub: f32,
    pub(super) sub_octave: bool,
    /// The filter at rest, in hertz for A3; it follows the pitch by half.
    pub(super) cutoff: f32,
    pub(super) resonance: f32,
    /// How far velocity and the filter's envelope open it, in octaves.
    pub(super) opening: f32,
    /// Time until the filter's envelope has fallen to a hundredth, in seconds.
    pub(super) closing: f32,
    pub(super) envelope: Adsr,
    /// Depth of the vibrato in semitones.
    pub(super) vibrato: f32,
}

pub(super) struct SawVoice {
    tone: SawTone,
    pitch: Glide,
    phases: [Phase; MOST],
    halves: [Phase; MOST],
    sub: Phase,
    filter: Filter,
    envelope: Envelope,
    velocity: f32,
    age: f32,
}

impl SawVoice {
    pub(super) fn new(tone: SawTone, note: &Note) -> Self {
        let mut noise = Noise::new(note.variation);
        let free = tone.count > 1;
        let phases = [(); MOST].map(|()| Phase::new(if free { noise.next() } else { 0.0 }));
        Self {
            tone,
            pitch: Glide::new(note),
            phases,
            halves: phases.map(|mut phase| Phase::new(phase.advance(0.0) + 0.5)),
            sub: Phase::new(0.0),
            filter: Filter::new(1000.0, tone.resonance),
            envelope: Envelope::new(tone.envelope, note.length),
            velocity: note.velocity,
            age: 0.0,
        }
    }

    fn oscillate(&mut self, out: &mut Block, pitch: f32) {
        let count = self.tone.count.clamp(1, MOST);
        let gain = 0.5 / (count as f32).sqrt();
        for index in 0..count {
            let place = if count > 1 { index as f32 / (count - 1) as f32 * 2.0 - 1.0 } else { 0.0 };
            let increment = hertz(pitch + self.tone.detune * place) / RATE;
            // Neighbours go to opposite sides, so that neither side is sharp.
            let side = if index % 2 == 0 { place } else { -place };
            let mut wave = [0.0; BLOCK];
            add_saw(&mut wave, &mut self.phases[index], increment, gain);
            if self.tone.square {
                add_saw(&mut wave, &mut self.halves[index], increment, -gain);
            }
            for (step, sample) in wave.iter().enumerate() {
                out.left[step] += sample * (1.0 - 0.7 * side);
                out.right[step] += sample * (1.0 + 0.7 * side);
            }
        }
    }
}

impl Voice for SawVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let pitch = self.pitch.next() + vibrato(self.tone.vibrato, self.age);
        *out = Block::SILENCE;
        self.oscillate(out, pitch);
        let moved = self.tone.opening * ((-4.6 * self.age / self.tone.closing).exp() + self.velocity - 0.8);
        let tracked = self.tone.cutoff * ((pitch - 57.0) / 24.0 + moved).exp2();
        self.filter.set(tracked.min(15_000.0), self.tone.resonance);
        self.filter.low_pass(out);
        if self.tone.sub > 0.0 {
            let octave = if self.tone.sub_octave { 12.0 } else { 0.0 };
            let increment = hertz(pitch - octave) / RATE;
            let start = self.sub.advance(increment);
            for step in 0..BLOCK {
                let sub = self.tone.sub * sine(start + increment * step as f32);
                out.left[step] += sub;
                out.right[step] += sub;
            }
        }
        let (level, slope) = self.envelope.next();
        for step in 0..BLOCK {
            let gain = (level + slope * step as f32) * self.velocity;
            out.left[step] *= gain;
            out.right[step] *= gain;
        }
        self.age += BLOCK as f32 / RATE;
        !self.envelope.is_over()
    }
}
