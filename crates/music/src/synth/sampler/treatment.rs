//! What an engineer does to a recorded drum: drive, an old sampler's coarse steps, a duller tape, a room.

use crate::synth::RATE;
use crate::synth::filter::{Filter, Pass};
use crate::synth::noise::Noise;

/// Soft saturation that keeps the peak.
pub(super) fn drive(samples: &mut [f32], amount: f32) {
    if amount <= 0.0 {
        return;
    }
    let peak = samples.iter().fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    let back = (1.0 + amount) / amount * peak;
    for sample in samples {
        let driven = *sample / peak * amount;
        *sample = driven / (1.0 + driven.abs()) * back;
    }
}

/// Holds each sample as long as a converter of `hertz` would, in steps of so many bits of the peak.
pub(super) fn crush(samples: &mut [f32], hertz: f32, bits: i32) {
    let peak = samples.iter().fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    let steps = 2.0_f32.powi(bits - 1) / peak;
    let (mut phase, mut held) = (1.0, 0.0);
    for sample in samples {
        if phase >= 1.0 {
            phase -= 1.0;
            held = (*sample * steps).round() / steps;
        }
        phase += hertz / RATE;
        *sample = held;
    }
}

/// Takes away what lies on one side of a frequency.
pub(super) fn filter(samples: &mut [f32], hertz: f32, pass: Pass) {
    let mut filter = Filter::new(hertz, 0.7);
    for sample in samples {
        *sample = filter.tick([*sample; 2], pass)[0];
    }
}

/// Ends a stroke earlier: it falls by 60 dB in so many seconds.
pub(super) fn shorten(samples: &mut Vec<f32>, seconds: f32) {
    samples.truncate((seconds * RATE) as usize);
    let fall = (-6.9 / (seconds * RATE)).exp();
    let mut level = 1.0;
    for sample in samples {
        *sample *= level;
        level *= fall;
    }
}

/// Adds a room that dies away in so many seconds: sparse echoes of random sign ("velvet noise", Karjalainen and Järveläinen
/// 2007) of a dulled stroke.
pub(super) fn room(samples: &mut Vec<f32>, seconds: f32, level: f32, seed: u32) {
    /// Echoes in each second.
    const DENSITY: f32 = 420.0;
    // What follows of long cymbals would be lost in themselves.
    let mut source = samples[..samples.len().min((0.6 * RATE) as usize)].to_vec();
    filter(&mut source, 4500.0, Pass::Low);
    filter(&mut source, 180.0, Pass::High);
    samples.resize(samples.len() + (seconds * RATE) as usize, 0.0);
    let mut noise = Noise::new(seed);
    for number in 0..(seconds * DENSITY) as usize {
        let time = 0.004 + (number as f32 + 0.5 + 0.5 * noise.next()) / DENSITY;
        let sign = if noise.next() < 0.0 { -level } else { level };
        let gain = sign * (-6.9 * time / seconds).exp();
        let from = ((time * RATE) as usize).min(samples.len());
        for (sum, echo) in samples[from..].iter_mut().zip(&source) {
            *sum += gain * echo;
        }
    }
}
