//! Prints what is measured of mixes, one song a line: loudness, true peak, crest factor, side against middle, correlation.
//!
//! `cargo run --release -p music --example measure_mix -- [SEED] [MODEL] [SECONDS] [STYLE]...`
//!
//! Crest factor is the peak of the middle (half the sum of both channels) over its RMS; side/mid are both RMS; all over
//! the whole song. The last line counts the songs that miss the ranges of real ones.

use ebur128::{EbuR128, Mode};
use music::{Brief, Master, Plan, SAMPLE_RATE, perform};
use std::{error::Error, ops::ControlFlow};

const STYLES: [&str; 18] = [
    "pop",
    "rock",
    "folk",
    "funk",
    "soul",
    "house",
    "trance",
    "synthwave",
    "trap",
    "lofi",
    "drum and bass",
    "ballad",
    "ambient",
    "jazz",
    "waltz",
    "bossa nova",
    "reggae",
    "guofeng",
];

/// Of freely licensed songs: crest factor and side/mid in dB, correlation of the channels.
const RANGES: [(f64, f64); 3] = [(11.5, 18.7), (-19.0, -7.5), (0.70, 0.975)];

#[expect(clippy::print_stdout, reason = "a bench for people measures and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let asked: Vec<&str> = arguments.iter().skip(3).map(String::as_str).collect();
    let mut misses = [0; 3];
    println!("style                 LUFS   dBTP  crest side/mid  corr");
    for style in if asked.is_empty() { STYLES.to_vec() } else { asked } {
        let brief = Brief {
            style: style.to_owned(),
            seed: argument(0).parse().unwrap_or(1),
            model: argument(1).parse().unwrap_or_default(),
            max_seconds: argument(2).parse().unwrap_or(60.0),
            lyric: Some("[verse]\nWalking down the silver road\nEvery light is burning low\n[chorus]\nStay with me\nUntil the morning comes\n".to_owned()),
            ..Brief::default()
        };
        let master = perform(&Plan::from_brief(&brief), &mut |_| ControlFlow::Continue(()))?;
        let (lufs, peak) = level(&master)?;
        let found = shape(&master);
        println!("{style:20} {lufs:6.2} {peak:6.2} {:6.2} {:8.2} {:5.3}", found[0], found[1], found[2]);
        for ((found, (low, high)), misses) in found.iter().zip(RANGES).zip(&mut misses) {
            *misses += u32::from(!(low..=high).contains(found));
        }
    }
    println!("missed: crest {}, side/mid {}, correlation {}", misses[0], misses[1], misses[2]);
    Ok(())
}

fn level(master: &Master) -> Result<(f64, f64), Box<dyn Error>> {
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK)?;
    meter.add_frames_planar_f32(&[&master.left, &master.right])?;
    let peak = meter.true_peak(0)?.max(meter.true_peak(1)?);
    Ok((meter.loudness_global()?, 20.0 * peak.log10()))
}

/// Crest factor, side against middle, correlation.
fn shape(master: &Master) -> [f64; 3] {
    let (mut peak, mut middle, mut side) = (0.0_f64, 0.0, 0.0);
    let (mut left_power, mut right_power, mut both) = (0.0, 0.0, 0.0);
    for (left, right) in master.left.iter().zip(&master.right) {
        let (left, right) = (f64::from(*left), f64::from(*right));
        peak = peak.max(0.5 * (left + right).abs());
        middle += 0.25 * (left + right).powi(2);
        side += 0.25 * (left - right).powi(2);
        left_power += left * left;
        right_power += right * right;
        both += left * right;
    }
    let root = (middle / master.left.len() as f64).sqrt();
    [20.0 * (peak / root).log10(), 10.0 * (side / middle).log10(), both / (left_power * right_power).sqrt()]
}
