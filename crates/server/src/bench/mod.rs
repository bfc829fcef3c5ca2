//! `backline bench`: fills data folders, and measures this machine. Every figure is a ratio within one run, or says
//! what it was taken from. `crash` alone measures nothing: it fails when a promise was broken.

mod account;
mod answer;
mod bare;
mod callbacks;
mod child;
mod crash;
mod door;
mod events;
mod figures;
mod fill;
mod folder;
mod ledger;
mod list;
mod load;
mod orders;
mod recover;
mod requests;
mod retrieve;
mod rows;
mod siege;
mod song;
mod start;

use clap::Subcommand;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Failure;

pub(crate) use account::new_token;
pub(crate) use figures::root_mean_square;

/// `backline bench …`
#[derive(Subcommand)]
pub enum Command {
    /// Write finished tasks of usual size into a data folder, and print their ids, one a line.
    Fill(fill::Arguments),
    /// Ask for one task at a time out of a million, beside a bare server that sends the same bytes.
    Retrieve(retrieve::Arguments),
    /// Place durable orders, beside a bare loop that inserts the same rows.
    Orders(orders::Arguments),
    /// Order without socket and sync, and count the CPU time, beside a bare loop that parses and inserts.
    Door(door::Arguments),
    /// Place orders that hold their price on one application, beside orders that hold nothing, and prove the ledger.
    Ledger(ledger::Arguments),
    /// List the tasks of a user that has a million, and see whether that delays another's answers.
    List(list::Arguments),
    /// From a commit to the readers of the events feed, while orders come in at a steady rate.
    Events(events::Arguments),
    /// From the accepted order to the start of the engine, on an idle server.
    Start(start::Arguments),
    /// Make the demo's song step by step, and look at the memory of an idle server.
    Song(song::Arguments),
    /// Deliver callbacks from durable records, beside a bare loop of posts to the same receiver.
    Callbacks(callbacks::Arguments),
    /// Kill a server with a million tasks, and see how soon the next one is ready.
    Recover(recover::Arguments),
    /// Besiege a server with clients that send too much, too slowly or nothing, and look at its memory.
    Siege(siege::Arguments),
    /// Kill a server again and again while it works, and see whether it kept what it had promised.
    Crash(crash::Arguments),
    /// The bare server that `retrieve` compares with.
    #[command(hide = true)]
    BareServer(bare::Arguments),
}

/// Runs one of them. The load comes from this one thread; what is measured runs in processes of their own.
///
/// # Errors
/// When something answered wrongly or not at all, or a signal came.
pub fn run(command: Command) -> Result<(), Failure> {
    match &command {
        Command::BareServer(arguments) => return bare::run(arguments),
        Command::Door(arguments) => return door::run(arguments),
        _ => (),
    }
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        // What is dropped here ends the servers that it started.
        tokio::select! {
            result = measure(&command) => result,
            _ = terminate.recv() => Err(Failure("stopped".to_owned())),
            _ = interrupt.recv() => Err(Failure("stopped".to_owned())),
        }
    })
}

async fn measure(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Fill(arguments) => fill::run(arguments).await,
        Command::Retrieve(arguments) => retrieve::run(arguments).await,
        Command::Orders(arguments) => orders::run(arguments).await,
        Command::Ledger(arguments) => ledger::run(arguments).await,
        Command::List(arguments) => list::run(arguments).await,
        Command::Events(arguments) => events::run(arguments).await,
        Command::Start(arguments) => start::run(arguments).await,
        Command::Recover(arguments) => recover::run(arguments).await,
        Command::Siege(arguments) => siege::run(arguments).await,
        Command::Crash(arguments) => crash::run(arguments).await,
        Command::Song(_) => song::run().await,
        Command::Callbacks(arguments) => callbacks::run(arguments).await,
        Command::BareServer(arguments) => bare::run(arguments),
        Command::Door(arguments) => door::run(arguments),
    }
}
