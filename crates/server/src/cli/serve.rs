//! `backline serve`, and the server that it and the demo run.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use clap::Args;
use domain::Timestamp;
use engines::{Embedded, Engine};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use store::{DataFolder, FolderLock, SqliteStore};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, Place, handover, rehearsed, say, start_logging};
use crate::api::{self, Serving};
use crate::app::{self, App, Ended, Parts};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, EngineName, Settings};
use crate::ids::{Random, SystemRandom};
use crate::metrics::OwnListener;
use crate::simulate::{self, Rehearsal};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Where to listen [default: the setting http.listen, 127.0.0.1:8787]. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    #[command(flatten)]
    simulation: SimulationArguments,
}

/// A server that makes no music, for tests of whoever calls it.
#[derive(Args)]
struct SimulationArguments {
    /// Make no music, follow the scripts of `Backline-Simulate`, and go by a virtual clock that POST /simulate/clock
    /// moves (docs/SIMULATION.md). For tests; use a data folder of its own.
    #[arg(long)]
    simulate: bool,
    /// The seed of ids, jitter and drawn failures; the clock then begins at 2026-01-01T00:00:00Z [default: another one
    /// each time, and the machine's time].
    #[arg(long, value_name = "N", requires = "simulate")]
    simulate_seed: Option<u64>,
    /// When the virtual clock begins: Unix seconds, or `now`.
    #[arg(long, value_name = "TIME", requires = "simulate", value_parser = start_time)]
    simulate_start: Option<Timestamp>,
    /// Hold the clock from the start; else it runs ahead by itself while tasks are under way.
    #[arg(long, requires = "simulate")]
    simulate_hold: bool,
}

impl SimulationArguments {
    fn rehearsal(&self) -> Option<Rehearsal> {
        let Self { simulate, simulate_seed: seed, simulate_start: start, simulate_hold } = *self;
        simulate.then_some(Rehearsal { seed, start, auto: !simulate_hold })
    }
}

fn start_time(text: &str) -> Result<Timestamp, String> {
    if text == "now" {
        return Ok(SystemClock::default().now());
    }
    let seconds = text.parse::<u32>().map_err(|_| "expected Unix seconds, or `now`".to_owned())?;
    Ok(Timestamp::from_millis(i64::from(seconds) * 1_000))
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { place, listen, simulation } = arguments;
    // First of all: it takes variables out of the environment, which threads must not see.
    let socket = config::handed_over_socket()?;
    let mut settings = config::load(place.config.as_deref(), &place.data_dir, listen.as_deref())?;
    start_logging(&settings);
    let mut rehearsal = simulation.rehearsal();
    if let Some(socket) = &socket {
        // Who may move the clock, and where callbacks may go, depends on who can reach the address.
        settings.http.listen = socket.local_addr()?;
    }
    if let Some(rehearsal) = &mut rehearsal {
        rehearsal.prepare(&mut settings);
    }
    let stop = CancellationToken::new();
    let (watching, watched) = std::sync::mpsc::channel();
    let stopping = stop.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || watch_signals(&stopping, &watching))?;
    // Whoever has read the line may send a signal at once.
    if watched.recv().is_err() {
        tracing::error!("signals will end the server without care");
    }
    let announce = |address| {
        if let Err(error) = say(&format!("listening on http://{address}")) {
            tracing::warn!(%address, %error, "listens, and could not say so on stdout");
        }
    };
    Server::start_in(Way { socket, rehearsal }, settings, &place.data_dir, stop, announce)?.join()
}

/// The first signal stops the server softly, a second one at once: whatever was accepted is on the disk.
fn watch_signals(stop: &CancellationToken, watching: &std::sync::mpsc::Sender<()>) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::error!("could not watch for signals");
            return;
        };
        if watching.send(()).is_err() {
            return;
        }
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        stop.cancel();
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        tracing::warn!("stopping at once");
        std::process::exit(1);
    });
}

/// How a server comes to its address and to its time.
struct Way {
    /// A socket that was handed over: its address is announced at once, and requests are held until an earlier server
    /// has given the folder up.
    socket: Option<std::net::TcpListener>,
    /// What it simulates.
    rehearsal: Option<Rehearsal>,
}

