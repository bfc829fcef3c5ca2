//! A quiet tone.

use std::f32::consts::TAU;
use std::time::Duration;

/// How loud, where 1 is the loudest: quiet, but a sound.
const LEVEL: f32 = 0.05;
/// Samples over which it comes and goes, so that it does not click.
const FADE: usize = 441;

/// How many samples so long a sound has; never none.
pub(super) fn samples(length: Duration, sample_rate: u32) -> usize {
    let samples = length.as_millis() * u128::from(sample_rate) / 1_000;
    usize::try_from(samples).unwrap_or(usize::MAX).max(1)
}

/// A tone of so many samples, so high, in steps of 1/32768.
pub(super) fn tone(samples: usize, sample_rate: u32, hertz: f32) -> Vec<f32> {
    #[expect(clippy::cast_precision_loss, reason = "a sample rate and a fade are far below 2^24")]
    let (rate, fade) = (sample_rate as f32, FADE as f32);
    (0..samples)
        .map(|at| {
            #[expect(clippy::cast_precision_loss, reason = "both are below the sample rate")]
            let (phase, edge) =
                ((at % sample_rate as usize) as f32, at.min(samples - 1 - at).min(FADE) as f32);
            let value = (TAU * hertz * phase / rate).sin() * LEVEL * (edge / fade);
            (value * 32_768.0).round() / 32_768.0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_quiet_whole_and_no_silence() {
        let tone = tone(samples(Duration::from_millis(1_500), 44_100), 44_100, 220.0);
        assert_eq!(tone.len(), 66_150);
        let loudest = tone.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!((0.04..=0.05).contains(&loudest), "{loudest}");
        assert!(tone.iter().all(|sample| (sample * 32_768.0).fract() == 0.0));
    }
}
