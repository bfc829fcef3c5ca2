//! Who makes the sound. An engine sees an order, never the task table or our API.

mod data;
mod embedded;
mod extras;
mod simulated;
mod sources;
mod stems;
mod thread;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use async_trait::async_trait;
use domain::{Action, AudioOrder, Failure, LyricOrder};
use tokio_util::sync::CancellationToken;

pub use data::{EMBEDDED_VERSION, make_again};
pub use embedded::Embedded;
pub use extras::{Chapter, Extras, SongFile};
pub use simulated::{Rehearsal, Script, ScriptedFailure, Simulated, Sleep};
pub use sources::{Origin, Other, Source, Sources};
pub use stems::{Hear, StemTrack, Stems};
pub use thread::on_own_thread;

/// Makes songs, edits of them, and words.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Its name and version, as in [`Song::engine`] of what it makes.
    fn version(&self) -> &str;

    /// Whether it can do this at all, starting from that.
    fn can(&self, action: Action, from: Origin) -> bool;

    /// What a kept song is to this engine, by the engine and the plan that [`Song`] told of it; the plan is empty if there
    /// is none.
    fn origin(&self, made_by: &str, plan: &str) -> Origin {
        Origin::of_song(self.version(), made_by, !plan.is_empty())
    }

    /// Makes what was ordered. `sources` has what the order names: [`Sources::song`] for every action that
    /// [needs one](Action::needs_source), [`Sources::swap`] if a second was named. Reports on `watch` how far it is, and
    /// stops soon after `watch` is cancelled.
    async fn make(&self, order: AudioOrder, sources: Sources, watch: Watch) -> Result<Made, EngineError>;

    /// Writes the words of a song. Reports and stops as [`Engine::make`] does.
    async fn write_lyric(&self, order: LyricOrder, watch: Watch) -> Result<Lyric, EngineError>;
}

/// What came of an order.
pub enum Made {
    /// A song.
    Song(Song),
    /// The parts of one, which are yet to be heard.
    Stems(Stems),
}

/// The words of a song.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lyric {
    /// What the song may be called.
    pub title: String,
    /// The words, with section marks.
    pub text: String,
}

/// What an engine made.
pub struct Song {
    /// Engine and version, such as `embedded-0.3`.
    pub engine: String,
    /// The engine's plan, as JSON: with the same engine version it gives the same samples again.
    pub plan: String,
    /// What it may be called, if the engine found a name for it; one that was ordered wins.
    pub title: Option<String>,
    /// The words that the song has; `[Instrumental]` for one that was to have none.
    pub lyric: String,
    /// The left channel, -1 to 1, in steps of 1/32768.
    pub left: Vec<f32>,
    /// The right channel, as long as the left.
    pub right: Vec<f32>,
    /// Samples a second.
    pub sample_rate: u32,
    /// Many orders get this very sound: equal engine and plan are encoded and kept once.
    pub shared: bool,
    /// What it tells of the song besides; of a shared one nothing is kept.
    pub extras: Extras,
}

/// Why an engine made nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It may go better another time. The text is for the log.
    #[error("{0}")]
    Retry(String),
    /// It will not make this order, whenever it is asked. The text is for the caller.
    #[error("{0}")]
    Refused(String),
    /// It cannot do this with what the order starts from. The text is for the caller.
    #[error("{0}")]
    NotImplemented(String),
    /// The order is to fail like this, and is not tried again. The text is for the caller.
    #[error("{}", .0.message)]
    Failed(Failure),
    /// It was told to stop.
    #[error("stopped")]
    Cancelled,
}

/// Between an engine at work and whoever waits for it.
#[derive(Clone, Default)]
pub struct Watch {
    percent: Arc<AtomicU8>,
    beats: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Watch {
    /// Says how far the work is, 0 to 1.
    pub fn report(&self, done: f32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=99")]
        let percent = (done * 100.0).clamp(0.0, 99.0) as u8;
        self.percent.fetch_max(percent, Ordering::Relaxed);
    }

    /// Says that the work goes on: for work that cannot say how far it is.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Says that the work goes on, and asks whether it is to.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.beat();
        !self.is_cancelled()
    }

    /// Changes as long as the work goes on: the percent, and how often it was said besides.
    #[must_use]
    pub fn pulse(&self) -> (u8, u64) {
        (self.percent(), self.beats.load(Ordering::Relaxed))
    }

    /// Says how far the work is, 0 to 1, and breaks it off if it is to stop.
    pub(crate) fn follow(&self, done: f32) -> ControlFlow<()> {
        self.report(done);
        if self.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// How far the work is, in percent; it never goes back.
    #[must_use]
    pub fn percent(&self) -> u8 {
        self.percent.load(Ordering::Relaxed)
    }

    /// Tells the engine to stop.
    pub fn cancel(&self) {
        self.stop.cancel();
    }

    /// Whether the engine is to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Waits until the engine is to stop.
    pub async fn cancelled(&self) {
        self.stop.cancelled().await;
    }
}
