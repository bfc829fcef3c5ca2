//! The last room: loudness by EBU R 128, true peak, fade, dither, 16 bits.

use super::limiter::{self, CELL};
use super::{CHUNK, Master, Stereo};
use crate::perform::Cancelled;
use crate::plan::Mastering;
use crate::random::Stream;
use crate::synth::{Noise, RATE, from_db};
use ebur128::{EbuR128, Mode};
use std::ops::ControlFlow;

/// Loudness of a finished song, in LUFS.
const TARGET_LUFS: f64 = -14.0;
/// Highest true peak, in dBTP; a little below -1.5 so that dither and other meters agree.
const CEILING_DB: f32 = -1.7;
/// How near the loudness comes before nothing more is corrected, in dB.
const NEAR_DB: f64 = 0.15;
/// Time over which the end fades away, in seconds.
const FADE_SECONDS: f32 = 1.2;
/// Exact silence at the very end, in samples.
const SILENCE: usize = 1024;

/// Finishes a mix. `report` is called with the share of this stage that is done.
pub(crate) fn finish(
    mut mix: Stereo,
    mastering: Mastering,
    seed: u32,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Master, Cancelled> {
    fade(&mut mix);
    let mut step = |done: f32| match report(done) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Cancelled),
    };
    let cells = mix.left.len() / CELL + 1;
    let unlimited = vec![1.0; cells];
    let measured = loudness(&mix, &unlimited, &mut |share| step(0.3 * share))?;
    let ceiling = from_db(CEILING_DB);
    let mut gain =
        if measured.is_finite() { from_db((TARGET_LUFS - measured) as f32).min(64.0) } else { 1.0 };
    let peaks = limiter::cell_peaks(&mix, ceiling / gain * 0.45);
    step(0.45)?;
    let gains = if mastering == Mastering::Raw {
        let peak = peaks.iter().fold(1e-6_f32, |peak, cell| peak.max(*cell));
        vec![gain.min(ceiling / peak); cells]
    } else {
        let mut gains = limiter::gains(&peaks, gain, ceiling);
        for pass in 0..3 {
            let start = 0.45 + 0.15 * pass as f32;
            let error = TARGET_LUFS - loudness(&mix, &gains, &mut |share| step(start + 0.15 * share))?;
            if !error.is_finite() || error.abs() < NEAR_DB {
                break;
            }
            // A limiter takes a part of each correction back, hence a little more of it.
            gain *= from_db((error * 1.25).clamp(-6.0, 6.0) as f32);
            gains = limiter::gains(&peaks, gain, ceiling);
        }
        gains
    };
    step(0.9)?;
    let mut dither = Noise::new(Stream::keyed(seed, "song", "dither", 0).bits());
    let left = quantised(&mix.left, &gains, &mut dither);
    step(0.95)?;
    let right = quantised(&mix.right, &gains, &mut dither);
    Ok(Master { left, right })
}

/// Integrated loudness in LUFS of the mix under these gains.
fn loudness(
    mix: &Stereo,
    gains: &[f32],
    report: &mut dyn FnMut(f32) -> Result<(), Cancelled>,
) -> Result<f64, Cancelled> {
    let Ok(mut meter) = EbuR128::new(2, crate::SAMPLE_RATE, Mode::I) else { return Ok(f64::NAN) };
    let length = mix.left.len();
    let mut buffers = [vec![0.0; CHUNK], vec![0.0; CHUNK]];
    for (number, start) in (0..length).step_by(CHUNK).enumerate() {
        let count = CHUNK.min(length - start);
        let [left, right] = &mut buffers;
        limiter::apply(&mix.left, gains, start, &mut left[..count]);
        limiter::apply(&mix.right, gains, start, &mut right[..count]);
        // A frame of the wrong shape is the only error there is.
        if meter.add_frames_planar_f32(&[&left[..count], &right[..count]]).is_err() {
            return Ok(f64::NAN);
        }
        if number % 16 == 15 {
            report(start as f32 / length as f32)?;
        }
    }
    Ok(meter.loudness_global().unwrap_or(f64::NAN))
}

/// A raised cosine over the end, then silence.
fn fade(mix: &mut Stereo) {
    let length = mix.left.len();
    let end = length.saturating_sub(SILENCE);
    let start = end.saturating_sub((FADE_SECONDS * RATE) as usize);
    for at in start..length {
        let share = (at.min(end) - start) as f32 / (end - start).max(1) as f32;
        let gain = 0.5 + 0.5 * (std::f32::consts::PI * share).cos();
        let gain = if at >= end { 0.0 } else { gain };
        mix.left[at] *= gain;
        mix.right[at] *= gain;
    }
}

/// Sixteen bits with triangular dither (Lipshitz, Wannamaker, Vanderkooy 1992). Exact silence stays so.
fn quantised(mix: &[f32], gains: &[f32], dither: &mut Noise) -> Vec<f32> {
    let mut samples = vec![0.0; mix.len()];
    limiter::apply(mix, gains, 0, &mut samples);
    for sample in &mut samples {
        if *sample == 0.0 {
            continue;
        }
        let bits = dither.bits();
        let triangle = ((bits & 0xFFFF) as f32 + (bits >> 16) as f32) / 65_536.0 - 1.0;
        // The clamp comes before the cast's rounding, so that full scale stays within 16 bits.
        let scaled = (*sample * 32_768.0 + triangle).clamp(-32_768.0, 32_767.0);
        *sample = (scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i32 as f32 / 32_768.0;
        *sample = sample.clamp(-1.0, 32_767.0 / 32_768.0);
    }
    samples
}
