//! The last room: loudness by EBU R 128, true peak, dither, 16 bits.

use super::limiter::{self, CELL};
use super::loudness::Survey;
use super::{CHUNK, Master, MasterCurves, Stereo, width};
use crate::perform::Cancelled;
use crate::plan::{Levels, Mastering, Plan};
use crate::random::Stream;
use crate::synth::from_db;
use std::ops::ControlFlow;

/// Loudness of a finished song, in LUFS. The encoder takes 0.1 to 0.4 dB of it, from the highest tones.
const TARGET_LUFS: f64 = -13.9;
/// Highest true peak of the samples, in dBTP. The encoder, which drops the highest tones of a stroke, was seen to add up
/// to 1.4 dB to it, and -1 is promised after it.
pub(crate) const CEILING_DB: f32 = -2.6;
/// How near the loudness comes before nothing more is corrected, in dB.
const NEAR_DB: f64 = 0.02;
/// Corrections after which the loudness stays as it is.
const PASSES: usize = 8;

/// Finishes a mix. `report` is called with the share of this stage that is done.
pub(crate) fn finish(
    mut mix: Stereo,
    plan: &Plan,
    held: Option<&MasterCurves>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(Master, MasterCurves), Cancelled> {
    let mut step = |done: f32| match report(done) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Cancelled),
    };
    let mastering = plan.knobs.mastering;
    let width = match (held, plan.levels) {
        (Some(held), _) => held.width,
        (None, Some(Levels::Held { width, .. })) => width,
        (None, _) if mastering == Mastering::Raw => 1.0,
        (None, _) => width::of(&mix),
    };
    width::apply(&mut mix.left, &mut mix.right, width);
    let (survey, peaks) = listen(&mix, &mut |share| step(0.6 * share))?;
    let (gain, limiter) = levels(&survey, &peaks, plan, held);
    step(0.7)?;
    let key = Stream::keyed(plan.seed, "song", "dither", 0).bits();
    let Stereo { mut left, mut right } = mix;
    quantise(&mut left, gain, &limiter, key);
    step(0.9)?;
    quantise(&mut right, gain, &limiter, !key);
    let curves = MasterCurves { width, gain, limiter, glue: Vec::new(), ducking: Vec::new() };
    Ok((Master { left, right, words: Vec::new() }, curves))
}

/// What is heard of each cell, and how high it reaches.
fn listen(
    mix: &Stereo,
    report: &mut dyn FnMut(f32) -> Result<(), Cancelled>,
) -> Result<(Survey, Vec<f32>), Cancelled> {
    let length = mix.left.len();
    let (mut survey, mut peaks) = (Survey::new(), Vec::with_capacity(length / CELL + 1));
    let meter = limiter::PeakMeter::new();
    for start in (0..length).step_by(CHUNK) {
        let range = start..(start + CHUNK).min(length);
        survey.take(mix, range.clone());
        meter.cells(mix, range.clone(), &mut peaks);
        report(range.end as f32 / length as f32)?;
    }
    Ok((survey, peaks))
}

/// The gain of the song and what its limiter lets through.
fn levels(survey: &Survey, peaks: &[f32], plan: &Plan, held: Option<&MasterCurves>) -> (f32, Vec<f32>) {
    let ceiling = from_db(CEILING_DB);
    let open = vec![1.0; peaks.len() + 1];
    if let Some(held) = held {
        let mut limiter = limiter::gains(peaks, held.gain, ceiling);
        limiter.iter_mut().zip(&held.limiter).for_each(|(own, held)| *own = own.min(*held));
        return (held.gain, limiter);
    }
    let is_raw = plan.knobs.mastering == Mastering::Raw;
    let target = match plan.levels {
        // A raw song's gain keeps its own peaks under the ceiling, but not those of what is added to it.
        Some(Levels::Held { gain, .. }) if is_raw && highest(peaks) * gain < 1.000_01 * ceiling => {
            return (gain, open);
        }
        Some(Levels::Held { gain, .. }) => return (gain, limiter::gains(peaks, gain, ceiling)),
        Some(Levels::Loudness(lufs)) if lufs.is_finite() => f64::from(lufs.clamp(-60.0, -6.0)),
        _ => TARGET_LUFS,
    };
    let Some(measured) = survey.loudness(1.0, &open) else { return (1.0, open) };
    let mut gain = from_db((target - measured) as f32).min(64.0);
    if is_raw {
        return (gain.min(ceiling / highest(peaks)), open);
    }
    let mut limiter = limiter::gains(peaks, gain, ceiling);
    for _ in 0..PASSES {
        let Some(loudness) = survey.loudness(gain, &limiter) else { break };
        let error = target - loudness;
        if error.abs() < NEAR_DB {
            break;
        }
        // A limiter takes a part of each correction back, hence a little more of it.
        gain *= from_db((error * 1.25).clamp(-6.0, 6.0) as f32);
        limiter = limiter::gains(peaks, gain, ceiling);
    }
    (gain, limiter)
}

fn highest(peaks: &[f32]) -> f32 {
    peaks.iter().fold(1e-6_f32, |peak, cell| peak.max(*cell))
}

/// Sixteen bits with triangular dither (Lipshitz, Wannamaker, Vanderkooy 1992). Exact silence stays so.
fn quantise(samples: &mut [f32], gain: f32, limiter: &[f32], key: u32) {
    limiter::apply(samples, 0, gain, limiter);
    for (at, sample) in samples.iter_mut().enumerate() {
        // The clamp comes before the cast's rounding, so that full scale stays within 16 bits.
        let scaled = (*sample * 32_768.0 + triangle(key, at as u32)).clamp(-32_768.0, 32_767.0);
        let rounded = (scaled + 0.5_f32.copysign(scaled)) as i32 as f32;
        let bounded = (rounded / 32_768.0).min(32_767.0 / 32_768.0);
        *sample = if *sample == 0.0 { 0.0 } else { bounded };
    }
}

/// Noise between -1 and 1 that depends on the place alone, so that what did not change sounds as before. The mixing of
/// bits is Wellons' `lowbias32`.
#[inline(always)]
fn triangle(key: u32, at: u32) -> f32 {
    let mut bits = at ^ key;
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7FEB_352D);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846C_A68B);
    bits ^= bits >> 16;
    ((bits & 0xFFFF) as i32 + (bits >> 16) as i32) as f32 / 65_536.0 - 1.0
}