/// Descriptors for the database, logs and sockets of our own.
const DESCRIPTORS_OF_OURS: u64 = 256;
/// Descriptors for the files of songs that are made and read.
const DESCRIPTORS_OF_SONGS: u64 = 64;

/// Raises the bound of open files as far as this process may, and gives as many of the wanted connections as fit beside
/// `callbacks` at a time.
fn affordable(wanted: u32, callbacks: u32) -> u32 {
    let reserved = DESCRIPTORS_OF_OURS + DESCRIPTORS_OF_SONGS + u64::from(callbacks);
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    // None is no limit.
    let room = now.map_or(u64::MAX, |files| files.saturating_sub(reserved).max(1));
    let fits = u32::try_from(room).unwrap_or(u32::MAX).min(wanted);
    if fits < wanted {
        tracing::warn!(
            "taking at most {fits} connections instead of {wanted}: this process may open {files} files (ulimit -n)",
            files = now.unwrap_or_default()
        );
    }
    fits
}

/// A server at work in this process.
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    thread: JoinHandle<Result<(), Ended>>,
}

impl Server {
    /// Opens the folder, binds the address, and begins to serve.
    ///
    /// # Errors
    /// When the folder has a server already, cannot be opened, or the address cannot be bound.
    pub fn start(settings: Settings, data_dir: &Path) -> Result<Self, Failure> {
        Self::start_with(settings, data_dir, None)
    }

    /// The same, of a server that simulates.
    ///
    /// # Errors
    /// The same.
    pub fn start_with(
        settings: Settings,
        data_dir: &Path,
        rehearsal: Option<Rehearsal>,
    ) -> Result<Self, Failure> {
        let way = Way { socket: None, rehearsal };
        Self::start_in(way, settings, data_dir, CancellationToken::new(), |_| ())
    }

