//! The chain of a voice: nothing low, fewer hisses, presence, two compressors in a row.
//!
//! Detectors run sample by sample and gains are found anew every 16 samples of the song, so that blocks of any length
//! give the same samples.

use super::Stereo;
use super::biquad::Biquad;
use crate::plan::{Part, Plan};
use crate::sing::Timbre;
use crate::synth::{RATE, from_db};

/// Samples from one look at the detectors to the next.
const CONTROL: u32 = 16;
/// After so many samples of exact silence nothing rings any more.
const RUNG_OUT: u32 = 22_050;
/// Hisses lie above this, in Hz.
const HISS: f32 = 5_200.0;

/// The chain of one voice.
pub(super) struct VocalChain {
    filters: [Biquad; 3],
    hiss: Biquad,
    /// What is added of what lies above [`HISS`].
    air: f32,
    esser: Leveller,
    stages: [Leveller; 2],
    makeup: f32,
    count: u32,
    silent: u32,
}

impl VocalChain {
    /// How far the words are to be understood moves the presence.
    pub(super) fn new(plan: &Plan, part: Part, timbre: &Timbre) -> Self {
        let clarity = 2.0 * crate::plan::share(plan.knobs.lyrics_strength) - 1.0;
        let low_cut = if timbre.sounds_male { 85.0 } else { 120.0 };
        let (presence, air) = if part == Part::Lead { (3.5 + 2.5 * clarity, 0.35) } else { (-1.0, 0.1) };
        Self {
            filters: [
                Biquad::high_pass(low_cut),
                Biquad::peak(330.0, -2.5, 0.8),
                Biquad::peak(2_600.0, presence, 0.6),
            ],
            air,
            hiss: Biquad::high_pass(HISS),
            esser: Leveller::new(-32.0, 3.0, 0.001, 0.06),
            stages: [Leveller::new(-15.0, 3.5, 0.002, 0.09), Leveller::new(-19.5, 2.2, 0.02, 0.3)],
            makeup: from_db(4.5),
            count: 0,
            silent: 0,
        }
    }

    /// Works in place.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        for (left, right) in bus.left.iter_mut().zip(bus.right.iter_mut()) {
            self.silent = if *left == 0.0 && *right == 0.0 { self.silent.saturating_add(1) } else { 0 };
            if self.silent == RUNG_OUT {
                self.filters.iter_mut().chain([&mut self.hiss]).for_each(Biquad::reset);
            }
            self.count = (self.count + 1) % CONTROL;
            if self.silent < RUNG_OUT {
                [*left, *right] = self.tick([*left, *right]);
            }
        }
    }

    #[inline(always)]
    fn tick(&mut self, input: [f32; 2]) -> [f32; 2] {
        let looks = self.count == 0;
        let mut voice = self.filters.iter_mut().fold(input, |voice, filter| filter.tick(voice));
        let hiss = self.hiss.tick(voice);
        let added = (1.0 + self.air) * self.esser.gain(hiss, looks) - 1.0;
        voice = [voice[0] + added * hiss[0], voice[1] + added * hiss[1]];
        for stage in &mut self.stages {
            let gain = stage.gain(voice, looks);
            voice = voice.map(|sample| sample * gain);
        }
        voice.map(|sample| sample * self.makeup)
    }
}

/// Finds the gain that brings what is above a level nearer to it.
struct Leveller {
    threshold_db: f32,
    slope: f32,
    attack: f32,
    release: f32,
    power: f32,
    wanted: f32,
    gain: f32,
}

impl Leveller {
    fn new(threshold_db: f32, ratio: f32, attack: f32, release: f32) -> Self {
        let towards = |seconds: f32| 1.0 - (-1.0 / (RATE * seconds)).exp();
        Self {
            threshold_db,
            slope: 1.0 - 1.0 / ratio,
            attack: towards(attack),
            release: towards(release),
            power: 0.0,
            wanted: 1.0,
            gain: 1.0,
        }
    }

    #[inline(always)]
    fn gain(&mut self, heard: [f32; 2], looks: bool) -> f32 {
        let power = 0.5 * (heard[0] * heard[0] + heard[1] * heard[1]);
        let speed = if power > self.power { self.attack } else { self.release };
        self.power += speed * (power - self.power);
        if looks {
            let over = 10.0 * (self.power + 1e-9).log10() - self.threshold_db;
            self.wanted = from_db(-self.slope * over.max(0.0));
        }
        // Half a millisecond from one gain to the next.
        self.gain += 0.045 * (self.wanted - self.gain);
        self.gain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::Brief;
    use crate::sing::SINGERS;

    fn chain() -> VocalChain {
        let plan = Plan::from_brief(&Brief::default());
        VocalChain::new(&plan, Part::Lead, &SINGERS[0])
    }

    fn tone(level: f32, hertz: f32, count: usize) -> Vec<f32> {
        (0..count).map(|at| level * (std::f32::consts::TAU * hertz * at as f32 / RATE).sin()).collect()
    }

    fn peak(samples: &[f32]) -> f32 {
        samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    #[test]
    fn by_block_equals_by_sample() {
        let mut voice = tone(0.3, 440.0, 9_000);
        voice.extend(vec![0.0; 30_000]);
        voice.extend(tone(0.1, 700.0, 9_000));
        let whole = {
            let mut bus = Stereo { left: voice.clone(), right: voice.clone() };
            chain().run(&mut bus);
            bus.left
        };
        let mut by_block = Vec::new();
        let mut chain = chain();
        for block in voice.chunks(37) {
            let mut bus = Stereo { left: block.to_vec(), right: block.to_vec() };
            chain.run(&mut bus);
            by_block.extend(bus.left);
        }
        assert_eq!(whole, by_block);
    }

    #[test]
    fn what_is_loud_and_what_hisses_is_held_down() {
        let through = |level, hertz| {
            let voice = tone(level, hertz, 30_000);
            let mut bus = Stereo { left: voice.clone(), right: voice };
            chain().run(&mut bus);
            peak(&bus.left[20_000..]) / level
        };
        // 20 dB more at the door are at most 12 dB more behind it.
        assert!(through(0.5, 440.0) < 0.4 * through(0.05, 440.0));
        assert!(through(0.2, 7_000.0) < 0.6 * through(0.01, 7_000.0));
        assert!(through(0.05, 50.0) < 0.4 * through(0.05, 440.0));
    }
}
