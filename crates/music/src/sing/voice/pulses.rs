//! The sound of the vocal cords: all harmonics of a changing pitch, as loud as each other.

use super::{COLUMN_SECONDS, HOP, RATE};
use std::f64::consts::TAU;

/// No harmonic above this, in Hz.
const TOP: f64 = 11_000.0;
/// Below this the cords do not swing, in Hz.
const LOWEST: f64 = 40.0;

/// Pulses for a pitch in Hz for each column; 0 is voiceless.
pub(super) fn pulses(f0: &[f32]) -> Vec<f32> {
    let mut phase = 0.0_f64;
    (0..f0.len() * HOP)
        .map(|sample| {
            let hertz = pitch(f0, sample);
            phase = (phase + hertz.max(LOWEST) / RATE).fract();
            if hertz <= LOWEST { 0.0 } else { cosines(hertz, phase) as f32 }
        })
        .collect()
}

/// Between the centres of columns the pitch moves in a straight line.
fn pitch(f0: &[f32], sample: usize) -> f64 {
    let column = ((sample as f64 + 0.5) / (RATE * COLUMN_SECONDS) - 0.5).clamp(0.0, f0.len() as f64 - 1.0);
    let low = column as usize;
    let high = (low + 1).min(f0.len() - 1);
    let (low, high, share) = (f64::from(f0[low]).max(0.0), f64::from(f0[high]).max(0.0), column.fract());
    low + (high - low) * share
}

/// The sum of all cosines up to [`TOP`], in closed form (Dirichlet's kernel).
fn cosines(hertz: f64, phase: f64) -> f64 {
    let count = (TOP / hertz).floor();
    let angle = TAU * phase;
    let below = 2.0 * (angle / 2.0).sin();
    if below.abs() <= 0.002 { count } else { ((count + 0.5) * angle).sin() / below - 0.5 }
}
