//! What this machine's engine tells of its songs as data, and how it makes the sound of a plan again.

use std::ops::ControlFlow;

use music::{Master, Recipe, assets};

use crate::{Chapter, EngineError, Extras, SongFile};

/// Names the sound of this version of [`Embedded`](crate::Embedded): the same plan gives the same samples as long as
/// this stays the same.
pub const EMBEDDED_VERSION: &str = music::ENGINE_VERSION;

/// The files and chapters of a song that was performed. Where its score is not known, those that tell notes and sections
/// are left out.
pub(crate) fn extras(recipe: &Recipe, master: &Master) -> Result<Extras, EngineError> {
    let Master { left, right, words } = master;
    let score = recipe.score();
    let files = match &score {
        Some((plan, score)) => assets::assets(plan, score, words, left, right),
        None => assets::recording_assets(recipe.title(), words, left, right),
    };
    let files = files.map_err(|error| EngineError::Retry(error.to_string()))?;
    let chapters = score.iter().flat_map(|(_, score)| {
        let names = assets::section_names(score);
        score.sections.iter().zip(names)
    });
    Ok(Extras {
        files: files.into_iter().map(|file| SongFile { name: file.name, bytes: file.bytes }).collect(),
        chapters: chapters
            .map(|(span, title)| Chapter { start_seconds: span.start_seconds, title })
            .collect(),
    })
}

/// Both channels of a kept plan of [`EMBEDDED_VERSION`], rendered again on up to `threads` threads.
///
/// # Errors
/// [`EngineError::Refused`] if it is no plan of this version, or of a song that began as a recording.
pub fn make_again(plan: &str, threads: usize) -> Result<(Vec<f32>, Vec<f32>), EngineError> {
    let recipe: Recipe = serde_json::from_str(plan)
        .map_err(|error| EngineError::Refused(format!("the plan is none of {EMBEDDED_VERSION}: {error}")))?;
    if !recipe.is_own() {
        return Err(EngineError::Refused(
            "it began as a recording, which this engine cannot make again".to_owned(),
        ));
    }
    match music::perform_recipe(threads, &recipe, None, &mut |_| ControlFlow::Continue(())) {
        Ok(master) => Ok((master.left, master.right)),
        Err(music::RecipeError::Cancelled) => Err(EngineError::Cancelled),
        Err(error) => Err(EngineError::Refused(error.to_string())),
    }
}

/// Whether a plan of this version is that of a song that can be made again from nothing: one without a recording in it.
pub(crate) fn is_own(plan: &str) -> bool {
    serde_json::from_str::<Recipe>(plan).is_ok_and(|recipe| recipe.is_own())
}

#[cfg(test)]
mod tests {
    use music::Plan;

    use super::*;

    fn silence(words: Vec<music::TimedLine>) -> Master {
        let silence = vec![0.0; 44_100];
        Master { left: silence.clone(), right: silence, words }
    }

    #[test]
    fn a_song_has_files_and_a_chapter_for_each_section() {
        let brief = music::Brief {
            lyric: Some("[Verse]\nShoes on my feet\n[Chorus]\nHappy days".to_owned()),
            ..music::Brief::default()
        };
        let plan = Plan::from_brief(&brief);
        let words = assets::timed_lines(&music::compose(&plan));
        let sections = plan.sections.len();
        let extras = extras(&Recipe::fresh(plan), &silence(words)).expect("told");
        assert_eq!(extras.chapters.len(), sections);
        assert!(extras.chapters.windows(2).all(|pair| pair[0].start_seconds < pair[1].start_seconds));
        let names: Vec<_> = extras.files.iter().map(|file| file.name).collect();
        assert!(names.contains(&assets::LRC) && names.contains(&assets::MIDI), "{names:?}");
    }

    #[test]
    fn of_a_recording_nothing_is_told_that_nobody_knows() {
        let recipe = Recipe::recorded(44_100, String::new());
        let extras = extras(&recipe, &silence(Vec::new())).expect("told");
        assert_eq!(extras.files.iter().map(|file| file.name).collect::<Vec<_>>(), [assets::WAVEFORM]);
        assert!(extras.chapters.is_empty());
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        for (plan, why) in [
            ("{}".to_owned(), EMBEDDED_VERSION),
            (serde_json::to_string(&Recipe::recorded(1, String::new())).expect("JSON"), "recording"),
        ] {
            let refused = make_again(&plan, 1);
            assert!(matches!(refused, Err(EngineError::Refused(told)) if told.contains(why)), "{plan}");
        }
    }
}
