//! `bench retrieve`: how much of a bare server's speed is left when every answer is a task's record.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::TaskId;

use super::child::{ChildServer, Memory};
use super::figures::{Latencies, median, median_ratio, number, percent, print_table, row, thousands};
use super::folder::{Filled, FilledFolder};
use super::load::{Connection, Round, drive};
use super::requests::{Retrieve, retrieve};
use crate::cli::{Failure, say, tell};

/// Arguments of `bench retrieve`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    filled: Filled,
    /// Connections that ask at the same time.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Seconds of load for each of the three, in five rounds that alternate.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Threads that serve requests, of either server.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
}

/// Rounds of each.
const ROUNDS: u32 = 5;
/// A round before those that count.
const WARM_UP: Duration = Duration::from_millis(500);
/// How many tasks are asked for when it is always the same ones.
const HOT: usize = 1_000;

/// What was measured of one of the three.
struct Side {
    name: &'static str,
    ids: Arc<[TaskId]>,
    answers_bear_id: bool,
    rates: Vec<f64>,
    latencies: Latencies,
    cpu_seconds: f64,
    memory: Memory,
}

impl Side {
    fn new(name: &'static str, ids: Arc<[TaskId]>, answers_bear_id: bool) -> Self {
        let (rates, latencies, memory) = (Vec::new(), Latencies::default(), Memory::default());
        Self { name, ids, answers_bear_id, rates, latencies, cpu_seconds: 0.0, memory }
    }

    async fn round(&mut self, server: &ChildServer, load: &Load<'_>, seed: u64) -> Result<(), Failure> {
        let before = server.cpu_seconds();
        let Round { seconds, latencies } = self.drive(server, load, load.span, seed).await?;
        self.rates.push(number(latencies.count()) / seconds);
        self.latencies.merge(latencies);
        self.cpu_seconds += server.cpu_seconds() - before;
        self.memory = server.memory();
        Ok(())
    }

    async fn drive(
        &self,
        server: &ChildServer,
        load: &Load<'_>,
        span: Duration,
        seed: u64,
    ) -> Result<Round, Failure> {
        let script = |connection: u16| {
            let seed = seed << 16 | u64::from(connection);
            Retrieve::new(load.token, Arc::clone(&self.ids), seed, self.answers_bear_id)
        };
        drive(server.address(), (0..load.connections).map(script), span).await
    }

    fn cells(&self, bare: &Self) -> Vec<String> {
        let cpu = self.cpu_seconds * 1e6 / number(self.latencies.count());
        let milliseconds = |percent: f64| format!("{:.2}", self.latencies.percentile(percent));
        vec![
            self.name.to_owned(),
            thousands(median(&self.rates)),
            percent(median_ratio(&self.rates, &bare.rates)),
            milliseconds(50.0),
            milliseconds(99.0),
            format!("{cpu:.1}"),
            format!("{:.0}", self.memory.anonymous_mb),
        ]
    }
}

/// How the servers are asked.
struct Load<'t> {
    token: &'t str,
    connections: u16,
    span: Duration,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.filled.open().await?;
    let threads = arguments.threads.to_string();
    let server = ChildServer::serve(folder.path(), &[("BACKLINE_HTTP__THREADS", &threads)]).await?;
    let payload = one_record(&server, &folder).await?;
    let bare = ChildServer::bare(&payload, arguments.threads.into()).await?;
    let load = Load {
        token: &folder.token,
        connections: arguments.connections,
        span: Duration::from_secs(arguments.seconds) / ROUNDS,
    };
    let mut sides = sides(&folder.ids);
    for round in 0..=u64::from(ROUNDS) {
        for side in &mut sides {
            folder.warm()?;
            let server = if side.answers_bear_id { &server } else { &bare };
            if round == 0 {
                side.drive(server, &load, WARM_UP, round).await?;
            } else {
                side.round(server, &load, round).await?;
            }
        }
        tell(&format!("round {round} of {ROUNDS}"));
    }
    report(arguments, folder.ids.len(), payload.len(), &sides)?;
    server.stop().await?;
    bare.stop().await
}

fn sides(ids: &Arc<[TaskId]>) -> [Side; 3] {
    // Spread over all, so that no page of the database holds two of them.
    let hot: Arc<[TaskId]> = ids.iter().step_by((ids.len() / HOT).max(1)).take(HOT).copied().collect();
    [
        Side::new("bare", Arc::clone(&hot), false),
        Side::new("hot", hot, true),
        Side::new("uniform", Arc::clone(ids), true),
    ]
}

/// What the bare server is to answer: a record as the server sends it.
async fn one_record(server: &ChildServer, folder: &FilledFolder) -> Result<Vec<u8>, Failure> {
    let id = folder.ids[folder.ids.len() / 2].to_string();
    let mut connection = Connection::open(server.address()).await?;
    Ok(connection.ask(&retrieve(&folder.token, &id)).await?.to_vec())
}

fn report(arguments: &Arguments, tasks: usize, bytes: usize, sides: &[Side; 3]) -> Result<(), Failure> {
    let Arguments { connections, threads, seconds, .. } = arguments;
    say(&format!(
        "retrieve over {} tasks: {connections} connections, {threads} server thread(s), {ROUNDS} alternating rounds \
         of {:.1} s each",
        thousands(number(tasks)),
        Duration::from_secs(*seconds).as_secs_f64() / f64::from(ROUNDS),
    ))?;
    let headings = ["", "requests/s", "of bare", "p50 ms", "p99 ms", "CPU µs each", "RssAnon MB"];
    let [bare, ..] = sides;
    let mut rows = vec![row(headings)];
    rows.extend(sides.iter().map(|side| side.cells(bare)));
    print_table(&rows)?;
    say(&format!(
        "hot asks for the same {} tasks, uniform for all alike. Compared with: bare, the same HTTP library and accept \
         loop, which reads the same request and sends the same {bytes} bytes. The database was read through \
         before each round. Rates and ratios are medians of the \
         rounds; the load comes from one thread of another process.",
        thousands(number(sides[1].ids.len())),
    ))
}
