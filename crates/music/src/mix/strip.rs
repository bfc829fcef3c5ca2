//! One channel of the desk: drive, equaliser, level, and how much of it goes to which room.

use super::Stereo;
use super::biquad::{self, Biquad};
use crate::plan::{Part, Patch, Plan};
use crate::style::Space;
use crate::synth::from_db;

/// What a channel is set to; levels in dB.
struct Setting {
    level: f32,
    /// Everything below, in hertz, goes.
    low_cut: f32,
    /// Frequency, gain and quality of the one band.
    band: (f32, f32, f32),
    /// Gain above 6 kHz.
    air: f32,
    /// How hard the channel is driven; 0 is clean.
    drive: f32,
    /// Whether the kick pushes it down.
    ducked: bool,
}

pub(super) struct Strip {
    filters: [Biquad; 3],
    cabinet: Option<[Biquad; 2]>,
    gain: f32,
    drive: f32,
    pub(super) ducked: bool,
}

/// How much of a channel goes to the rooms and the echo, after its fader.
#[derive(Clone, Copy)]
pub(super) struct Sends {
    pub(super) chamber: f32,
    pub(super) hall: f32,
    pub(super) delay: f32,
}

impl Sends {
    pub(super) fn new(part: Part, patch: Patch) -> Self {
        let (chamber, hall, delay) = match part {
            Part::Drums => (-13.0, -22.0, -60.0),
            Part::Bass => (-60.0, -60.0, -60.0),
            // A wall of amplifiers stands in a room, not in a hall.
            _ if patch == Patch::DistortedGuitar => (-13.0, -22.0, -60.0),
            Part::Chords => (-18.0, -10.5, -22.0),
            Part::Arp => (-20.0, -9.0, -9.0),
            Part::Pad => (-60.0, -6.0, -24.0),
            Part::Lead => (-18.0, -10.0, -10.5),
            Part::Harmony => (-17.0, -7.5, -12.0),
            Part::Counter => (-18.0, -7.5, -9.0),
        };
        Self { chamber: from_db(chamber), hall: from_db(hall), delay: from_db(delay) }
    }
}

const fn setting(level: f32, low_cut: f32, band: (f32, f32, f32), air: f32) -> Setting {
    Setting { level, low_cut, band, air, drive: 0.0, ducked: false }
}

/// The usual balance: the lead in front, drums and bass beneath it, the rest behind.
fn usual(part: Part) -> Setting {
    match part {
        Part::Drums => setting(-3.0, 30.0, (380.0, -2.5, 0.9), 3.0),
        Part::Bass => Setting { ducked: true, ..setting(-1.0, 32.0, (240.0, -1.5, 0.8), 0.0) },
        Part::Chords => Setting { ducked: true, ..setting(-5.5, 120.0, (350.0, -2.5, 0.8), 4.0) },
        Part::Arp => Setting { ducked: true, ..setting(-7.0, 220.0, (2400.0, 1.0, 0.7), 4.0) },
        Part::Pad => Setting { ducked: true, ..setting(-11.5, 180.0, (420.0, -3.0, 0.7), 4.0) },
        Part::Lead => setting(0.5, 140.0, (2600.0, 2.0, 0.8), 4.0),
        Part::Harmony => setting(-8.0, 180.0, (2600.0, -1.0, 0.8), 1.0),
        Part::Counter => setting(-5.0, 180.0, (1800.0, 0.5, 0.8), 3.0),
    }
}

impl Strip {
    pub(super) fn new(plan: &Plan, part: Part, patch: Patch, space: &Space) -> Self {
        let mut setting = usual(part);
        match patch {
            // Recorded through an amplifier: what is left to do is to bind the notes of a chord.
            Patch::DistortedGuitar => (setting.drive, setting.level) = (1.5, -4.5),
            Patch::LeadGuitar | Patch::OverdrivenGuitar => setting.drive = 0.8,
            Patch::AcidBass | Patch::SubBass | Patch::PickBass => setting.drive = 0.9,
            Patch::WarmPad | Patch::SawPad | Patch::Strings if part == Part::Chords => setting.level -= 3.0,
            // Short sounds are loud for a moment only and need less room in the balance than their level says.
            Patch::PluckSynth | Patch::MutedGuitar | Patch::Bell | Patch::MusicBox => setting.level -= 1.0,
            _ => (),
        }
        if plan.voice(part).is_some() {
            // A voice comes shaped; what was set for the patch is not for it.
            (setting.drive, setting.low_cut, setting.band, setting.air) =
                (0.0, 60.0, (2600.0, 0.0, 0.8), 0.0);
        }
        match part {
            Part::Drums => setting.level += space.drums_db,
            Part::Lead => setting.level += 3.0 * (plan.knobs.lyrics_strength - 0.5),
            // Without a voice the instrument with the tune steps forward.
            Part::Counter if plan.patch(Part::Lead).is_none() => setting.level += 4.0,
            _ => (),
        }
        let (frequency, gain, quality) = setting.band;
        Self {
            filters: [
                Biquad::high_pass(setting.low_cut.max(28.0)),
                Biquad::peak(frequency, gain, quality),
                Biquad::high_shelf(6000.0, setting.air),
            ],
            cabinet: (setting.drive > 3.0)
                .then(|| [Biquad::low_pass(4300.0), Biquad::peak(2300.0, 4.0, 0.9)]),
            gain: from_db(setting.level),
            drive: setting.drive,
            ducked: setting.ducked && space.ducking_db > 0.0,
        }
    }

    /// Works on a bus in place. The order of the filters is that of the signal.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        if self.drive > 0.0 {
            drive(&mut bus.left, self.drive);
            drive(&mut bus.right, self.drive);
        }
        let gain = self.gain;
        let blocks = bus.left.as_chunks_mut().0.iter_mut().zip(bus.right.as_chunks_mut().0);
        for (left, right) in blocks {
            if let Some(cabinet) = &mut self.cabinet {
                biquad::run(cabinet, left, right);
            }
            biquad::run(&mut self.filters, left, right);
            left.iter_mut().for_each(|sample| *sample *= gain);
            right.iter_mut().for_each(|sample| *sample *= gain);
        }
    }
}

/// Soft saturation around the usual level of -20 dB, with its gain taken back.
fn drive(samples: &mut [f32], amount: f32) {
    let into = 4.0 * amount;
    let back = 0.55 / (1.0 + 0.45 * amount.min(6.0));
    for sample in samples {
        let driven = *sample * into;
        *sample = driven / (1.0 + driven.abs()) * back;
    }
}
