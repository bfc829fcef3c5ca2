//! Money: what was made is paid, once, and nothing else is.

use domain::Credits;
use serde_json::Value;
use store::Account;
use store::sqlite::audit::Audit;

use super::ledger::World;
use super::report::Report;
use super::{QUOTA, deletes};
use crate::cli::Failure;

/// That the entries add up is among the rules of the audit; here, that what was paid is what is there.
pub(super) fn check(
    report: &mut Report,
    world: &World,
    audit: &Audit,
    records: &[Value],
) -> Result<(), Failure> {
    let Account { granted, available, held, spent } = audit.quota;
    let adds_up = granted == Credits::whole(QUOTA)
        && [available, held, spent].into_iter().try_fold(Credits::ZERO, Credits::plus) == Some(granted);
    let text = format!("the quota adds up: {available} left, {held} held and {spent} spent of {granted}");
    report.line(adds_up, &text)?;
    report.line(held == Credits::ZERO, &format!("nothing is held once everything has ended: {held} are"))?;
    let made = records.iter().filter(|record| is_paid(record)).count();
    // A song that is deleted has cost what it did; one that was not known to have ended may have been made or not.
    let (deleted, unknown) = deletes::known(world, is_paid);
    let least = made + deleted;
    let paid = spent >= credits(least) && spent <= credits(least + unknown);
    let text = format!(
        "all that was made of songs is paid, once: {spent} for {made} that are there and {deleted} to {} deleted ones",
        deleted + unknown
    );
    report.line(paid, &text)
}

/// Songs and edits cost one each; words, uploads, films and WAV files nothing.
fn is_paid(record: &Value) -> bool {
    record["type"] == "audios" && record["state"] == "succeeded"
}

fn credits(count: usize) -> Credits {
    Credits::whole(u32::try_from(count).unwrap_or(u32::MAX))
}
