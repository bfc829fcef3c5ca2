//! The parts of a song, rendered again and compared with what is kept of it.

use domain::Action;
use music::{Part, RecipeError, Stem};

use super::edits::{Report, recipe};
use super::{threads, unfollowed};
use crate::{EngineError, Source, StemTrack};

pub(super) fn make(
    action: Action,
    source: Source,
    report: Report<'_>,
) -> Result<Vec<StemTrack>, EngineError> {
    let recipe = recipe(&source);
    let layers = match action {
        Action::AllStems => music::recipe_parts(threads(), &recipe, report),
        _ => music::recipe_stems(threads(), &recipe, report),
    };
    let layers = layers.map_err(unfollowed)?;
    if layers.master.left != source.left || layers.master.right != source.right {
        return Err(unfollowed(RecipeError::Drifted));
    }
    let tracks = layers.stems.into_iter().map(|stem| StemTrack {
        name: name(stem.stem).to_owned(),
        left: stem.left,
        right: stem.right,
    });
    Ok(tracks.collect())
}

fn name(stem: Stem) -> &'static str {
    match stem {
        Stem::Vocals => "vocals",
        Stem::Instrumental => "instrumental",
        Stem::Drums | Stem::Part(Part::Drums) => "drums",
        Stem::Bass | Stem::Part(Part::Bass) => "bass",
        Stem::Other => "other",
        Stem::Part(Part::Chords) => "chords",
        Stem::Part(Part::Arp) => "arp",
        Stem::Part(Part::Pad) => "pad",
        Stem::Part(Part::Lead) => "lead",
        Stem::Part(Part::Harmony) => "harmony",
        Stem::Part(Part::Counter) => "counter",
    }
}
