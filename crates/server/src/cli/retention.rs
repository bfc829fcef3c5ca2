//! `backline retention --dry-run`: what a server would delete for its age.

use clap::Args;
use store::DataFolder;

use super::{Failure, Place, rehearsed, say};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Only count: the deleting is done by the server, once an hour.
    #[arg(long, required = true)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { place, dry_run: _ } = arguments;
    let folder = DataFolder::existing(&place.data_dir)?;
    let kept = place.settings()?.retention;
    let due = folder.due(kept.ages(rehearsed::now_in(&folder)?))?;
    let span = |setting: &str, number: u32| match number {
        0 => "kept for ever".to_owned(),
        number => format!("kept for {number} {}", if setting.ends_with("hours") { "hours" } else { "days" }),
    };
    // As in the settings: 0 days for those that failed means as long as the others.
    let (failed, failed_days) = match kept.failed_tasks_days {
        0 => ("retention.tasks_days", kept.tasks_days),
        days => ("retention.failed_tasks_days", days),
    };
    for (what, number, setting, age) in [
        ("tasks", due.succeeded, "retention.tasks_days", kept.tasks_days),
        ("failed tasks", due.failed, failed, failed_days),
        ("callback attempts", due.attempts, "retention.callback_attempts_days", kept.callback_attempts_days),
        ("events", due.events, "retention.events_days", kept.events_days),
        ("idempotency keys", due.keys, "retention.idempotency_hours", kept.idempotency_hours),
    ] {
        say(&format!("{what}\t{number}\t{setting} = {age}: {}", span(setting, age)))?;
    }
    Ok(())
}
