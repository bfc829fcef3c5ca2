//! A limiter that sees the peaks coming and the ones between the samples.
//!
//! It works on cells of 32 samples: the true peak of each is found once (ITU-R BS.1770-5, annex 2: four times
//! oversampled), and the gain that keeps all of them under the ceiling is smoothed without ever rising above it.

use super::Stereo;

/// Samples in a cell.
pub(super) const CELL: usize = 32;
/// Cells over which the gain comes down before a peak (6 ms).
const AHEAD: usize = 8;
/// Taps of each of the interpolator's phases.
const TAPS: usize = 12;

/// The true peak of each cell. Cells whose samples stay under `threshold` are not oversampled: nothing in them can come
/// near the ceiling.
pub(super) fn cell_peaks(mix: &Stereo, threshold: f32) -> Vec<f32> {
    let phases = interpolator();
    let cells = mix.left.len().div_ceil(CELL);
    (0..cells)
        .map(|cell| {
            let range = cell * CELL..((cell + 1) * CELL).min(mix.left.len());
            let peak = |channel: &[f32]| {
                let plain =
                    channel[range.clone()].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
                if plain < threshold { plain } else { plain.max(between(channel, range.start, &phases)) }
            };
            peak(&mix.left).max(peak(&mix.right))
        })
        .collect()
}

/// The highest point between the samples of a cell.
fn between(channel: &[f32], start: usize, phases: &[[f32; TAPS]; 3]) -> f32 {
    let mut window = [0.0; CELL + TAPS];
    for (index, sample) in window.iter_mut().enumerate() {
        let at = (start + index).checked_sub(TAPS / 2);
        *sample = at.and_then(|at| channel.get(at)).copied().unwrap_or(0.0);
    }
    let mut peak = 0.0_f32;
    for phase in phases {
        let mut sums = [0.0_f32; CELL];
        for (tap, weight) in phase.iter().enumerate() {
            for (sum, sample) in sums.iter_mut().zip(&window[tap + 1..]) {
                *sum += weight * sample;
            }
        }
        peak = sums.iter().fold(peak, |peak, sum| peak.max(sum.abs()));
    }
    peak
}

/// A windowed sinc at a quarter, a half and three quarters of a sample.
fn interpolator() -> [[f32; TAPS]; 3] {
    [0.25, 0.5, 0.75].map(|shift: f32| {
        let mut taps = [0.0; TAPS];
        for (index, tap) in taps.iter_mut().enumerate() {
            let distance = index as f32 - (TAPS / 2 - 1) as f32 - shift;
            let angle = std::f32::consts::PI * distance;
            let window = (angle / TAPS as f32).cos().max(0.0);
            *tap = angle.sin() / angle * window * window.sqrt();
        }
        let sum: f32 = taps.iter().sum();
        taps.map(|tap| tap / sum)
    })
}

/// The gain at the start of each cell (and one more for the end), so that `gain` times the mix stays under `ceiling`.
pub(super) fn gains(peaks: &[f32], gain: f32, ceiling: f32) -> Vec<f32> {
    let allowed: Vec<f32> = peaks.iter().map(|peak| (ceiling / (gain * peak).max(1e-9)).min(1.0)).collect();
    let release = 1.0 - (-(CELL as f32) / crate::synth::RATE / 0.09).exp();
    let mut held = 1.0_f32;
    let held: Vec<f32> = (0..=allowed.len())
        .map(|cell| {
            // One cell back as well: within a cell the gain runs from this value to the next.
            let window = cell.saturating_sub(1)..(cell + AHEAD + 1).min(allowed.len());
            let lowest = allowed[window].iter().fold(1.0_f32, |low, value| low.min(*value));
            held = (held + release * (1.0 - held)).min(lowest);
            held
        })
        .collect();
    let mean = |end: usize| {
        let window = &held[(end + 1).saturating_sub(AHEAD)..=end];
        // Before the first cell the gain is that of the first.
        (window.iter().sum::<f32>() + held[0] * (AHEAD - window.len()) as f32) / AHEAD as f32
    };
    (0..held.len()).map(|cell| gain * mean(cell)).collect()
}

/// Writes a stretch of the limited mix, starting at a cell, over `out`.
pub(super) fn apply(mix: &[f32], gains: &[f32], start: usize, out: &mut [f32]) {
    for (index, cell) in out.chunks_mut(CELL).enumerate() {
        let number = start / CELL + index;
        let (from, to) = (gains[number], gains[number + 1]);
        let slope = (to - from) / CELL as f32;
        let source = &mix[start + index * CELL..];
        for (step, (sample, input)) in cell.iter_mut().zip(source).enumerate() {
            *sample = input * (from + slope * step as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_between_samples_is_seen() {
        // A sine at a quarter of the rate, sampled at 45 degrees: its samples stay 3 dB under its peak.
        let wave: Vec<f32> = (0..640)
            .map(|n| (std::f32::consts::FRAC_PI_2 * n as f32 + std::f32::consts::FRAC_PI_4).sin())
            .collect();
        let peaks = cell_peaks(&Stereo { left: wave.clone(), right: wave }, 0.0);
        assert!((peaks[10] - 1.0).abs() < 0.02, "{}", peaks[10]);
    }

    #[test]
    fn no_sample_passes_the_ceiling() {
        let mut noise = crate::synth::Noise::new(3);
        let mix: Vec<f32> =
            (0..32 * 200).map(|n| noise.next() * if n % 900 < 60 { 1.5 } else { 0.2 }).collect();
        let stereo = Stereo { left: mix.clone(), right: mix.clone() };
        let gains = gains(&cell_peaks(&stereo, 0.0), 2.0, 0.8);
        let mut out = vec![0.0; mix.len()];
        apply(&mix, &gains, 0, &mut out);
        assert!(out.iter().all(|sample| sample.abs() <= 0.8001));
        assert!(out.iter().any(|sample| sample.abs() > 0.6));
    }
}
