//! The key: how the twelve notes are spread, against how they are in each key (Krumhansl and Kessler 1982).

use super::spectrum::each_spectrum;
use crate::synth::RATE;
use crate::theory::{Key, Mode};

/// How well each note, from the tonic up, fits a major and a minor key.
const MAJOR: [f32; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f32; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/// Notes are heard between these frequencies, in hertz.
const HEARD: (f32, f32) = (55.0, 1_050.0);
const SIZE: usize = 8192;

/// The key of a sound; C major if nothing is heard.
pub(super) fn key(sound: &[f32]) -> Key {
    let notes = notes(SIZE);
    let mut sum = [0.0; 12];
    each_spectrum(sound, SIZE, SIZE / 2, |magnitudes| {
        let chroma = chroma(magnitudes, &notes);
        let whole: f32 = chroma.iter().sum();
        // Each moment counts alike, however loud, unless it is silent.
        if whole > 1e-3 {
            sum.iter_mut().zip(&chroma).for_each(|(sum, note)| *sum += note / whole);
        }
    });
    let keys = (0..12).flat_map(|tonic| [(tonic, Mode::Major), (tonic, Mode::Minor)]);
    let fit = |(tonic, mode): &(usize, Mode)| {
        let profile = if *mode == Mode::Major { &MAJOR } else { &MINOR };
        let turned: Vec<f32> = (0..12).map(|note| sum[(note + tonic) % 12]).collect();
        correlation(&turned, profile)
    };
    // Of equals, the first.
    let best = keys.rev().max_by(|one, other| fit(one).total_cmp(&fit(other)));
    let (tonic, mode) = best.unwrap_or((0, Mode::Major));
    Key { tonic: tonic as u8, mode }
}

/// Which note each bin of a spectrum is nearest to, and how much it says: bins in the middle between notes say nothing.
pub(super) fn notes(size: usize) -> Vec<(usize, f32)> {
    (0..size / 2 + 1)
        .map(|bin| {
            let hertz = bin as f32 * RATE / size as f32;
            if !(HEARD.0..=HEARD.1).contains(&hertz) {
                return (0, 0.0);
            }
            let pitch = 69.0 + 12.0 * (hertz / 440.0).log2();
            let near = 1.0 - 2.0 * (pitch - pitch.round()).abs();
            ((pitch.round() as i32).rem_euclid(12) as usize, near)
        })
        .collect()
}

/// How much of each note is heard. What sounds an octave and a fifth, or two octaves and a third, above another is mostly
/// its overtone.
pub(super) fn chroma(magnitudes: &[f32], notes: &[(usize, f32)]) -> [f32; 12] {
    let mut chroma = [0.0; 12];
    for bin in 2..magnitudes.len().min(notes.len()) - 1 {
        let (note, weight) = notes[bin];
        let magnitude = magnitudes[bin];
        let is_peak = magnitude > magnitudes[bin - 1] && magnitude >= magnitudes[bin + 1];
        if weight > 0.0 && is_peak {
            let below = |ratio: f32| magnitudes[((bin as f32 / ratio).round() as usize).max(1)];
            let overtone = 0.5 * below(3.0) + 0.35 * below(5.0);
            chroma[note] += weight * (magnitude - overtone).max(0.0).powf(0.7);
        }
    }
    chroma
}

fn correlation(one: &[f32], other: &[f32; 12]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / 12.0;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let (mut cross, mut square_one, mut square_other) = (0.0, 0.0, 0.0);
    for (one, other) in one.iter().zip(other) {
        let (one, other) = (one - mean_one, other - mean_other);
        cross += one * other;
        square_one += one * one;
        square_other += other * other;
    }
    cross / (square_one * square_other).sqrt().max(1e-9)
}
