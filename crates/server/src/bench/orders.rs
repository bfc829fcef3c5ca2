//! `bench orders`: durable orders over HTTP, beside a bare loop that inserts the same rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use store::sqlite::bench::{Bare, Durability, keep_keys};
use store::{DataFolder, NewTask, SqliteStore};
use tempfile::TempDir;

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{
    LATENCY_HEADINGS, Latencies, median, median_ratio, number, percent, print_table, row, thousands,
};
use super::folder;
use super::load::drive;
use super::requests::{Keyed, Same, post};
use super::rows::Rows;
use crate::cli::{Failure, Token, say, tell};
use crate::clock::{Clock as _, SystemClock};
use crate::config;
use crate::demo::order;
use crate::ids::{Random, SystemRandom};
use crate::stopwatch::Stopwatch;

/// Arguments of `bench orders`.
#[derive(Args)]
pub struct Arguments {
    /// Connections that order at the same time.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Seconds of orders, in five rounds that alternate with the bare loop; with keys, more rounds follow until three
    /// generations of keys have come.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// The folder in which both data folders are made, on the disk to measure [default: the temporary folder].
    #[arg(long, value_name = "DIR")]
    parent: Option<PathBuf>,
    /// Also place orders that each have an `Idempotency-Key`, in rounds that alternate with those without.
    #[arg(long)]
    keys: bool,
    /// Keys that are kept from earlier.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "keys")]
    kept: u32,
    /// Threads that serve requests; 0 is one for each core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: u16,
}

/// Rounds of each, at least.
const ROUNDS: u32 = 5;
/// Generations of keys that come at least: while one gathers, the one before goes into the index.
const GENERATIONS: usize = 3;
/// Rows in one transaction of the bare loop.
const BATCH: usize = 128;
/// A round before those that count.
const WARM_UP: Duration = Duration::from_millis(500);

/// An empty data folder with a token.
struct Empty {
    folder: TempDir,
    store: Arc<SqliteStore>,
    token: Token,
}

impl Empty {
    async fn new(parent: Option<&Path>) -> Result<Self, Failure> {
        let folder = folder::temporary(parent)?;
        let store = folder::open(&DataFolder::open(folder.path())?)?;
        let token = new_token(&store, "bench@example.com", None).await?;
        Ok(Self { folder, store, token })
    }
}

/// What was measured.
#[derive(Default)]
struct Measured {
    orders: Vec<f64>,
    keyed: Vec<f64>,
    keyed_latencies: Latencies,
    rows: Vec<f64>,
    latencies: Latencies,
    cpu_seconds: f64,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let parent = arguments.parent.as_deref();
    let (ordered, bare) = (Empty::new(parent).await?, Empty::new(parent).await?);
    ordered.store.close();
    let database = DataFolder::open(ordered.folder.path())?.database();
    keep_keys(&database, arguments.kept, SystemClock::default().now())?;
    let threads = arguments.threads.to_string();
    let generation = config::load(None, ordered.folder.path(), None)?.cache.idempotency_keys;
    let keys = generation.to_string();
    let settings = [
        ("BACKLINE_CACHE__IDEMPOTENCY_KEYS", keys.as_str()),
        ("BACKLINE_HTTP__THREADS", threads.as_str()),
        ("BACKLINE_WORKER__CONCURRENCY", "1"),
        ("BACKLINE_LIMITS__ORDERS_WAITING", "0"),
    ];
    let server = ChildServer::serve(ordered.folder.path(), &settings).await?;
    let least = if arguments.keys { GENERATIONS * generation as usize } else { 0 };
    let measured = measure(arguments, &server, &ordered.token, &bare, least).await?;
    server.stop().await?;
    bare.store.close();
    report(arguments, &measured, generation)
}

