//! What `backline serve --simulate` is run with.

use std::sync::Arc;

use domain::Timestamp;

use super::{SeededRandom, VirtualClock};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{EngineName, Settings};

/// When a virtual clock begins whose seed was chosen: 2026-01-01T00:00:00Z.
const BEGIN: Timestamp = Timestamp::from_millis(1_767_225_600_000);
/// No lease runs out while the clock is moved by weeks.
const LEASE_SECONDS: u64 = 3_660 * 24 * 60 * 60;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal {
    /// The seed of ids, jitter and drawn failures; `None`: one is drawn, and the clock begins with the machine's.
    pub seed: Option<u64>,
    /// When the clock begins.
    pub start: Option<Timestamp>,
    /// Whether the clock runs ahead by itself while tasks are under way.
    pub auto: bool,
}

impl Rehearsal {
    /// Changes what a simulating server needs otherwise.
    pub fn prepare(&mut self, settings: &mut Settings) {
        let machine_now = SystemClock::default().now();
        if self.seed.is_none() {
            self.start = self.start.or(Some(machine_now));
        }
        let seed = *self.seed.get_or_insert(drawn_from(machine_now));
        settings.engine.default = EngineName::Simulated;
        settings.engine.simulated.enabled = true;
        settings.engine.simulated.seed = seed;
        settings.worker.lease_seconds = LEASE_SECONDS;
        // A soft stop would wait for a clock that stands.
        settings.worker.stop_seconds = 0;
        // One after the other, so that they always arrive in the same order.
        settings.webhooks.concurrency = 1;
        if settings.http.listen.ip().is_loopback() {
            // Receivers of tests are on this machine, and so is everyone who can order.
            settings.webhooks.allow_private_addresses = true;
            settings.uploads.allow_private_addresses = true;
        }
    }

    /// The clock and the chance of a server whose folder was last alive at `last_alive`: time never goes back there.
    #[must_use]
    pub fn begin(self, last_alive: Option<Timestamp>) -> (Arc<VirtualClock>, Arc<SeededRandom>) {
        let seed = self.seed.unwrap_or_default();
        let begin = self.start.unwrap_or(BEGIN);
        let begin =
            last_alive.map_or(begin, |last| begin.max(last.plus(std::time::Duration::from_millis(1))));
        tracing::info!(seed, begin_ms = begin.as_millis(), "simulating, with a virtual clock");
        (Arc::new(VirtualClock::new(begin, seed, self.auto)), Arc::new(SeededRandom::new(seed, begin)))
    }
}

/// Another seed each time. Six digits are easily typed again, to have the same once more.
fn drawn_from(now: Timestamp) -> u64 {
    u64::try_from(now.as_millis()).unwrap_or_default() % 1_000_000
}
