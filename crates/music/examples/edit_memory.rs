//! Prints how much memory an edit of a long song takes, and how long: peak of the whole process.
//!
//! `cargo run --release -p music --example edit_memory -- SECONDS song|stems|parts|voice|band`

use music::{Brief, Change, Plan, Recipe, Split, Steps, Stereo, compose, edit, perform_held};
use std::{error::Error, ops::ControlFlow};

const LYRIC: &str = "[Verse]\nWalking down the silver road\nEvery light is burning low\n\
                     [Chorus]\nStay with me until the morning comes\nHold me while the river runs";

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench for people measures and prints")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or_default();
    let mut plan = plan(argument(0).parse()?);
    let mut go_on = |_: f32| ControlFlow::Continue(());
    let begin = std::time::Instant::now();
    let (master, curves) = perform_held(2, &plan, None, &mut go_on)?;
    plan.levels = Some(curves.levels());
    let recipe = Recipe::fresh(plan);
    let sound = Stereo { left: master.left, right: master.right };
    let seconds = sound.left.len() as f64 / f64::from(music::SAMPLE_RATE);
    println!("{seconds:.0} s performed in {:.1?}, peak {} MB", begin.elapsed(), peak()?);
    let begin = std::time::Instant::now();
    let brief = Brief { seed: 9, ..Brief::default() };
    let swap = |change| edit(&recipe, &sound, change, &brief, 600.0);
    let split = match argument(1).as_str() {
        "stems" => Some(Split::Groups),
        "parts" => Some(Split::Parts),
        "voice" => {
            let edited = swap(Change::SwapVoice { other: None })?;
            music::perform_edit(2, &edited, sound.clone(), &mut go_on)?;
            None
        }
        "band" => {
            let edited = swap(Change::SwapBand { other: None })?;
            music::perform_edit(2, &edited, sound.clone(), &mut go_on)?;
            None
        }
        _ => None,
    };
    if let Some(split) = split {
        let kept = Steps::from(sound);
        music::pour_stems(2, &recipe, split, &kept, &mut |_| ControlFlow::Continue(()), &mut go_on)?;
    }
    println!("{}: {:.1?}, peak {} MB", argument(1), begin.elapsed(), peak()?);
    Ok(())
}

/// A song that goes round until it is so long.
fn plan(seconds: f64) -> Plan {
    let brief = Brief { style: "pop".to_owned(), lyric: Some(LYRIC.to_owned()), seed: 4, ..Brief::default() };
    let mut plan = Plan::from_brief(&brief);
    let round = plan.sections.clone();
    for number in 2.. {
        if compose(&plan).seconds() >= seconds {
            break;
        }
        let again = round.iter().cloned().map(|section| {
            let id = format!("{}-{number}", section.id);
            music::Section { id, ..section }
        });
        plan.sections.extend(again.take(4));
    }
    plan
}

/// The most memory that the process had, in MB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1000)
}
