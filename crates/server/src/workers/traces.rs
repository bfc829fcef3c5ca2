//! The spans of a task: it waits, an engine makes it, its files are kept, it ends.

use domain::{Outcome, Timestamp};
use store::Claimed;

use crate::app::App;
use crate::telemetry::{Kind, Span};

/// A worker has the task: it waited until now. How long a later try waited is not known here.
pub(super) fn claimed(app: &App, claimed: &Claimed) {
    let now = app.clock.now();
    if claimed.claim.attempt == 1 {
        app.metrics.claimed(now.since(claimed.created_at));
        part(app, claimed, "queue", claimed.created_at, false);
    }
}

/// A part of a try took from `began` until now.
pub(super) fn part(app: &App, claimed: &Claimed, name: &'static str, began: Timestamp, failed: bool) {
    let Some((task, _)) = app.telemetry.task(claimed.claim.task, &claimed.headers) else { return };
    let own = crate::telemetry::Context { span: app.random.bytes(), ..task };
    let span = Span::new(name, Kind::Internal, own, Some(task.span), (began, app.clock.now()));
    app.record(span.with_number("attempt", claimed.claim.attempt).failed(failed));
}

/// The task has ended.
pub(super) fn ended(app: &App, claimed: &Claimed, outcome: &Outcome) {
    app.metrics.ended(outcome);
    let Some((task, order)) = app.telemetry.task(claimed.claim.task, &claimed.headers) else { return };
    let took = (claimed.created_at, app.clock.now());
    let span = Span::new("task", Kind::Internal, task, Some(order), took);
    let span = span.with("backline.trace_id", claimed.trace_id).with("backline.task_id", claimed.claim.task);
    let span = span.with("backline.kind", claimed.kind.as_str());
    app.record(match outcome {
        Outcome::Succeeded(_) => span,
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => {
            span.with("error.type", failure.code.as_str()).failed(true)
        }
    });
}
