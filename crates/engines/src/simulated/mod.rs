//! An engine that makes no music: a short quiet tone, after as long as it was told, or the failure that it was told.
//! It does not know the time: whoever runs it says how it waits.

mod edits;
mod script;
mod tone;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Action, AudioOrder, ErrorCode, Failure, LyricOrder};

pub use script::{Script, ScriptedFailure};

use crate::{Engine, EngineError, Lyric, Made, Origin, Sources, Watch};

/// How high the tone of a new song is, in hertz.
const PITCH: f32 = 220.0;
/// Samples a second.
const SAMPLE_RATE: u32 = 44_100;

/// Longest title that is given to words, in characters.
const LONGEST_TITLE: usize = 80;

/// How the engine waits.
#[async_trait]
pub trait Sleep: Send + Sync {
    /// Waits this long.
    async fn sleep(&self, wait: Duration);
}

/// Makes a tone, as scripted.
pub struct Simulated {
    sleep: Arc<dyn Sleep>,
    /// The tone that was made last: most are of one length.
    last: Mutex<Arc<Vec<f32>>>,
}

/// One try of one order, with what is to become of it.
pub struct Rehearsal {
    engine: Arc<Simulated>,
    script: Script,
    failed_before: u32,
}

impl Simulated {
    /// An engine that waits like this.
    #[must_use]
    pub fn new(sleep: Arc<dyn Sleep>) -> Self {
        Self { sleep, last: Mutex::default() }
    }

    /// The engine for one try by `script`, when the task has failed so often before.
    #[must_use]
    pub fn rehearse(self: &Arc<Self>, script: Script, failed_before: u32) -> Rehearsal {
        Rehearsal { engine: Arc::clone(self), script, failed_before }
    }

    fn tone(&self, length: Duration) -> Arc<Vec<f32>> {
        let samples = tone::samples(length, SAMPLE_RATE);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() != samples {
            *last = Arc::new(tone::tone(samples, SAMPLE_RATE, PITCH));
        }
        Arc::clone(&last)
    }

    async fn work(
        &self,
        script: &Script,
        failed_before: u32,
        watch: &Watch,
    ) -> Result<Arc<Vec<f32>>, EngineError> {
        let failure =
            script.failure.filter(|failure| failure.times.is_none_or(|times| failed_before < times));
        let last = failure.map_or(100, |failure| failure.after.min(100));
        let mut passed = Duration::ZERO;
        for percent in script.reports().filter(|percent| *percent <= last) {
            let then = script.share(percent);
            self.wait(then.saturating_sub(passed), watch).await?;
            passed = passed.max(then);
            watch.report(f32::from(percent) / 100.0);
        }
        self.wait(script.share(last).saturating_sub(passed), watch).await?;
        match failure {
            None => Ok(self.tone(script.duration)),
            Some(ScriptedFailure { times: Some(times), .. }) => Err(EngineError::Retry(format!(
                "a simulated failure, {} of {times}",
                failed_before.saturating_add(1)
            ))),
            Some(ScriptedFailure { code, .. }) => Err(EngineError::Failed(told(code))),
        }
    }

    async fn wait(&self, wait: Duration, watch: &Watch) -> Result<(), EngineError> {
        if !wait.is_zero() {
            tokio::select! {
                biased;
                () = watch.cancelled() => (),
                () = self.sleep.sleep(wait) => (),
            }
        }
        if watch.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
    }
}

fn told(code: ErrorCode) -> Failure {
    Failure { code, message: format!("A simulated failure: the order was to end with `{}`.", code.as_str()) }
}

#[async_trait]
impl Engine for Simulated {
    fn version(&self) -> &str {
        edits::VERSION
    }

    fn can(&self, action: Action, from: Origin) -> bool {
        action.needs_source() != (from == Origin::Nothing)
    }

    async fn make(&self, order: AudioOrder, sources: Sources, watch: Watch) -> Result<Made, EngineError> {
        let script = Script::default();
        let tone = self.work(&script, 0, &watch).await?;
        edits::made(&order, &sources, &tone, &script)
    }

    async fn write_lyric(&self, order: LyricOrder, watch: Watch) -> Result<Lyric, EngineError> {
        self.work(&Script::default(), 0, &watch).await?;
        Ok(lyric(&order))
    }
}

impl Rehearsal {
    /// Lets the script's time pass and nothing come of it, or fails as it says.
    ///
    /// # Errors
    /// The failure, or that `watch` was told to stop.
    pub async fn play(&self, watch: &Watch) -> Result<(), EngineError> {
        self.engine.work(&self.script, self.failed_before, watch).await.map(drop)
    }
}

#[async_trait]
impl Engine for Rehearsal {
    fn version(&self) -> &str {
        self.engine.version()
    }

