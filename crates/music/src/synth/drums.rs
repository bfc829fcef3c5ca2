//! Drum kits: recorded ones, and synthesised ones of a falling tone, filtered noise and metal. Each stroke is made once
//! and then played back.

use super::filter::{Filter, Pass};
use super::noise::Noise;
use super::wave::{Phase, add_saw, sine, wrapped};
use super::{BLOCK, Block, RATE, Voice, from_db, sampler};
use crate::plan::Patch;
use crate::style::Drum;
use std::sync::Arc;

/// What a drum is made of.
#[derive(Clone, Copy)]
struct Hit {
    /// Where the tone starts and comes to rest, in hertz, and the time it takes to fall, in seconds.
    pitch: (f32, f32, f32),
    tone: f32,
    tone_decay: f32,
    noise: f32,
    noise_decay: f32,
    /// Centre or edge of the noise, in hertz.
    colour: f32,
    pass: Pass,
    /// Level of six inharmonic squares, as in cymbals of drum machines.
    metal: f32,
    /// How often the noise starts anew, 11 ms apart, as in a clap.
    bursts: u32,
    drive: f32,
    level: f32,
}

const QUIET: Hit = Hit {
    pitch: (200.0, 200.0, 0.02),
    tone: 0.0,
    tone_decay: 0.1,
    noise: 0.0,
    noise_decay: 0.1,
    colour: 6000.0,
    pass: Pass::High,
    metal: 0.0,
    bursts: 1,
    drive: 1.0,
    level: 0.5,
};

/// The drum as any kit has it, unless it has its own.
fn usual(drum: Drum) -> Hit {
    let tom = |pitch: f32| Hit {
        pitch: (pitch * 1.5, pitch, 0.05),
        tone: 1.0,
        tone_decay: 0.42,
        noise: 0.12,
        noise_decay: 0.06,
        colour: 900.0,
        pass: Pass::Band,
        level: 0.72,
        ..QUIET
    };
    match drum {
        Drum::Kick => Hit {
            pitch: (190.0, 52.0, 0.035),
            tone: 1.0,
            tone_decay: 0.32,
            noise: 0.16,
            noise_decay: 0.018,
            colour: 2600.0,
            pass: Pass::Band,
            drive: 1.6,
            level: 1.0,
            ..QUIET
        },
        Drum::Snare => Hit {
            pitch: (290.0, 188.0, 0.02),
            tone: 0.6,
            tone_decay: 0.16,
            noise: 0.75,
            noise_decay: 0.2,
            colour: 1400.0,
            drive: 1.4,
            level: 0.8,
            ..QUIET
        },
        Drum::Clap => Hit {
            noise: 1.0,
            noise_decay: 0.17,
            colour: 1350.0,
            pass: Pass::Band,
            bursts: 4,
            level: 0.62,
            ..QUIET
        },
        Drum::Rim => Hit {
            pitch: (1720.0, 1650.0, 0.01),
            tone: 0.8,
            tone_decay: 0.035,
            noise: 0.4,
            noise_decay: 0.02,
            colour: 2400.0,
            pass: Pass::Band,
            level: 0.4,
            ..QUIET
        },
        Drum::ClosedHat => {
            Hit { noise: 0.7, noise_decay: 0.055, metal: 0.5, colour: 7800.0, level: 0.38, ..QUIET }
        }
        Drum::OpenHat => {
            Hit { noise: 0.6, noise_decay: 0.34, metal: 0.6, colour: 7200.0, level: 0.38, ..QUIET }
        }
        Drum::Shaker => {
            Hit { noise: 1.0, noise_decay: 0.075, colour: 6200.0, pass: Pass::Band, level: 0.27, ..QUIET }
        }
        Drum::Tambourine => {
            Hit { noise: 0.5, noise_decay: 0.13, metal: 0.8, colour: 8600.0, level: 0.27, ..QUIET }
        }
        Drum::Ride => Hit { noise: 0.25, noise_decay: 0.7, metal: 1.0, colour: 5200.0, level: 0.26, ..QUIET },
        Drum::Crash => Hit { noise: 1.0, noise_decay: 1.7, metal: 0.5, colour: 3600.0, level: 0.46, ..QUIET },
        Drum::TomLow => tom(86.0),
        Drum::TomMiddle => tom(122.0),
        Drum::TomHigh => tom(168.0),
        Drum::Conga => Hit { level: 0.45, tone_decay: 0.2, ..tom(260.0) },
    }
}

