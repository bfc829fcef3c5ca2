//! `bench callbacks`: callbacks that stand in a database, delivered by a server to a receiver in a process of its
//! own, each attempt kept; beside a bare loop in which the same client posts as many to the same receiver.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::Outcome;
use reqwest::header::HeaderMap;
use store::{
    CallbackFilter, CallbackStore as _, CallbackUrl, DataFolder, DeliveryState, OutboxStore as _, SqliteStore,
};
use tokio::task::JoinSet;

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{median, median_ratio, number, percent, print_table, row, thousands};
use super::folder;
use super::rows::Rows;
use crate::callbacks::GuardedClient;
use crate::cli::{Failure, say, tell};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, WebhookSettings};
use crate::ids::{Random, SystemRandom};
use crate::stopwatch::Stopwatch;

/// Arguments of `bench callbacks`.
#[derive(Args)]
pub struct Arguments {
    /// How many callbacks, in each of three rounds that alternate with the bare loop.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    callbacks: u32,
    /// The folder in which the data folders are made, on the disk to measure [default: the temporary folder].
    #[arg(long, value_name = "DIR")]
    parent: Option<PathBuf>,
}

/// Rounds of each.
const ROUNDS: usize = 3;
/// Tasks in one transaction.
const BATCH: usize = 1_000;
/// How often it is looked whether all have arrived.
const LOOK: Duration = Duration::from_millis(5);
/// The longest that a round may take for each callback, and in any case.
const WITHIN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(30));
/// What the receiver answers.
const ANSWER: &[u8] = b"{}";

/// What was measured.
#[derive(Default)]
struct Measured {
    delivered: Vec<f64>,
    posted: Vec<f64>,
    cpu_seconds: f64,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let receiver = ChildServer::bare(ANSWER, 1).await?;
    let url = format!("http://{}/producer/tasks", receiver.address());
    let mut measured = Measured::default();
    for round in 1..=ROUNDS {
        let body = deliver(arguments, &url, &mut measured).await?;
        measured.posted.push(post(arguments, &url, &body).await?);
        tell(&format!("round {round} of {ROUNDS}"));
    }
    receiver.stop().await?;
    report(arguments, &measured)
}

/// A server delivers what stands in a new folder. Gives one of the bodies.
async fn deliver(arguments: &Arguments, url: &str, measured: &mut Measured) -> Result<String, Failure> {
    let home = folder::temporary(arguments.parent.as_deref())?;
    let store = folder::open(&DataFolder::open(home.path())?)?;
    let body = fill(&store, arguments.callbacks as usize, url).await?;
    store.close();
    let settings = [
        ("BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true"),
        ("BACKLINE_WORKER__CONCURRENCY", "1"),
        ("BACKLINE_HTTP__THREADS", "1"),
    ];
    let watch = Stopwatch::start();
    let server = ChildServer::serve(home.path(), &settings).await?;
    let store = folder::open(&DataFolder::open(home.path())?)?;
    let limit = WITHIN.1 + WITHIN.0 * arguments.callbacks;
    let mut looks = tokio::time::interval(LOOK);
    while store.next_delivery().await?.is_some() {
        looks.tick().await;
        if watch.elapsed() > limit {
            return Err(Failure(format!("not all callbacks had arrived after {} s", limit.as_secs())));
        }
    }
    measured.delivered.push(f64::from(arguments.callbacks) / watch.seconds());
    measured.cpu_seconds += server.cpu_seconds();
    server.stop().await?;
    check(&store).await?;
    store.close();
    Ok(body)
}

/// Every callback arrived, with an attempt that was kept.
async fn check(store: &SqliteStore) -> Result<(), Failure> {
    let given_up = CallbackFilter { state: Some(DeliveryState::GivenUp), ..CallbackFilter::default() };
    let lost = store.callbacks(given_up, 1).await?;
    let some = store.callbacks(CallbackFilter::default(), 1_000).await?;
    if lost.is_empty() && some.iter().all(|one| one.attempts > 0 && one.last_status == Some(200)) {
        return Ok(());
    }
    Err(Failure("a callback did not arrive, or what became of it was not kept".to_owned()))
}

async fn fill(store: &Arc<SqliteStore>, count: usize, url: &str) -> Result<String, Failure> {
    let random: &dyn Random = &SystemRandom;
    let token = new_token(store, "bench@example.com", None).await?;
    let mut rows = Rows::new(random, token.id)?;
    let now = SystemClock::default().now().minus(Duration::from_secs(60));
    let destination = url.trim_end_matches("/producer/tasks").to_owned();
    let callback = CallbackUrl { url: url.to_owned(), destination };
    let mut body = String::new();
    for first in (0..count).step_by(BATCH) {
        let made: Vec<_> =
            (first..count.min(first + BATCH)).map(|_| rows.finished(now)).collect::<Result<_, _>>()?;
        if let Some((_, ended)) = made.first()
            && let Outcome::Succeeded(response) = &ended.outcome
        {
            body = response.json().to_owned();
        }
        store.import_owed(made, callback.clone()).await?;
    }
    Ok(body)
}

/// The bare loop: posts as many callbacks, and as many at a time as a server sends to one destination.
async fn post(arguments: &Arguments, url: &str, body: &str) -> Result<f64, Failure> {
    let nowhere = tempfile::tempdir()?;
    let settings = config::load(None, nowhere.path(), None)?.webhooks;
    let settings = WebhookSettings { allow_private_addresses: true, ..settings };
    let at_a_time = settings.concurrency_per_destination;
    let client = Arc::new(GuardedClient::new(&settings)?);
    let watch = Stopwatch::start();
    let mut posting = JoinSet::new();
    let count = arguments.callbacks.div_ceil(at_a_time);
    for _ in 0..at_a_time {
        posting.spawn(post_some(Arc::clone(&client), url.to_owned(), body.to_owned(), count));
    }
    while let Some(ended) = posting.join_next().await {
        ended.map_err(|error| Failure(error.to_string()))??;
    }
    Ok(f64::from(count * at_a_time) / watch.seconds())
}

async fn post_some(client: Arc<GuardedClient>, url: String, body: String, count: u32) -> Result<(), Failure> {
    for _ in 0..count {
        let answer = client.post_json(&url, HeaderMap::new(), body.clone()).await;
        let answer = answer.map_err(|error| Failure(error.to_string()))?;
        if answer.status != 200 {
            return Err(Failure(format!("the receiver answered {}", answer.status)));
        }
    }
    Ok(())
}

fn report(arguments: &Arguments, measured: &Measured) -> Result<(), Failure> {
    let Measured { delivered, posted, cpu_seconds } = measured;
    let count = arguments.callbacks as usize * ROUNDS;
    say(&format!(
        "{} callbacks delivered, in {ROUNDS} rounds that alternate with the bare loop",
        thousands(number(count))
    ))?;
    let headings = row(["", "per second", "of bare", "CPU µs each"]);
    let cpu = format!("{:.0}", cpu_seconds * 1e6 / number(count));
    let delivered_row = vec![
        "callbacks".to_owned(),
        thousands(median(delivered)),
        percent(median_ratio(delivered, posted)),
        cpu,
    ];
    let bare = vec!["bare posts".to_owned(), thousands(median(posted)), percent(1.0)];
    print_table(&[headings, delivered_row, bare])?;
    say(
        "Compared with: a loop in which the same client posts as many bodies of the same size to the same receiver, as \
         many at a time as go to one destination, unsigned and with nothing kept. The server's rounds begin with its \
         start and end when the last attempt is durable (synchronous = FULL). Rates and ratios are medians.",
    )
}
