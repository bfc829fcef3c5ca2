//! Prints loudness and true peak of songs before and after the encoder, in the best model and in the raw one:
//! `cargo run --release -p server --example measure_files -- [SEED] [SECONDS] [STYLE]...`

use ebur128::{EbuR128, Mode};
use media::decode::{Limits, decode};
use media::encode::{Tags, m4a};
use music::{Brief, Model, Plan, SAMPLE_RATE, perform};
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

#[expect(clippy::print_stdout, reason = "a bench for people measures and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let asked: Vec<&str> = arguments.iter().skip(2).map(String::as_str).collect();
    let mut highest = f64::MIN;
    for style in if asked.is_empty() { STYLES.to_vec() } else { asked } {
        for model in [Model::Fuzz20Pro, Model::Fuzz20Raw] {
            let brief = Brief {
                style: style.to_owned(),
                model,
                seed: argument(0).parse().unwrap_or(1),
                max_seconds: argument(1).parse().unwrap_or(45.0),
                ..Brief::default()
            };
            let master = perform(&Plan::from_brief(&brief), &mut |_| ControlFlow::Continue(()))?;
            let file = m4a(&master.left, &master.right, SAMPLE_RATE, &Tags::default())?;
            let sound = decode(&file.bytes, &Limits::default())?;
            let before = level(&master.left, &master.right)?;
            let after = level(&sound.left, &sound.right)?;
            highest = highest.max(after.1);
            println!(
                "{style:16} {model:?}: {:6.2} LUFS, {:5.2} dBTP; decoded {:6.2} LUFS, {:5.2} dBTP",
                before.0, before.1, after.0, after.1
            );
        }
    }
    println!("highest decoded true peak: {highest:.2} dBTP");
    Ok(())
}

fn level(left: &[f32], right: &[f32]) -> Result<(f64, f64), Box<dyn Error>> {
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK)?;
    meter.add_frames_planar_f32(&[left, right])?;
    let peak = meter.true_peak(0)?.max(meter.true_peak(1)?);
    Ok((meter.loudness_global()?, 20.0 * peak.log10()))
}
