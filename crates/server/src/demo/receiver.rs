//! Where the demo's callback arrives.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::api;
use crate::cli::Failure;

/// The path that is called.
const PATH: &str = "/callback";
/// The longest that the caller may take to send.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Takes callbacks until it is dropped.
pub(super) struct Receiver {
    address: SocketAddr,
    callbacks: mpsc::Receiver<Bytes>,
    _close: DropGuard,
}

impl Receiver {
    /// Listens on a free port of this machine alone.
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, callbacks) = mpsc::channel(4);
        let take = async move |body: Bytes| match sender.try_send(body) {
            Ok(()) => StatusCode::NO_CONTENT,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let router = Router::new().route(PATH, post(take));
        let close = CancellationToken::new();
        tokio::spawn(api::http::serve(
            listener,
            TowerToHyperService::new(router),
            api::http::Manners::among_friends(READ_TIMEOUT),
            close.clone(),
        ));
        Ok(Self { address, callbacks, _close: close.drop_guard() })
    }

    /// What to order a callback to.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The body of the next callback; `None` if none comes in this time.
    pub async fn next(&mut self, within: Duration) -> Option<Bytes> {
        tokio::time::timeout(within, self.callbacks.recv()).await.ok().flatten()
    }
}
