//! Workers: each a short loop around one step. A lease that ran out is the only evidence that a worker vanished.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::{Crew, Failure, GaveBack, Outcome, TaskId, Timestamp};
use futures_util::FutureExt as _;
use store::{FolderName, Late, Released, StoreError};
use tokio_util::task::TaskTracker;

use super::{burial, generate, memory};
use crate::app::App;

/// How long a worker that could not reach the store waits before it looks again.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the workers, and whoever takes back what vanished ones held.
pub fn start(app: &Arc<App>, rooms: &TaskTracker) {
    let start = |name, room: fn(Arc<App>) -> Room| {
        let app = Arc::clone(app);
        rooms.spawn(kept_up(Arc::clone(&app), name, move || room(Arc::clone(&app))));
    };
    for _ in 0..app.settings.songs_at_once() {
        start("worker", |app| Box::pin(work(app, Crew::Makers)));
    }
    for _ in 0..app.settings.uploads.concurrency {
        start("fetcher", |app| Box::pin(work(app, Crew::Fetchers)));
    }
    start("sweeper", |app| Box::pin(sweep(app)));
    start("gravedigger", |app| Box::pin(burial::keep_burying(app)));
}

type Room = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a room that ends only when the server stops. One that panics is begun anew after a moment, so that a fault
/// costs one task and never a worker.
pub async fn kept_up<F: Future<Output = ()>>(app: Arc<App>, name: &'static str, room: impl Fn() -> F) {
    while AssertUnwindSafe(room()).catch_unwind().await.is_err() {
        tracing::error!(
            name,
            "panicked, and is begun anew; what it was at is tried again when its lease has run out"
        );
        let later = app.clock.now().plus(PAUSE);
        tokio::select! { () = app.clock.sleep_until(later) => (), () = app.stopping.cancelled() => return }
    }
}

enum Step {
    Ran,
    QueueEmpty,
}

async fn work(app: Arc<App>, crew: Crew) {
    while !app.stopping.is_cancelled() {
        match run_next(&app, crew).await {
            Ok(Step::Ran) => continue,
            Ok(Step::QueueEmpty) => (),
            Err(error) => {
                tracing::error!(%error, "a worker could not take a task, or not keep its outcome");
                let later = app.clock.now().plus(PAUSE);
                tokio::select! { () = app.clock.sleep_until(later) => (), () = app.stopping.cancelled() => () }
                continue;
            }
        }
        // A wake-up is kept, so a task that arrived since the look-up still wakes us.
        tokio::select! { () = app.wake_workers.woken(crew) => (), () = app.stopping.cancelled() => () }
    }
}

async fn run_next(app: &Arc<App>, crew: Crew) -> Result<Step, StoreError> {
    let now = app.clock.now();
    let folder = FolderName::from_random(app.random.bytes());
    let claiming = app.running.claiming();
    let Some(claimed) = app.store.claim_next(crew, now, lease_end(app, now), folder).await? else {
        return Ok(Step::QueueEmpty);
    };
    let at_work = claiming.got(claimed.claim);
    // There may be more than one: whoever is idle looks too.
    app.wake_workers.one(crew);
    let takes_memory = !app.simulation.plays(&claimed);
    let ran = generate::run(app, claimed, &at_work.called_off).await;
    if takes_memory {
        // On another thread: it takes milliseconds, and this one also sends callbacks.
        drop(tokio::task::spawn_blocking(memory::give_back));
    }
    drop(at_work);
    ran?;
    // A credential at its bound has room again.
    app.wake_workers.one(crew);
    Ok(Step::Ran)
}

pub(super) fn lease_end(app: &App, now: Timestamp) -> Timestamp {
    now.plus(Duration::from_secs(app.settings.worker.lease_seconds))
}

/// Takes back run-out leases, ends tasks that are past their deadline, and wakes tasks whose next try is due.
async fn sweep(app: Arc<App>) {
    while !app.stopping.is_cancelled() {
        let now = app.clock.now();
        let mut due = None;
        let next = match app.store.next_due().await {
            Ok(Some(then)) if then <= now => {
                let mut pause = Duration::from_millis(10);
                match app.store.release_due(app.settings.worker.bounds(), now).await {
                    Ok(gone) => released(&app, gone),
                    Err(error) => {
                        tracing::error!(%error, "could not take back tasks");
                        pause = PAUSE;
                    }
                }
                match app.store.end_late(now).await {
                    Ok(late) => late.into_iter().for_each(|late| ended_late(&app, late)),
                    Err(error) => {
                        tracing::error!(%error, "could not end tasks that are past their deadline");
                        pause = PAUSE;
                    }
                }
                app.wake_workers.one_of_each();
                let soon = now.plus(pause);
                due = Some(soon);
                soon
            }
            Ok(Some(then)) => {
                due = Some(then);
                then.min(now.plus(PAUSE))
            }
            Ok(None) => now.plus(PAUSE),
            Err(error) => {
                tracing::error!(%error, "could not look for run-out leases");
                now.plus(PAUSE)
            }
        };
        let at_due = async {
            match due {
                Some(then) => app.clock.work_until(then).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = at_due => (),
            () = app.clock.nap_until(next) => (),
            () = app.wake_sweeper.notified() => (),
            () = app.stopping.cancelled() => (),
        }
    }
}

fn ended_late(app: &App, Late { task, trace_id }: Late) {
    tracing::warn!(%trace_id, task_id = %task, "failed: it had not ended by its deadline");
    app.metrics.ended(&Outcome::Failed(Failure::deadline_exceeded()));
    called_off(app, task);
}

/// Tells everyone whom it concerns that a task has ended, or is gone, without its worker.
pub fn called_off(app: &App, task: TaskId) {
    app.running.call_off(task);
    app.waiters.ended(task);
    app.wake_callbacks.notify_one();
    // Its credential may have room for another.
    app.wake_workers.one_of_each();
}

/// Tidies up after tasks that were taken back, and tells whoever waits for those that failed.
pub fn released(app: &App, tasks: Vec<Released>) {
    for task in tasks {
        let (trace_id, task_id) = (task.trace_id, task.task);
        app.metrics.given_back(&GaveBack::Crashed);
        tracing::warn!(%trace_id, %task_id, failed = task.failed, "took back a task whose worker vanished");
        // What it still writes after this is removed by itself when it stops, or by the next server.
        if let Err(error) = app.files.remove(&task.folder) {
            tracing::warn!(%trace_id, %task_id, %error, "could not remove the files of a worker that vanished");
        }
        if task.failed {
            app.metrics.crashed_too_often();
            app.waiters.ended(task.task);
            app.wake_callbacks.notify_one();
        }
    }
}
