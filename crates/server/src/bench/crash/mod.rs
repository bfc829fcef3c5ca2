//! `bench crash`: a server under orders of songs, edits, WAV files and uploads, under queries, cancels, deletes, callbacks
//! and commands is killed again and again. Afterwards everything that it had answered must be true.
//!
//! What is to be true stands in a file for each group of promises: who asks for it, what was answered (a part of
//! `ledger::Seen`), and `check`, which says whether it holds.

mod callbacks;
mod callers;
mod calls;
mod cancels;
mod checks;
mod commands;
mod deadlines;
mod deletes;
mod events;
mod files;
mod kills;
mod kinds;
mod ledger;
mod money;
mod receiver;
mod report;
mod signed;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use store::{DataFolder, NewToken, SecretStore as _, WebhookSecret};
use tokio::task::JoinSet;

use self::deletes::Fates;
use self::kills::Kills;
use self::ledger::World;
use self::receiver::Receiver;
use self::report::Report;
use super::child::ChildServer;
use super::folder;
use super::requests::Dice;
use crate::callbacks::sign::fresh_secret;
use crate::cli::{Failure, make_token, say, tell};
use crate::clock::{Clock as _, SystemClock};
use crate::config::EngineName;
use crate::ids::{Random, SystemRandom};

/// Arguments of `bench crash`.
#[derive(Args)]
pub struct Arguments {
    /// How often the server is killed.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    kills: u32,
    /// Where chance begins: the same number gives the same orders, pauses and moments [default: drawn, and told].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Most milliseconds between a server's first line and its end.
    #[arg(long, value_name = "MS", default_value_t = 700, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    most_ms: u32,
    /// Most orders in all [default: 80 for each kill, or 4 if songs have to be made in earnest].
    #[arg(long, value_name = "N")]
    orders: Option<u32>,
    /// Keep the data folder here, instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Whose orders they are.
const EMAIL: &str = "crash@example.com";
/// Connections that order, and that ask for tasks.
const ORDERERS: u64 = 16;
const ASKERS: u64 = 2;
/// More songs than are ever ordered.
pub(super) const QUOTA: u32 = 1_000_000_000;
/// How long what was accepted may take to end once nothing is killed any more.
const REST_WITHIN: Duration = Duration::from_secs(300);

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let seed = arguments.seed.unwrap_or_else(|| u64::from_le_bytes(dynamic(&SystemRandom)));
    say(&format!("seed {seed}"))?;
    let temporary = arguments.data_dir.is_none().then(|| folder::temporary(None)).transpose()?;
    let path =
        arguments.data_dir.clone().or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()));
    let data = DataFolder::open(&path.unwrap_or_default())?;
    let (token, secret) = account(&data).await?;
    let place = path_of(&data)?;
    let engine = engine();
    let fates = Fates::default();
    let receiver = Receiver::start(seed, secret, fates.clone()).await?;
    let orders = arguments.orders.unwrap_or(if engine == "simulated" { arguments.kills * 80 } else { 4 });
    let scripted = engine == "simulated";
    let world = Arc::new(World::new(token, place.clone(), &receiver, scripted, fates, orders)?);
    let settings = settings(engine);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut kills = Kills::new(&settings, Dice(seed), arguments.most_ms);
    let born = kills.of_new_folders(arguments.kills).await?;
    let mut callers = callers_of(&world, seed);
    for kill in 1..=arguments.kills {
        kills.one(&world, &place).await?;
        tell(&format!("kill {kill} of {}: {}", arguments.kills, world.progress()));
    }
    let server = ChildServer::serve(&place, &settings).await?;
    world.server_is_at(Some(server.address()));
    world.stop_ordering();
    while let Some(ended) = callers.join_next().await {
        ended.map_err(|error| Failure(error.to_string()))?;
    }
    let rest = checks::rest(&world, &receiver, REST_WITHIN).await?;
    server.stop().await?;
    say(&format!("{kills} while {}", world.progress()))?;
    let mut report = Report::default();
    born.check(&mut report)?;
    checks::report(report, &world, &receiver, &data, &place, &rest).await
}

/// Everybody who asks something of the server, at once, until no more orders are made.
fn callers_of(world: &Arc<World>, seed: u64) -> JoinSet<()> {
    let mut callers = JoinSet::new();
    for number in 0..ORDERERS {
        callers.spawn(callers::order(Arc::clone(world), Dice(seed ^ (number + 1))));
    }
    for number in 0..ASKERS {
        callers.spawn(callers::ask(Arc::clone(world), Dice(seed ^ (number + 101))));
    }
    callers.spawn(cancels::cancel(Arc::clone(world), Dice(seed ^ 201)));
    callers.spawn(deletes::delete(Arc::clone(world), Dice(seed ^ 401)));
    callers.spawn(events::follow(Arc::clone(world), Dice(seed ^ 501)));
    callers.spawn(commands::beside(Arc::clone(world), Dice(seed ^ 601)));
    callers
}

/// A token for whoever calls, and the secret that callbacks are signed with.
async fn account(data: &DataFolder) -> Result<(String, WebhookSecret), Failure> {
    let store = folder::open(data)?;
    let rights = |token| NewToken { requests_per_second: Some(0), quota: Some(QUOTA), ..token };
    let token = make_token(&store, EMAIL, "default", None, rights).await?.secret;
    let applications = store.applications("default".to_owned(), Some(EMAIL.to_owned())).await?;
    let application =
        applications.first().ok_or_else(|| Failure("the token's application is not there".to_owned()))?;
    let fresh = fresh_secret(&SystemRandom);
    let secrets = store.secrets(application.id, fresh, SystemClock::default().now()).await?;
    store.close();
    let secret = secrets.into_iter().next();
    Ok((token, secret.ok_or_else(|| Failure("there is no secret to sign with".to_owned()))?))
}

fn dynamic<const N: usize>(random: &dyn Random) -> [u8; N] {
    random.bytes()
}

fn path_of(data: &DataFolder) -> Result<PathBuf, Failure> {
    let database = data.database();
    database.parent().map(PathBuf::from).ok_or_else(|| Failure("the data folder has no path".to_owned()))
}

/// The engine that costs the least of those that there are.
fn engine() -> &'static str {
    if serde_json::from_value::<EngineName>(json!("simulated")).is_ok() { "simulated" } else { "embedded" }
}

fn settings(engine: &str) -> Vec<(&'static str, String)> {
    vec![
        ("BACKLINE_ENGINE__DEFAULT", engine.to_owned()),
        // A server that is started anew has another port; what it says must stay the same.
        ("BACKLINE_HTTP__PUBLIC_URL", "http://music.example".to_owned()),
        ("BACKLINE_LIMITS__ORDERS_IN_FLIGHT", "0".to_owned()),
        ("BACKLINE_WORKER__CONCURRENCY", "16".to_owned()),
        // Kills are what this is about, and no fault of any order.
        ("BACKLINE_WORKER__MAX_CRASHES", "1000000".to_owned()),
        ("BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
        ("BACKLINE_UPLOADS__ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
        ("BACKLINE_WEBHOOKS__RETRY_SCHEDULE_SECONDS", format!("[{}]", vec!["1"; 60].join(","))),
        // So few that kills fall between the steps by which they go into their index.
        ("BACKLINE_CACHE__IDEMPOTENCY_KEYS", "8".to_owned()),
        ("BACKLINE_LOG__FILTER", "error".to_owned()),
    ]
}

pub(super) async fn pause(span: Duration) {
    let clock = SystemClock::default();
    clock.sleep_until(clock.now().plus(span)).await;
}
