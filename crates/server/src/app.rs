//! Wires the rooms together.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::{PriceList, Timestamp};
use engines::Engine;
use store::{FileStore, FolderLock, QueueRules, Store, StoreError};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::api::Serving;
use crate::api::caller::Callers;
use crate::api::on_demand::OnDemand;
use crate::api::progress::Progress;
use crate::api::records::Records;
use crate::api::repeats::{self, Repeats};
use crate::api::waiters::Waiters;
use crate::callbacks::GuardedClient;
use crate::clock::Clock;
use crate::config::{Settings, WhenBusy};
use crate::ids::Random;
use crate::metrics::{Metrics, Open};
use crate::simulate::{self, Simulation};
use crate::telemetry::{self, Span, Telemetry};
use crate::{api, callbacks, workers};

/// What a server is made of.
pub struct Parts {
    /// The settings in force.
    pub settings: Settings,
    /// Everything that survives a restart, but for files.
    pub store: Arc<dyn Store>,
    /// The files that tasks made.
    pub files: FileStore,
    /// The one source of time.
    pub clock: Arc<dyn Clock>,
    /// The one source of randomness.
    pub random: Arc<dyn Random>,
    /// Who makes the songs.
    pub engine: Arc<dyn Engine>,
    /// What stands before the names of media, with a slash at its end.
    pub public_base: String,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The running server, as its rooms share it.
pub struct App {
    /// The settings in force.
    pub settings: Settings,
    /// What orders cost.
    pub prices: PriceList,
    /// Everything that survives a restart, but for files.
    pub store: Arc<dyn Store>,
    /// The files that tasks made.
    pub files: FileStore,
    /// The one source of time.
    pub clock: Arc<dyn Clock>,
    /// The one source of randomness.
    pub random: Arc<dyn Random>,
    /// Who makes the songs.
    pub engine: Arc<dyn Engine>,
    /// What stands before the names of media, with a slash at its end.
    pub public_base: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// The tokens that were seen.
    pub callers: Callers,
    /// Users who log in.
    pub accounts: Accounts,
    /// The records that were asked for lately.
    pub records: Records,
    /// Orders whose answer may never have arrived.
    pub repeats: Arc<Repeats>,
    /// Requests that wait for a task.
    pub waiters: Waiters,
    /// What the workers are at.
    pub running: workers::Running,
    /// How far tasks are that someone follows.
    pub progress: Progress,
    /// What is made of songs only when it is asked for.
    pub on_demand: OnDemand,
    /// What is simulated.
    pub simulation: Simulation,
    /// Sends callbacks.
    pub callback_client: GuardedClient,
    /// Fetches uploads.
    pub upload_client: GuardedClient,
    /// Wakes a worker: a task may wait.
    pub wake_workers: workers::Wake,
    /// Turns of those who decode and keep what they fetched: as many as songs are made at the same time.
    pub upload_turns: Semaphore,
    /// Wakes whoever ends late tasks: one may be due earlier than was known.
    pub wake_sweeper: Notify,
    /// Wakes the sender: a callback may be due.
    pub wake_callbacks: Notify,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// Where spans of traces go.
    pub telemetry: Telemetry,
    /// The connections to the API that are open.
    pub connections: OnceLock<Open>,
    /// Answers close their connections: the server stops.
    pub closing: AtomicBool,
    /// Cancelled once the server takes no new orders.
    pub stopping: CancellationToken,
    /// Cancelled once work that still runs goes back to the queue.
    pub hands_off: CancellationToken,
}

impl App {
    /// Puts a server together.
    ///
    /// # Errors
    /// When the client for callbacks cannot be made, or a price is none.
    pub fn new(parts: Parts) -> Result<Arc<Self>, StartError> {
        let Parts { settings, store, files, clock, random, engine, public_base, address } = parts;
        let metrics = Arc::new(Metrics::new(clock.now()));
        store.observe_commits(metrics.clone());
        Ok(Arc::new(Self {
            prices: settings.prices.list().map_err(StartError::Prices)?,
            callers: Callers::default(),
            accounts: Accounts::new(&settings.accounts, &clock),
            records: Records::new(settings.cache.records_bytes),
            repeats: Arc::new(Repeats::new(Arc::clone(&clock))),
            waiters: Waiters::default(),
            running: workers::Running::default(),
            progress: Progress::default(),
            on_demand: OnDemand::default(),
            simulation: Simulation::new(&settings.engine, &clock),
            callback_client: GuardedClient::new(&settings.webhooks)?,
            upload_client: GuardedClient::new(&settings.uploads)?,
            wake_workers: workers::Wake::default(),
            upload_turns: Semaphore::new(settings.songs_at_once()),
            wake_sweeper: Notify::new(),
            wake_callbacks: Notify::new(),
            metrics,
            telemetry: Telemetry::new(&settings.telemetry),
            connections: OnceLock::new(),
            closing: AtomicBool::new(false),
            stopping: CancellationToken::new(),
            hands_off: CancellationToken::new(),
            settings,
            store,
            files,
            clock,
            random,
            engine,
            public_base,
            address,
        }))
    }

