//! The engine on this machine's processor: no download, no key, the same bytes for the same seed.

mod brief;
mod edits;
mod fresh;
mod stems;

use async_trait::async_trait;
use domain::{Action, AudioOrder, LyricOrder};

use crate::{Engine, EngineError, Lyric, Made, Origin, Sources, Watch, on_own_thread};

/// More threads than this do not make a song much sooner.
const MOST_THREADS: usize = 4;

/// Composes, edits and renders on this machine.
pub struct Embedded {
    longest_seconds: f32,
}

impl Embedded {
    /// An engine whose songs are `longest_seconds` long at most, and never longer than [`music::MAX_EDITED_SECONDS`]. It
    /// knows how long a song will be before it renders any: a new one is written so that it fits, an edit that would be
    /// longer is refused.
    #[must_use]
    pub fn new(longest_seconds: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "what is longer than 2^24 s is bounded next")]
        Self { longest_seconds: (longest_seconds as f32).min(music::MAX_EDITED_SECONDS) }
    }
}

impl Default for Embedded {
    fn default() -> Self {
        Self { longest_seconds: music::MAX_EDITED_SECONDS }
    }
}

#[async_trait]
impl Engine for Embedded {
    fn version(&self) -> &str {
        music::ENGINE_VERSION
    }

    fn can(&self, action: Action, from: Origin) -> bool {
        match from {
            Origin::Nothing => !action.needs_source(),
            Origin::OwnSong => action.needs_source(),
            // Parts of a recording cannot be told apart.
            Origin::OtherSound => matches!(
                action.plain(),
                Action::Extend | Action::ReplaceSection | Action::Cover | Action::Variation
            ),
        }
    }

    fn origin(&self, made_by: &str, plan: &str) -> Origin {
        match Origin::of_song(self.version(), made_by, !plan.is_empty()) {
            Origin::OwnSong if !crate::data::is_own(plan) => Origin::OtherSound,
            origin => origin,
        }
    }

    async fn make(&self, order: AudioOrder, sources: Sources, watch: Watch) -> Result<Made, EngineError> {
        let longest = self.longest_seconds;
        let made = on_own_thread("engine", move || make(&order, sources, longest, &watch)).await;
        made.unwrap_or_else(|| Err(EngineError::Retry("the engine's thread ended without a song".to_owned())))
    }

    async fn write_lyric(&self, order: LyricOrder, _: Watch) -> Result<Lyric, EngineError> {
        let LyricOrder { prompt, seed } = order;
        let written = on_own_thread("lyricist", move || music::lyricist::write(&prompt, seed)).await;
        let music::lyricist::Written { title, text } = written
            .ok_or_else(|| EngineError::Retry("the engine's thread ended without a lyric".to_owned()))?;
        Ok(Lyric { title, text })
    }
}

fn make(
    order: &AudioOrder,
    sources: Sources,
    longest_seconds: f32,
    watch: &Watch,
) -> Result<Made, EngineError> {
    let mut report = |done| watch.follow(done);
    if !order.action.needs_source() {
        return fresh::make(order, longest_seconds, &mut report).map(Made::Song);
    }
    let missing = || EngineError::Refused("There is no sound to start from.".to_owned());
    let source = sources.song.ok_or_else(missing)?;
    if order.action.makes_stems() {
        return stems::make(order.action, source, watch.clone()).map(Made::Stems);
    }
    edits::make(order, source, sources.swap.as_ref(), longest_seconds, &mut report).map(Made::Song)
}

/// More threads give the same samples sooner; where every processor has a song of its own, they cost little.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS)
}

/// A recipe that could not be followed, as an engine says it.
fn unfollowed(error: music::RecipeError) -> EngineError {
    match error {
        music::RecipeError::Cancelled => EngineError::Cancelled,
        music::RecipeError::NoScore | music::RecipeError::Drifted => {
            EngineError::NotImplemented(sentence(&error))
        }
        music::RecipeError::TooManyEdits => EngineError::Refused(sentence(&error)),
        music::RecipeError::NoRecording => EngineError::Retry(error.to_string()),
    }
}

/// A reason as a sentence for the caller.
fn sentence(reason: &impl ToString) -> String {
    let reason = reason.to_string();
    let mut letters = reason.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

#[cfg(test)]
mod tests;