/// The drum as this synthesised kit has it.
fn hit_of(kit: Patch, drum: Drum) -> Hit {
    let usual = usual(drum);
    match (kit, drum) {
        (Patch::House909Kit, Drum::Kick) => {
            Hit { pitch: (260.0, 50.0, 0.028), tone_decay: 0.36, noise: 0.2, drive: 2.2, ..usual }
        }
        (Patch::House909Kit, Drum::Snare) => Hit { noise_decay: 0.17, colour: 2000.0, drive: 1.8, ..usual },
        (Patch::Trap808Kit, Drum::Kick) => {
            Hit { pitch: (150.0, 44.0, 0.05), tone_decay: 0.62, noise: 0.05, drive: 1.7, ..usual }
        }
        (Patch::Trap808Kit, Drum::Snare) => {
            Hit { pitch: (330.0, 210.0, 0.015), tone: 0.4, noise_decay: 0.12, colour: 3600.0, ..usual }
        }
        (Patch::Trap808Kit, Drum::ClosedHat) => {
            Hit { metal: 0.9, noise: 0.35, noise_decay: 0.035, colour: 9000.0, ..usual }
        }
        (Patch::TechnoKit, Drum::Kick) => Hit {
            pitch: (420.0, 43.0, 0.02),
            tone_decay: 0.24,
            noise: 0.12,
            colour: 4200.0,
            drive: 4.5,
            ..usual
        },
        (Patch::TechnoKit, Drum::Snare) => {
            Hit { tone: 0.1, noise_decay: 0.12, colour: 4200.0, drive: 3.0, level: 0.55, ..usual }
        }
        (Patch::TechnoKit, Drum::Clap) => Hit { noise_decay: 0.26, colour: 1900.0, drive: 2.0, ..usual },
        (Patch::TechnoKit, Drum::ClosedHat) => {
            Hit { metal: 1.0, noise_decay: 0.03, colour: 10_000.0, drive: 2.5, level: 0.55, ..usual }
        }
        (Patch::TechnoKit, Drum::OpenHat) => {
            Hit { metal: 1.0, noise: 0.3, noise_decay: 0.22, colour: 8800.0, drive: 2.0, ..usual }
        }
        _ => usual,
    }
}

/// One stroke of a drum; `variant` gives its noise and a slightly other pitch.
pub(super) fn strike(kit: Patch, drum: Drum, variant: u32) -> Vec<f32> {
    sampler::strike(kit, drum, variant).unwrap_or_else(|| synthesise(kit, drum, variant))
}

/// What makes a synthesised kit as loud as the recorded ones, in dB.
fn kit_db(kit: Patch) -> f32 {
    match kit {
        Patch::House909Kit => -1.4,
        Patch::Trap808Kit => -0.8,
        Patch::TechnoKit => -2.7,
        _ => 0.0,
    }
}

fn synthesise(kit: Patch, drum: Drum, variant: u32) -> Vec<f32> {
    let level = from_db(kit_db(kit));
    let hit = hit_of(kit, drum);
    let longest = if hit.tone > 0.0 { hit.tone_decay.max(hit.noise_decay) } else { hit.noise_decay };
    let length = ((longest * 1.25 + 0.02) * RATE) as usize;
    let mut noise = Noise::new(variant + 977 * u32::from(drum.key()));
    let tuning = 1.0 + 0.012 * noise.next();
    let mut samples = vec![0.0; length];
    add_noise(&mut samples, &hit, &mut noise);
    add_tone(&mut samples, &hit, tuning);
    let peak = samples.iter().fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    let fade = (length / 8).max(1);
    for (at, sample) in samples.iter_mut().enumerate() {
        let driven = *sample / peak * hit.drive;
        let shaped =
            driven * (1.0 + 0.2 * driven.abs()) / (1.0 + 0.45 * driven * driven + 0.2 * driven.abs());
        *sample = shaped * hit.level * level * ((length - at) as f32 / fade as f32).min(1.0);
    }
    samples
}

fn add_tone(samples: &mut [f32], hit: &Hit, tuning: f32) {
    if hit.tone <= 0.0 {
        return;
    }
    let (from, to, time) = hit.pitch;
    let mut bend = (from - to) * tuning;
    let bend_fall = (-1.0 / (time * RATE)).exp();
    let mut level = hit.tone;
    let level_fall = (-6.9 / (hit.tone_decay * 1.25 * RATE)).exp();
    let mut phase = 0.0;
    for sample in samples {
        *sample += level * sine(phase);
        phase = wrapped(phase + (to * tuning + bend) / RATE);
        bend *= bend_fall;
        level *= level_fall;
    }
}