    /// The same, in a way of its own.
    ///
    /// # Errors
    /// The same; and when an earlier server keeps the folder for too long.
    fn start_in(
        way: Way,
        mut settings: Settings,
        data_dir: &Path,
        stop: CancellationToken,
        announce: impl Fn(SocketAddr),
    ) -> Result<Self, Failure> {
        settings.http.max_connections =
            affordable(settings.http.max_connections, settings.webhooks.concurrency);
        let folder = DataFolder::open(data_dir)?;
        if let Some(name) = folder.stranger() {
            let folder = folder.path().display();
            tracing::warn!(
                "{folder} has no database but `{name}`: it becomes a data folder that knows nothing of what is there"
            );
        }
        let http = Builder::new_multi_thread()
            .worker_threads(settings.http.thread_count())
            .thread_name("http")
            .enable_all()
            .build()?;
        let rooms = Builder::new_current_thread().thread_name("rooms").enable_all().build()?;
        let Way { socket, rehearsal } = way;
        let Some(socket) = socket else {
            let lock = folder.lock()?;
            let serving = bind(&http, &settings)?;
            let address = serving.address;
            let opened = Opened::new(settings, &folder, lock, (address, rehearsal), (&http, &rooms))?;
            announce(address);
            return Running { opened, http, rooms, stop }.start(serving);
        };
        let listener = http.block_on(async { handover::taken(socket) })?;
        let serving = Serving::begin(http.handle(), listener, settings.http.manners(), true)?;
        announce(serving.address);
        let patience = Duration::from_secs(settings.http.handover_seconds);
        let lock = rooms.block_on(handover::folder(&folder, patience, &stop));
        let who = (serving.address, rehearsal);
        match lock.and_then(|lock| Opened::new(settings, &folder, lock, who, (&http, &rooms))) {
            Ok(opened) => Running { opened, http, rooms, stop }.start(serving),
            Err(failure) => {
                // Whoever was held hears that nothing was done.
                http.block_on(serving.close());
                Err(failure)
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells it to stop softly.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has stopped.
    ///
    /// # Errors
    /// When it ended badly.
    pub fn join(self) -> Result<(), Failure> {
        let ended = self.thread.join().unwrap_or(Err(Ended));
        ended.map_err(|Ended| Failure("the server ended badly; see the log".to_owned()))
    }
}

fn engine(settings: &Settings, clock: &Arc<dyn Clock>) -> Arc<dyn Engine> {
    match settings.engine.default {
        EngineName::Embedded => Arc::new(Embedded::new(settings.limits.song_seconds)),
        EngineName::Simulated => Arc::new(simulate::engine(Arc::clone(clock))),
    }
}

fn bind(http: &Runtime, settings: &Settings) -> Result<Serving, Failure> {
    let wanted = settings.http.listen;
    let listener = http.block_on(TcpListener::bind(wanted));
    let listener = listener.map_err(|error| {
        Failure(format!("cannot listen on {wanted}: {error}; choose another address with --listen"))
    })?;
    Ok(Serving::begin(http.handle(), listener, settings.http.manners(), false)?)
}

/// The metrics' own socket, if the settings want one.
fn bind_metrics(http: &Runtime, settings: &Settings) -> Result<Option<TcpListener>, Failure> {
    let Some(wanted) = settings.metrics.own_address() else { return Ok(None) };
    let listener = http.block_on(TcpListener::bind(wanted));
    let listener = listener.map_err(|error| {
        Failure(format!("cannot serve metrics on {wanted}: {error}; set metrics.listen to another address"))
    })?;
    tracing::info!("metrics are at http://{}/metrics", listener.local_addr()?);
    Ok(Some(listener))
}

/// A folder that is this server's.
struct Opened {
    app: Arc<App>,
    store: Arc<SqliteStore>,
    metrics: Option<TcpListener>,
    lock: FolderLock,
}

impl Opened {
    fn new(
        settings: Settings,
        folder: &DataFolder,
        lock: FolderLock,
        (address, rehearsal): (SocketAddr, Option<Rehearsal>),
        (http, rooms): (&Runtime, &Runtime),
    ) -> Result<Self, Failure> {
        let store = Arc::new(SqliteStore::open(&folder.database(), app::queue_rules(&settings))?);
        let rehearsed = rehearsal.is_some();
        rooms.block_on(rehearsed::admit(folder, &store, rehearsed))?;
        let metrics = bind_metrics(http, &settings)?;
        let last_alive = lock.last_alive()?;
        let (clock, random): (Arc<dyn Clock>, Arc<dyn Random>) = match rehearsal {
            None => (Arc::new(SystemClock::default()), Arc::new(SystemRandom)),
            Some(rehearsal) => {
                let (clock, random) = rehearsal.begin(last_alive);
                (clock, random)
            }
        };
        let app = App::new(Parts {
            public_base: app::public_base(&settings, address),
            address,
            store: store.clone(),
            files: folder.files(),
            engine: engine(&settings, &clock),
            clock,
            random,
            settings,
        })?;
        // Nothing that can fail because of others is left: a start that fails leaves the folder what it was.
        folder.note_rehearsed(rehearsed)?;
        rooms.block_on(app.take_over(last_alive))?;
        Ok(Self { app, store, metrics, lock })
    }
}

struct Running {
    opened: Opened,
    http: Runtime,
    rooms: Runtime,
    stop: CancellationToken,
}

impl Running {
    fn start(self, serving: Serving) -> Result<Server, Failure> {
        let (address, stop) = (serving.address, self.stop.clone());
        let thread =
            std::thread::Builder::new().name("server".to_owned()).spawn(move || self.run(serving))?;
        Ok(Server { address, stop, thread })
    }

    /// Requests are served by threads of their own; everything else, workers and callbacks, takes turns on this one.
    fn run(self, serving: Serving) -> Result<(), Ended> {
        let Self { opened: Opened { app, store, metrics, lock }, http, rooms, stop } = self;
        let lock = Arc::new(lock);
        if let Some(listener) = metrics {
            let answers = OwnListener(Arc::clone(&app));
            http.spawn(api::http::serve(listener, answers, app.settings.http.manners(), stop.clone()));
        }
        let ended = rooms.block_on(app::serve(&app, serving, Some(Arc::clone(&lock)), stop));
        http.shutdown_background();
        store.close();
        // A look-up of a name that never ends must not keep the process.
        rooms.shutdown_background();
        if let Err(error) = lock.still_alive(app.clock.now()) {
            tracing::warn!(%error, "could not note when the server stopped");
        }
        ended
    }
}
