//! Accepts connections and speaks HTTP/1.1 on them.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::metrics::Open;

/// How long a connection that is busy may stay after the server was told to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// How long to wait when the system has no more descriptors.
const BREATHE: Duration = Duration::from_millis(50);

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

/// How a server ends: first it accepts no more connections, then it closes those that are open.
#[derive(Clone, Default)]
pub struct Closing {
    /// Cancelled once no more connections are accepted.
    pub no_more: CancellationToken,
    /// Cancelled once the open ones are closed.
    pub close: CancellationToken,
}

/// Serves requests until `close` is cancelled; those under way are answered first, within bounds.
pub async fn serve(
    listener: TcpListener,
    answers: impl Answers,
    read_timeout: Duration,
    close: CancellationToken,
) {
    let closing = Closing { no_more: close.child_token(), close };
    serve_counted(listener, answers, read_timeout, closing, Open::default()).await;
}

/// The same, in two steps, and counting what is open.
pub async fn serve_counted(
    listener: TcpListener,
    answers: impl Answers,
    read_timeout: Duration,
    closing: Closing,
    open: Open,
) {
    let connections = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    breathe().await;
                    continue;
                }
            },
            () = closing.no_more.cancelled() => break,
        };
        let serving = connections.watch(connection(stream, answers.clone(), read_timeout));
        let opened = open.one();
        tokio::spawn(async move {
            // What breaks a connection is its client's affair.
            drop(serving.await);
            drop(opened);
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
    read_timeout: Duration,
) -> http1::Connection<TokioIo<TcpStream>, S> {
    // Answers are small and whole: waiting to fill a segment would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(read_timeout)
        .serve_connection(TokioIo::new(stream), answers)
}
