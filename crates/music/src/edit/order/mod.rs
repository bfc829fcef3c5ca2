//! From an order to a recipe: what is kept of the song, and what is to be new.

mod extend;
mod ground;
mod remake;
mod replace;
mod room;
mod swap;

use super::whole::Whole;
use super::{Edit, MAX_EDITS, Recipe};
use crate::brief::Brief;
use crate::compose::compose;
use crate::mix::Stereo;
use crate::plan::Plan;
use ground::Ground;

/// What is to be done to a song.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// More of it.
    Extend {
        /// What of it is kept, in seconds; with `None` all of it.
        from: Option<f64>,
    },
    /// A window of it made anew, in seconds.
    Replace {
        /// The first moment that is new.
        start: f64,
        /// The first moment that is the old one again.
        end: f64,
    },
    /// Words, sections and tune in another arrangement.
    Cover {
        /// How far the arrangement moves away from the song's, 0.2 to 1.
        strength: f32,
    },
    /// Another take with other chance.
    Variation,
    /// Another voice over the same band.
    SwapVoice {
        /// Whose voice, words and tune it is to be.
        other: Option<&'a Recipe>,
    },
    /// Another band under the same voice.
    SwapBand {
        /// Whose band it is to be.
        other: Option<&'a Recipe>,
    },
}

/// Why an order cannot be followed. The texts are for whoever ordered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditRefusal {
    /// The song would be longer than it may be, or there is no room left for anything new.
    #[error("the song would become too long: at most {0} s")]
    TooLong(u32),
    /// See [`MAX_EDITS`].
    #[error("the song was edited {MAX_EDITS} times already: edit one that was edited less often")]
    TooManyEdits,
    /// A window that is empty, upside down or outside of the song.
    #[error("the window must lie within the song, and its end behind its start")]
    NoWindow,
    /// A window that is longer than a plan.
    #[error("the window is too long: at most {0} s are made anew at a time")]
    WideWindow(u32),
    /// Nobody sings in it.
    #[error("nobody sings in the song: send a lyric for the new voice")]
    NoVoice,
    /// Its parts cannot be told apart.
    #[error("the song is a recording, or contains one: its voice and its instruments cannot be told apart")]
    NoParts,
    /// Nothing is known of the song whose part is to be taken.
    #[error("the song whose part is to be taken is a recording, or contains one")]
    NoOtherPart,
}

/// Reads an order for an edit. `sound` is the song before it, whole multiples of 2^-15; `brief` has the words of the
/// order, its title and its seed. The edited song is no longer than `longest` seconds.
///
/// # Errors
/// [`EditRefusal`] if it cannot be done.
pub fn edit(
    recipe: &Recipe,
    sound: &Stereo,
    change: Change<'_>,
    brief: &Brief,
    longest: f32,
) -> Result<Recipe, EditRefusal> {
    // An extension may begin with a cut, and a song that is written anew may become shorter; others keep its length.
    if !matches!(change, Change::Extend { .. } | Change::Cover { .. } | Change::Variation) {
        check_length(sound.left.len() as u64, longest)?;
    }
    let edited = match change {
        Change::Extend { from } => {
            let place = from.map_or(sound.left.len(), |from| sample(from, sound));
            extend::extend(recipe, &Ground::at(recipe, sound, place, brief), place, brief, longest)
        }
        Change::Replace { start, end } => {
            let (from, until) = (sample(start, sound), sample(end, sound));
            if from >= until || !(start >= 0.0 && end > start) {
                return Err(EditRefusal::NoWindow);
            }
            replace::replace(recipe, &Ground::at(recipe, sound, from, brief), (from, until), brief)
        }
        Change::Cover { strength } => {
            let ground = Ground::at(recipe, sound, sound.left.len() / 2, brief);
            fitting(remake::cover(&ground, strength, brief, longest), longest)
        }
        Change::Variation => {
            let ground = Ground::at(recipe, sound, sound.left.len() / 2, brief);
            fitting(remake::variation(&ground, brief, longest), longest)
        }
        Change::SwapVoice { other } => swap::voice(recipe, other, brief),
        Change::SwapBand { other } => swap::band(recipe, other, brief),
    };
    let mut edited = edited?;
    if edited.edits.len() > MAX_EDITS {
        return Err(EditRefusal::TooManyEdits);
    }
    if !brief.title.is_empty() {
        edited.set_title(&brief.title);
    }
    Ok(edited)
}

/// A song that was written anew, if it is not too long.
fn fitting(plan: Plan, longest: f32) -> Result<Recipe, EditRefusal> {
    check_length(compose(&plan).samples, longest)?;
    Ok(Recipe::fresh(plan))
}

fn check_length(samples: u64, longest: f32) -> Result<(), EditRefusal> {
    let most = f64::from(longest) * f64::from(crate::SAMPLE_RATE);
    if samples as f64 > most { Err(EditRefusal::TooLong(longest as u32)) } else { Ok(()) }
}

/// The sample of a moment, within the sound.
fn sample(seconds: f64, sound: &Stereo) -> usize {
    ((seconds.max(0.0) * f64::from(crate::SAMPLE_RATE)).round() as usize).min(sound.left.len())
}

/// The recipe with one edit more.
fn with(recipe: &Recipe, edit: Edit) -> Recipe {
    let mut edited = recipe.clone();
    edited.edits.push(edit);
    edited
}

/// All of a song whose score is known.
fn known(recipe: &Recipe) -> Option<Whole> {
    recipe.is_own().then(|| Whole::of(recipe))
}