fn add_noise(samples: &mut [f32], hit: &Hit, noise: &mut Noise) {
    /// The six square oscillators of a well-known drum machine's cymbals, in hertz.
    const METAL: [f32; 6] = [205.3, 304.4, 369.6, 522.7, 359.4, 540.0];
    let mut filter = Filter::new(hit.colour, 0.9);
    let mut phases = METAL.map(|_| Phase::new(noise.next() * 0.5));
    let fall = (-6.9 / (hit.noise_decay * 1.2 * RATE)).exp();
    let burst = (0.011 * RATE) as usize;
    let mut level = 1.0;
    for (number, chunk) in samples.chunks_mut(BLOCK).enumerate() {
        let mut metal = [0.0; BLOCK];
        if hit.metal > 0.0 {
            for (phase, frequency) in phases.iter_mut().zip(METAL) {
                add_saw(&mut metal, phase, frequency * 4.2 / RATE, hit.metal * 0.35);
            }
        }
        for (step, sample) in chunk.iter_mut().enumerate() {
            let at = number * BLOCK + step;
            if at.is_multiple_of(burst) && at / burst < hit.bursts as usize {
                level = 1.0;
            }
            let raw = (hit.noise * noise.next() + metal[step]) * level;
            *sample += filter.tick([raw; 2], hit.pass)[0];
            level *= if at / burst + 1 < hit.bursts as usize { 0.992 } else { fall };
        }
    }
}

/// A stroke that is played back.
pub(super) struct DrumVoice {
    stroke: Arc<Vec<f32>>,
    at: usize,
    gain: f32,
    /// Where another drum of its group silences it.
    until: usize,
}

/// A silenced drum falls silent within 8 ms.
const CHOKE: usize = (RATE * 0.008) as usize;

impl DrumVoice {
    /// `until`: samples after which another drum of the group silences it.
    pub(super) fn new(kit: Patch, stroke: Arc<Vec<f32>>, velocity: f32, until: u64) -> Self {
        /// The velocity at which recorded drums have the levels of their index: 100 of 127.
        const REFERENCE: f32 = 100.0 / 127.0;
        // Loudness follows the hand more than in proportion: recorded drums by the bank's law.
        let gain =
            if sampler::is_recorded(kit) { (velocity / REFERENCE).powi(2) } else { velocity.powf(1.4) };
        Self { stroke, at: 0, gain, until: usize::try_from(until).unwrap_or(usize::MAX) }
    }

    /// The level of the sample at `at` after those that silence it.
    fn choked(&self, at: usize) -> f32 {
        1.0 - at.saturating_sub(self.until).min(CHOKE) as f32 / CHOKE as f32
    }
}

impl Voice for DrumVoice {
    fn fill(&mut self, out: &mut Block) -> bool {
        let end = self.stroke.len().min(self.until.saturating_add(CHOKE));
        let from = self.at.min(end);
        let rest = &self.stroke[from..end];
        let count = rest.len().min(BLOCK);
        out.left = [0.0; BLOCK];
        for (sample, stroke) in out.left.iter_mut().zip(&rest[..count]) {
            *sample = stroke * self.gain;
        }
        if from + count > self.until {
            for (step, sample) in out.left.iter_mut().enumerate() {
                *sample *= self.choked(from + step);
            }
        }
        out.right = out.left;
        self.at = from + count;
        self.at < end
    }
}

/// Drums of one group, above 0, silence each other: there is one pair of hats.
pub(super) fn mute_group(drum: Drum) -> u8 {
    u8::from(matches!(drum, Drum::ClosedHat | Drum::OpenHat))
}

/// Where a drum stands, -1 left to 1 right, as the audience sees it.
pub(super) fn place(drum: Drum) -> f32 {
    match drum {
        Drum::Kick | Drum::Snare => 0.0,
        Drum::Clap => 0.08,
        Drum::Rim => -0.15,
        Drum::ClosedHat | Drum::OpenHat => 0.3,
        Drum::Shaker => -0.45,
        Drum::Tambourine => 0.5,
        Drum::Ride => -0.4,
        Drum::Crash => 0.35,
        Drum::TomLow => -0.4,
        Drum::TomMiddle => 0.0,
        Drum::TomHigh => 0.4,
        Drum::Conga => -0.5,
    }
}
