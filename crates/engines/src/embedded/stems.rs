//! The parts of a song, rendered again and compared with what is kept of it.

use std::ops::ControlFlow;

use domain::Action;
use music::{Part, RecipeError, Split, Stem, Steps, Stereo};

use super::edits::recipe;
use super::{threads, unfollowed};
use crate::{EngineError, Source, Stems, Watch};

pub(super) fn make(action: Action, source: Source, watch: Watch) -> Result<Stems, EngineError> {
    let recipe = recipe(&source);
    if !recipe.is_own() {
        return Err(unfollowed(RecipeError::NoScore));
    }
    let split = if action == Action::AllStems { Split::Parts } else { Split::Groups };
    let names = split.stems(&recipe).into_iter().map(|stem| name(stem).to_owned()).collect();
    let kept = Steps::from(Stereo { left: source.left, right: source.right });
    Ok(Stems::new(names, move |hear| {
        let mut report = |done| watch.follow(done);
        let mut pieces = |stems: &[music::StemSound]| {
            let mut stems = stems.iter().enumerate();
            let ended = stems.find(|(number, stem)| hear(*number, &stem.left, &stem.right).is_break());
            if ended.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        music::pour_stems(threads(), &recipe, split, &kept, &mut pieces, &mut report).map_err(unfollowed)
    }))
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
