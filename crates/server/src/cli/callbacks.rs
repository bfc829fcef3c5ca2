//! `backline callbacks`: looks at callbacks and puts them back, beside a running server.

use clap::{Args, Subcommand};
use domain::{TaskId, Timestamp};
use store::{
    Attempt, CallbackFilter, CallbackListing, CallbackStore as _, DataFolder, DeliveryState, Replay,
    SqliteStore,
};

use super::access::{day_and_time, with_existing};
use super::{Failure, Place, rehearsed, say};
use crate::api::wire::callbacks::{state, word};

/// `backline callbacks …`
#[derive(Subcommand)]
pub(super) enum CallbackCommand {
    /// List callbacks, the newest first, one a line. Columns, by tabs: task, trace, state, destination, attempts, due,
    /// status and error of the last attempt, time when it was owed first.
    List {
        #[command(flatten)]
        place: Place,
        /// Only those that stand like this: waiting, under_way, delivered or given_up.
        #[arg(long, value_parser = state)]
        state: Option<DeliveryState>,
    },
    /// Show a task's callback as `list` does, and then each attempt: time, milliseconds, status, error, the first bytes
    /// of the answer.
    Show {
        #[command(flatten)]
        place: Place,
        /// The task.
        #[arg(long, value_name = "ID")]
        task: TaskId,
    },
    /// Send callbacks again, with as many attempts as at first, and print their tasks, one a line. A running server
    /// begins within a second.
    Replay {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// The task whose callback is meant, delivered or not; may be given more than once.
    #[arg(long, value_name = "ID")]
    task: Vec<TaskId>,
    /// All that were given up.
    #[arg(long)]
    all_given_up: bool,
}

/// How many are read or put back at a time, so that a running server is not held up.
const A_TURN: u32 = 1_000;

pub(super) fn run(command: CallbackCommand) -> Result<(), Failure> {
    match command {
        CallbackCommand::List { place, state } => {
            with_existing(&place, async |store| list(store, state).await)
        }
        CallbackCommand::Show { place, task } => with_existing(&place, async |store| show(store, task).await),
        CallbackCommand::Replay { place, which: Which { task, all_given_up } } => {
            let now = rehearsed::now_in(&DataFolder::existing(&place.data_dir)?)?;
            with_existing(&place, async |store| replay(store, &task, all_given_up, now).await)
        }
    }
}

async fn list(store: &SqliteStore, state: Option<DeliveryState>) -> Result<(), Failure> {
    let mut before = None;
    loop {
        let found = store.callbacks(CallbackFilter { owner: None, state, before }, A_TURN).await?;
        found.iter().try_for_each(|listing| say(&line(listing)))?;
        match found.last() {
            Some(last) if found.len() == A_TURN as usize => before = Some(last.cursor),
            _ => return Ok(()),
        }
    }
}

async fn show(store: &SqliteStore, task: TaskId) -> Result<(), Failure> {
    let found = store.callback(None, task).await?;
    let (listing, attempts) = found.ok_or_else(|| none_of(task))?;
    say(&line(&listing))?;
    attempts.iter().try_for_each(|attempt| say(&attempt_line(attempt)))
}

async fn replay(
    store: &SqliteStore,
    tasks: &[TaskId],
    all_given_up: bool,
    now: Timestamp,
) -> Result<(), Failure> {
    for &task in tasks {
        if store.replay(None, Replay::Task(task), now).await?.is_empty() {
            let found = store.callback(None, task).await?;
            found.ok_or_else(|| none_of(task))?;
            return Err(Failure(format!("the callback of {task} is being sent just now; ask again later")));
        }
        say(&task.to_string())?;
    }
    if all_given_up { replay_given_up(store, now).await } else { Ok(()) }
}

async fn replay_given_up(store: &SqliteStore, now: Timestamp) -> Result<(), Failure> {
    loop {
        let put_back = store.replay(None, Replay::GivenUp(A_TURN), now).await?;
        put_back.iter().try_for_each(|task| say(&task.to_string()))?;
        if put_back.len() < A_TURN as usize {
            return Ok(());
        }
    }
}

fn none_of(task: TaskId) -> Failure {
    Failure(format!("no callback is owed for task {task}; `backline callbacks list` shows all"))
}

fn line(listing: &CallbackListing) -> String {
    let number = |number: Option<u16>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    [
        listing.task.to_string(),
        listing.trace_id.to_string(),
        word(listing.state).to_owned(),
        listing.destination.clone(),
        listing.attempts.to_string(),
        listing.due_at.map_or_else(|| "-".to_owned(), day_and_time),
        number(listing.last_status),
        listing.last_error.clone().unwrap_or_else(|| "-".to_owned()),
        day_and_time(listing.created_at),
    ]
    .join("\t")
}

fn attempt_line(attempt: &Attempt) -> String {
    let status = attempt.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let error = attempt.error.as_deref().unwrap_or("-");
    // Whatever a host answered stays on its line.
    let answer = String::from_utf8_lossy(&attempt.answer).escape_debug().to_string();
    let at = day_and_time(attempt.at);
    format!("{at}\t{}\t{status}\t{error}\t{answer}", attempt.duration.as_millis())
}
