//! What this machine's engine tells of its songs as data, and how it makes the sound of a plan again.

use std::ops::ControlFlow;

use music::{Master, Plan, assets};

use crate::{Chapter, EngineError, Extras, SongFile};

/// Names the sound of this version of [`Embedded`](crate::Embedded): the same plan gives the same samples as long as
/// this stays the same.
pub const EMBEDDED_VERSION: &str = music::ENGINE_VERSION;

/// The files and chapters of a song that was performed.
pub(crate) fn extras(plan: &Plan, master: &Master) -> Result<Extras, EngineError> {
    let score = music::compose(plan);
    let files = assets::assets(plan, &score, &master.words, &master.left, &master.right);
    let files = files.map_err(|error| EngineError::Retry(error.to_string()))?;
    let names = assets::section_names(&score);
    let chapters = score.sections.iter().zip(names);
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
/// [`EngineError::Refused`] if it is no plan of this version.
pub fn make_again(plan: &str, threads: usize) -> Result<(Vec<f32>, Vec<f32>), EngineError> {
    let plan: Plan = serde_json::from_str(plan)
        .map_err(|error| EngineError::Refused(format!("the plan is none of {EMBEDDED_VERSION}: {error}")))?;
    let master = music::perform_on(threads, &plan, &mut |_| ControlFlow::Continue(()));
    master.map(|master| (master.left, master.right)).map_err(|_| EngineError::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_has_files_and_a_chapter_for_each_section() {
        let brief = music::Brief {
            lyric: Some("[Verse]\nShoes on my feet\n[Chorus]\nHappy days".to_owned()),
            ..music::Brief::default()
        };
        let plan = Plan::from_brief(&brief);
        let silence = vec![0.0; 44_100];
        let words = assets::timed_lines(&music::compose(&plan));
        let master = Master { left: silence.clone(), right: silence, words };
        let extras = extras(&plan, &master).expect("told");
        assert_eq!(extras.chapters.len(), plan.sections.len());
        assert!(extras.chapters.windows(2).all(|pair| pair[0].start_seconds < pair[1].start_seconds));
        let names: Vec<_> = extras.files.iter().map(|file| file.name).collect();
        assert!(names.contains(&assets::LRC) && names.contains(&assets::MIDI), "{names:?}");
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        assert!(
            matches!(make_again("{}", 1), Err(EngineError::Refused(why)) if why.contains(EMBEDDED_VERSION))
        );
    }
}
