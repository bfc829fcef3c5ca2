//! `bench bare-server`: the HTTP library and the accept loop of `serve`, and nothing else. It reads the body that it
//! is to answer with from stdin, and stops when stdin is closed.

use std::io::Read as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::post;
use bytes::Bytes;
use clap::Args;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::api;
use crate::cli::{Failure, say};

/// Arguments of `bench bare-server`.
#[derive(Args)]
pub struct Arguments {
    /// How many bytes of stdin every answer bears.
    #[arg(long)]
    bytes: usize,
    /// Threads that serve requests.
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// As long as `http.read_timeout_seconds` says by default.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut payload = vec![0; arguments.bytes];
    std::io::stdin().read_exact(&mut payload)?;
    let payload = Bytes::from(payload);
    // As `Server::start` does it.
    let http = Builder::new_multi_thread().worker_threads(arguments.threads).enable_all().build()?;
    let listener = http.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    say(&format!("listening on http://{}", listener.local_addr()?))?;
    let close = CancellationToken::new();
    let serving = http.spawn(api::http::serve(
        listener,
        TowerToHyperService::new(router(payload)),
        api::http::Manners::among_friends(READ_TIMEOUT),
        close.clone(),
    ));
    // Whoever started this holds the other end.
    drop(std::io::stdin().read_to_end(&mut Vec::new()));
    close.cancel();
    http.block_on(serving).map_err(|error| Failure(error.to_string()))
}

fn router(payload: Bytes) -> Router {
    let answer = async move |body: Bytes| {
        // The body was read, as it is by the server that this is compared with.
        drop(body);
        ([(header::CONTENT_TYPE, "application/json")], payload)
    };
    Router::new().route("/producer/tasks", post(answer))
}
