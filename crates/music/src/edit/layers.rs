//! The parts of an edited song, as whole 16-bit samples whose sum is its master.

use super::fit::fit;
use super::perform::{Report, Shares, check};
use super::splice::Seam;
use super::whole::spliced_words;
use super::{Edit, Origin, Recipe, RecipeError};
use crate::mix::{Master, MasterCurves};
use crate::perform::{Half, Stem, StemSound, perform_half, perform_stems};
use crate::plan::{Part, Plan};
use crate::sing::TimedLine;
use std::ops::ControlFlow;

/// A song's master with stems that add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layers {
    /// The same samples as without stems; without words.
    pub master: Master,
    /// In the order in which they were asked for.
    pub stems: Vec<StemSound>,
    /// What each plan in the recipe came to, in order.
    curves: Vec<MasterCurves>,
}

/// The four groups.
const GROUPS: [Stem; 4] = [Stem::Vocals, Stem::Drums, Stem::Bass, Stem::Other];

/// Performs a recipe with the stems `vocals`, `drums`, `bass`, `other` and `instrumental`: the first four add up to the
/// master, drums, bass and other to the instrumental.
///
/// # Errors
/// [`RecipeError::NoScore`] if it began as a recording; [`RecipeError::Cancelled`] if `report` broke off.
pub fn recipe_stems(
    threads: usize,
    recipe: &Recipe,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Layers, RecipeError> {
    let mut layers = layers(threads, recipe, &GROUPS, report)?;
    let instrumental = sum(Stem::Instrumental, &layers.stems[1..]);
    layers.stems.push(instrumental);
    Ok(layers)
}

/// Performs a recipe with a stem for each part that plays in it; they add up to the master.
///
/// # Errors
/// As [`recipe_stems`].
pub fn recipe_parts(
    threads: usize,
    recipe: &Recipe,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Layers, RecipeError> {
    layers(threads, recipe, &parts(recipe), report)
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

/// The song with these stems, which are of all groups, in their order, and add up to the master.
pub(super) fn layers(
    threads: usize,
    recipe: &Recipe,
    which: &[Stem],
    report: Report,
) -> Result<Layers, RecipeError> {
    check(recipe)?;
    let Origin::Plan(plan) = &recipe.origin else { return Err(RecipeError::NoScore) };
    let shares = Shares::new(recipe.edits.len() + 1);
    let mut layers = of_plan(threads, plan, which, &mut shares.of(0, report))?;
    for (index, edit) in recipe.edits.iter().enumerate() {
        let mut report = shares.of(index + 1, report);
        layers = match edit {
            Edit::Spliced(splice) => {
                let new = of_plan(threads, &splice.plan, which, &mut report)?;
                let seam = Seam::new(splice, layers.master.left.len(), new.master.left.len());
                let stems = seam.join_stems(&layers.stems, &new.stems);
                let curves = layers.curves.into_iter().chain(new.curves).collect();
                Layers { master: added_up(&stems), stems, curves }
            }
            Edit::Voice(_) | Edit::Band(_) => {
                let step = recipe.before(recipe.edits.len() - index - 1);
                halves(threads, &step, layers, which, &mut Vec::new(), &mut report)?
            }
        };
    }
    Ok(layers)
}

fn of_plan(threads: usize, plan: &Plan, which: &[Stem], report: Report) -> Result<Layers, RecipeError> {
    let stems = perform_stems(threads, plan, which, report)?;
    Ok(Layers { master: stems.master, stems: stems.stems, curves: vec![stems.curves] })
}

/// Swaps the half that the last edit of a recipe names; the other half stays as it is, sample for sample. Tells the
/// words of a new voice.
pub(super) fn halves(
    threads: usize,
    recipe: &Recipe,
    old: Layers,
    which: &[Stem],
    words: &mut Vec<TimedLine>,
    report: Report,
) -> Result<Layers, RecipeError> {
    let half = match recipe.edits.last() {
        Some(Edit::Voice(_)) => Half::Voice,
        Some(Edit::Band(_)) => Half::Band,
        _ => return Ok(old),
    };
    let Layers { stems, curves, .. } = old;
    let wanted: Vec<Stem> = which.iter().copied().filter(|stem| half.has_stem(*stem)).collect();
    let (mut new, told) = new_half(threads, recipe, half, &wanted, &curves, report)?;
    *words = told;
    let held: Vec<&StemSound> = stems.iter().filter(|stem| !half.has_stem(stem.stem)).collect();
    fit(&held, &mut new);
    let mut new = new.into_iter();
    let stems =
        stems.into_iter().filter_map(|stem| if half.has_stem(stem.stem) { new.next() } else { Some(stem) });
    let stems: Vec<StemSound> = stems.collect();
    Ok(Layers { master: added_up(&stems), stems, curves })
}

/// One half of the song as its last edit has it, over every plan in turn, under the gains that those plans came to.
fn new_half(
    threads: usize,
    recipe: &Recipe,
    half: Half,
    wanted: &[Stem],
    curves: &[MasterCurves],
    report: Report,
) -> Result<(Vec<StemSound>, Vec<TimedLine>), RecipeError> {
    let shares = Shares::new(curves.len());
    let changed = |plan: &Plan| match recipe.edits.last() {
        Some(Edit::Voice(voice)) => voice.over(plan),
        Some(Edit::Band(band)) => band.under(plan),
        _ => plan.clone(),
    };
    let mut pieces = recipe.plans().zip(curves).enumerate();
    let mut perform = |report: Report| -> Result<_, RecipeError> {
        let (step, (plan, curves)) = pieces.next().ok_or(RecipeError::NoScore)?;
        let mut report = shares.of(step, report);
        Ok(perform_half(threads, &changed(plan), half, wanted, curves, &mut report)?)
    };
    let (mut stems, mut words) = perform(report)?;
    for edit in &recipe.edits {
        let Edit::Spliced(splice) = edit else { continue };
        let (new, new_words) = perform(report)?;
        let length = |stems: &[StemSound]| stems.first().map_or(0, |stem| stem.left.len());
        let seam = Seam::new(splice, length(&stems), length(&new));
        words = spliced_words(&seam, &words, &new_words);
        stems = seam.join_stems(&stems, &new);
    }
    Ok((stems, words))
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

fn added_up(stems: &[StemSound]) -> Master {
    let side = |channel: fn(&StemSound) -> &Vec<i16>| -> Vec<f32> {
        let samples = stems.first().map_or(0, |stem| channel(stem).len());
        let whole = |at: usize| stems.iter().map(|stem| i32::from(channel(stem)[at])).sum::<i32>();
        (0..samples).map(|at| whole(at) as f32 / 32_768.0).collect()
    };
    Master { left: side(|stem| &stem.left), right: side(|stem| &stem.right), words: Vec::new() }
}
