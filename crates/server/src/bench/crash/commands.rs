//! Commands beside the server, whether it runs, starts or has just been killed: tokens are made, the doctor looks, and
//! dead letters are sent again.

use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use super::ledger::World;
use super::report::Report;
use super::{calls, pause};
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// Most milliseconds between two commands.
const BREATH_MS: usize = 700;
/// How long a command may take.
const WITHIN: Duration = Duration::from_secs(30);

/// What the commands did.
#[derive(Default)]
pub(super) struct Commands {
    /// Tokens that were made.
    tokens: Vec<String>,
    /// How often the doctor looked.
    examined: u64,
    /// Callbacks that were put back.
    pub replayed: u64,
}

/// Runs `backline` on the data folder of `world`, and gives what it said.
async fn run(world: &World, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).arg("--data-dir").arg(&world.place);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(WITHIN, command.output()).await;
    Ok(output.map_err(|_| Failure(format!("{arguments:?} took longer than {} s", WITHIN.as_secs())))??)
}

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{} {out}{err}", output.status)
}

/// Runs one command after the other.
pub(super) async fn beside(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
        let done = match dice.below(3) {
            0 => make_token(&world).await,
            1 => examine(&world).await,
            _ => replay(&world).await,
        };
        if let Err(failure) = done {
            world.fault(failure.to_string());
        }
    }
}

async fn make_token(world: &World) -> Result<(), Failure> {
    let email = format!("beside-{}@example.com", world.seen().commands.tokens.len());
    let output = run(world, &["token", "create", "--email", &email]).await?;
    if !output.status.success() {
        return Err(Failure(format!("`token create` ended with {}", said(&output))));
    }
    world.seen().commands.tokens.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    Ok(())
}

/// Callbacks may wait and leases may be held; nothing is wrong all the same.
async fn examine(world: &World) -> Result<(), Failure> {
    let output = run(world, &["doctor"]).await?;
    world.seen().commands.examined += 1;
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure(format!("`doctor` ended with {}", said(&output))))
    }
}

/// Sends every dead letter again.
pub(super) async fn replay(world: &World) -> Result<(), Failure> {
    let output = run(world, &["callbacks", "replay", "--all-given-up"]).await?;
    if !output.status.success() {
        return Err(Failure(format!("`callbacks replay` ended with {}", said(&output))));
    }
    world.seen().commands.replayed += String::from_utf8_lossy(&output.stdout).lines().count() as u64;
    Ok(())
}

/// Which of the tokens that were made the server does not know.
pub(super) async fn unknown_tokens(world: &World) -> Vec<String> {
    let tokens = world.seen().commands.tokens.clone();
    let mut unknown = Vec::new();
    for token in tokens {
        let list = json!({ "action": "retrieve_batch", "limit": 1 });
        let answer = calls::about_tasks_with(world, &token, list).await;
        let status = answer.map(|answer| answer.status);
        if status != Some(200) {
            unknown.push(format!("…{} was answered {status:?}", token.get(60..).unwrap_or_default()));
        }
    }
    unknown
}

/// Whether what the commands did lasted, and whether the doctor finds the folder sound now that no server runs.
pub(super) async fn check(report: &mut Report, world: &World, unknown: &[String]) -> Result<(), Failure> {
    let last = run(world, &["doctor"]).await?;
    let seen = world.seen();
    let Commands { tokens, examined, .. } = &seen.commands;
    report.none(
        &format!("{} tokens that were made beside the server are valid; others:", tokens.len()),
        unknown,
    )?;
    let text = format!("the doctor, who looked {examined} times meanwhile, finds the folder sound");
    report.line(
        last.status.success(),
        &format!("{text}{}", if last.status.success() { String::new() } else { said(&last) }),
    )
}
