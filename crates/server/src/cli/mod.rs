//! The command line. stdout carries what is promised and nothing else; logs and errors go to stderr.

mod access;
mod backup;
mod callbacks;
mod doctor;
mod handover;
mod ledger;
mod licenses;
mod output;
mod rehearsed;
mod reproduce;
mod retention;
mod secrets;
mod serve;
mod users;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, ConfigError, LogFormat, Settings};

pub(crate) use access::{Token, make_token};
pub use output::{Failure, say, tell};
pub use serve::Server;

/// A self-hosted music API: songs are ordered, made, called back and found again.
#[derive(Parser)]
#[command(name = "backline", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, workers and callbacks in one process.
    Serve(serve::Arguments),
    /// Order the sample song from a server of its own, check everything that comes back, and keep it in a folder.
    Demo(crate::demo::Arguments),
    /// Print the settings in force, as a settings file.
    Config(Place),
    /// Make, list and revoke the tokens that clients call with. Takes effect on a running server within a second.
    #[command(subcommand)]
    Token(access::TokenCommand),
    /// Switch applications off and on. Takes effect on a running server within a second.
    #[command(subcommand)]
    Application(access::ApplicationCommand),
    /// Make users, list them, give them a new password, switch them off and on, invite some. Takes effect on a running
    /// server within a second.
    #[command(subcommand)]
    User(users::UserCommand),
    /// Write everything that a data folder holds into one file, while its server runs or while none does.
    Backup(backup::BackupArguments),
    /// Make a new data folder of a backup, or only check a backup.
    Restore(backup::RestoreArguments),
    /// Look whether a data folder is sound, while its server runs or while none does. Changes nothing. The status is
    /// 0 when it is, 1 when something is wrong, 2 when it could not be looked at.
    Doctor(doctor::Arguments),
    /// Render a song again from its stored plan, beside a running server or without one, and print the SHA-256 of both
    /// masters. The status is 0 when they are equal; else 1, and stderr says why.
    Reproduce(reproduce::Arguments),
    /// Count what is older than the settings keep it. The server deletes it; this only shows.
    Retention(retention::Arguments),
    /// List callbacks, look at one, and send them again. A running server begins within a second.
    #[command(subcommand)]
    Callbacks(callbacks::CallbackCommand),
    /// Prove the ledger from its entries, show accounts, and give applications credits.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Show and replace the secrets that callbacks are signed with. Takes effect at the next attempt.
    #[command(subcommand)]
    WebhookSecret(secrets::SecretCommand),
    /// Print the licences of this binary and of the works in it.
    Licenses,
    /// Print the OpenAPI document of this version, which is also served at /openapi.json and, as a page, at /docs.
    Openapi,
    /// Fill a data folder, and measure this machine.
    #[command(subcommand)]
    Bench(crate::bench::Command),
}

/// Where a server keeps everything, and where its settings are.
#[derive(Args, Clone)]
pub struct Place {
    /// The folder that holds everything a server keeps. `serve` and `token` make it if it is missing.
    #[arg(long, value_name = "DIR", default_value = "./backline-data")]
    pub data_dir: PathBuf,
    /// The settings file; else backline.toml in the data folder, if it is there.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Place {
    /// The settings in force here.
    ///
    /// # Errors
    /// When one of them is wrong.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        config::load(self.config.as_deref(), &self.data_dir, None)
    }
}

/// Runs what the arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Demo(arguments) => crate::demo::run(&arguments),
        Command::Config(place) => print_settings(&place),
        Command::Token(command) => access::token(command),
        Command::Application(command) => access::application(command),
        Command::User(command) => users::run(command),
        Command::Backup(arguments) => backup::backup(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Doctor(arguments) => return doctor::run(&arguments),
        Command::Reproduce(arguments) => reproduce::run(&arguments),
        Command::Retention(arguments) => retention::run(&arguments),
        Command::Callbacks(command) => callbacks::run(command),
        Command::Ledger(command) => return ledger::run(command),
        Command::WebhookSecret(command) => secrets::run(command),
        Command::Licenses => licenses::run(),
        Command::Openapi => say(crate::api::openapi::text().trim_end()),
        Command::Bench(command) => crate::bench::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::FAILURE
        }
    }
}

fn print_settings(place: &Place) -> Result<(), Failure> {
    say(place.settings()?.to_toml()?.trim_end())
}

/// Sends log lines to stderr, as the settings say.
pub fn start_logging(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log.filter).unwrap_or_default();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // A process logs one way; a second server in it joins in.
    drop(started);
}
