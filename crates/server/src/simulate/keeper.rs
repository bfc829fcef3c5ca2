//! Moves the virtual clock, and sees to it that everything which a moment brings has happened before the next.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use futures_util::FutureExt as _;

use super::VirtualClock;
use crate::app::App;

/// How often everybody who can go on must have gone on, with nothing under way elsewhere, before it counts as settled.
/// Each turn lets every task of this runtime run that is ready, so this bounds how long a chain of wake-ups may be.
const TURNS: u32 = 24;
/// How long to let others work before looking again.
const BREATHE: Duration = Duration::from_millis(1);
/// How often to look for work that was put off, while the clock runs by itself.
const LOOK: Duration = Duration::from_millis(20);
/// How much longer than a callback may take it can take to settle; a client that never stops ordering must not hold
/// the clock for ever.
const PATIENCE: Duration = Duration::from_secs(15);

/// Moves the virtual clock until the server stops; ends at once if the clock is not virtual. It must run on the
/// runtime of the workers and the callbacks: what is ready there is what it waits for. A panic costs the move that was
/// under way, whose asker hears of it, and never the clock.
pub async fn keep_time(app: Arc<App>) {
    let Some(clock) = app.clock.as_virtual() else { return };
    while AssertUnwindSafe(keep(&app, clock)).catch_unwind().await.is_err() {
        tracing::error!("the keeper of the virtual clock panicked, and is begun anew");
        // By the machine's time: nobody moves the clock meanwhile.
        pause(LOOK).await;
    }
}

async fn keep(app: &App, clock: &VirtualClock) {
    while !app.stopping.is_cancelled() {
        while let Some(wish) = clock.next_move() {
            let stops = move_to(app, clock, wish.to).await;
            // Whoever asked may have hung up.
            let _ = wish.done.send(stops);
        }
        run_ahead(app, clock).await;
        tokio::select! {
            () = clock.asked.notified() => (),
            () = pause(LOOK), if clock.dial().auto => (),
            () = app.stopping.cancelled() => (),
        }
    }
}

async fn move_to(app: &App, clock: &VirtualClock, to: Timestamp) -> u64 {
    let mut stops = 0;
    while !app.stopping.is_cancelled() {
        settle_all(app, clock).await;
        if !clock.step(to) {
            break;
        }
        stops += 1;
    }
    clock.set(to);
    settle_all(app, clock).await;
    stops
}

async fn run_ahead(app: &App, clock: &VirtualClock) {
    // Whatever is being worked on, or is to be tried again, is due at some time.
    if !clock.dial().auto || !matches!(app.store.next_due().await, Ok(Some(_))) {
        return;
    }
    settle_all(app, clock).await;
    while clock.runs_ahead() && !app.stopping.is_cancelled() && clock.step(Timestamp::from_millis(i64::MAX)) {
        settle_all(app, clock).await;
    }
}

/// Those who look for what nobody tells them may find that they have something to wait for.
async fn settle_all(app: &App, clock: &VirtualClock) {
    settle(app, clock).await;
    clock.wake_naps();
    settle(app, clock).await;
}

/// Waits until nothing can happen any more unless the clock moves: nobody on this runtime is ready to go on, no write
/// is under way, and nothing else outside it. Whoever here waits for another thread or for a socket says so with
/// [`Clock::working`](crate::clock::Clock::working): callbacks, encoders, those who remove files.
async fn settle(app: &App, clock: &VirtualClock) {
    let patience = Duration::from_secs(app.settings.webhooks.timeout_seconds) + PATIENCE;
    let settled = async {
        let (mut quiet, mut looks) = (0, 0_u32);
        while quiet < TURNS {
            tokio::task::yield_now().await;
            if app.store.is_at_rest() && !clock.is_working() {
                quiet += 1;
                continue;
            }
            quiet = 0;
            looks += 1;
            if looks > TURNS {
                pause(BREATHE).await;
            }
        }
    };
    if tokio::time::timeout(patience, settled).await.is_err() {
        tracing::warn!("the virtual clock moves on although something is still under way");
    }
}

#[expect(clippy::disallowed_methods, reason = "others work in real time while the virtual clock stands")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