    /// Hands a span over to be sent to the collector.
    pub fn record(&self, span: Span) {
        if !self.telemetry.record(span) {
            self.metrics.spans_dropped.inc();
        }
    }

    /// Takes the folder over: leases that an earlier server left are void, the orders that it may not have answered
    /// are noted, and files that nobody needs are removed.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn take_over(&self, last_alive: Option<Timestamp>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let since = last_alive.unwrap_or(now).min(now).minus(repeats::WINDOW);
        for order in self.store.unanswered(since).await? {
            self.repeats.unanswered(order.fingerprint, order.task);
        }
        let released = self.store.void_leases(self.settings.worker.bounds(), now).await?;
        if !released.is_empty() {
            tracing::warn!(tasks = released.len(), "took back tasks that an earlier server was working on");
        }
        workers::released(self, released);
        workers::bury_at_start(self).await
    }
}

/// The rules of the queue that the settings ask for.
#[must_use]
pub fn queue_rules(settings: &Settings) -> QueueRules {
    QueueRules {
        in_flight_per_credential: settings.limits.orders_in_flight,
        refuses_when_busy: settings.limits.when_busy == WhenBusy::Reject,
        most_waiting: settings.limits.orders_waiting,
        in_flight_per_destination: settings.webhooks.concurrency_per_destination,
        deliveries_in_flight: settings.webhooks.concurrency,
        keys_gathered: settings.cache.idempotency_keys,
    }
}

/// What stands before the names of media: the setting, else the address that is listened on.
#[must_use]
pub fn public_base(settings: &Settings, address: SocketAddr) -> String {
    // As the parser writes it: it goes into JSON as it is, and has no character there that would need escaping.
    if let Ok(url) = url::Url::parse(&settings.http.public_url) {
        return format!("{}/", url.as_str().trim_end_matches('/'));
    }
    if address.ip().is_unspecified() {
        tracing::warn!(
            "listening on {address}, but media are said to be at http://127.0.0.1:{port}/, since http.public_url is \
             not set",
            port = address.port()
        );
        return format!("http://127.0.0.1:{}/", address.port());
    }
    format!("http://{address}/")
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder or its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the price list.
    #[error("setting prices.rules: {0}")]
    Prices(String),
    /// The client for callbacks.
    #[error("the client for callbacks could not be made: {0}")]
    Client(String),
}

/// How often a running server says that it is alive, and looks whether other processes changed tokens or put callbacks
/// back.
const HEARTBEAT: Duration = Duration::from_millis(250);

/// How long work that was told to stop may take to put its task back.
const HANDS_OFF_WITHIN: Duration = Duration::from_secs(10);

/// The server ended by itself; the log says why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended;

/// Runs the server until `stop` is cancelled: softly. `http` is where requests are served.
///
/// # Errors
/// When it ended by itself, since the store takes no more writes: a server that is started anew can.
pub async fn run(
    app: &Arc<App>,
    listener: TcpListener,
    http: &Handle,
    lock: Option<Arc<FolderLock>>,
    stop: CancellationToken,
) -> Result<(), Ended> {
    match Serving::begin(http, listener, app.settings.http.manners(), false) {
        Ok(serving) => serve(app, serving, lock, stop).await,
        Err(error) => {
            tracing::error!(%error, "the socket cannot be listened on");
            Err(Ended)
        }
    }
}

