//! Threads for long work.

use tokio::sync::oneshot;

/// How much more willingly such a thread gives way than one that answers requests (`nice` of POSIX.1, 0 to 19).
const NICENESS: i32 = 10;

/// Does `work` on a thread of its own that gives way to those that answer requests; `None` if it panicked or the
/// thread could not be started.
pub async fn on_own_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = oneshot::channel();
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // On Linux this is the thread's own; elsewhere, or if refused, the work is done all the same.
        let _niceness = rustix::process::nice(NICENESS);
        // Whoever asked may have gone.
        drop(done.send(work()));
    });
    started.ok()?;
    result.await.ok()
}
