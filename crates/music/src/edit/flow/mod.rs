//! The stems of an edited song while they are played: in order of time, piece by piece, so that of the whole song nobody
//! holds more than the master of the plan that is heard. Plans begin to play when the song comes to them.

mod piece;
mod spliced;
mod swapped;

use super::perform::Report;
use super::splice::Seam;
use super::{Edit, Origin, Recipe, RecipeError};
use crate::mix::{MasterCurves, Stereo};
use crate::perform::{Half, Stem, StemSound};
use crate::plan::Plan;
use crate::sing::TimedLine;
use piece::Piece;
use spliced::Spliced;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use swapped::Swapped;

/// Samples that are asked for at a time.
pub(super) const STRETCH: usize = crate::mix::CHUNK;

/// Stems that are heard in order of time.
pub(super) trait Flow {
    /// Its length in samples.
    fn samples(&self) -> usize;

    /// Adds the next so many samples to each of `out`, which has the flow's stems in their order; after the end, silence.
    fn pour(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError>;

    /// The lead's words, as far as anybody sang.
    fn words(&self) -> Vec<TimedLine>;

    /// Forgets everything but the words.
    fn close(&mut self);
}

/// How far the work is; what is played counts by its samples.
pub(super) struct Work<'a> {
    pub(super) threads: usize,
    all: f32,
    done: f32,
    report: Report<'a>,
}

impl<'a> Work<'a> {
    /// The work of a recipe whose stems are played once.
    pub(super) fn new(threads: usize, recipe: &Recipe, report: Report<'a>) -> Self {
        let samples = |plans: usize| {
            let plans = recipe.plans().take(plans).map(|plan| crate::compose::compose(plan).samples as f32);
            plans.sum::<f32>()
        };
        // Each plan is played for its master and for its stems; the halves of its swaps once.
        let mut plans = usize::from(recipe.is_own());
        let mut all = 0.0;
        for edit in &recipe.edits {
            match edit {
                Edit::Spliced(_) => plans += 1,
                Edit::Voice(_) | Edit::Band(_) => all += samples(plans),
            }
        }
        Self { threads, all: (all + 2.0 * samples(plans)).max(1.0), done: 0.0, report }
    }

    /// Does so much of it.
    fn part<T>(&mut self, samples: usize, play: impl FnOnce(usize, Report) -> T) -> T {
        let (done, all, size) = (self.done, self.all, samples as f32);
        let report = &mut *self.report;
        let played = play(self.threads, &mut |share| report(((done + size * share) / all).min(1.0)));
        self.done += size;
        played
    }

    /// So much is done.
    fn add(&mut self, samples: usize) -> Result<(), RecipeError> {
        self.done += samples as f32;
        let ended = (self.report)((self.done / self.all).min(1.0));
        if ended.is_break() { Err(RecipeError::Cancelled) } else { Ok(()) }
    }
}

/// The song with these stems, which are of all groups, in their order, and add up to the master.
pub(super) fn flow(recipe: &Recipe, which: &[Stem]) -> Result<Box<dyn Flow>, RecipeError> {
    Flowing::new(recipe, which)?.all(recipe)
}

/// As [`flow`], of a recipe whose last edit is a swap; the song before it has to be what is `kept`.
pub(super) fn checked_swap(
    recipe: &Recipe,
    which: &[Stem],
    kept: &Rc<RefCell<Stereo>>,
) -> Result<Box<dyn Flow>, RecipeError> {
    let before = recipe.before(1);
    let flowing = Flowing::new(recipe, which)?;
    let old = Checked { flow: flowing.all(&before)?, kept: Rc::clone(kept), at: 0 };
    Ok(flowing.swapped(recipe, Box::new(old)))
}

/// What the flows of a recipe share.
struct Flowing<'a> {
    which: &'a [Stem],
    /// What each plan in the recipe comes to, once it was played.
    curves: Vec<Rc<OnceCell<MasterCurves>>>,
}

impl<'a> Flowing<'a> {
    fn new(recipe: &Recipe, which: &'a [Stem]) -> Result<Self, RecipeError> {
        let Origin::Plan(_) = &recipe.origin else { return Err(RecipeError::NoScore) };
        Ok(Self { which, curves: recipe.plans().map(|_| Rc::default()).collect() })
    }

