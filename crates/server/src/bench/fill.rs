//! `bench fill`: what a year of use leaves behind, in a few minutes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::{CredentialId, Ended, TaskId};
use indicatif::{ProgressBar, ProgressStyle};
use store::{Accepted, AccessStore as _, DataFolder, NewTask, SqliteStore, TaskStore as _};

use super::account::new_token;
use super::folder;
use super::rows::{Rows, ordered_at};
use crate::cli::{Failure, tell};
use crate::clock::{Clock as _, SystemClock};
use crate::ids::{Random, SystemRandom};
use crate::stopwatch::Stopwatch;

/// Most tasks of one run.
const MOST: u64 = 100_000_000;
/// Tasks in one transaction.
const BATCH: usize = 1_000;

/// Arguments of `bench fill`.
#[derive(Args)]
pub struct Arguments {
    /// The data folder; made if missing.
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Whose tasks they are; made if missing, with an application.
    #[arg(long, value_name = "E")]
    email: String,
    /// How many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST))]
    tasks: u64,
    /// How many more wait to be made; their ids are not printed.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MOST))]
    waiting: u64,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let data_folder = DataFolder::open(&arguments.data_dir)?;
    let store = folder::open(&data_folder)?;
    let tasks = usize::try_from(arguments.tasks).unwrap_or(usize::MAX);
    let result = fill(&store, &arguments.email, tasks, &mut print_ids).await;
    let waiting = match result {
        Ok(()) => {
            waiting(&store, &arguments.email, usize::try_from(arguments.waiting).unwrap_or(usize::MAX)).await
        }
        Err(failure) => Err(failure),
    };
    store.close();
    waiting
}

/// Gives the ids of a batch to whoever asked for them.
type Tell<'t> = &'t mut dyn FnMut(&[TaskId]) -> Result<(), Failure>;

fn print_ids(ids: &[TaskId]) -> Result<(), Failure> {
    use std::io::Write as _;
    let text: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

/// Writes finished tasks of `email`'s and tells their ids, those of each batch once it is durable. One batch is made
/// while the one before it is written.
pub(super) async fn fill(
    store: &Arc<SqliteStore>,
    email: &str,
    tasks: usize,
    told: Tell<'_>,
) -> Result<(), Failure> {
    let random: &dyn Random = &SystemRandom;
    let mut rows = Rows::new(random, orderer(store, email).await?)?;
    // The newest has ended too.
    let end = SystemClock::default().now().minus(Duration::from_secs(60));
    let progress = progress(tasks as u64);
    let watch = Stopwatch::start();
    let mut writing: Option<Writing> = None;
    for first in (0..tasks).step_by(BATCH) {
        let made: Vec<_> = (first..tasks.min(first + BATCH))
            .map(|index| rows.finished(ordered_at(index, tasks, end)))
            .collect::<Result<_, _>>()?;
        let next = Writing::start(store, made);
        if let Some(before) = writing.replace(next) {
            progress.inc(BATCH as u64);
            told(&before.done().await?)?;
        }
        // Hands the batch over to the writing thread.
        tokio::task::yield_now().await;
    }
    if let Some(last) = writing {
        told(&last.done().await?)?;
    }
    progress.finish_and_clear();
    tell(&format!("wrote {tasks} tasks in {:.1} s", watch.seconds()));
    Ok(())
}

/// Places orders of `email`'s that wait, past the server, through the store's own door.
pub(super) async fn waiting(store: &Arc<SqliteStore>, email: &str, tasks: usize) -> Result<(), Failure> {
    if tasks == 0 {
        return Ok(());
    }
    let random: &dyn Random = &SystemRandom;
    let rows = Rows::new(random, new_token(store, email, None).await?.id)?;
    let now = SystemClock::default().now();
    let watch = Stopwatch::start();
    for first in (0..tasks).step_by(BATCH) {
        let orders = (first..tasks.min(first + BATCH)).map(|number| {
            let body = format!(r#"{{"prompt":"a waltz that waits, number {number}","async":true}}"#);
            let (store, order) = (Arc::clone(store), rows.ordered(now, &body));
            async move { store.accept(order).await }
        });
        for accepted in futures_util::future::join_all(orders).await {
            match accepted? {
                Accepted::New => (),
                other => return Err(Failure(format!("expected an accepted order; came {other:?}"))),
            }
        }
    }
    tell(&format!("{tasks} orders wait, after {:.1} s", watch.seconds()));
    Ok(())
}

/// A batch that is being written.
struct Writing {
    ids: Vec<TaskId>,
    written: tokio::task::JoinHandle<Result<(), store::StoreError>>,
}

impl Writing {
    fn start(store: &Arc<SqliteStore>, rows: Vec<(NewTask, Ended)>) -> Self {
        let ids = rows.iter().map(|(task, _)| task.id).collect();
        let store = Arc::clone(store);
        Self { ids, written: tokio::spawn(async move { store.import(rows).await }) }
    }

    async fn done(self) -> Result<Vec<TaskId>, Failure> {
        self.written.await.map_err(|error| Failure(error.to_string()))??;
        Ok(self.ids)
    }
}

/// The credential that `email`'s tasks are said to be ordered with: one that is there, else a new one that is
/// revoked at once, so that nobody can call with it.
async fn orderer(store: &SqliteStore, email: &str) -> Result<CredentialId, Failure> {
    if let Some(token) = store.tokens().await?.into_iter().find(|token| token.email == email) {
        return Ok(token.id);
    }
    let token = new_token(store, email, None).await?;
    store.revoke_token(token.id, SystemClock::default().now()).await?;
    Ok(token.id)
}

fn progress(tasks: u64) -> ProgressBar {
    let bar = ProgressBar::new(tasks);
    let style = "{bar:40} {human_pos} of {human_len} tasks, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
