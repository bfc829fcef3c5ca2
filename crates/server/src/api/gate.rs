//! Where requests come in before the server can answer them: they are held until the door behind is there.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::response::Response;
use domain::TraceId;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ApiError;
use super::door::Door;
use super::http::{self, Closing, Manners};
use crate::metrics::Open;

/// Holds requests until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<Behind>);

#[derive(Default)]
struct Behind {
    /// `None` once it is known that there will never be one.
    door: OnceLock<Option<Door>>,
    known: CancellationToken,
}

impl Gate {
    fn decide(&self, door: Option<Door>) {
        // The first word counts.
        drop(self.0.door.set(door));
        self.0.known.cancel();
    }
}

impl hyper::service::Service<Request<Incoming>> for Gate {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        if let Some(Some(door)) = self.0.door.get() {
            return door.call(request);
        }
        let gate = self.clone();
        Box::pin(async move {
            gate.0.known.cancelled().await;
            match gate.0.door.get() {
                Some(Some(door)) => door.call(request).await,
                _ => Ok(never_opened()),
            }
        })
    }
}

fn never_opened() -> Response {
    let why = "The server could not start. Try again.";
    // Nothing was begun that could be traced.
    ApiError::Unavailable(why, None).answer(TraceId::from_bytes([0; 16]))
}

/// A socket at which connections are accepted.
pub struct Serving {
    gate: Gate,
    task: JoinHandle<()>,
    closing: Closing,
    connections: Open,
    /// Another process has the socket too: what is not accepted here is accepted there.
    pub shared: bool,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Serving {
    /// Begins to accept connections on `runtime`, and holds their requests.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn begin(
        runtime: &Handle,
        listener: TcpListener,
        manners: Manners,
        shared: bool,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (gate, closing, connections) = (Gate::default(), Closing::default(), Open::default());
        let serving =
            http::serve_counted(listener, gate.clone(), manners, closing.clone(), connections.clone());
        Ok(Self { gate, task: runtime.spawn(serving), closing, connections, shared, address })
    }

    /// Lets in what is held, and whatever comes.
    pub fn open(&self, door: Door) {
        self.gate.decide(Some(door));
    }

    /// The connections that are open.
    #[must_use]
    pub fn connections(&self) -> Open {
        self.connections.clone()
    }

    /// Accepts no more connections; those that are open go on.
    pub fn accept_no_more(&self) {
        self.closing.no_more.cancel();
    }

    /// Closes: what is under way is answered first, within bounds.
    pub async fn close(self) {
        self.gate.decide(None);
        self.closing.no_more.cancel();
        self.closing.close.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the HTTP server ended badly");
        }
    }
}