    fn all(&self, recipe: &Recipe) -> Result<Box<dyn Flow>, RecipeError> {
        let mut plans = recipe.plans().zip(&self.curves);
        let mut next = || -> Result<Box<dyn Flow>, RecipeError> {
            let (plan, curves) = plans.next().ok_or(RecipeError::NoScore)?;
            Ok(Box::new(Piece::whole(plan.clone(), self.which, Rc::clone(curves))))
        };
        let mut flow = next()?;
        for (index, edit) in recipe.edits.iter().enumerate() {
            flow = match edit {
                Edit::Spliced(splice) => {
                    let new = next()?;
                    let seam = Seam::new(splice, flow.samples(), new.samples());
                    Box::new(Spliced::new(seam, self.which, flow, new))
                }
                Edit::Voice(_) | Edit::Band(_) => {
                    self.swapped(&recipe.before(recipe.edits.len() - index - 1), flow)
                }
            };
        }
        Ok(flow)
    }

    /// Swaps the half that the last edit of a recipe names; the other half stays as it is, sample for sample.
    fn swapped(&self, recipe: &Recipe, old: Box<dyn Flow>) -> Box<dyn Flow> {
        let half = match recipe.edits.last() {
            Some(Edit::Voice(_)) => Half::Voice,
            Some(Edit::Band(_)) => Half::Band,
            _ => return old,
        };
        let wanted: Vec<Stem> = self.which.iter().copied().filter(|stem| half.has_stem(*stem)).collect();
        match self.new_half(recipe, half, &wanted) {
            Some(new) => Box::new(Swapped::new(half, self.which, &wanted, old, new)),
            None => old,
        }
    }

    /// One half of the song as its last edit has it, over every plan in turn, under the gains that those plans came to.
    fn new_half(&self, recipe: &Recipe, half: Half, wanted: &[Stem]) -> Option<Box<dyn Flow>> {
        let changed = |plan: &Plan| match recipe.edits.last() {
            Some(Edit::Voice(voice)) => voice.over(plan),
            Some(Edit::Band(band)) => band.under(plan),
            _ => plan.clone(),
        };
        let mut plans = recipe.plans().zip(&self.curves);
        let mut next = || -> Option<Box<dyn Flow>> {
            let (plan, curves) = plans.next()?;
            Some(Box::new(Piece::half(changed(plan), half, wanted, Rc::clone(curves))))
        };
        let mut flow = next()?;
        for edit in &recipe.edits {
            let Edit::Spliced(splice) = edit else { continue };
            let new = next()?;
            let seam = Seam::new(splice, flow.samples(), new.samples());
            flow = Box::new(Spliced::new(seam, wanted, flow, new));
        }
        Some(flow)
    }
}

/// A flow whose stems have to add up to a sound that is known.
struct Checked {
    flow: Box<dyn Flow>,
    kept: Rc<RefCell<Stereo>>,
    at: usize,
}

impl Flow for Checked {
    fn samples(&self) -> usize {
        self.flow.samples()
    }

    fn pour(&mut self, samples: usize, out: &mut [StemSound], work: &mut Work) -> Result<(), RecipeError> {
        let start = out.first().map_or(0, |stem| stem.left.len());
        self.flow.pour(samples, out, work)?;
        let kept = self.kept.borrow();
        let end = (self.at + samples).min(kept.left.len());
        let is_same = |kept: &[f32], channel: fn(&StemSound) -> &Vec<i16>| {
            let all = |at: usize| out.iter().map(|stem| i32::from(channel(stem)[start + at])).sum::<i32>();
            kept.iter().enumerate().all(|(at, sample)| (sample * 32_768.0) as i32 == all(at))
        };
        let is_same = kept.left.len() == self.flow.samples()
            && is_same(&kept.left[self.at.min(end)..end], |stem| &stem.left)
            && is_same(&kept.right[self.at.min(end)..end], |stem| &stem.right);
        self.at = end;
        if is_same { Ok(()) } else { Err(RecipeError::Drifted) }
    }

    fn words(&self) -> Vec<TimedLine> {
        self.flow.words()
    }

    fn close(&mut self) {
        self.flow.close();
    }
}

/// Stems without a sample yet.
pub(super) fn empty(which: &[Stem]) -> Vec<StemSound> {
    which.iter().map(|stem| StemSound::empty(*stem)).collect()
}

/// Moves the first samples of some stems to the ends of others, which are in the same order.
fn hand_over(from: &mut [StemSound], samples: usize, to: &mut [StemSound]) {
    for (from, to) in from.iter_mut().zip(to) {
        to.left.extend(from.left.drain(..samples));
        to.right.extend(from.right.drain(..samples));
    }
}

/// Adds silence.
fn rest(samples: usize, out: &mut [StemSound]) {
    for stem in out {
        stem.left.resize(stem.left.len() + samples, 0);
        stem.right.resize(stem.right.len() + samples, 0);
    }
}
