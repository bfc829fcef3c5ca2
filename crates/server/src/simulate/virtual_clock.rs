//! A clock that stands until it is moved, and then stops at each time that somebody waits for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;
use tokio::sync::{Notify, oneshot};

use crate::clock::{Clock, SystemClock, Working};

/// A clock that stands until it is moved.
pub struct VirtualClock {
    seed: u64,
    state: Mutex<State>,
    working: Arc<AtomicUsize>,
    real: SystemClock,
    /// Wakes the keeper: it was asked to move, or something that it may run ahead to is waited for.
    pub(super) asked: Notify,
}

struct State {
    now: Timestamp,
    auto: bool,
    sleepers: BTreeMap<Key, Sleeper>,
    naps: BTreeMap<u64, oneshot::Sender<()>>,
    next: u64,
    moves: VecDeque<Move>,
}

/// When a sleeper wakes, and its turn among those of that time.
type Key = (Timestamp, u64);

struct Sleeper {
    /// Counts as work until the sleeper has taken it, so that the clock stands until it has seen that it is time,
    /// whatever thread it is on.
    wake: oneshot::Sender<Working>,
    /// A task is under way until then: a clock that runs by itself goes there.
    work: bool,
}

/// A wish to be moved.
pub(super) struct Move {
    pub to: Timestamp,
    pub done: oneshot::Sender<u64>,
}

/// How the clock stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dial {
    /// The time.
    pub now: Timestamp,
    /// The time at which it would stop next.
    pub next: Option<Timestamp>,
    /// Whether it runs ahead by itself while tasks are under way.
    pub auto: bool,
    /// The seed of all chance.
    pub seed: u64,
}

impl VirtualClock {
    /// A clock that stands at `begin`; with `auto` it runs ahead by itself while tasks are under way.
    #[must_use]
    pub fn new(begin: Timestamp, seed: u64, auto: bool) -> Self {
        let state = State {
            now: begin,
            auto,
            sleepers: BTreeMap::new(),
            naps: BTreeMap::new(),
            next: 0,
            moves: VecDeque::new(),
        };
        let working = Arc::default();
        Self { seed, state: Mutex::new(state), working, real: SystemClock::default(), asked: Notify::new() }
    }

    /// How it stands.
    #[must_use]
    pub fn dial(&self) -> Dial {
        let state = self.lock();
        let next = state.sleepers.keys().next().map(|(then, _)| *then);
        Dial { now: state.now, next, auto: state.auto, seed: self.seed }
    }

    /// Lets it run ahead by itself, or holds it.
    pub fn set_auto(&self, auto: bool) {
        self.lock().auto = auto;
        self.asked.notify_one();
    }

    /// Asks for the clock to be moved to `to`. Resolves when everything up to then has happened, with the number of
    /// times that it stopped on the way; fails if the server stops first.
    pub fn move_to(&self, to: Timestamp) -> oneshot::Receiver<u64> {
        let (done, moved) = oneshot::channel();
        self.lock().moves.push_back(Move { to, done });
        self.asked.notify_one();
        moved
    }

    pub(super) fn next_move(&self) -> Option<Move> {
        self.lock().moves.pop_front()
    }

    pub(super) fn runs_ahead(&self) -> bool {
        let state = self.lock();
        state.auto && state.sleepers.values().any(|sleeper| sleeper.work)
    }

    /// Moves to the next time up to `to` that somebody waits for, and wakes the first who does.
    pub(super) fn step(&self, to: Timestamp) -> bool {
        let woken = {
            let mut state = self.lock();
            match state.sleepers.first_entry().filter(|first| first.key().0 <= to) {
                None => return false,
                Some(first) => {
                    let ((then, _), sleeper) = first.remove_entry();
                    state.now = state.now.max(then);
                    sleeper.wake
                }
            }
        };
        // Whoever waited may have given up at this moment.
        drop(woken.send(self.working()));
        true
    }

    /// Moves to `to`, for which nobody waits.
    pub(super) fn set(&self, to: Timestamp) {
        let mut state = self.lock();
        state.now = state.now.max(to);
    }

    /// Lets those look who look for what nobody tells them.
    pub(super) fn wake_naps(&self) {
        for nap in std::mem::take(&mut self.lock().naps).into_values() {
            // As above.
            let _ = nap.send(());
        }
    }

