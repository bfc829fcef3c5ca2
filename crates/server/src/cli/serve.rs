//! `backline serve`, and the server that it and the demo run.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use clap::Args;
use engines::{Embedded, Engine};
use store::{DataFolder, FolderLock, SqliteStore};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, Place, say, start_logging};
use crate::app::{self, App, Parts};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, EngineName, Settings};
use crate::ids::SystemRandom;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Where to listen [default: the setting http.listen, 127.0.0.1:8787]. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { place, listen } = arguments;
    let settings = config::load(place.config.as_deref(), &place.data_dir, listen.as_deref())?;
    start_logging(&settings);
    let server = Server::start(settings, &place.data_dir)?;
    let stop = server.stop.clone();
    let (watching, watched) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || watch_signals(&stop, &watching))?;
    // Whoever has read the line may send a signal at once.
    if watched.recv().is_err() {
        tracing::error!("signals will end the server without care");
    }
    say(&format!("listening on http://{}", server.address()))?;
    server.join()
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

/// A server at work in this process.
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Server {
    /// Opens the folder, binds the address, and begins to serve.
    ///
    /// # Errors
    /// When the folder has a server already, cannot be opened, or the address cannot be bound.
    pub fn start(settings: Settings, data_dir: &Path) -> Result<Self, Failure> {
        let folder = DataFolder::open(data_dir)?;
        let lock = folder.lock()?;
        let store = Arc::new(SqliteStore::open(&folder.database(), app::queue_rules(&settings))?);
        let http = Builder::new_multi_thread()
            .worker_threads(settings.http.thread_count())
            .thread_name("http")
            .enable_all()
            .build()?;
        let rooms = Builder::new_current_thread().thread_name("rooms").enable_all().build()?;
        let wanted = settings.http.listen;
        let listener = http.block_on(TcpListener::bind(wanted));
        let listener = listener.map_err(|error| {
            Failure(format!("cannot listen on {wanted}: {error}; choose another address with --listen"))
        })?;
        let address = listener.local_addr()?;
        let app = App::new(Parts {
            public_base: app::public_base(&settings, address),
            store: store.clone(),
            files: folder.files(),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom),
            engine: engine(settings.engine.default),
            settings,
        })?;
        rooms.block_on(app.take_over(lock.last_alive()?))?;
        let stop = CancellationToken::new();
        let running = Running { app, store, listener, lock, http, rooms, stop: stop.clone() };
        let thread = std::thread::Builder::new().name("server".to_owned()).spawn(move || running.run())?;
        Ok(Self { address, stop, thread })
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
        self.thread.join().map_err(|_| Failure("the server ended badly; see the log".to_owned()))
    }
}

fn engine(name: EngineName) -> Arc<dyn Engine> {
    match name {
        EngineName::Embedded => Arc::new(Embedded),
    }
}

struct Running {
    app: Arc<App>,
    store: Arc<SqliteStore>,
    listener: TcpListener,
    lock: FolderLock,
    http: Runtime,
    rooms: Runtime,
    stop: CancellationToken,
}

impl Running {
    /// Requests are served by threads of their own; everything else, workers and callbacks, takes turns on this one.
    fn run(self) {
        let Self { app, store, listener, lock, http, rooms, stop } = self;
        let lock = Arc::new(lock);
        rooms.block_on(app::run(&app, listener, http.handle(), Some(Arc::clone(&lock)), stop));
        http.shutdown_background();
        store.close();
        // A look-up of a name that never ends must not keep the process.
        rooms.shutdown_background();
        if let Err(error) = lock.still_alive(SystemClock::default().now()) {
            tracing::warn!(%error, "could not note when the server stopped");
        }
    }
}
