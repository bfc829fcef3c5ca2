//! Plays a plan from its first note to the finished master.

mod stems;

pub use stems::{Stem, StemSound, Stems, perform_stems};

use crate::compose::{Score, compose};
use crate::mix::{CHUNK, Desk, Master, MasterCurves, Stereo, finish};
use crate::plan::{Part, Plan};
use crate::synth::Player;
use std::ops::ControlFlow;

/// The listener did not want the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the performance was cancelled")]
pub struct Cancelled;

/// The share of the work that is done when the mix stands and mastering begins.
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
    let done = play(threads, plan, &compose(plan), held, report)?;
    match report(1.0) {
        ControlFlow::Continue(()) => Ok(done),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}

fn play(
    threads: usize,
    plan: &Plan,
    score: &Score,
    held: Option<&MasterCurves>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(Master, MasterCurves), Cancelled> {
    let samples = score.samples as usize;
    let mut desk = Desk::new(plan, score, held);
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
    let (master, mut curves) = finish(mix, plan.knobs.mastering, plan.seed, held, &mut rest)?;
    (curves.glue, curves.ducking) = desk.into_found();
    Ok((master, curves))
}

/// One part alone, dry and before its strip, over the whole length of the song; silent if the plan has no such part.
pub fn render(plan: &Plan, part: Part) -> Stereo {
    let score = compose(plan);
    let mut bus = Stereo::silence(score.samples as usize);
    if let Some(patch) = plan.patch(part) {
        let mut player = Player::new(part, patch, score.notes(part).copied().collect());
        player.render(0, &mut bus.left, &mut bus.right);
    }
    bus
}
