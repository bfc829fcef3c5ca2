//! Notices engines that neither make progress nor end.

use std::time::Duration;

use engines::{EngineError, Watch};
use store::Claimed;

use crate::app::App;

/// In how many looks an engine is seen without progress before it counts as stalled. What counts is looks and not the
/// time between them: a clock that jumps, since the machine slept, is one look.
const LOOKS: u32 = 8;
/// How long an engine that was told to stop may take to do so, before its worker turns to something else.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// An engine made no progress beyond so many percent for so long, and was told to stop.
pub(super) struct Stalled(pub String);

/// Waits for what an engine makes; tells it to stop when it has made no progress for as long as the settings allow. The
/// try has then failed by the engine's own fault, whatever it still says.
pub(super) async fn made<T>(
    app: &App,
    claimed: &Claimed,
    watch: &Watch,
    making: impl Future<Output = Result<T, EngineError>>,
) -> Result<Result<T, EngineError>, Stalled> {
    let allowed = Duration::from_secs(app.settings.worker.stall_seconds);
    // What is simulated takes as long as its script says.
    let watches = !allowed.is_zero() && !app.simulation.plays(claimed);
    tokio::pin!(making);
    let (mut seen, mut looks) = (watch.percent(), 0);
    while looks < LOOKS && !watch.is_cancelled() {
        let look_at = app.clock.now().plus(allowed / LOOKS);
        tokio::select! {
            biased;
            made = &mut making => return Ok(made),
            () = watch.cancelled() => (),
            () = app.clock.sleep_until(look_at), if watches => {
                let percent = watch.percent();
                looks = if percent == seen { looks + 1 } else { 0 };
                seen = percent;
            }
        }
    }
    // It has stalled, or was told to stop: either way it is not waited for without end.
    watch.cancel();
    let enough = app.clock.now().plus(STOP_WITHIN);
    let (trace_id, task_id) = (claimed.trace_id, claimed.claim.task);
    tokio::select! {
        biased;
        made = &mut making => {
            if looks < LOOKS {
                return Ok(made);
            }
        }
        // Its thread may never end; the worker is free all the same.
        () = app.clock.sleep_until(enough) => {
            tracing::error!(%trace_id, %task_id, "an engine does not stop; it is left alone");
        }
    }
    Err(Stalled(format!("no progress beyond {seen} % for {} s", allowed.as_secs())))
}
