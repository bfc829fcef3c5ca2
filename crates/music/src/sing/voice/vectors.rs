//! The voice against the reference's own numbers (`tests/voice`).

use super::graph::later;
use super::{BINS, Spectra, Voice, samples};

macro_rules! vector {
    ($case:literal, $name:literal) => {
        include_bytes!(concat!("../../../tests/voice/", $case, ".", $name))
    };
}

/// One line: what went in, what came out.
struct Case {
    ids: Vec<i32>,
    steps: Vec<usize>,
    f0: Vec<f32>,
    energy: Vec<f32>,
    natural_frames: Vec<f32>,
    natural_f0: Vec<f32>,
    natural_energy: Vec<f32>,
    spectra: Vec<f32>,
    spectra_columns: [usize; 6],
    wave: Vec<f32>,
}

macro_rules! case {
    ($case:literal, $columns:expr) => {
        Case {
            ids: integers(vector!($case, "ids.i32")),
            steps: integers(vector!($case, "frames.i32")).iter().map(|steps| *steps as usize).collect(),
            f0: floats(vector!($case, "f0.f32")),
            energy: floats(vector!($case, "energy.f32")),
            natural_frames: floats(vector!($case, "natural_frames.f32")),
            natural_f0: floats(vector!($case, "natural_f0.f32")),
            natural_energy: floats(vector!($case, "natural_energy.f32")),
            spectra: floats(vector!($case, "spectra.f32")),
            spectra_columns: $columns,
            wave: shorts(vector!($case, "wave.i16")),
        }
    };
}

fn cases() -> [Case; 2] {
    [case!("spoken", [0, 23, 46, 69, 92, 115]), case!("sung", [0, 24, 48, 72, 96, 120])]
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

fn integers(bytes: &[u8]) -> Vec<i32> {
    bytes.as_chunks::<4>().0.iter().map(|four| i32::from_le_bytes(*four)).collect()
}

fn shorts(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|two| f32::from(i16::from_le_bytes(*two)) / 32_767.0).collect()
}

fn worst(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
}

#[test]
fn natural_lengths_pitch_and_loudness_are_those_of_the_reference() {
    let voice = Voice::load().unwrap();
    for case in cases() {
        assert!(worst(&voice.natural_frames(&case.ids).unwrap(), &case.natural_frames) < 1e-4);
        let [f0, energy] = voice.prosody(&case.ids, &case.steps).unwrap();
        assert!(worst(&f0, &case.natural_f0) < 0.01);
        assert!(worst(&energy, &case.natural_energy) < 1e-3);
    }
}

#[test]
fn a_line_read_once_is_spoken_as_one_read_twice() {
    let voice = Voice::load().unwrap();
    for case in cases() {
        let natural = voice.speak(&case.ids).unwrap();
        let lengths = voice.natural_frames(&case.ids).unwrap();
        let steps: Vec<usize> = lengths.iter().map(|length| length.round().max(1.0) as usize).collect();
        let [f0, energy] = voice.prosody(&case.ids, &steps).unwrap();
        let aligned = (later(f0), later(energy));
        assert_eq!((natural.steps, (natural.f0, natural.energy)), (steps, aligned));
    }
}

#[test]
fn spectra_are_those_of_the_reference() {
    let voice = Voice::load().unwrap();
    for case in cases() {
        let spectra = spectra(&voice, &case);
        for (index, &column) in case.spectra_columns.iter().enumerate() {
            let found = &spectra.columns[column];
            let rows = [&found.harmonics, &found.theta, &found.noise, &found.free, &found.phi];
            for (output, row) in rows.into_iter().enumerate() {
                let wanted: Vec<f32> =
                    (0..BINS).map(|bin| case.spectra[(output * BINS + bin) * 6 + index]).collect();
                assert!(worst(row, &wanted) < 1e-3, "output {output}, column {column}");
            }
        }
    }
}

#[test]
fn samples_are_those_of_the_reference() {
    let voice = Voice::load().unwrap();
    for case in cases() {
        let wave = samples(&mut spectra(&voice, &case), &case.f0, None);
        assert!(worst(&wave, &case.wave) <= 3.0 / 32_767.0, "{}", worst(&wave, &case.wave));
    }
}

fn spectra(voice: &Voice, case: &Case) -> Spectra {
    voice.leading_spectra(&case.ids, &case.steps, &case.f0, &case.energy).unwrap()
}
