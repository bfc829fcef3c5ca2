//! `bench list`: what lists of a user with a million tasks cost, and whether they delay another's answers.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::child::ChildServer;
use super::figures::{LATENCY_HEADINGS, Latencies, number, percent, print_table, row, thousands};
use super::folder::{Filled, FilledFolder};
use super::load::{Script, drive};
use super::requests::{Retrieve, Same, query};
use crate::cli::{Failure, say};
use crate::clock::{Clock as _, SystemClock};

/// Arguments of `bench list`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    filled: Filled,
    /// Seconds for each kind of list; four times as many for the answers beside them.
    #[arg(long, value_name = "S", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Threads that serve requests.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
}

/// A kind of list.
struct Kind {
    name: String,
    request: Arc<[u8]>,
}

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;

/// Windows: their name, how long before now they begin, and how long they are, in seconds.
const WINDOWS: [(&str, f64, f64); 7] = [
    ("the last hour", HOUR, HOUR),
    ("the last day", DAY, DAY),
    ("the last week", 7.0 * DAY, 7.0 * DAY),
    ("a day half a year ago", 182.0 * DAY, DAY),
    ("a month half a year ago", 182.0 * DAY, 30.0 * DAY),
    ("the last half-year", 182.0 * DAY, 182.0 * DAY),
    ("all but the newest day", 360.0 * DAY, 359.0 * DAY),
];

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = arguments.filled.open().await?;
    let threads = arguments.threads.to_string();
    let server = ChildServer::serve(folder.path(), &[("BACKLINE_HTTP__THREADS", &threads)]).await?;
    let kinds = kinds(&folder);
    let span = Duration::from_secs(arguments.seconds);
    say(&format!(
        "lists of a user with {} tasks, 12 to a page with the count of all that match; one connection, {threads} \
         server thread(s)",
        thousands(number(folder.ids.len()))
    ))?;
    let mut rows = vec![headings("", "lists/s")];
    for kind in &kinds {
        folder.warm()?;
        let round = drive(server.address(), [Same(Arc::clone(&kind.request))], span).await?;
        rows.push(cells(&kind.name, round.rate(), &round.latencies));
    }
    print_table(&rows)?;
    beside(&server, &folder, &kinds, span * 4).await?;
    server.stop().await
}

fn headings(first: &str, rate: &str) -> Vec<String> {
    let mut headings = row([first, rate]);
    headings.extend(LATENCY_HEADINGS.map(str::to_owned));
    headings
}

fn cells(name: &str, rate: f64, latencies: &Latencies) -> Vec<String> {
    let mut cells = vec![name.to_owned(), thousands(rate)];
    cells.extend(latencies.cells());
    cells
}

fn kinds(folder: &FilledFolder) -> Vec<Kind> {
    let kind = |name: String, more: String| {
        let json = format!(r#"{{"action":"retrieve_batch","limit":12{more}}}"#);
        Kind { name, request: query(&folder.token, &json).into() }
    };
    let mut kinds = vec![kind("newest 12".to_owned(), String::new())];
    kinds.push(kind("newest 12 of a type".to_owned(), r#","type":"audios""#.to_owned()));
    let now = SystemClock::default().now().as_seconds();
    for (name, before, length) in WINDOWS {
        // Bounds that no stretch of the counts ends at.
        let first = now - before + 0.123;
        let window = format!(r#","created_at_min":{first:.3},"created_at_max":{:.3}"#, first + length);
        kinds.push(kind(name.to_owned(), window));
    }
    let tasks = folder.ids.len();
    for offset in [tasks / 1_000, tasks / 10, tasks / 2, tasks.saturating_sub(12)] {
        let name = format!("offset {}", thousands(number(offset)));
        kinds.push(kind(name, format!(r#","offset":{offset}"#)));
    }
    kinds
}

/// A connection that asks for single tasks: alone, beside another that does so too, and beside one that lists.
async fn beside(
    server: &ChildServer,
    folder: &FilledFolder,
    kinds: &[Kind],
    span: Duration,
) -> Result<(), Failure> {
    let single = |seed: u64| Retrieve::new(&folder.token, Arc::clone(&folder.ids), seed, true);
    let requests: Arc<[Arc<[u8]>]> = kinds.iter().map(|kind| Arc::clone(&kind.request)).collect();
    folder.warm()?;
    let alone = drive(server.address(), [single(1)], span).await?;
    folder.warm()?;
    let (of_two, _) = tokio::try_join!(
        drive(server.address(), [single(2)], span),
        drive(server.address(), [single(3)], span)
    )?;
    folder.warm()?;
    let lists = Each { requests, next: 0 };
    let (beside_lists, lists) =
        tokio::try_join!(drive(server.address(), [single(4)], span), drive(server.address(), [lists], span))?;
    say("")?;
    print_table(&[
        headings("one task at a time", "requests/s"),
        cells("alone", alone.rate(), &alone.latencies),
        cells("beside another that does so", of_two.rate(), &of_two.latencies),
        cells("beside one that lists", beside_lists.rate(), &beside_lists.latencies),
        cells("the lists meanwhile", lists.rate(), &lists.latencies),
    ])?;
    say(&format!(
        "Compared with: the same connection alone; of its p99, {} beside the lists. The lists are all those above in \
         turn, one after the other without a pause. The database was read through before each measurement.",
        percent(beside_lists.latencies.percentile(99.0) / alone.latencies.percentile(99.0)),
    ))
}

/// Each of these requests in turn.
struct Each {
    requests: Arc<[Arc<[u8]>]>,
    next: usize,
}

impl Script for Each {
    fn request(&mut self) -> &[u8] {
        self.next = (self.next + 1) % self.requests.len();
        &self.requests[self.next]
    }

    fn check(&mut self, _: &[u8]) -> Result<(), Failure> {
        Ok(())
    }
}
