//! Notices work that neither goes on nor ends: an engine, a decoder, an encoder, a disk that does not answer.

use std::time::Duration;

use engines::Watch;
use store::Claimed;

use crate::app::App;

/// In how many looks work is seen not to go on before it counts as stalled. What counts is looks and not the time between
/// them: a clock that jumps, since the machine slept, is one look.
const LOOKS: u32 = 8;
/// How long work that was told to stop may take to do so, before its worker turns to something else.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// Work did not go on for so long, and was told to stop.
pub(super) struct Stalled {
    /// For the log.
    pub why: String,
    /// It did not even stop: it may still do something, at any time.
    pub is_left: bool,
}

/// Waits for what comes of work; tells it to stop when its [pulse](Watch::pulse) has stood still for as long as the
/// settings allow. The try has then failed by the server's own fault, whatever the work still says.
pub(super) async fn guarded<T>(
    app: &App,
    claimed: &Claimed,
    watch: &Watch,
    work: impl Future<Output = T>,
) -> Result<T, Stalled> {
    let allowed = Duration::from_secs(app.settings.worker.stall_seconds);
    // What is simulated takes as long as its script says.
    let watches = !allowed.is_zero() && !app.simulation.plays(claimed);
    tokio::pin!(work);
    let (mut seen, mut looks) = (watch.pulse(), 0);
    while looks < LOOKS && !watch.is_cancelled() {
        let look_at = app.clock.now().plus(allowed / LOOKS);
        tokio::select! {
            biased;
            done = &mut work => return Ok(done),
            () = watch.cancelled() => (),
            () = app.clock.sleep_until(look_at), if watches => {
                let pulse = watch.pulse();
                looks = if pulse == seen { looks + 1 } else { 0 };
                seen = pulse;
            }
        }
    }
    // It has stalled, or was told to stop: either way it is not waited for without end.
    watch.cancel();
    let enough = app.clock.now().plus(STOP_WITHIN);
    let (trace_id, task_id) = (claimed.trace_id, claimed.claim.task);
    let is_left = tokio::select! {
        biased;
        done = &mut work => {
            if looks < LOOKS {
                return Ok(done);
            }
            false
        }
        // Its thread may never end; the worker is free all the same.
        () = app.clock.sleep_until(enough) => {
            tracing::error!(%trace_id, %task_id, "work that was told to stop does not; it is left alone");
            true
        }
    };
    let why = format!("no progress beyond {} % for {} s", seen.0, allowed.as_secs());
    Err(Stalled { why, is_left })
}
