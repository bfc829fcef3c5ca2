//! The parts of an edited song, as whole 16-bit samples whose sum is its master.

use super::flow::{STRETCH, Work, empty, flow};
use super::perform::check;
use super::{Edit, Recipe, RecipeError};
use crate::mix::{Master, Steps};
use crate::perform::{Stem, StemSound};
use crate::plan::Part;
use std::ops::ControlFlow;

/// A song's master with stems that add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers {
    /// The same samples as without stems; without words.
    pub master: Master,
    /// In the order of their [`Split`].
    pub stems: Vec<StemSound>,
}

/// How a song is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// `vocals`, `drums`, `bass`, `other` and `instrumental`: the first four add up to the master, drums, bass and other to
    /// the instrumental.
    Groups,
    /// Each part that plays; they add up to the master.
    Parts,
}

/// The four groups.
const GROUPS: [Stem; 4] = [Stem::Vocals, Stem::Drums, Stem::Bass, Stem::Other];

impl Split {
    /// The stems of a song, in the order in which they are told.
    pub fn stems(self, recipe: &Recipe) -> Vec<Stem> {
        let mut stems = self.played(recipe);
        if self == Self::Groups {
            stems.push(Stem::Instrumental);
        }
        stems
    }

    /// Those of them that add up to the master.
    fn played(self, recipe: &Recipe) -> Vec<Stem> {
        match self {
            Self::Groups => GROUPS.to_vec(),
            Self::Parts => parts(recipe),
        }
    }
}

/// Performs a recipe with the stems of [`Split::Groups`].
///
/// # Errors
/// [`RecipeError::NoScore`] if it began as a recording; [`RecipeError::Cancelled`] if `report` broke off.
pub fn recipe_stems(
    threads: usize,
    recipe: &Recipe,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Layers, RecipeError> {
    layers(threads, recipe, Split::Groups, report)
}

/// Performs a recipe with a stem for each part that plays in it.
///
/// # Errors
/// As [`recipe_stems`].
pub fn recipe_parts(
    threads: usize,
    recipe: &Recipe,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Layers, RecipeError> {
    layers(threads, recipe, Split::Parts, report)
}

/// Performs a recipe and hands its stems to `hear` as they are played, less than a second at a time: each stretch of all of
/// them, in the order of [`Split::stems`]. Of the song no more is held than the master of the plan that plays, and what is
/// sung in it. `kept` is the song as it is to be.
///
/// # Errors
/// [`RecipeError::Drifted`] as soon as a sample is not that of `kept`; [`RecipeError::Cancelled`] if `hear` or `report` broke
/// off; else as [`recipe_stems`].
pub fn pour_stems(
    threads: usize,
    recipe: &Recipe,
    split: Split,
    kept: &Steps,
    hear: &mut dyn FnMut(&[StemSound]) -> ControlFlow<()>,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<(), RecipeError> {
    let mut at = 0;
    pour(threads, recipe, split, report, &mut |samples, stems| {
        let end = at + stems[0].left.len();
        let is_kept = samples == kept.left.len()
            && adds_up(stems, &kept.left[at..end], |stem| &stem.left)
            && adds_up(stems, &kept.right[at..end], |stem| &stem.right);
        at = end;
        if !is_kept {
            return Err(RecipeError::Drifted);
        }
        if split == Split::Groups {
            stems.push(sum(Stem::Instrumental, &stems[1..]));
        }
        if hear(stems).is_break() { Err(RecipeError::Cancelled) } else { Ok(()) }
    })
}

/// Hears the song's length and a stretch of its stems.
type Hear<'a> = &'a mut dyn FnMut(usize, &mut Vec<StemSound>) -> Result<(), RecipeError>;

/// Plays the stems of a song and hands out each stretch, with the song's length.
fn pour(
    threads: usize,
    recipe: &Recipe,
    split: Split,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
    hear: Hear,
) -> Result<(), RecipeError> {
    check(recipe)?;
    let which = split.played(recipe);
    let mut flow = flow(recipe, &which)?;
    let mut work = Work::new(threads, recipe, report);
    let samples = flow.samples();
    for start in (0..samples).step_by(STRETCH) {
        let mut stems = empty(&which);
        flow.pour(STRETCH.min(samples - start), &mut stems, &mut work)?;
        hear(samples, &mut stems)?;
    }
    Ok(())
}

fn layers(
    threads: usize,
    recipe: &Recipe,
    split: Split,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Layers, RecipeError> {
    let mut stems = empty(&split.played(recipe));
    pour(threads, recipe, split, report, &mut |_, stretch| {
        for (stem, stretch) in stems.iter_mut().zip(stretch) {
            stem.left.append(&mut stretch.left);
            stem.right.append(&mut stretch.right);
        }
        Ok(())
    })?;
    let master = added_up(&stems);
    if split == Split::Groups {
        stems.push(sum(Stem::Instrumental, &stems[1..]));
    }
    Ok(Layers { master, stems })
}

/// Everybody who plays anywhere in the song, group after group.
fn parts(recipe: &Recipe) -> Vec<Stem> {
    const ORDER: [Part; 8] = [
        Part::Lead,
        Part::Harmony,
        Part::Drums,
        Part::Bass,
        Part::Chords,
        Part::Arp,
        Part::Pad,
        Part::Counter,
    ];
    let bands = recipe.edits.iter().filter_map(|edit| match edit {
        Edit::Band(band) => Some(&band.instruments),
        _ => None,
    });
    let sings = recipe.edits.iter().any(|edit| matches!(edit, Edit::Voice(_)));
    let choices = recipe.plans().map(|plan| &plan.instruments).chain(bands);
    let known: Vec<Part> = choices.flatten().map(|choice| choice.part).collect();
    let plays = |part: &Part| known.contains(part) || (sings && *part == Part::Lead);
    ORDER.into_iter().filter(plays).map(Stem::Part).collect()
}

/// The stem that others add up to, each sample within 16 bits.
fn sum(stem: Stem, parts: &[StemSound]) -> StemSound {
    let side = |channel: fn(&StemSound) -> &Vec<i16>| -> Vec<i16> {
        let mut sum: Vec<i16> = parts.first().map(|part| channel(part).clone()).unwrap_or_default();
        for part in parts.iter().skip(1) {
            sum.iter_mut().zip(channel(part)).for_each(|(sum, sample)| *sum = sum.saturating_add(*sample));
        }
        sum
    };
    StemSound { stem, left: side(|stem| &stem.left), right: side(|stem| &stem.right) }
}

/// Whether one channel of some stems is this in all.
fn adds_up(stems: &[StemSound], whole: &[i16], channel: fn(&StemSound) -> &Vec<i16>) -> bool {
    let sum = |at: usize| stems.iter().map(|stem| i32::from(channel(stem)[at])).sum::<i32>();
    whole.iter().enumerate().all(|(at, sample)| i32::from(*sample) == sum(at))
}

fn added_up(stems: &[StemSound]) -> Master {
    let side = |channel: fn(&StemSound) -> &Vec<i16>| -> Vec<f32> {
        let samples = stems.first().map_or(0, |stem| channel(stem).len());
        let whole = |at: usize| stems.iter().map(|stem| i32::from(channel(stem)[at])).sum::<i32>();
        (0..samples).map(|at| whole(at) as f32 / 32_768.0).collect()
    };
    Master { left: side(|stem| &stem.left), right: side(|stem| &stem.right), words: Vec::new() }
}
