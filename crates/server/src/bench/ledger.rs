//! `bench ledger`: durable orders that hold their price on one application, beside orders that hold nothing.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use domain::Credits;
use store::{DataFolder, NewToken, Proven};

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{
    LATENCY_HEADINGS, Latencies, median, median_ratio, number, percent, print_table, row, thousands,
};
use super::folder;
use super::load::{Round, drive};
use super::requests::{Same, post};
use crate::cli::{Failure, make_token, say, tell};
use crate::demo::order;
use crate::stopwatch::Stopwatch;

/// Arguments of `bench ledger`.
#[derive(Args)]
pub struct Arguments {
    /// Connections that order at the same time, all with one token.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Seconds of orders of each kind, in five rounds that alternate.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// The folder in which the data folder is made, on the disk to measure [default: the temporary folder].
    #[arg(long, value_name = "DIR")]
    parent: Option<PathBuf>,
}

/// Rounds of each.
const ROUNDS: u32 = 5;
/// A round before those that count.
const WARM_UP: Duration = Duration::from_millis(500);
/// More credits than are ever held.
const QUOTA: u32 = 1_000_000_000;

/// What a stretch of orders came to.
#[derive(Default)]
struct Measured {
    rounds: Vec<(f64, Latencies)>,
    cpu_seconds: f64,
}

impl Measured {
    fn add(&mut self, round: Round, cpu_seconds: f64) {
        self.rounds.push((round.rate(), round.latencies));
        self.cpu_seconds += cpu_seconds;
    }

    fn rates(&self) -> Vec<f64> {
        self.rounds.iter().map(|(rate, _)| *rate).collect()
    }

    fn count(&self) -> usize {
        self.rounds.iter().map(|(_, latencies)| latencies.count()).sum()
    }

    fn cpu_micros(&self) -> f64 {
        self.cpu_seconds * 1e6 / number(self.count()).max(1.0)
    }
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let home = folder::temporary(arguments.parent.as_deref())?;
    let data = DataFolder::open(home.path())?;
    let store = folder::open(&data)?;
    let rights = |token| NewToken { requests_per_second: Some(0), quota: Some(QUOTA), ..token };
    let pays = make_token(&store, "pays@example.com", "default", None, rights).await?.secret;
    let free = new_token(&store, "free@example.com", None).await?.secret;
    store.close();
    let settings = [("BACKLINE_WORKER__CONCURRENCY", "1"), ("BACKLINE_LIMITS__ORDERS_WAITING", "0")];
    let server = ChildServer::serve(home.path(), &settings).await?;
    let (held, unheld) = measure(arguments, &server, &pays, &free).await?;
    server.stop().await?;
    report(arguments, &held, &unheld)?;
    prove(&data)
}

async fn measure(
    arguments: &Arguments,
    server: &ChildServer,
    pays: &str,
    free: &str,
) -> Result<(Measured, Measured), Failure> {
    let body = order::without_callback()?.replacen('{', r#"{"async":true,"#, 1);
    let [pays, free] = [pays, free].map(|token| Same(post("/producer/audios", token, &body).into()));
    let span = Duration::from_secs(arguments.seconds) / ROUNDS;
    let of = |script: &Same| vec![script.clone(); usize::from(arguments.connections)];
    let (mut held, mut unheld) = (Measured::default(), Measured::default());
    drive(server.address(), of(&free), WARM_UP).await?;
    drive(server.address(), of(&pays), WARM_UP).await?;
    for round in 1..=ROUNDS {
        for (script, measured) in [(&free, &mut unheld), (&pays, &mut held)] {
            let before = server.cpu_seconds();
            let came = drive(server.address(), of(script), span).await?;
            measured.add(came, server.cpu_seconds() - before);
        }
        tell(&format!("round {round} of {ROUNDS}"));
    }
    Ok((held, unheld))
}

fn report(arguments: &Arguments, held: &Measured, unheld: &Measured) -> Result<(), Failure> {
    say(&format!(
        "{} holds on one application: {} connections, {ROUNDS} rounds of {:.1} s that alternate with orders of an \
         application without an account",
        thousands(number(held.count())),
        arguments.connections,
        Duration::from_secs(arguments.seconds).as_secs_f64() / f64::from(ROUNDS),
    ))?;
    let mut headings = row(["", "per second"]);
    headings.extend(LATENCY_HEADINGS.map(str::to_owned));
    let mut table = vec![headings];
    for (word, measured) in [("holds", held), ("no holds", unheld)] {
        for (number, (rate, latencies)) in (1..).zip(&measured.rounds) {
            let mut line = vec![format!("{word}, round {number}"), thousands(*rate)];
            line.extend(latencies.cells());
            table.push(line);
        }
    }
    print_table(&table)?;
    say(&format!(
        "With a hold: {} a second (median), {} of the rate without; {:.0} µs of CPU each, {:.0} without.",
        thousands(median(&held.rates())),
        percent(median_ratio(&held.rates(), &unheld.rates())),
        held.cpu_micros(),
        unheld.cpu_micros(),
    ))
}

/// The ledger must say what was ordered, and be provable.
fn prove(data: &DataFolder) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let proven = data.prove_ledger()?;
    let Proven { entries, total, .. } = &proven;
    let text = format!(
        "{} entries proven in {:.1} s",
        thousands(number(usize::try_from(*entries).unwrap_or_default())),
        watch.seconds()
    );
    say(&format!("{text}: {} held, {} spent, {} available", total.held, total.spent, total.available))?;
    let used = [total.held, total.spent, total.available].into_iter().try_fold(Credits::ZERO, Credits::plus);
    if proven.holds() && used == Some(Credits::whole(QUOTA)) {
        Ok(())
    } else {
        Err(Failure(format!("the ledger does not add up: {proven:?}")))
    }
}
