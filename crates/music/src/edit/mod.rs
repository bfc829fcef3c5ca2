//! Edits of songs: what was not named stays as it was, sample for sample.
//!
//! A [`Recipe`] says what a song's sound is made from. [`edit`] reads an order into the recipe of the edited song;
//! [`perform_edit`] makes that from the song before it, and [`perform_recipe`] from nothing, which gives the same samples.

mod fit;
mod flow;
mod layers;
mod order;
mod perform;
mod recipe;
mod splice;
mod told;
mod whole;

pub use layers::{Layers, Split, pour_stems, recipe_parts, recipe_stems};
pub use order::{Change, EditRefusal, edit};
pub use perform::{perform_edit, perform_recipe};
pub use recipe::{Edit, MAX_EDITS, NewBand, NewVoice, Origin, Recipe, Recorded, Splice};

use crate::perform::Cancelled;

/// Why a recipe gives no sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// The listener did not want the rest.
    #[error("the performance was cancelled")]
    Cancelled,
    /// It began as a recording, which was not handed in, or not as long as it is to be.
    #[error("the recording that the song began as is not there")]
    NoRecording,
    /// It began as a recording, whose parts nobody knows.
    #[error("the song began as a recording, whose parts cannot be told apart")]
    NoScore,
    /// The song before the edit is not what this version of the engine makes of its recipe.
    #[error("the engine has changed since the song was made: its parts cannot be told apart")]
    Drifted,
    /// See [`MAX_EDITS`].
    #[error("the song was edited too often")]
    TooManyEdits,
}

impl From<Cancelled> for RecipeError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
