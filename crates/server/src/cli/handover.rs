//! A server that begins while an earlier one still ends: it has the socket already, and waits for the folder.

use std::net::TcpListener as Socket;
use std::time::Duration;

use store::{DataFolder, FolderLock, StoreError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Failure;
use crate::clock::{Clock, SystemClock};

/// How often it is looked whether the folder is free.
const LOOK: Duration = Duration::from_millis(10);

/// A socket that was handed over, for the runtime that this is called on.
pub(super) fn taken(socket: Socket) -> Result<TcpListener, Failure> {
    let unusable = |error| Failure(format!("the socket that was handed over cannot be used: {error}"));
    socket.set_nonblocking(true).map_err(unusable)?;
    TcpListener::from_std(socket).map_err(unusable)
}

/// Waits until the earlier server has given the folder up.
pub(super) async fn folder(
    folder: &DataFolder,
    patience: Duration,
    stop: &CancellationToken,
) -> Result<FolderLock, Failure> {
    let clock = SystemClock::default();
    let at_the_latest = clock.now().plus(patience);
    let mut told = false;
    loop {
        match folder.lock() {
            Err(StoreError::InUse(path)) => {
                let now = clock.now();
                if stop.is_cancelled() {
                    return Err(Failure("told to stop while it waited for the data folder".to_owned()));
                }
                if now >= at_the_latest {
                    let seconds = patience.as_secs();
                    return Err(Failure(format!(
                        "another server still uses the data folder {path} after {seconds} s; stop it, then start \
                         this one again, or let it wait longer with http.handover_seconds"
                    )));
                }
                if !told {
                    told = true;
                    tracing::info!("holding requests until the earlier server has given the data folder up");
                }
                clock.sleep_until(now.plus(LOOK)).await;
            }
            Err(error) => return Err(error.into()),
            Ok(lock) => {
                if told {
                    tracing::info!("took the data folder over");
                }
                return Ok(lock);
            }
        }
    }
}
