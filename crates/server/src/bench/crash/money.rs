//! Money: what was made is paid, once, and nothing else is.

use domain::Credits;
use serde_json::Value;
use store::Account;
use store::sqlite::audit::Audit;

use super::QUOTA;
use super::report::Report;
use crate::cli::Failure;

/// That the entries add up is among the rules of the audit; here, that what was paid is what is there.
pub(super) fn check(report: &mut Report, audit: &Audit, records: &[Value]) -> Result<(), Failure> {
    let Account { granted, available, held, spent } = audit.quota;
    let adds_up = granted == Credits::whole(QUOTA)
        && [available, held, spent].into_iter().try_fold(Credits::ZERO, Credits::plus) == Some(granted);
    let text = format!("the quota adds up: {available} left, {held} held and {spent} spent of {granted}");
    report.line(adds_up, &text)?;
    report.line(held == Credits::ZERO, &format!("nothing is held once everything has ended: {held} are"))?;
    let made = records.iter().filter(|record| is_paid(record)).count();
    let paid = spent == credits(made);
    report.line(paid, &format!("all that was made of songs is paid, once: {spent} for {made}"))
}

/// Songs and edits cost one each; words, uploads, films and WAV files nothing.
fn is_paid(record: &Value) -> bool {
    record["type"] == "audios" && record["state"] == "succeeded"
}

fn credits(count: usize) -> Credits {
    Credits::whole(u32::try_from(count).unwrap_or(u32::MAX))
}
