//! How each patch is made: from a recording (`recorded.rs`), or by one of four kinds of synthesis.

use super::envelope::Adsr;
use super::fm::{FmTone, FmVoice, Pair};
use super::modal::{ModalTone, ModalVoice};
use super::pluck::{PluckTone, PluckVoice};
use super::saws::{SawTone, SawVoice};
use super::{Voice, recorded, sampler};
use crate::compose::Note;
use crate::plan::Patch;

/// A kind of synthesis with its settings.
#[derive(Clone, Copy)]
enum Sound {
    Fm(FmTone),
    Modal(ModalTone),
    Pluck(PluckTone),
    Saw(SawTone),
}

/// A voice for one note of a pitched patch.
pub(super) fn voice(patch: Patch, note: &Note) -> Box<dyn Voice> {
    if let Some(voice) = recorded::tone(patch).and_then(|tone| sampler::voice(tone, note)) {
        return voice;
    }
    match sound(patch) {
        Sound::Fm(tone) => Box::new(FmVoice::new(tone, note)),
        Sound::Modal(tone) => Box::new(ModalVoice::new(tone, note)),
        Sound::Pluck(tone) => Box::new(PluckVoice::new(tone, note)),
        Sound::Saw(tone) => Box::new(SawVoice::new(tone, note)),
    }
}

/// Samples by which a note must begin before its beat so that it speaks on it.
pub(super) fn early(patch: Patch, pitch: u8) -> u64 {
    recorded::tone(patch).map_or(0, |tone| sampler::early(tone, pitch))
}

const fn adsr(attack: f32, decay: f32, sustain: f32, release: f32) -> Adsr {
    Adsr { attack, decay, sustain, release }
}

const fn pair(carrier: f32, modulator: f32, index: f32, index_decay: f32, level: f32) -> Pair {
    Pair { carrier, modulator, index, index_decay, level }
}

const fn pluck(sustain: f32, pick: f32, dullness: f32, position: f32, release: f32) -> Sound {
    Sound::Pluck(PluckTone { sustain, pick, dullness, position, release })
}

const fn fm(pairs: [Pair; 2], envelope: Adsr) -> FmTone {
    FmTone { pairs, envelope, vibrato: 0.0, breath: 0.0, drop: 0.0 }
}

/// A single saw, half open, from which the subtractive patches differ.
const PLAIN_SAW: SawTone = SawTone {
    count: 1,
    detune: 0.0,
    square: false,
    sub: 0.0,
    sub_octave: false,
    cutoff: 900.0,
    resonance: 0.7,
    opening: 1.5,
    closing: 0.3,
    envelope: adsr(0.005, 0.3, 0.7, 0.12),
    vibrato: 0.0,
};

/// A bar tuned for the fourth and the tenth partial, as vibraphones are.
const VIBRAPHONE: &[(f32, f32)] = &[(1.0, 1.0), (4.0, 0.28), (10.0, 0.08)];
/// A free steel reed's first modes.
const MUSIC_BOX: &[(f32, f32)] = &[(1.0, 1.0), (2.0, 0.35), (3.0, 0.12), (5.4, 0.2), (8.9, 0.08)];

