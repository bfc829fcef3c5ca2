//! A new song.

use domain::AudioOrder;
use music::{Brief, Plan, Recipe};

use super::brief::brief;
use super::edits::{Report, song};
use super::threads;
use crate::{EngineError, Song};

pub(super) fn make(
    order: &AudioOrder,
    longest_seconds: f32,
    report: Report<'_>,
) -> Result<Song, EngineError> {
    let brief = with_words(order);
    let mut plan = plan(&brief, longest_seconds)?;
    let made = music::perform_held(threads(), &plan, None, report);
    let (master, curves) = made.map_err(|_| EngineError::Cancelled)?;
    // What is added to the song later stands beside it; performed with them again, it is the same.
    plan.levels = Some(curves.levels());
    song(&Recipe::fresh(plan), master, lyric(brief), None)
}

/// The plan of a song that is no longer than it may be: what does not fit is left out. Where not even a bar fits, there
/// is no song.
fn plan(brief: &Brief, longest_seconds: f32) -> Result<Plan, EngineError> {
    let max_seconds = brief.max_seconds.min(longest_seconds);
    let plan = Plan::from_brief(&Brief { max_seconds, ..brief.clone() });
    let fits = music::compose(&plan).seconds() <= f64::from(longest_seconds);
    let refused = || EngineError::Refused(format!("The song would be longer than {longest_seconds} s."));
    if fits { Ok(plan) } else { Err(refused()) }
}

/// The words that the song shows: those that were ordered, else those that were written for it.
fn lyric(brief: Brief) -> String {
    if brief.instrumental { "[Instrumental]".to_owned() } else { brief.lyric.unwrap_or_default() }
}

/// What is composed. A song that is to be sung and has no words gets some about its subject.
fn with_words(order: &AudioOrder) -> Brief {
    let ordered = brief(order);
    let subject = order.lyric_prompt.as_ref().or(order.prompt.as_ref());
    match subject.filter(|_| ordered.wants_words()) {
        Some(subject) => Brief { lyric: Some(music::lyricist::write(subject, order.seed).text), ..ordered },
        None => ordered,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::order;
    use super::*;
    use crate::{Embedded, Engine as _, Watch};
    use domain::{Action, LyricOrder};

    fn asked(prompt: &str) -> AudioOrder {
        AudioOrder { prompt: Some(prompt.to_owned()), ..order(Action::Generate) }
    }

    fn words(order: &AudioOrder) -> String {
        lyric(with_words(order))
    }

    #[test]
    fn a_prompt_without_a_lyric_is_sung_about() {
        let words = words(&asked("a slow waltz about my red bicycle"));
        assert!(words.to_lowercase().contains("my red bicycle"), "{words}");
        assert!(words.contains("[Chorus]"));
    }

    #[test]
    fn a_lyric_prompt_is_the_subject_instead() {
        let order = AudioOrder { lyric_prompt: Some("two grey owls".to_owned()), ..asked("a slow waltz") };
        assert_eq!(with_words(&order).title, "a slow waltz");
        assert!(words(&order).contains("wo grey owls"));
    }

    #[tokio::test]
    async fn a_lyric_can_be_had_alone() {
        let order = LyricOrder { prompt: "my red bicycle".to_owned(), seed: 3 };
        let lyric = Embedded::default().write_lyric(order, Watch::default()).await.expect("written");
        assert_eq!(lyric.title, "My Red Bicycle");
        assert!(lyric.text.to_lowercase().contains("my red bicycle"));
    }

    #[test]
    fn a_song_is_written_so_that_it_fits_and_else_not_written() {
        let asked = |prompt: &str| with_words(&asked(prompt));
        let seconds =
            |prompt: &str, longest: f32| Ok(music::compose(&plan(&asked(prompt), longest)?).seconds());
        for prompt in
            ["a slow waltz about my red bicycle", "instrumental techno", "a fast punk song about rats"]
        {
            let free: Result<f64, EngineError> = seconds(prompt, 600.0);
            assert!(free.expect("a plan") > 60.0, "{prompt}");
            for longest in [12.0, 31.0, 60.0] {
                let found = seconds(prompt, longest).expect("a plan");
                assert!(
                    found <= f64::from(longest) && found > f64::from(longest) * 0.3,
                    "{prompt}: {found} s"
                );
            }
            let none = seconds(prompt, 2.0);
            assert!(matches!(none, Err(EngineError::Refused(why)) if why.contains("2 s")), "{prompt}");
        }
    }

    #[test]
    fn no_words_are_written_where_they_are_ordered_or_unwanted() {
        let ordered = AudioOrder { lyric: Some("la la".to_owned()), ..asked("a song") };
        assert_eq!(words(&ordered), "la la");
        let instrumental = AudioOrder { instrumental: true, ..asked("a song") };
        assert_eq!(words(&instrumental), "[Instrumental]");
        assert_eq!(words(&asked("instrumental piano for a film")), "");
    }
}
