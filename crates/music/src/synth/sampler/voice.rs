//! One note of a recorded instrument.

use super::SampledTone;
use super::bank::Recording;
use super::brightness::Brightness;
use super::index::{Instrument, Zone};
use super::life::Life;
use super::sinc::{ONE, Table, added, read, table};
use crate::compose::Note;
use crate::synth::fm::{Glide, vibrato};
use crate::synth::{BLOCK, Block, RATE, Voice, from_db, hertz};

/// No note starts earlier than this before its beat, in seconds.
const EARLIEST: f32 = 0.03;
/// The velocity, of 0 to 1, at which the bank's gains hold: 100 of 127.
const REFERENCE: f32 = 100.0 / 127.0;
/// How much of the difference between the sides of a wide tone is left.
const WIDTH: f32 = 0.45;
/// Notes further out of the recorded range, in semitones, are played octaves nearer.
const STRETCH: i32 = 7;

pub(in crate::synth) struct SampledVoice {
    samples: &'static [i16],
    table: &'static Table,
    /// First sample of the loop and the one after its last, or the note's end twice.
    from: u64,
    to: u64,
    loops: bool,
    /// Where the channels read; the second is used by wide tones only.
    at: [u64; 2],
    tone: SampledTone,
    glide: Glide,
    /// From the glide's pitch to octaves above the recording as it is.
    shift: f32,
    rate: f64,
    brightness: [Brightness; 2],
    life: Life,
    gain: f32,
    age: f32,
    hurry: f32,
}

/// The recorded note that plays a pitch, and how many octaves away, in semitones, it is played instead.
fn zone_of(about: &Instrument, pitch: u8) -> Option<(&Zone, i32)> {
    let [low, high] = about.playable_keys.map(i32::from);
    let mut key = i32::from(pitch);
    while key < low - STRETCH {
        key += 12;
    }
    while key > high + STRETCH {
        key -= 12;
    }
    let inside = key.clamp(low, high);
    let zone = about.zones.iter().find(|zone| (zone.keys[0]..=zone.keys[1]).contains(&(inside as u8)))?;
    Some((zone, key - i32::from(pitch)))
}

/// Samples by which a note must begin before its beat so that it speaks on it.
pub(super) fn early(about: &Instrument, pitch: u8) -> u64 {
    let Some((zone, octaves)) = zone_of(about, pitch) else { return 0 };
    let stretch = ((zone.root_key - f32::from(pitch) - octaves as f32) / 12.0).exp2();
    ((zone.onset_ms / 1000.0 * stretch).min(EARLIEST) * RATE) as u64
}

impl SampledVoice {
    pub(super) fn new(tone: SampledTone, recording: Recording, note: &Note) -> Option<Self> {
        let about = recording.about;
        let (zone, octaves) = zone_of(about, note.pitch)?;
        let end = (zone.length, zone.length);
        let (from, to) = zone.looped.unwrap_or(end);
        let place = |sample: usize| ((zone.start + sample) as u64) << 32;
        let velocity = note.velocity.clamp(0.0, 1.0);
        let brightness = Brightness::new(about, velocity, hertz(f32::from(note.pitch) + octaves as f32));
        Some(Self {
            samples: recording.samples,
            table: table(),
            from: place(from),
            to: place(to),
            loops: zone.looped.is_some(),
            at: [place(0); 2],
            tone,
            glide: Glide::new(note),
            shift: octaves as f32 - zone.root_key + zone.tune_cents / 100.0,
            rate: f64::from(about.sample_rate) / f64::from(RATE) * ONE,
            brightness: [brightness.clone(), brightness],
            life: Life::new(about, zone, note.length, tone.release),
            gain: from_db(zone.gain_db) * (velocity / REFERENCE).powf(tone.dynamics) / 32_767.0,
            age: 0.0,
            // No two hands shake at one speed.
            hurry: 0.92 + 0.16 * (note.variation % 64) as f32 / 63.0,
        })
    }

    /// Reads a block and says whether the recording goes on.
    fn play(&mut self, channel: usize, pitch: f32, out: &mut [f32; BLOCK]) -> bool {
        let step = (self.rate * f64::from((pitch + self.shift) / 12.0).exp2()) as u64;
        let mut at = self.at[channel];
        let mut sums = [[0.0_f32; 4]; BLOCK];
        let (mut done, mut goes_on) = (0, true);
        while done < BLOCK {
            if at >= self.to {
                if !self.loops {
                    goes_on = false;
                    break;
                }
                at -= self.to - self.from;
                continue;
            }
            let count = ((self.to - at).div_ceil(step.max(1)) as usize).min(BLOCK - done);
            for sums in &mut sums[done..done + count] {
                *sums = read(self.samples, self.table, at);
                at += step;
            }
            done += count;
        }
        self.at[channel] = at;
        for (sample, sums) in out.iter_mut().zip(sums) {
            *sample = added(sums);
        }
        goes_on
    }
}

impl Voice for SampledVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let swing = vibrato(1.0, self.age * self.hurry);
        let pitch = self.glide.next() + self.tone.vibrato * swing;
        let spread = self.tone.spread;
        let (level, slope) = self.life.next();
        // Vibrato of a player is heard in the level too.
        let gain = self.gain * (1.0 + 0.25 * self.tone.vibrato * swing);
        let mut goes_on = self.play(0, pitch + spread, &mut out.left);
        self.brightness[0].run(&mut out.left);
        for (step, sample) in out.left.iter_mut().enumerate() {
            *sample *= gain * (level + slope * step as f32);
        }
        if spread > 0.0 {
            goes_on |= self.play(1, pitch - spread, &mut out.right);
            self.brightness[1].run(&mut out.right);
            for (step, sample) in out.right.iter_mut().enumerate() {
                *sample *= gain * (level + slope * step as f32);
            }
            // Two heads soon have nothing in common: a section that is heard in one room has.
            for (left, right) in out.left.iter_mut().zip(out.right.iter_mut()) {
                let (middle, side) = (0.5 * (*left + *right), 0.5 * WIDTH * (*left - *right));
                (*left, *right) = (middle + side, middle - side);
            }
        } else {
            out.right = out.left;
        }
        self.age += BLOCK as f32 / RATE;
        goes_on && !self.life.is_over()
    }
}