    pub(super) fn is_working(&self) -> bool {
        self.working.load(Ordering::Acquire) > 0
    }

    async fn sleep(&self, then: Timestamp, work: bool) {
        let (key, woken) = {
            let mut state = self.lock();
            if then <= state.now {
                return;
            }
            let (wake, woken) = oneshot::channel();
            let key = (then, state.take_number());
            state.sleepers.insert(key, Sleeper { wake, work });
            (key, woken)
        };
        let _gone = OnDrop(|| drop(self.lock().sleepers.remove(&key)));
        if work {
            self.asked.notify_one();
        }
        // The clock outlives whoever waits on it.
        drop(woken.await);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// Tidies up after a wait that was given up.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    async fn sleep_until(&self, then: Timestamp) {
        self.sleep(then, false).await;
    }

    async fn work_until(&self, then: Timestamp) {
        self.sleep(then, true).await;
    }

    /// As long on the machine's clock, or until this one is moved.
    #[expect(
        clippy::disallowed_methods,
        reason = "what nobody tells, such as a revoked token, comes in real time"
    )]
    async fn nap_until(&self, then: Timestamp) {
        let (number, woken, real) = {
            let mut state = self.lock();
            let (wake, woken) = oneshot::channel();
            let number = state.take_number();
            state.naps.insert(number, wake);
            (number, woken, then.since(state.now).min(Duration::from_secs(60)))
        };
        let _gone = OnDrop(|| drop(self.lock().naps.remove(&number)));
        tokio::select! { _ = woken => (), () = tokio::time::sleep(real) => () }
    }

    fn machine_now(&self) -> Timestamp {
        self.real.now()
    }

    fn working(&self) -> Working {
        Working::counted(Arc::clone(&self.working))
    }

    fn as_virtual(&self) -> Option<&VirtualClock> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[tokio::test]
    async fn the_clock_stops_at_each_time_that_is_waited_for_in_order() {
        let clock = Arc::new(VirtualClock::new(at(0), 0, false));
        let woken = Arc::new(Mutex::new(Vec::new()));
        for then in [3_000, 1_000, 2_000, 9_000] {
            let (clock, woken) = (Arc::clone(&clock), Arc::clone(&woken));
            tokio::spawn(async move {
                clock.sleep_until(at(then)).await;
                woken.lock().expect("whole").push((then, clock.now().as_millis()));
            });
        }
        tokio::task::yield_now().await;
        assert_eq!(clock.dial().next, Some(at(1_000)));
        while clock.step(at(5_000)) {
            tokio::task::yield_now().await;
        }
        clock.set(at(5_000));
        assert_eq!(*woken.lock().expect("whole"), [(1_000, 1_000), (2_000, 2_000), (3_000, 3_000)]);
        assert_eq!((clock.dial().now, clock.dial().next), (at(5_000), Some(at(9_000))));
    }

    #[tokio::test]
    async fn nothing_stays_behind_of_a_wait_that_was_given_up() {
        let clock = VirtualClock::new(at(0), 0, true);
        tokio::select! {
            biased;
            () = clock.work_until(at(1_000)) => panic!("woken"),
            () = clock.nap_until(at(60_000)) => panic!("woken"),
            () = tokio::task::yield_now() => (),
        }
        assert_eq!(clock.dial().next, None);
        assert!(!clock.runs_ahead() && clock.lock().naps.is_empty());
    }

    #[tokio::test]
    async fn a_clock_that_runs_by_itself_does_so_for_work_alone() {
        let clock = VirtualClock::new(at(0), 0, true);
        tokio::select! {
            biased;
            () = clock.sleep_until(at(1)) => panic!("woken"),
            runs_ahead = async { clock.runs_ahead() } => assert!(!runs_ahead),
        }
        tokio::select! {
            biased;
            () = clock.work_until(at(2)) => panic!("woken"),
            runs_ahead = async { clock.runs_ahead() } => assert!(runs_ahead),
        }
        clock.set_auto(false);
        tokio::select! {
            biased;
            () = clock.work_until(at(2)) => panic!("woken"),
            runs_ahead = async { clock.runs_ahead() } => assert!(!runs_ahead),
        }
    }
}
