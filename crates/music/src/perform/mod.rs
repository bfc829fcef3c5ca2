//! Plays a plan from its first note to the finished master.

mod stems;

pub(crate) use stems::{First, Half, StemPlayer};
pub use stems::{Stem, StemSound, Stems, perform_stems};

use crate::choir::{self, Voices};
use crate::compose::{Score, compose};
use crate::mix::{CHUNK, Desk, Master, MasterCurves, Source, Stereo, finish};
use crate::plan::{Part, Plan};
use std::ops::ControlFlow;

/// The listener did not want the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the performance was cancelled")]
pub struct Cancelled;

/// The share of a sung song's work that is done when everything is sung.
const SUNG: f32 = 0.4;
/// The share of what is left after singing that is done when the mix stands and mastering begins.
const MIXED: f32 = 0.75;

/// Composes, plays, mixes and masters a plan on the calling thread.
///
/// `report` hears the share that is done, 0 to 1, at least every quarter of a second of work; `Break` ends it.
///
/// # Errors
/// [`Cancelled`] if `report` broke off.
pub fn perform(plan: &Plan, report: &mut dyn FnMut(f32) -> ControlFlow<()>) -> Result<Master, Cancelled> {
    perform_on(1, plan, report)
}

/// As [`perform`], with the parts spread over up to `threads` threads. The samples are the same.
///
/// # Errors
/// [`Cancelled`] if `report` broke off.
pub fn perform_on(
    threads: usize,
    plan: &Plan,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Master, Cancelled> {
    perform_held(threads, plan, None, report).map(|(master, _)| master)
}

/// As [`perform_on`], with the gains that the master came to. If those of another song are `held`, they are not found
/// anew: the loudness is that song's, and no peak is above the ceiling all the same.
///
/// # Errors
/// [`Cancelled`] if `report` broke off.
pub fn perform_held(
    threads: usize,
    plan: &Plan,
    held: Option<&MasterCurves>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(Master, MasterCurves), Cancelled> {
    let score = compose(plan);
    let voices = choir::sing(plan, &score, threads, &mut |done| report(SUNG * done))?;
    let sung = if voices.words.is_empty() { 0.0 } else { SUNG };
    let mut rest = |done: f32| report(sung + (1.0 - sung) * done);
    let done = play(threads, plan, &score, &voices, held, &mut rest)?;
    match report(1.0) {
        ControlFlow::Continue(()) => Ok(done),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}

/// Plays, mixes and masters, with what was sung.
fn play(
    threads: usize,
    plan: &Plan,
    score: &Score,
    voices: &Voices,
    held: Option<&MasterCurves>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(Master, MasterCurves), Cancelled> {
    let samples = score.samples as usize;
    let mut desk = Desk::new(plan, score, voices, held);
    let mut mix = Stereo { left: Vec::with_capacity(samples), right: Vec::with_capacity(samples) };
    let mut chunk = Stereo::silence(CHUNK);
    while mix.left.len() < samples {
        if report(MIXED * mix.left.len() as f32 / samples as f32).is_break() {
            return Err(Cancelled);
        }
        desk.next(threads, &mut chunk);
        let count = CHUNK.min(samples - mix.left.len());
        mix.left.extend_from_slice(&chunk.left[..count]);
        mix.right.extend_from_slice(&chunk.right[..count]);
    }
    let mut rest = |done: f32| report(MIXED + (1.0 - MIXED) * done);
    let (mut master, mut curves) = finish(mix, plan, held, &mut rest)?;
    (curves.glue, curves.ducking) = desk.into_found();
    master.words.clone_from(&voices.words);
    Ok((master, curves))
}

/// One part alone, dry and before its strip, over the whole length of the song; silent if the plan has no such part.
pub fn render(plan: &Plan, part: Part) -> Stereo {
    let score = compose(plan);
    let mut bus = Stereo::silence(score.samples as usize);
    let Some(choice) = plan.instruments.iter().find(|choice| choice.part == part) else { return bus };
    let voices = match plan.voice(part) {
        // Nobody breaks it off.
        Some(_) => choir::sing(plan, &score, 1, &mut |_| ControlFlow::Continue(())).unwrap_or_default(),
        None => Voices::default(),
    };
    Source::new(plan, &score, choice, &voices).render(0, &mut bus.left, &mut bus.right);
    bus
}
