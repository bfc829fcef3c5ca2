//! A server without socket, workers and syncs.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use engines::Embedded;
use http_body_util::BodyExt as _;
use store::{DataFolder, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::api::{self, Door};
use crate::app::{App, Parts, public_base, queue_rules};
use crate::bench::folder::temporary;
use crate::bench::new_token;
use crate::cli::Failure;
use crate::clock::SystemClock;
use crate::config;
use crate::ids::SystemRandom;

/// A server on one thread, beside that of its store.
pub(super) struct House {
    runtime: Runtime,
    caller: Caller,
    _home: TempDir,
}

impl House {
    /// One to which `body` is sent.
    pub fn open(body: String) -> Result<Self, Failure> {
        log_to_nowhere()?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let home = temporary(None)?;
        let folder = DataFolder::open(home.path())?;
        let mut settings = config::load(None, home.path(), None)?;
        // A measure may take more orders than may wait.
        settings.limits.orders_waiting = 0;
        let store = SqliteStore::open_unsynced(&folder.database(), queue_rules(&settings))?;
        let token = runtime.block_on(new_token(&store, "bench@example.com", None))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
        let app = App::new(Parts {
            public_base: public_base(&settings, address),
            settings,
            store: Arc::new(store),
            files: folder.files(),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            engine: Arc::new(Embedded::default()),
            address,
        })?;
        let caller = Caller {
            door: api::router(&app),
            authorization: format!("Bearer {}", token.secret).into(),
            body: Bytes::from(body),
        };
        Ok(Self { runtime, caller, _home: home })
    }

    /// Places `orders`, of so many callers at a time.
    pub fn order(&self, orders: usize, callers: usize) -> Result<(), Failure> {
        let tasks: Vec<_> = (0..callers)
            .map(|number| orders / callers + usize::from(number < orders % callers))
            .map(|orders| self.runtime.spawn(self.caller.clone().order(orders)))
            .collect();
        tasks
            .into_iter()
            .try_for_each(|task| self.runtime.block_on(task).map_err(|error| Failure(error.to_string()))?)
    }
}

#[derive(Clone)]
struct Caller {
    door: Door,
    authorization: Arc<str>,
    body: Bytes,
}

impl Caller {
    async fn order(self, times: usize) -> Result<(), Failure> {
        for _ in 0..times {
            let request = Request::post("/producer/audios")
                .header(header::AUTHORIZATION, &*self.authorization)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(self.body.clone()))
                .map_err(|error| Failure(error.to_string()))?;
            let (head, body) = self.door.answer(request).await.into_parts();
            let told = body.collect().await.map_err(|error| Failure(error.to_string()))?.to_bytes();
            if head.status != StatusCode::OK || !told.starts_with(br#"{"task_id":""#) {
                return Err(Failure(format!("an order was answered with {}", head.status)));
            }
        }
        Ok(())
    }
}

/// Lines are written as in service, and read by nobody.
fn log_to_nowhere() -> Result<(), Failure> {
    let nowhere = Arc::new(File::options().write(true).open("/dev/null")?);
    let log = tracing_subscriber::fmt().with_env_filter("info").with_ansi(false).with_writer(nowhere);
    log.try_init().map_err(|error| Failure(error.to_string()))
}