    fn can(&self, action: Action, from: Origin) -> bool {
        self.engine.can(action, from)
    }

    async fn make(&self, order: AudioOrder, sources: Sources, watch: Watch) -> Result<Made, EngineError> {
        let tone = self.engine.work(&self.script, self.failed_before, &watch).await?;
        edits::made(&order, &sources, &tone, &self.script)
    }

    async fn write_lyric(&self, order: LyricOrder, watch: Watch) -> Result<Lyric, EngineError> {
        self.engine.work(&self.script, self.failed_before, &watch).await?;
        Ok(lyric(&order))
    }
}

/// Words that nobody would sing, and other ones for another prompt or seed.
fn lyric(order: &LyricOrder) -> Lyric {
    let LyricOrder { prompt, seed } = order;
    let prompt = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    let title: String = format!("Rehearsal of {prompt}").chars().take(LONGEST_TITLE).collect();
    let text =
        format!("[Verse]\nA line about {prompt}\nA line for seed {seed}\n\n[Chorus]\nA line to sing along");
    Lyric { title, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes how long it was to wait, and does not.
    #[derive(Default)]
    struct Noted(Mutex<Vec<Duration>>);

    #[async_trait]
    impl Sleep for Noted {
        async fn sleep(&self, wait: Duration) {
            self.0.lock().expect("whole").push(wait);
        }
    }

    async fn played(script: Script, failed_before: u32) -> (Result<usize, EngineError>, u8, Vec<u64>) {
        let noted = Arc::new(Noted::default());
        let engine = Arc::new(Simulated::new(noted.clone()));
        let watch = Watch::default();
        let made = engine.work(&script, failed_before, &watch).await.map(|tone| tone.len());
        let waits = noted.0.lock().expect("whole").iter().map(|wait| wait.as_secs()).collect();
        (made, watch.percent(), waits)
    }

    #[tokio::test]
    async fn without_a_script_a_second_of_sound_is_there_at_once() {
        let (made, _, waits) = played(Script::default(), 0).await;
        assert_eq!((made, waits), (Ok(44_100), vec![]));
    }

    #[tokio::test]
    async fn a_slow_order_tells_its_progress_on_the_way() {
        let script = Script { latency: Duration::from_secs(40), ..Script::default() };
        let (made, percent, waits) = played(script, 0).await;
        assert_eq!((made, percent, waits), (Ok(44_100), 90, vec![4; 10]));
        let script = Script { latency: Duration::from_secs(40), progress: vec![30], ..Script::default() };
        let (_, percent, waits) = played(script, 0).await;
        assert_eq!((percent, waits), (30, vec![12, 28]));
    }

    #[tokio::test]
    async fn an_order_fails_after_the_share_of_its_time_that_was_scripted() {
        let failure = ScriptedFailure { code: ErrorCode::BadRequest, times: None, after: 60 };
        let script = Script { latency: Duration::from_secs(10), failure: Some(failure), ..Script::default() };
        let (made, percent, waits) = played(script, 0).await;
        assert!(matches!(made, Err(EngineError::Failed(failure)) if failure.code == ErrorCode::BadRequest));
        assert_eq!((percent, waits), (60, vec![1; 6]));
    }

    #[tokio::test]
    async fn an_order_that_fails_so_many_times_succeeds_after_them() {
        let failure = ScriptedFailure { code: ErrorCode::ApiError, times: Some(2), after: 100 };
        let script = Script { failure: Some(failure), ..Script::default() };
        for (failed_before, succeeds) in [(0, false), (1, false), (2, true)] {
            let (made, _, _) = played(script.clone(), failed_before).await;
            assert_eq!(made.is_ok(), succeeds, "{failed_before}");
            assert!(succeeds || matches!(made, Err(EngineError::Retry(_))));
        }
    }

    #[tokio::test]
    async fn other_prompts_and_seeds_have_other_words() {
        let engine = Simulated::new(Arc::new(Noted::default()));
        let write = async |prompt: &str, seed| {
            let order = LyricOrder { prompt: prompt.to_owned(), seed };
            engine.write_lyric(order, Watch::default()).await.expect("written").text
        };
        let words = write("rain", 1).await;
        assert_eq!(words, write("rain", 1).await);
        assert_ne!(words, write("rain", 2).await);
        assert_ne!(words, write("sun", 1).await);
    }

    #[tokio::test]
    async fn an_order_that_is_called_off_stops_where_it_is() {
        let engine = Arc::new(Simulated::new(Arc::new(Noted::default())));
        let watch = Watch::default();
        watch.cancel();
        let script = Script { latency: Duration::from_secs(10), ..Script::default() };
        assert_eq!(engine.work(&script, 0, &watch).await.err(), Some(EngineError::Cancelled));
    }
}
