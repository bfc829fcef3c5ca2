//! Accepts connections and speaks HTTP/1.1 on them, within bounds of number, size and time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::refusals::Refusals;
use super::socket::{Limits, Noted, Peer, Serving, Socket};
use super::turning_away::TurningAway;
use crate::metrics::Open;

/// How long a connection that is busy may stay after the server was told to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// How long to wait when the system has no more descriptors.
const BREATHE: Duration = Duration::from_millis(50);
/// Most bytes of a request's line and headers. hyper takes at most 100 headers by itself.
pub const MOST_HEAD_BYTES: usize = 16 * 1024;
/// Most bytes that a connection buffers in each direction.
const BUFFER: usize = 64 * 1024;

/// What answers requests.
pub trait Answers:
    Service<
        Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future: Future<Output = Result<Response, Infallible>> + Send + 'static,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Answers for S where
    S: Service<
            Request<Incoming>,
            Response = Response,
            Error = Infallible,
            Future: Future<Output = Result<Response, Infallible>> + Send + 'static,
        > + Clone
        + Send
        + 'static
{
}

/// What a server puts up with.
#[derive(Clone)]
pub struct Manners {
    /// How long a client may take to send a request's headers.
    pub read_timeout: Duration,
    /// How long a connection may stay without a request.
    pub idle_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub write_timeout: Duration,
    /// Most connections at the same time.
    pub most_connections: usize,
    /// How requests are refused that never reach a path.
    pub refusals: Arc<dyn Refusals>,
}

impl Manners {
    /// For a server that is only talked to by us.
    #[must_use]
    pub fn among_friends(timeout: Duration) -> Self {
        Self {
            read_timeout: timeout,
            idle_timeout: timeout,
            write_timeout: timeout,
            most_connections: Semaphore::MAX_PERMITS,
            refusals: Arc::new(super::refusals::Wordless),
        }
    }
}

/// How a server ends: first it accepts no more connections, then it closes those that are open.
#[derive(Clone, Default)]
pub struct Closing {
    /// Cancelled once no more connections are accepted.
    pub no_more: CancellationToken,
    /// Cancelled once the open ones are closed.
    pub close: CancellationToken,
}

/// Serves requests until `close` is cancelled; those under way are answered first, within bounds.
pub async fn serve(listener: TcpListener, answers: impl Answers, manners: Manners, close: CancellationToken) {
    let closing = Closing { no_more: close.child_token(), close };
    serve_counted(listener, answers, manners, closing, Open::default()).await;
}

/// The same, in two steps, and counting what is open.
pub async fn serve_counted(
    listener: TcpListener,
    answers: impl Answers,
    manners: Manners,
    closing: Closing,
    open: Open,
) {
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(manners.most_connections));
    let turning_away = TurningAway::new(Arc::clone(&manners.refusals));
    let mut failures = 0_u64;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    failures += 1;
                    // It fails twenty times a second as long as there are no descriptors.
                    if failures.is_power_of_two() {
                        tracing::warn!(%error, failures, "could not accept a connection");
                    }
                    breathe().await;
                    continue;
                }
            },
            () = closing.no_more.cancelled() => break,
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            turning_away.tell(stream);
            continue;
        };
        let connection = connections.watch(connection(stream, answers.clone(), &manners));
        let opened = open.one();
        tokio::spawn(async move {
            // That a client went away, or sent what is no HTTP, is its own affair.
            drop(connection.await);
            drop((place, opened));
        });
    }
    drop(listener);
    closing.close.cancelled().await;
    if tokio::time::timeout(CLOSE_WITHIN, connections.shutdown()).await.is_err() {
        tracing::warn!("closed connections that were still busy");
    }
}

#[expect(clippy::disallowed_methods, reason = "a limit of sockets, not of the service's time")]
async fn breathe() {
    tokio::time::sleep(BREATHE).await;
}

fn connection<S: Answers>(
    stream: TcpStream,
    answers: S,
    manners: &Manners,
) -> http1::Connection<TokioIo<Socket>, Noted<S>> {
    // Answers are small and whole: waiting to fill a segment would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
    let serving = Serving::default();
    let limits = Limits { head: manners.read_timeout, write: manners.write_timeout };
    let socket = Socket::new(stream, serving.clone(), limits, Arc::clone(&manners.refusals));
    http1::Builder::new()
        .timer(TokioTimer::new())
        // hyper counts from the end of the answer before: this bounds the wait for a request, the socket its headers.
        .header_read_timeout(manners.idle_timeout.max(manners.read_timeout))
        .max_header_size(MOST_HEAD_BYTES)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(socket), Noted::new(answers, serving, peer))
}