async fn measure(
    arguments: &Arguments,
    server: &ChildServer,
    token: &Token,
    bare: &Empty,
    least_keys: usize,
) -> Result<Measured, Failure> {
    let body = order::without_callback()?;
    let body = body.replacen('{', r#"{"async":true,"#, 1);
    let script = Same(post("/producer/audios", &token.secret, &body).into());
    let scripts = || (0..arguments.connections).map(|_| script.clone());
    let mut measured = Measured::default();
    drive(server.address(), scripts(), WARM_UP).await?;
    let mut round = 0;
    while round < ROUNDS || measured.keyed_latencies.count() < least_keys {
        round += 1;
        let before = server.cpu_seconds();
        let orders =
            drive(server.address(), scripts(), Duration::from_secs(arguments.seconds) / ROUNDS).await?;
        measured.cpu_seconds += server.cpu_seconds() - before;
        measured.orders.push(orders.rate());
        if arguments.keys {
            let span = Duration::from_secs(arguments.seconds) / ROUNDS;
            let keyed =
                (0..arguments.connections).map(|number| Keyed::new(&token.secret, &body, round, number));
            let keyed = drive(server.address(), keyed, span).await?;
            measured.keyed.push(keyed.rate());
            measured.keyed_latencies.merge(keyed.latencies);
        }
        measured.rows.push(bare_rate(bare, &body, orders.latencies.count())?);
        measured.latencies.merge(orders.latencies);
        tell(&format!("round {round} of at least {ROUNDS}"));
    }
    Ok(measured)
}

/// Rows a second that the bare loop inserts, as many as the server has just accepted.
fn bare_rate(bare: &Empty, body: &str, count: usize) -> Result<f64, Failure> {
    let random: &dyn Random = &SystemRandom;
    let rows = Rows::new(random, bare.token.id)?;
    let now = SystemClock::default().now();
    let orders: Vec<NewTask> = (0..count).map(|_| rows.ordered(now, body)).collect();
    let database = DataFolder::open(bare.folder.path())?.database();
    let watch = Stopwatch::start();
    let mut bare = Bare::open(&database, Durability::Synced)?;
    orders.chunks(BATCH).try_for_each(|some| bare.insert(some))?;
    Ok(number(count) / watch.seconds())
}

fn report(arguments: &Arguments, measured: &Measured, generation: u32) -> Result<(), Failure> {
    let Measured { orders, keyed, keyed_latencies, rows, latencies, cpu_seconds } = measured;
    say(&format!(
        "{} durable orders: {} connections, {} rounds of {:.1} s that alternate with the bare loop",
        thousands(number(latencies.count())),
        arguments.connections,
        orders.len(),
        Duration::from_secs(arguments.seconds).as_secs_f64() / f64::from(ROUNDS),
    ))?;
    let mut headings = row(["", "per second", "of bare"]);
    headings.extend(LATENCY_HEADINGS.map(str::to_owned));
    headings.push("CPU µs each".to_owned());
    let mut served =
        vec!["orders".to_owned(), thousands(median(orders)), percent(median_ratio(orders, rows))];
    served.extend(latencies.cells());
    served.push(format!("{:.0}", cpu_seconds * 1e6 / number(latencies.count())));
    let bare = vec!["bare rows".to_owned(), thousands(median(rows)), percent(1.0)];
    let mut table = vec![headings, served];
    if !keyed.is_empty() {
        let mut with_keys =
            vec!["with keys".to_owned(), thousands(median(keyed)), percent(median_ratio(keyed, rows))];
        with_keys.extend(keyed_latencies.cells());
        table.push(with_keys);
    }
    table.push(bare);
    print_table(&table)?;
    if !keyed.is_empty() {
        let ratio = percent(median_ratio(keyed, orders));
        let (kept, came) = (thousands(f64::from(arguments.kept)), keyed_latencies.count());
        say(&format!(
            "With an `Idempotency-Key` each: {ratio} of the rate without, {kept} keys kept from earlier. {} keys came: {:.1} \
             generations of {}, each of which goes into the index while the next gathers.",
            thousands(number(came)),
            number(came) / f64::from(generation),
            thousands(f64::from(generation)),
        ))?;
    }
    say(&format!(
        "Compared with: a loop that inserts as many of the same rows into the same tables, {BATCH} in a transaction, \
         synchronous = FULL, in a folder beside the server's. Rates and ratios are medians of the rounds. The \
         server's one render thread was at its lowest priority at work during both, and is in its CPU time."
    ))
}
