//! A server without a socket, and the bare loop that it is compared with.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use domain::{ApplicationId, CredentialId, Credits, Order, TaskId, TaskKind, TraceId, UserId};
use engines::Embedded;
use http_body_util::BodyExt as _;
use server::api::caller::token_hash;
use server::api::wire::{SentBody, orders};
use server::api::{self, Door};
use server::app::{self, App, Parts, queue_rules};
use server::clock::{Clock as _, SystemClock};
use server::config::{self, Settings};
use server::ids::{Random, SystemRandom};
use store::sqlite::bench::{Bare, Durability};
use store::{AccessStore as _, DataFolder, NewTask, NewToken, OrderHeaders, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// The seed's order, not waited for.
pub static ORDER: LazyLock<String> = LazyLock::new(|| {
    include_str!("../../src/demo/order.json").trim_end().replacen('{', r#"{"async":true,"#, 1)
});

/// As long as those that are made.
const AUTHORIZATION: &str = "Bearer 0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// A server without a socket, which makes no songs, on one thread beside that of its store.
pub struct House {
    runtime: Runtime,
    door: Door,
    _home: TempDir,
}

impl House {
    pub fn open() -> Self {
        log_to_nowhere();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (home, settings, store) = open_store();
        runtime.block_on(add_token(&store));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
        let app = App::new(Parts {
            public_base: app::public_base(&settings, address),
            settings,
            store: Arc::new(store),
            files: DataFolder::open(home.path()).expect("a folder").files(),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            engine: Arc::new(Embedded::default()),
            address,
        });
        let door = api::router(&app.expect("put together"));
        Self { runtime, door, _home: home }
    }

    /// Places so many orders, `callers` at a time.
    pub fn order(&self, orders: u64, callers: usize) {
        let tasks: Vec<_> = shares(orders, callers)
            .map(|share| {
                let door = self.door.clone();
                self.runtime.spawn(async move {
                    for _ in 0..share {
                        order_one(&door).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            self.runtime.block_on(task).expect("every order was accepted");
        }
    }
}

async fn order_one(door: &Door) {
    let request = Request::post("/producer/audios")
        .header(header::AUTHORIZATION, AUTHORIZATION)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(ORDER.as_str()))
        .expect("a request");
    let answer = door.answer(request).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let body = answer.into_body().collect().await.expect("an answer").to_bytes();
    assert!(body.starts_with(br#"{"task_id":""#));
}

/// The bare loop, in a store of its own.
pub struct BareLoop {
    bare: Bare,
    credential: CredentialId,
    _home: TempDir,
}

impl BareLoop {
    pub fn open() -> Self {
        let (home, _, store) = open_store();
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let credential = runtime.block_on(add_token(&store));
        store.close();
        let bare = Bare::open(&database(home.path()), Durability::Unsynced).expect("opens");
        Self { bare, credential, _home: home }
    }

    /// Inserts so many orders, with `together` in each transaction.
    pub fn insert(&mut self, orders: u64, together: usize) {
        let mut left = usize::try_from(orders).expect("a number of orders");
        while left > 0 {
            let some: Vec<_> = (0..left.min(together)).map(|_| self.task()).collect();
            self.bare.insert(&some).expect("written");
            left -= some.len();
        }
    }

    fn task(&self) -> NewTask {
        parsed(&ORDER);
        let random: &dyn Random = &SystemRandom;
        let now = SystemClock::default().now();
        NewTask {
            id: TaskId(random.uuid(now)),
            trace_id: TraceId(random.uuid(now)),
            credential_id: self.credential,
            kind: TaskKind::Audios,
            created_at: now,
            request: ORDER.clone(),
            callback_url: None,
            price: Credits::whole(1),
            waits: false,
            fingerprint: random.bytes(),
            repeat_of: None,
            key: None,
            deadline: None,
            headers: OrderHeaders::default(),
        }
    }
}

/// Parses and validates.
pub fn understood(body: &'static str) -> Order {
    let body = SentBody::parse(Bytes::from_static(body.as_bytes())).expect("JSON");
    orders::order(TaskKind::Audios, &body.fields, 7).expect("an order").0
}

/// Parses, with no questions asked.
pub fn parsed(body: &str) -> serde_json::Value {
    serde_json::from_str(body).expect("JSON")
}

fn database(home: &Path) -> PathBuf {
    DataFolder::open(home).expect("a folder").database()
}

fn open_store() -> (TempDir, Settings, SqliteStore) {
    let home = tempfile::tempdir().expect("a folder");
    let mut settings = config::load(None, home.path(), None).expect("the defaults");
    // A measure may take more than a million orders.
    settings.limits.orders_waiting = 0;
    let store = SqliteStore::open_unsynced(&database(home.path()), queue_rules(&settings)).expect("opens");
    (home, settings, store)
}

async fn add_token(store: &SqliteStore) -> CredentialId {
    let random: &dyn Random = &SystemRandom;
    let now = SystemClock::default().now();
    let credential_id = CredentialId(random.uuid(now));
    let token = NewToken {
        email: "bench@example.com".to_owned(),
        application: "default".to_owned(),
        user_id: UserId(random.uuid(now)),
        application_id: ApplicationId(random.uuid(now)),
        credential_id,
        hash: token_hash(AUTHORIZATION.trim_start_matches("Bearer ")),
        last_four: "DEFG".to_owned(),
        apis: None,
        quota: None,
        requests_per_second: Some(0),
        expires_at: None,
        now,
    };
    store.add_token(token).await.expect("kept");
    credential_id
}

/// Lines are written as in service, and read by nobody.
fn log_to_nowhere() {
    let nowhere = File::options().write(true).open("/dev/null").expect("a place for the log");
    let log =
        tracing_subscriber::fmt().with_env_filter("info").with_ansi(false).with_writer(Arc::new(nowhere));
    // The second house logs as the first does.
    drop(log.try_init());
}

/// `orders` in as many parts as there are callers, as equal as can be.
fn shares(orders: u64, callers: usize) -> impl Iterator<Item = u64> {
    let callers = callers as u64;
    (0..callers).map(move |caller| orders / callers + u64::from(caller < orders % callers))
}
