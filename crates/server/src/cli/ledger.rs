//! `backline ledger`: proves the ledger, shows accounts, and gives credits. Works beside a running server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use domain::{ApplicationId, Credits};
use store::{
    Account, DataFolder, GrantAmount, Granted, LedgerStore as _, NewGrant, PastGrant, Proof, Proven,
    SqliteStore,
};

use super::access::{day_and_time, with_existing};
use super::secrets::{Which, find};
use super::{Failure, rehearsed, say};

/// `backline ledger …`
#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// Add up every account from its entries, one rule a line, whether a server runs or not. Changes nothing. The status
    /// is 0 when every rule holds, 1 when one does not, 2 when the ledger could not be read.
    Verify {
        /// The data folder to look at.
        #[arg(long, value_name = "DIR", default_value = "./backline-data")]
        data_dir: PathBuf,
    },
    /// Give an application credits, or take some back, and print how its account stands. The first grant ends that an
    /// application orders without limit.
    Grant {
        #[command(flatten)]
        which: Which,
        /// How many credits, with at most six decimals; below zero, so many are taken back.
        #[arg(long, value_name = "N", allow_hyphen_values = true)]
        credits: Credits,
        /// Why, for whoever reads the ledger later.
        #[arg(long, value_name = "TEXT", value_parser = words)]
        reason: String,
        /// Who gives them.
        #[arg(long, value_name = "NAME", default_value = "operator", value_parser = words)]
        author: String,
    },
    /// Print how an application's account stands, and then its grants, the newest first. Columns, by tabs: time,
    /// credits, author, reason.
    Show(Which),
}

/// Grants that are read at a time.
const A_TURN: u32 = 1_000;
/// A rule is broken.
const BROKEN: u8 = 1;
/// The ledger could not be read.
const NOT_READ: u8 = 2;

fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("expected some words".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn run(command: LedgerCommand) -> ExitCode {
    let (done, failed) = match command {
        LedgerCommand::Verify { data_dir } => (verify(&data_dir), NOT_READ),
        LedgerCommand::Grant { which, credits, reason, author } => {
            (grant(&which, credits, &reason, &author).map(|()| true), BROKEN)
        }
        LedgerCommand::Show(which) => (show(&which).map(|()| true), BROKEN),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BROKEN),
        Err(failure) => {
            failure.tell();
            ExitCode::from(failed)
        }
    }
}

/// Whether every rule holds.
fn verify(data_dir: &std::path::Path) -> Result<bool, Failure> {
    let proven = DataFolder::existing(data_dir)?.prove_ledger()?;
    lines(&proven).iter().try_for_each(|line| say(line))?;
    Ok(proven.holds())
}

/// One for each rule, and one for the sums.
fn lines(proven: &Proven) -> Vec<String> {
    let Proven { accounts, entries, total, proofs } = proven;
    let of_rule = |proof: &Proof| match proof.broken {
        0 => format!("ok    {}", proof.rule),
        broken => format!("FAIL  {}: {broken} are not so", proof.rule),
    };
    let sums = format!("{accounts} applications, {entries} entries: {}", line(total));
    proofs.iter().map(of_rule).chain([sums]).collect()
}

fn line(account: &Account) -> String {
    let Account { granted, available, held, spent } = account;
    format!("granted={granted}\tavailable={available}\theld={held}\tspent={spent}")
}

fn grant(which: &Which, credits: Credits, reason: &str, author: &str) -> Result<(), Failure> {
    let now = rehearsed::now_in(&DataFolder::existing(which.data_dir())?)?;
    let granted = with_existing(which.place(), async |store| {
        let grant = NewGrant {
            application: find(store, which).await?,
            amount: GrantAmount::By(credits),
            reason: reason.to_owned(),
            author: author.to_owned(),
            now,
        };
        Ok(store.grant(grant).await?)
    })?;
    match granted {
        Granted::Done(account) => say(&line(&account)),
        Granted::NotCovered(available) => Err(Failure(format!(
            "only {available} credits are available; what is held or spent cannot be taken back"
        ))),
        Granted::TooMuch => Err(Failure(format!("an account holds {} credits at most", Credits::MOST))),
        Granted::NoApplication => Err(Failure("the application is gone".to_owned())),
    }
}

fn show(which: &Which) -> Result<(), Failure> {
    with_existing(which.place(), async |store| {
        let application = find(store, which).await?;
        match store.account(application).await? {
            Some(account) => say(&line(&account))?,
            None => say("without limit")?,
        }
        show_grants(store, application).await
    })
}

async fn show_grants(store: &SqliteStore, application: ApplicationId) -> Result<(), Failure> {
    let mut before = None;
    loop {
        let grants = store.grants(application, before, A_TURN).await?;
        grants.iter().try_for_each(|grant| say(&grant_line(grant)))?;
        match grants.last() {
            Some(last) if grants.len() == A_TURN as usize => before = Some(last.number),
            _ => return Ok(()),
        }
    }
}

fn grant_line(grant: &PastGrant) -> String {
    let PastGrant { amount, reason, author, at, .. } = grant;
    // Whatever was written stays in its column.
    format!("{}\t{amount}\t{}\t{}", day_and_time(*at), author.escape_debug(), reason.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_broken_is_told_with_how_often() {
        let rule = "no account is overdrawn";
        let proofs = vec![Proof { rule, broken: 0 }, Proof { rule, broken: 3 }];
        let proven = Proven { accounts: 1, entries: 2, total: Account::default(), proofs };
        assert!(!proven.holds());
        let lines = lines(&proven);
        assert_eq!(lines[0], "ok    no account is overdrawn");
        assert_eq!(lines[1], "FAIL  no account is overdrawn: 3 are not so");
        assert!(lines[2].starts_with("1 applications, 2 entries: granted=0"));
    }
}
