//! From a recipe to sound.

use super::flow::{STRETCH, Work, checked_swap, empty};
use super::splice::Seam;
use super::whole::{Whole, spliced_words};
use super::{Edit, MAX_EDITS, Origin, Recipe, RecipeError};
use crate::assets::timed_lines;
use crate::mix::{Master, Stereo};
use crate::perform::{Stem, StemSound, perform_on};
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

/// Hears the share of the work that is done, and may break it off.
pub(super) type Report<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Performs all of a recipe on up to `threads` threads, which change nothing in the samples. If it began as a recording,
/// that is handed in; its samples are whole multiples of 2^-15.
///
/// # Errors
/// [`RecipeError::Cancelled`] if `report` broke off; else if the recipe cannot be followed.
pub fn perform_recipe(
    threads: usize,
    recipe: &Recipe,
    recorded: Option<&Stereo>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Master, RecipeError> {
    check(recipe)?;
    let shares = Shares::new(recipe.edits.len() + 1);
    let first = match &recipe.origin {
        Origin::Plan(plan) => perform_on(threads, plan, &mut shares.of(0, report))?,
        Origin::Recorded(known) => {
            let sound =
                recorded.filter(|sound| fits(sound, known.samples)).ok_or(RecipeError::NoRecording)?;
            Master { left: sound.left.clone(), right: sound.right.clone(), words: Vec::new() }
        }
    };
    let mut master = first;
    for (index, _) in recipe.edits.iter().enumerate() {
        let step = recipe.before(recipe.edits.len() - index - 1);
        master = follow(threads, &step, master, &mut shares.of(index + 1, report))?;
    }
    Ok(master)
}

/// Performs the last edit of a recipe. The song before it is handed in as whole multiples of 2^-15, and becomes the edited
/// one where it is; if it is what this version makes of the recipe, or was recorded, the result is that of
/// [`perform_recipe`].
///
/// # Errors
/// [`RecipeError::Drifted`] if a part of the song is to be held, and the song is not what this version makes of it; else
/// as [`perform_recipe`].
pub fn perform_edit(
    threads: usize,
    recipe: &Recipe,
    before: Stereo,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Master, RecipeError> {
    check(recipe)?;
    if recipe.edits.is_empty() {
        return perform_recipe(threads, recipe, None, report);
    }
    let words = timed_lines(&Whole::of(&recipe.before(1)).score);
    let before = Master { left: before.left, right: before.right, words };
    follow(threads, recipe, before, report)
}

/// Does the last edit of a recipe to the song before it.
fn follow(threads: usize, recipe: &Recipe, before: Master, report: Report) -> Result<Master, RecipeError> {
    match recipe.edits.last() {
        None => Ok(before),
        Some(Edit::Spliced(splice)) => {
            let new = perform_on(threads, &splice.plan, report)?;
            let seam = Seam::new(splice, before.left.len(), new.left.len());
            let words = spliced_words(&seam, &before.words, &new.words);
            let (old, new) = (sound(before), sound(new));
            let Stereo { left, right } = seam.join(old, &new);
            Ok(Master { left, right, words })
        }
        Some(Edit::Voice(_) | Edit::Band(_)) => swapped(threads, recipe, before, report),
    }
}

/// Performs a song whose last edit is a swap. What is heard of it takes the place of the song before, sample by sample,
/// after that was compared with what this version makes of it.
fn swapped(threads: usize, recipe: &Recipe, before: Master, report: Report) -> Result<Master, RecipeError> {
    const HALVES: [Stem; 2] = [Stem::Vocals, Stem::Instrumental];
    let Master { left, right, words } = before;
    let kept = Rc::new(RefCell::new(Stereo { left, right }));
    let mut flow = checked_swap(recipe, &HALVES, &kept)?;
    let mut work = Work::new(threads, recipe, report);
    let samples = flow.samples();
    for start in (0..samples).step_by(STRETCH) {
        let mut stems = empty(&HALVES);
        flow.pour(STRETCH.min(samples - start), &mut stems, &mut work)?;
        let kept = &mut *kept.borrow_mut();
        put_sum(&mut kept.left[start..], &stems, |stem| &stem.left);
        put_sum(&mut kept.right[start..], &stems, |stem| &stem.right);
    }
    let sings = matches!(recipe.edits.last(), Some(Edit::Voice(_)));
    let words = if sings { flow.words() } else { words };
    let Stereo { left, right } = kept.take();
    Ok(Master { left, right, words })
}

/// Writes what one channel of some stems adds up to.
fn put_sum(out: &mut [f32], stems: &[StemSound], channel: fn(&StemSound) -> &Vec<i16>) {
    let samples = stems.first().map_or(0, |stem| channel(stem).len());
    for (at, out) in out.iter_mut().take(samples).enumerate() {
        let sum: i32 = stems.iter().map(|stem| i32::from(channel(stem)[at])).sum();
        *out = sum as f32 / 32_768.0;
    }
}

fn sound(master: Master) -> Stereo {
    Stereo { left: master.left, right: master.right }
}

pub(super) fn fits(sound: &Stereo, samples: u64) -> bool {
    sound.left.len() as u64 == samples && sound.right.len() as u64 == samples
}

pub(super) fn check(recipe: &Recipe) -> Result<(), RecipeError> {
    if recipe.edits.len() > MAX_EDITS { Err(RecipeError::TooManyEdits) } else { Ok(()) }
}

/// Equal shares of the work for each of some steps.
pub(super) struct Shares {
    steps: f32,
}

impl Shares {
    pub(super) fn new(steps: usize) -> Self {
        Self { steps: steps.max(1) as f32 }
    }

    pub(super) fn of<'a>(
        &self,
        step: usize,
        report: &'a mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> impl FnMut(f32) -> ControlFlow<()> + use<'a> {
        let (step, steps) = (step as f32, self.steps);
        move |done| report((step + done) / steps)
    }
}