fn sound(patch: Patch) -> Sound {
    match patch {
        Patch::SynthBass => Sound::Saw(SawTone {
            count: 2,
            detune: 0.06,
            sub: 0.35,
            cutoff: 700.0,
            resonance: 1.4,
            opening: 2.6,
            closing: 0.22,
            envelope: adsr(0.003, 0.4, 0.6, 0.05),
            ..PLAIN_SAW
        }),
        Patch::AcidBass => Sound::Saw(SawTone {
            square: true,
            sub: 0.3,
            cutoff: 380.0,
            resonance: 4.5,
            opening: 3.2,
            closing: 0.18,
            envelope: adsr(0.003, 0.3, 0.55, 0.04),
            ..PLAIN_SAW
        }),
        Patch::Supersaw => Sound::Saw(SawTone {
            count: 7,
            detune: 0.16,
            cutoff: 4200.0,
            opening: 1.4,
            closing: 0.5,
            envelope: adsr(0.004, 0.5, 0.7, 0.16),
            ..PLAIN_SAW
        }),
        Patch::WarmPad => Sound::Saw(SawTone {
            count: 4,
            detune: 0.1,
            cutoff: 850.0,
            opening: 0.7,
            closing: 3.0,
            envelope: adsr(0.35, 1.0, 0.9, 0.9),
            ..PLAIN_SAW
        }),
        Patch::SawPad => Sound::Saw(SawTone {
            count: 5,
            detune: 0.14,
            cutoff: 1700.0,
            resonance: 1.0,
            opening: 1.1,
            closing: 4.0,
            envelope: adsr(0.22, 1.0, 0.9, 0.8),
            ..PLAIN_SAW
        }),
        Patch::SquareLead => Sound::Saw(SawTone {
            count: 2,
            detune: 0.05,
            square: true,
            cutoff: 2400.0,
            resonance: 0.9,
            opening: 1.4,
            closing: 0.6,
            envelope: adsr(0.012, 0.4, 0.75, 0.14),
            vibrato: 0.22,
            ..PLAIN_SAW
        }),
        Patch::SawLead => Sound::Saw(SawTone {
            count: 3,
            detune: 0.09,
            cutoff: 3000.0,
            resonance: 1.0,
            opening: 1.2,
            closing: 0.5,
            envelope: adsr(0.008, 0.4, 0.8, 0.15),
            vibrato: 0.2,
            ..PLAIN_SAW
        }),
        Patch::PluckSynth => Sound::Saw(SawTone {
            count: 3,
            detune: 0.08,
            cutoff: 1100.0,
            resonance: 1.2,
            opening: 3.0,
            closing: 0.16,
            envelope: adsr(0.002, 0.45, 0.0, 0.2),
            ..PLAIN_SAW
        }),
        Patch::SubBass => Sound::Fm(FmTone {
            drop: 9.0,
            ..fm(
                [pair(1.0, 1.0, 0.13, 1.2, 1.0), pair(2.0, 1.0, 0.06, 0.4, 0.16)],
                adsr(0.004, 2.4, 0.35, 0.12),
            )
        }),
        Patch::ElectricPiano => Sound::Fm(fm(
            [pair(1.0, 1.0, 0.22, 1.6, 1.0), pair(1.0, 14.0, 0.09, 0.25, 0.45)],
            adsr(0.002, 2.6, 0.0, 0.25),
        )),
        Patch::Bell => Sound::Fm(fm(
            [pair(1.0, 3.5, 0.28, 1.2, 0.8), pair(2.0, 7.0, 0.1, 0.5, 0.3)],
            adsr(0.001, 2.2, 0.0, 1.2),
        )),
        Patch::SineLead => Sound::Fm(FmTone {
            vibrato: 0.26,
            ..fm(
                [pair(1.0, 1.0, 0.1, 6.0, 1.0), pair(2.0, 1.0, 0.05, 2.0, 0.22)],
                adsr(0.018, 0.6, 0.8, 0.16),
            )
        }),
        Patch::Vibraphone => Sound::Modal(ModalTone {
            partials: VIBRAPHONE,
            decay: 4.0,
            damping: 2.2,
            knock: 0.02,
            envelope: adsr(0.0015, 8.0, 1.0, 0.6),
        }),
        Patch::MusicBox => Sound::Modal(ModalTone {
            partials: MUSIC_BOX,
            decay: 2.4,
            damping: 1.2,
            knock: 0.03,
            envelope: adsr(0.001, 8.0, 1.0, 0.9),
        }),
        Patch::PickBass => pluck(5.0, 0.6, 0.34, 0.1, 0.06),
        Patch::Koto => pluck(3.4, 0.85, 0.22, 0.06, 0.7),
        // Recorded ones and kits have no synthesised voice of their own.
        _ => pluck(3.2, 0.4, 0.38, 0.22, 0.18),
    }
}
