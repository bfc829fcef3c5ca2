//! `bench events`: how soon the readers of the events feed know of an order, while orders come in at a steady rate.

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use serde_json::Value;
use store::DataFolder;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{LATENCY_HEADINGS, Latencies, number, percent, print_table, row, thousands};
use super::folder;
use super::load::Connection;
use super::requests::post;
use crate::cli::{Failure, say};
use crate::demo::order;
use crate::stopwatch::Stopwatch;

/// Arguments of `bench events`.
#[derive(Args)]
pub struct Arguments {
    /// Readers that are told of everything.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    readers: u16,
    /// Orders a second.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Seconds of orders.
    #[arg(long, value_name = "S", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

/// Connections that order: enough for a sync to take longer than the time between two orders.
const CONNECTIONS: u32 = 8;
/// The longest that a reader waits for what is left.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// When an order was sent and answered, since the beginning.
struct Ordered {
    id: String,
    sent: Duration,
    answered: Duration,
}

/// What was measured.
#[derive(Default)]
struct Measured {
    /// From an order's sending to its answer.
    answers: Latencies,
    /// From an order's sending to its event at a reader.
    from_sending: Latencies,
    /// From an order's answer to its event at a reader; none when the event was there first.
    from_answer: Latencies,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = folder::temporary(None)?;
    let store = folder::open(&DataFolder::open(folder.path())?)?;
    let token = new_token(&store, "bench@example.com", None).await?.secret;
    store.close();
    let settings = [("BACKLINE_WORKER__CONCURRENCY", "1"), ("BACKLINE_LIMITS__ORDERS_WAITING", "0")];
    let server = ChildServer::serve(folder.path(), &settings).await?;
    let measured = measure(arguments, &server, &token).await?;
    server.stop().await?;
    report(arguments, &measured)
}

async fn measure(arguments: &Arguments, server: &ChildServer, token: &str) -> Result<Measured, Failure> {
    let rate = arguments.rate.div_ceil(CONNECTIONS);
    let per_connection = usize::try_from(u64::from(rate) * arguments.seconds).unwrap_or(usize::MAX);
    let watch = Stopwatch::start();
    let mut reading = JoinSet::new();
    for _ in 0..arguments.readers {
        let stream = connect(server, token).await?;
        let span = Duration::from_secs(arguments.seconds) + TOLD_WITHIN;
        let all = read(stream, per_connection * CONNECTIONS as usize, watch);
        reading.spawn(async move { timeout(span, all).await.unwrap_or_else(|_| Err(missing())) });
    }
    let mut ordering = JoinSet::new();
    let body = order::without_callback()?.replacen('{', r#"{"async":true,"#, 1);
    let every = Duration::from_secs(1) / rate;
    // One after the other, so that orders come at even distances.
    let mut starts = interval(every / CONNECTIONS);
    for _ in 0..CONNECTIONS {
        starts.tick().await;
        let connection = Connection::open(server.address()).await?;
        let request = post("/producer/audios", token, &body);
        ordering.spawn(place(connection, request, every, per_connection, watch));
    }
    let mut ordered = Vec::new();
    while let Some(placed) = ordering.join_next().await {
        ordered.append(&mut placed.map_err(|error| Failure(error.to_string()))??);
    }
    let mut measured = Measured::default();
    ordered.iter().for_each(|order| measured.answers.add(order.answered - order.sent));
    while let Some(told) = reading.join_next().await {
        let told = told.map_err(|error| Failure(error.to_string()))??;
        for order in &ordered {
            let told = *told.get(&order.id).ok_or_else(missing)?;
            measured.from_sending.add(told.saturating_sub(order.sent));
            measured.from_answer.add(told.saturating_sub(order.answered));
        }
    }
    Ok(measured)
}

fn missing() -> Failure {
    Failure("a reader was not told of an order".to_owned())
}

async fn connect(server: &ChildServer, token: &str) -> Result<reqwest::Response, Failure> {
    // Another part of the process may have chosen it already: then it is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?;
    let request = http.get(format!("http://{}/producer/events", server.address())).bearer_auth(token);
    Ok(request.header("accept", "text/event-stream").send().await?.error_for_status()?)
}

/// When each order was told of first.
async fn read(
    mut stream: reqwest::Response,
    orders: usize,
    watch: Stopwatch,
) -> Result<HashMap<String, Duration>, Failure> {
    let mut told = HashMap::new();
    let mut left = Vec::new();
    while told.len() < orders {
        left.extend_from_slice(&stream.chunk().await?.ok_or_else(missing)?);
        let now = watch.elapsed();
        while let Some(end) = left.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = left.drain(..=end).collect();
            if let Some(item) = line.strip_prefix(b"data: ") {
                let item: Value = serde_json::from_slice(item)?;
                let id = item["task_id"].as_str().unwrap_or_default();
                told.entry(id.to_owned()).or_insert(now);
            }
        }
    }
    Ok(told)
}

/// Places orders on one connection, one each `every`.
async fn place(
    mut connection: Connection,
    request: Vec<u8>,
    every: Duration,
    orders: usize,
    watch: Stopwatch,
) -> Result<Vec<Ordered>, Failure> {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut placed = Vec::with_capacity(orders);
    for _ in 0..orders {
        ticks.tick().await;
        let sent = watch.elapsed();
        let answer = connection.ask_json(&request).await?;
        let answered = watch.elapsed();
        let id = answer["task_id"].as_str().unwrap_or_default().to_owned();
        placed.push(Ordered { id, sent, answered });
    }
    Ok(placed)
}

fn report(arguments: &Arguments, measured: &Measured) -> Result<(), Failure> {
    let Measured { answers, from_sending, from_answer } = measured;
    say(&format!(
        "{} orders at {} a second for {} s, told to {} readers of the events feed",
        thousands(number(answers.count())),
        thousands(number(answers.count()) / Duration::from_secs(arguments.seconds).as_secs_f64()),
        arguments.seconds,
        arguments.readers,
    ))?;
    let mut headings = row([""]);
    headings.extend(LATENCY_HEADINGS.map(str::to_owned));
    let cells = |name: &str, latencies: &Latencies| {
        let mut cells = vec![name.to_owned()];
        cells.extend(latencies.cells());
        cells
    };
    print_table(&[
        headings,
        cells("from sending an order to its answer", answers),
        cells("from sending an order to a reader", from_sending),
        cells("from its answer to a reader", from_answer),
    ])?;
    say(&format!(
        "The commit lies between the sending of an order and its answer, so the time from commit to reader lies between \
         the last two rows: p95 at most {:.2} ms. Compared with the answer that the orderer waits for, a reader knows \
         after {} of its time (medians). One worker makes songs meanwhile, with what processor time is left.",
        from_sending.percentile(95.0),
        percent(from_sending.percentile(50.0) / answers.percentile(50.0)),
    ))
}
