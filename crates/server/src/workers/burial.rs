//! Removes folders that nobody needs any more. The store has noted each before; it strikes out what is gone.

use std::sync::Arc;
use std::time::Duration;

use store::{Doomed, FileStore, FolderName, StoreError};

use crate::app::App;

/// How long until it is tried again when the file system refused.
const AFTER_REFUSAL: Duration = Duration::from_secs(60);
/// Most folders that are removed at a time.
const AT_ONCE: u32 = 256;
/// How long until it is looked again for folders that could not be removed when they were doomed.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Removes what an earlier server left: no worker of it is at work any more.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn bury_at_start(app: &App) -> Result<(), StoreError> {
    bury(app, true).await.map(drop)
}

/// Removes what could not be removed at once, since a backup ran or the file system refused.
pub(super) async fn keep_burying(app: Arc<App>) {
    while !app.stopping.is_cancelled() {
        let refused = bury(&app, false).await.unwrap_or_else(|error| {
            tracing::error!(%error, "could not remove files that nobody needs");
            0
        });
        let next = app.clock.now().plus(if refused > 0 { AFTER_REFUSAL } else { LOOK_AGAIN });
        tokio::select! { () = app.clock.nap_until(next) => (), () = app.stopping.cancelled() => () }
    }
}

/// Goes once through all doomed folders, by name, and gives how many the file system did not let go.
async fn bury(app: &App, at_start: bool) -> Result<usize, StoreError> {
    let (mut refused, mut after) = (0, None);
    // A backup keeps all that is not claimed, and the claimed are left to their workers.
    while at_start || !app.files.backup_running() {
        let doomed = app.store.doomed(at_start, after.as_ref(), AT_ONCE).await?;
        let Some(last) = doomed.last() else { break };
        after = Some(last.folder.clone());
        refused += remove(app, doomed).await?;
    }
    Ok(refused)
}

/// Removes the folders of a task that was deleted.
///
/// # Errors
/// When the store cannot strike them out; they are removed again then.
pub async fn bury_deleted(app: &App, folders: Vec<FolderName>) -> Result<(), StoreError> {
    let doomed = folders.into_iter().map(|folder| Doomed { folder, claimed: false }).collect();
    remove(app, doomed).await.map(drop)
}

/// Removes the folder of a claim whose worker has stopped.
pub(super) async fn bury_own(app: &App, folder: FolderName) -> Result<(), StoreError> {
    remove(app, vec![Doomed { folder, claimed: true }]).await.map(drop)
}

/// Removes folders and gives how many the file system did not let go.
async fn remove(app: &App, doomed: Vec<Doomed>) -> Result<usize, StoreError> {
    if doomed.is_empty() {
        return Ok(0);
    }
    // A virtual clock stands meanwhile: the worker that waits for it takes its next task in this moment.
    let _working = app.clock.working();
    let files = app.files.clone();
    // It may be many files, and this thread has others to serve.
    let removing = tokio::task::spawn_blocking(move || remove_from_disk(&files, doomed));
    let (gone, refused) = removing.await.map_err(|error| StoreError::Failed(error.to_string()))?;
    app.store.buried(gone).await?;
    Ok(refused)
}

fn remove_from_disk(files: &FileStore, doomed: Vec<Doomed>) -> (Vec<FolderName>, usize) {
    // A backup has a record that names what was made; what a claim left is named by none.
    let backup_running = files.backup_running();
    let (mut gone, mut refused) = (Vec::with_capacity(doomed.len()), Vec::new());
    for Doomed { folder, claimed } in doomed {
        if backup_running && !claimed {
            continue;
        }
        match files.remove(&folder) {
            Ok(()) => gone.push(folder),
            Err(error) => refused.push((folder, error)),
        }
    }
    if let Some((folder, error)) = refused.first() {
        let (folder, count) = (folder.as_str(), refused.len());
        tracing::warn!(%error, folder, count, "could not remove files that nobody needs; it is tried again");
    }
    (gone, refused.len())
}
