//! Connections beyond the bound: each is told so, and then read for a moment, since a connection that is closed with
//! something unread in it is reset, and the client may lose the answer with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusals::{Refusals, Refused};

/// How long such a connection is read at most.
const LINGER: Duration = Duration::from_secs(1);
/// How much of it is read at most: a usual request.
const MOST_BYTES: usize = 64 * 1024;
/// How many of them are read at the same time; the others are closed at once.
const AT_ONCE: usize = 64;

/// Turns connections away.
pub struct TurningAway {
    lingering: Arc<Semaphore>,
    refusals: Arc<dyn Refusals>,
}

impl TurningAway {
    /// With these words.
    #[must_use]
    pub fn new(refusals: Arc<dyn Refusals>) -> Self {
        Self { lingering: Arc::new(Semaphore::new(AT_ONCE)), refusals }
    }

    /// Tells a client that there are too many, if that can be done at once; a new connection has room for it.
    pub fn tell(&self, stream: TcpStream) {
        tracing::debug!("turned a connection away: there are too many");
        let Some(answer) = self.refusals.refuse(Refused::TooMany) else { return };
        let written = stream.try_write(&answer);
        if written.is_ok_and(|written| written == answer.len())
            && let Ok(place) = Arc::clone(&self.lingering).try_acquire_owned()
        {
            tokio::spawn(linger(stream, place));
        }
    }
}

async fn linger(mut stream: TcpStream, _place: OwnedSemaphorePermit) {
    let reading = async {
        stream.shutdown().await?;
        let (mut taken, mut some) = (0, [0; 4096]);
        while taken < MOST_BYTES {
            match stream.read(&mut some).await? {
                0 => break,
                bytes => taken += bytes,
            }
        }
        Ok::<_, std::io::Error>(())
    };
    // However it ends: the client has its answer, or is gone.
    drop(tokio::time::timeout(LINGER, reading).await);
}
