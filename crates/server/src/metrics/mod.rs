//! What an operator's monitoring reads at `/metrics`. No label is unbounded: never a token, an id, a path that a caller
//! chose, or a host.

mod http;
mod open;
mod scrape;

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use domain::{ErrorCode, GaveBack, Outcome, TaskKind, Timestamp};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use store::CommitObserver;

use crate::stopwatch::Stopwatch;

pub use http::{HttpMetrics, Route};
pub use open::{Open, Opened};
pub use scrape::{OwnListener, answer, is_asked, is_here};

/// Label and value, so many.
type Labels<const N: usize> = [(&'static str, &'static str); N];
/// A gauge of seconds.
type Seconds = Gauge<f64, AtomicU64>;

/// Everything that is counted and measured. Reading the store and the disk waits for the scrape.
pub struct Metrics {
    registry: Registry,
    /// Requests and their connections.
    pub http: HttpMetrics,
    /// Connections that follow events.
    pub event_streams: Open,
    orders: Family<Labels<2>, Counter>,
    queue_wait: Histogram,
    /// How long engines work on a song.
    pub engine: Histogram,
    /// How long encoding a song and keeping its files takes.
    pub keep_files: Histogram,
    ended: Family<Labels<1>, Counter>,
    given_back: Family<Labels<1>, Counter>,
    leases_lost: Counter,
    attempts: Family<Labels<1>, Counter>,
    attempt_seconds: Histogram,
    arrival: Histogram,
    records: [Counter; 2],
    batch: Histogram,
    commit: Histogram,
    committing: Mutex<Option<Stopwatch>>,
    /// Spans that were sent to the collector.
    pub spans_sent: Counter,
    /// Spans that were not, since the collector did not keep up.
    pub spans_dropped: Counter,
    depths: scrape::DepthGauges,
}

/// Bounds of short and long times: from half a millisecond to five minutes.
const SECONDS: [f64; 18] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0,
    300.0,
];
/// Bounds of what may take days.
const LONG: [f64; 12] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0, 86_400.0];
/// Bounds of the number of writes in a transaction.
const WRITES: [f64; 8] = [1.0, 2.0, 4.0, 16.0, 64.0, 128.0, 256.0, 512.0];

/// The process tells the same of itself in every unit of the registry.
struct Making(Registry);

impl Making {
    fn counter(&mut self, name: &str, help: &str) -> Counter {
        let counter = Counter::default();
        self.0.register(name, help, counter.clone());
        counter
    }

    fn counters<const N: usize>(&mut self, name: &str, help: &str) -> Family<Labels<N>, Counter> {
        let family = Family::default();
        self.0.register(name, help, family.clone());
        family
    }

    fn seconds(&mut self, name: &str, help: &str, bounds: &[f64]) -> Histogram {
        let histogram = Histogram::new(bounds.iter().copied());
        self.0.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        histogram
    }

    fn gauge(&mut self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.0.register(name, help, gauge.clone());
        gauge
    }

    fn gauge_of_seconds(&mut self, name: &str, help: &str) -> Seconds {
        let gauge = Seconds::default();
        self.0.register_with_unit(name, help, Unit::Seconds, gauge.clone());
        gauge
    }
}

