//! `backline doctor`: whether a data folder is sound, in lines or as JSON.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use store::DataFolder;
use store::doctor::{Finding, Health, examine};

use super::{Failure, rehearsed, say};
use crate::clock::{Clock as _, SystemClock};

#[derive(Args)]
pub(super) struct Arguments {
    /// The data folder to look at.
    #[arg(long, value_name = "DIR", default_value = "./backline-data")]
    data_dir: PathBuf,
    /// Answer as one JSON object.
    #[arg(long)]
    json: bool,
    /// Let a warning count as wrong.
    #[arg(long)]
    strict: bool,
}

/// Something is wrong.
const WRONG: u8 = 1;
/// It could not be looked at.
const NOT_CHECKED: u8 = 2;

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    match look(arguments) {
        Ok(Health::Wrong) => ExitCode::from(WRONG),
        Ok(Health::Warning) if arguments.strict => ExitCode::from(WRONG),
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(NOT_CHECKED)
        }
    }
}

fn look(arguments: &Arguments) -> Result<Health, Failure> {
    let folder = DataFolder::existing(&arguments.data_dir)?;
    let found = examine(&folder, rehearsed::now_in(&folder)?, SystemClock::default().now())?;
    let worst = found.iter().map(|finding| finding.health).max().unwrap_or(Health::Fine);
    if arguments.json {
        let checks: Vec<_> = found.iter().map(as_json).collect();
        say(&json!({ "health": word(worst), "checks": checks }).to_string())?;
    } else {
        found.iter().try_for_each(|finding| say(&line(finding)))?;
    }
    Ok(worst)
}

const fn word(health: Health) -> &'static str {
    match health {
        Health::Fine => "ok",
        Health::Warning => "warn",
        Health::Wrong => "FAIL",
    }
}

fn line(finding: &Finding) -> String {
    let Finding { health, what, detail, advice } = finding;
    let advice = if advice.is_empty() { String::new() } else { format!(" -> {advice}") };
    format!("{:<4}  {what:<11}  {detail}{advice}", word(*health))
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let Finding { health, what, detail, advice } = finding;
    json!({ "health": word(*health), "what": what, "detail": detail, "advice": advice })
}
