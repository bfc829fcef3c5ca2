//! Renders a song to a WAV file and prints how long it took and how loud it is.
//!
//! `cargo run --release -p music --example render_song -- OUT.wav "STYLE" SEED [LYRIC.txt] [MODEL] [instrumental] [SECONDS]`
//!
//! `--stem PART` (such as `lead`) writes that part alone, dry; `--threads COUNT` spreads the work; `--words` prints when
//! each word sounds.

use ebur128::{EbuR128, Mode};
use music::{Brief, Master, Part, Plan, SAMPLE_RATE, Stereo, compose, perform_on, render};
use std::{error::Error, ops::ControlFlow};

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench for people measures and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let stem = option(&mut arguments, "--stem");
    let threads = option(&mut arguments, "--threads").and_then(|count| count.parse().ok()).unwrap_or(1);
    let with_words =
        arguments.iter().position(|argument| argument == "--words").map(|at| arguments.remove(at));
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let lyric = if argument(3).is_empty() { None } else { Some(std::fs::read_to_string(argument(3))?) };
    let brief = Brief {
        style: argument(1),
        seed: argument(2).parse().unwrap_or(1),
        lyric,
        model: argument(4).parse().unwrap_or_default(),
        instrumental: argument(5) == "instrumental",
        max_seconds: argument(6).parse().unwrap_or(music::MAX_SECONDS),
        ..Brief::default()
    };
    let clock = std::time::Instant::now;
    let begin = clock();
    let plan = Plan::from_brief(&brief);
    let score = compose(&plan);
    let composed = begin.elapsed();
    let (mut mixed, start) = (None, clock());
    let master = perform_on(threads, &plan, &mut |done| {
        if done >= 0.75 && mixed.is_none() {
            mixed = Some(start.elapsed());
        }
        ControlFlow::Continue(())
    })?;
    let total = start.elapsed();
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::LRA | Mode::TRUE_PEAK)?;
    meter.add_frames_planar_f32(&[&master.left, &master.right])?;
    let peak = meter.true_peak(0)?.max(meter.true_peak(1)?);
    let seconds = master.left.len() as f64 / f64::from(SAMPLE_RATE);
    println!(
        "{:?} {} {} bpm, {seconds:.1} s; compose {composed:.1?}, render+mix {:.1?}, all {total:.1?} ({:.0}x); \
         {:.2} LUFS, LRA {:.1}, {:.2} dBTP",
        plan.style,
        plan.key,
        plan.tempo_bpm,
        mixed.unwrap_or_default(),
        seconds / total.as_secs_f64(),
        meter.loudness_global()?,
        meter.loudness_range()?,
        20.0 * peak.log10()
    );
    for (choice, part) in plan.instruments.iter().zip(&score.parts) {
        let notes: usize = part.phrases.iter().map(|phrase| phrase.notes.len()).sum();
        println!("  {:?}: {:?}, {notes} notes", choice.part, choice.patch);
    }
    for span in &score.sections {
        println!("  {:7.2}-{:7.2} {}", span.start_seconds, span.end_seconds, span.id);
    }
    if with_words.is_some() {
        for line in &master.words {
            println!("  {:7.2}-{:7.2} {} {}", line.start_seconds, line.end_seconds, line.section, line.text);
            for word in &line.words {
                println!("      {:7.3}-{:7.3} {}", word.start_seconds, word.end_seconds, word.text);
            }
        }
    }
    let Master { left, right, .. } = master;
    let wanted =
        stem.map(|name| Part::ALL.into_iter().find(|part| format!("{part:?}").to_lowercase() == name));
    let sound = match wanted {
        Some(part) => render(&plan, part.ok_or("no such part")?),
        None => Stereo { left, right },
    };
    write(&argument(0), &sound)
}

/// Takes an option with its value out of the arguments.
fn option(arguments: &mut Vec<String>, name: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.drain(at..(at + 2).min(arguments.len())).nth(1)
}

fn write(path: &str, sound: &Stereo) -> Result<(), Box<dyn Error>> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for (left, right) in sound.left.iter().zip(&sound.right) {
        file.write_sample((left * 32_768.0) as i16)?;
        file.write_sample((right * 32_768.0) as i16)?;
    }
    file.finalize()?;
    Ok(())
}