impl Metrics {
    /// Nothing counted yet, of a server that starts now.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let mut making = Making(Registry::with_prefix("backline"));
        let build: Family<Labels<1>, Gauge> = Family::default();
        making.0.register("build", "The version that runs; always 1", build.clone());
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        let started = making.gauge_of_seconds("start_time", "When the server started, in Unix time");
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
        started.set(now.as_millis() as f64 / 1_000.0);
        let http = HttpMetrics::new(&mut making);
        let streams = making.gauge("event_streams", "Connections that follow events");
        let records = making.counters::<1>("records_cache", "Look-ups of records of ended tasks, by result");
        let batch = Histogram::new(WRITES);
        making.0.register("store_batch_writes", "Writes in one transaction of the store", batch.clone());
        Self {
            http,
            event_streams: Open::new(streams),
            orders: making
                .counters("orders", "Orders, by kind, and accepted, a repeat, or the code of the refusal"),
            queue_wait: making.seconds("queue_wait", "From an order to each claim by a worker", &LONG),
            engine: making.seconds("engine", "What an engine took for one try", &SECONDS),
            keep_files: making.seconds(
                "keep_files",
                "Encoding a song or another form of it, and keeping its files",
                &SECONDS,
            ),
            ended: making.counters("tasks_ended", "Tasks that ended: succeeded, or the code of the failure"),
            given_back: making.counters("tries_given_back", "Tries that ended without an outcome, by reason"),
            leases_lost: making
                .counter("leases_lost", "Claims that were no longer in force when their work was done"),
            attempts: making
                .counters("callback_attempts", "Attempts of callbacks, by class of status or why none came"),
            attempt_seconds: making.seconds(
                "callback_attempt",
                "What one attempt of a callback took",
                &SECONDS,
            ),
            arrival: making.seconds(
                "callback_arrival",
                "From a task's end to the arrival of its callback",
                &LONG,
            ),
            records: ["hit", "miss"].map(|result| records.get_or_create_owned(&[("result", result)])),
            batch,
            commit: making.seconds(
                "store_commit",
                "One transaction of the store, its sync included",
                &SECONDS,
            ),
            committing: Mutex::new(None),
            spans_sent: making.counter("spans_sent", "Spans that the collector took"),
            spans_dropped: making
                .counter("spans_dropped", "Spans that were dropped, since the collector did not keep up"),
            depths: scrape::DepthGauges::new(&mut making),
            registry: making.0,
        }
    }

    /// An order came: `outcome` is accepted, repeat, or the code of the refusal.
    pub fn order(&self, kind: TaskKind, outcome: &'static str) {
        self.orders.get_or_create(&[("kind", kind.as_str()), ("outcome", outcome)]).inc();
    }

    /// A worker has a task that was ordered so long ago.
    pub fn claimed(&self, after: Duration) {
        self.queue_wait.observe(after.as_secs_f64());
    }

    /// A task has its outcome.
    pub fn ended(&self, outcome: &Outcome) {
        let word = match outcome {
            Outcome::Succeeded(_) => "succeeded",
            Outcome::Failed(failure) | Outcome::Cancelled(failure) => failure.code.as_str(),
        };
        self.ended.get_or_create(&[("outcome", word)]).inc();
    }

    /// A task has failed since its worker vanished too often.
    pub fn crashed_too_often(&self) {
        self.ended.get_or_create(&[("outcome", ErrorCode::ApiError.as_str())]).inc();
    }

    /// A task goes back to the queue, or has been tried too often.
    pub fn given_back(&self, why: &GaveBack) {
        let reason = match why {
            GaveBack::Retryable(_) => "error",
            GaveBack::NoRoom => "no_room",
            GaveBack::Crashed => "crashed",
            GaveBack::SoftStop => "stopped",
        };
        self.given_back.get_or_create(&[("reason", reason)]).inc();
    }

    /// A worker's claim was no longer in force.
    pub fn lease_lost(&self) {
        self.leases_lost.inc();
    }

    /// An attempt of a callback took so long and was answered so.
    pub fn attempted(&self, status: Option<u16>, took: Duration) {
        let result = match status {
            Some(200..=299) => "2xx",
            Some(300..=399) => "3xx",
            Some(400..=499) => "4xx",
            Some(500..=599) => "5xx",
            Some(_) => "other",
            None => "no_answer",
        };
        self.attempts.get_or_create(&[("result", result)]).inc();
        self.attempt_seconds.observe(took.as_secs_f64());
    }

    /// A callback arrived so long after its task ended.
    pub fn arrived(&self, after: Duration) {
        self.arrival.observe(after.as_secs_f64());
    }

    /// A record was asked for, and was in memory or not.
    pub fn record(&self, hit: bool) {
        self.records[usize::from(!hit)].inc();
    }
}

impl CommitObserver for Metrics {
    fn begins(&self) {
        if let Ok(mut committing) = self.committing.lock() {
            *committing = Some(Stopwatch::start());
        }
    }

    fn ended(&self, writes: usize) {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        self.batch.observe(writes as f64);
        if let Some(began) = self.committing.lock().ok().and_then(|mut committing| committing.take()) {
            self.commit.observe(began.seconds());
        }
    }
}
