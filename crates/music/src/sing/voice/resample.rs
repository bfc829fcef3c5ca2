//! 24,000 to 44,100 samples a second: 80 samples become 147.

use super::wide::Weigh;
use rten_simd::SimdOp;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// 44,100 is to 24,000 as these.
const UP: usize = 147;
const DOWN: usize = 80;
/// Samples that are read on each side.
const REACH: usize = 24;
/// Where the filter begins to close, as a share of 12 kHz.
const OPEN: f64 = 0.96;
/// Of Kaiser's window: about 80 dB of attenuation.
const BETA: f64 = 8.0;

/// Interpolates with a windowed sinc, in place in time: the first sample stays the first.
pub(in crate::sing) fn to_song_rate(samples: &[f32]) -> Vec<f32> {
    static PHASES: OnceLock<Vec<Vec<f32>>> = OnceLock::new();
    let phases = PHASES.get_or_init(phases);
    let silence = [0.0; REACH];
    let padded = [&silence[..REACH - 1], samples, &silence[..]].concat();
    let mut row = vec![0.0; samples.len() * UP / DOWN];
    Weigh { samples: &padded, phases, down: DOWN, row: &mut row }.dispatch();
    row
}

/// The filter's taps for each place between two samples.
fn phases() -> Vec<Vec<f32>> {
    (0..UP)
        .map(|phase| {
            let fraction = phase as f64 / UP as f64;
            let taps: Vec<f64> =
                (0..2 * REACH).map(|tap| windowed_sinc(tap as f64 + 1.0 - REACH as f64 - fraction)).collect();
            let sum: f64 = taps.iter().sum();
            taps.iter().map(|tap| (tap / sum) as f32).collect()
        })
        .collect()
}

fn windowed_sinc(at: f64) -> f64 {
    let share = at / REACH as f64;
    if share.abs() >= 1.0 {
        return 0.0;
    }
    let angle = PI * at * OPEN;
    let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
    sinc * bessel(BETA * (1.0 - share * share).sqrt()) / bessel(BETA)
}

/// The modified Bessel function of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_pitch_and_level() {
        let tone = |rate: f64, at: usize| (2.0 * PI * 3000.0 * at as f64 / rate).sin() as f32;
        let source: Vec<f32> = (0..4800).map(|at| tone(24_000.0, at)).collect();
        let resampled = to_song_rate(&source);
        assert_eq!(resampled.len(), 8820);
        let worst = (200..8600).map(|at| (resampled[at] - tone(44_100.0, at)).abs()).fold(0.0, f32::max);
        assert!(worst < 2e-3, "{worst}");
    }
}
