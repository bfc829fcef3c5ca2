//! The one source of time. Leases, retries, limits, expiry and deadlines ask it; only socket time limits use the
//! runtime's own timer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::Timestamp;
use tokio::sync::oneshot;

use crate::simulate::VirtualClock;

/// Tells the time, and waits for it.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until then.
    async fn sleep_until(&self, then: Timestamp);

    /// Waits until then, as part of the work on a task: a virtual clock that runs by itself goes there.
    async fn work_until(&self, then: Timestamp) {
        self.sleep_until(then).await;
    }

    /// Waits until then or less: for whoever looks from time to time for what nobody tells. A virtual clock does not
    /// stop there.
    async fn nap_until(&self, then: Timestamp) {
        self.sleep_until(then).await;
    }

    /// The machine's time, for what protects the machine.
    fn machine_now(&self) -> Timestamp {
        self.now()
    }

    /// Says that something is under way outside, until it is dropped: a virtual clock stands meanwhile.
    fn working(&self) -> Working {
        Working::default()
    }

    /// This clock, if it is a virtual one.
    fn as_virtual(&self) -> Option<&VirtualClock> {
        None
    }
}

/// Something is under way outside while this lives.
#[derive(Default)]
pub struct Working(Option<Arc<AtomicUsize>>);

impl Working {
    /// One more in this count.
    #[must_use]
    pub fn counted(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Some(count))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Some(count) = &self.0 {
            count.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// The machine's clock. It never stands still: when the machine's time is set back, it goes on from its start, so
/// that leases, limits and retries go on too; when the machine has slept, it follows.
pub struct SystemClock {
    started: SystemTime,
    running: Instant,
}

#[expect(clippy::disallowed_methods, reason = "this is the one source of time")]
impl Default for SystemClock {
    fn default() -> Self {
        Self { started: SystemTime::now(), running: Instant::now() }
    }
}

/// The longest wait at a stretch: a clock that is set anew is noticed after it.
const LONGEST_STRETCH: Duration = Duration::from_secs(60);

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one source of time")]
    fn now(&self) -> Timestamp {
        let now = SystemTime::now().max(self.started + self.running.elapsed());
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one source of time")]
    async fn sleep_until(&self, then: Timestamp) {
        loop {
            let left = then.since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST_STRETCH)).await;
        }
    }
}

/// A clock that stands until it is moved.
pub struct ManualClock {
    state: Mutex<Manual>,
}

struct Manual {
    now: Timestamp,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    next: u64,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { state: Mutex::new(Manual { now, sleepers: BTreeMap::new(), next: 0 }) }
    }

    /// Moves the clock on, and wakes whoever waited for a time up to then.
    pub fn advance(&self, by: Duration) {
        let due = {
            let mut state = self.lock();
            state.now = state.now.plus(by);
            let first_later = (state.now.plus(Duration::from_millis(1)), 0);
            let later = state.sleepers.split_off(&first_later);
            std::mem::replace(&mut state.sleepers, later)
        };
        for sleeper in due.into_values() {
            // Whoever waited may have given up.
            let _ = sleeper.send(());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Manual> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    async fn sleep_until(&self, then: Timestamp) {
        let woken = {
            let mut state = self.lock();
            if then <= state.now {
                return;
            }
            let (waker, woken) = oneshot::channel();
            let number = state.next;
            state.next += 1;
            state.sleepers.insert((then, number), waker);
            woken
        };
        // The clock is dropped only with the server that waits.
        drop(woken.await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_at_its_time_and_not_before() {
        let clock = ManualClock::new(Timestamp::from_millis(0));
        let mut sleep = clock.sleep_until(Timestamp::from_millis(2_000));
        assert!(futures_poll(&mut sleep).await.is_pending());
        clock.advance(Duration::from_millis(1_999));
        assert!(futures_poll(&mut sleep).await.is_pending());
        clock.advance(Duration::from_millis(1));
        assert!(futures_poll(&mut sleep).await.is_ready());
    }

    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> std::task::Poll<F::Output> {
        std::future::poll_fn(|context| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context)))
            .await
    }
}
