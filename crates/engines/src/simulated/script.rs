//! What the engine is to do with an order.

use std::time::Duration;

use domain::ErrorCode;

/// What the engine is to do with an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    /// How long the work takes.
    pub latency: Duration,
    /// What is reported, in percent, each when that share of the work is done; empty: each tenth.
    pub progress: Vec<u8>,
    /// How it fails, if it does.
    pub failure: Option<ScriptedFailure>,
    /// How long the sound is.
    pub duration: Duration,
    /// Whether the song has files of its own, as one that was made in earnest; else equal sound shares them.
    pub own_media: bool,
}

/// How an order fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScriptedFailure {
    /// With which code.
    pub code: ErrorCode,
    /// So many tries fail, each worth another; `None`: the first ends the task.
    pub times: Option<u32>,
    /// After which share of the work, in percent.
    pub after: u8,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            latency: Duration::ZERO,
            progress: Vec::new(),
            failure: None,
            duration: Duration::from_secs(1),
            own_media: false,
        }
    }
}

impl Script {
    /// What is reported, in order. Work that takes no time reports nothing of itself.
    pub(super) fn reports(&self) -> impl Iterator<Item = u8> {
        let tenths =
            (1..10).map(|tenth| tenth * 10).filter(|_| self.progress.is_empty() && !self.latency.is_zero());
        tenths.chain(self.progress.iter().copied())
    }

    /// How much time has passed when so many percent of the work are done.
    pub(super) fn share(&self, percent: u8) -> Duration {
        let millis = self.latency.as_millis() * u128::from(percent) / 100;
        Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }
}