/// How long clients that keep a connection get to hear of its end in an answer, when another process takes over: the
/// next answer says so, and the client opens another. One that is closed at once can break a request on its way.
const LINGER: Duration = Duration::from_millis(500);

/// The same, where connections are accepted already.
///
/// # Errors
/// When the server had to end by itself.
pub async fn serve(
    app: &Arc<App>,
    serving: Serving,
    lock: Option<Arc<FolderLock>>,
    stop: CancellationToken,
) -> Result<(), Ended> {
    // The first run of an app is its only one.
    drop(app.connections.set(serving.connections()));
    serving.open(api::router(app));

    let rooms = TaskTracker::new();
    workers::start(app, &rooms);
    let sender = Arc::clone(app);
    rooms.spawn(workers::kept_up(Arc::clone(app), "callbacks", move || {
        callbacks::deliver(Arc::clone(&sender))
    }));
    if app.clock.as_virtual().is_none() {
        // A rehearsal keeps everything: it is the test that says what is looked at when.
        let cleaner = Arc::clone(app);
        rooms.spawn(workers::kept_up(Arc::clone(app), "retention", move || {
            workers::retain(Arc::clone(&cleaner))
        }));
    }
    rooms.spawn(simulate::keep_time(Arc::clone(app)));
    rooms.close();
    let mut heart = tokio::spawn(beat(Arc::clone(app), lock));
    let traces = tokio::spawn(telemetry::export(Arc::clone(app)));

    let ended = tokio::select! {
        () = stop.cancelled() => Ok(()),
        _ = &mut heart => {
            tracing::error!("the store takes no more writes: this server ends, and can be started anew");
            Err(Ended)
        }
    };
    tracing::info!("stopping: no new orders; running work has {} s", app.settings.worker.stop_seconds);
    if serving.shared {
        // Another process takes the new connections; else whoever asks is answered to the end.
        serving.accept_no_more();
        app.closing.store(true, Ordering::Relaxed);
    }
    app.stopping.cancel();
    let lingered = app.clock.machine_now().plus(LINGER);
    let enough = app.clock.now().plus(Duration::from_secs(app.settings.worker.stop_seconds));
    tokio::select! {
        () = rooms.wait() => (),
        () = app.clock.sleep_until(enough) => {
            app.hands_off.cancel();
            let at_the_latest = app.clock.now().plus(HANDS_OFF_WITHIN);
            tokio::select! {
                () = rooms.wait() => (),
                () = app.clock.sleep_until(at_the_latest) => {
                    tracing::warn!("some work did not stop; it is taken back when the server starts again");
                }
            }
        }
    }
    while serving.shared && serving.connections().count() > 0 && app.clock.machine_now() < lingered {
        app.clock.nap_until(app.clock.now().plus(Duration::from_millis(10))).await;
    }
    serving.close().await;
    app.telemetry.closing.cancel();
    // Bounded by the time that the collector is given.
    drop(traces.await);
    heart.abort();
    tracing::info!("stopped");
    ended
}

/// Says that the server is alive, and notices what other processes changed; ends when the store takes no more writes.
async fn beat(app: Arc<App>, lock: Option<Arc<FolderLock>>) {
    let mut version = None;
    while app.store.takes_writes() {
        let now = app.clock.now();
        if let Some(Err(error)) = lock.as_ref().map(|lock| lock.still_alive(now)) {
            tracing::warn!(%error, "could not note that the server is alive");
        }
        match app.store.access_version().await {
            Ok(found) if version != Some(found) => {
                version = Some(found);
                app.callers.forget();
            }
            Ok(_) => (),
            Err(error) => tracing::warn!(%error, "could not look for changed tokens"),
        }
        callbacks::look(&app).await;
        app.clock.nap_until(now.plus(HEARTBEAT)).await;
    }
}
