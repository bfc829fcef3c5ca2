//! `bench recover`: how soon a server with much behind it and before it is ready again after it was killed.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use store::DataFolder;

use super::account::new_token;
use super::child::ChildServer;
use super::fill::{fill, waiting};
use super::load::Connection;
use super::requests::{post, query};
use super::{crash, folder};
use crate::cli::{Failure, say};
use crate::stopwatch::Stopwatch;

/// Arguments of `bench recover`.
#[derive(Args)]
pub struct Arguments {
    /// A folder that `bench fill` has filled; without this, a temporary one is filled first.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Finished tasks of a temporary folder.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    tasks: usize,
    /// Waiting tasks of a temporary folder.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    waiting: usize,
    /// How often the server is killed.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    kills: u32,
}

/// For how long the server works, with its log growing, before it is killed.
const AT_WORK: Duration = Duration::from_secs(2);
/// Orders that it takes meanwhile.
const ORDERS: u32 = 500;

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let temporary = arguments.data_dir.is_none().then(|| folder::temporary(None)).transpose()?;
    let path =
        arguments.data_dir.clone().or_else(|| temporary.as_ref().map(|folder| folder.path().to_owned()));
    let path = path.unwrap_or_default();
    let store = folder::open(&DataFolder::open(&path)?)?;
    let token = new_token(&store, "bench@example.com", None).await?.secret;
    if temporary.is_some() {
        fill(&store, "bench@example.com", arguments.tasks, &mut |_| Ok(())).await?;
        waiting(&store, "bench@example.com", arguments.waiting).await?;
    }
    store.close();
    say(&format!("{} finished tasks, {} that wait", arguments.tasks, arguments.waiting))?;
    let list = query(&token, r#"{"action":"retrieve_batch","limit":1}"#);
    let order = post("/producer/audios", &token, r#"{"prompt":"one more","async":true}"#);
    let mut server = ChildServer::serve(&path, &[]).await?;
    for kill in 1..=arguments.kills {
        let mut connection = Connection::open(server.address()).await?;
        for _ in 0..ORDERS {
            connection.ask_json(&order).await?;
        }
        crash::pause(AT_WORK).await;
        server.kill().await?;
        let watch = Stopwatch::start();
        server = ChildServer::serve(&path, &[]).await?;
        let listens = watch.elapsed();
        Connection::open(server.address()).await?.ask_json(&list).await?;
        let answers = watch.elapsed();
        say(&format!(
            "kill {kill}: listens {} ms after its start, and has answered a query after {} ms",
            listens.as_millis(),
            answers.as_millis()
        ))?;
    }
    server.stop().await
}
