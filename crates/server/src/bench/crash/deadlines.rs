//! Deadlines (`Cancel-After`). A task that cannot make it fails as one that missed it, not before; and a deadline that is
//! far away changes nothing.

use std::collections::HashMap;

use serde_json::Value;

use super::checks::Rest;
use super::ledger::World;
use super::report::Report;
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// One in so many orders has either.
const ONE_IN: usize = 10;
/// The shortest that there is, in seconds.
const SHORT: f64 = 1.0;

/// The deadline of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deadline {
    /// It is over before the song can be there.
    Missed,
    /// It is longer than any run.
    Far,
}

impl Deadline {
    pub fn drawn(dice: &mut Dice) -> Option<Self> {
        match dice.below(ONE_IN * 2) {
            0 => Some(Self::Missed),
            1 | 2 => Some(Self::Far),
            _ => None,
        }
    }

    /// What the header says.
    pub fn header(self) -> String {
        match self {
            Self::Missed => "1s".to_owned(),
            Self::Far => "24h".to_owned(),
        }
    }

    /// What makes it be missed.
    pub fn script(self) -> Option<String> {
        (self == Self::Missed).then(|| "latency=30s".to_owned())
    }
}

/// Whether a task failed for its deadline.
fn is_late(record: &Value) -> bool {
    record["state"] == "failed" && record["response"]["error"]["code"] == "deadline_exceeded"
}

/// Whether exactly those missed their deadline that had to.
pub(super) fn check(report: &mut Report, world: &World, rest: &Rest) -> Result<(), Failure> {
    let seen = world.seen();
    let ordered = seen.orders.values().filter_map(|order| Some((order.task.as_deref()?, order.deadline?)));
    let deadlines: HashMap<_, _> = ordered.collect();
    let (mut late, mut far, mut wrong) = (0, 0, Vec::new());
    for record in &rest.records {
        let Some(deadline) = deadlines.get(record["id"].as_str().unwrap_or_default()) else { continue };
        let missed = *deadline == Deadline::Missed;
        // One that was cancelled in time is looked at elsewhere.
        let fits = match record["state"].as_str() {
            Some("cancelled") => true,
            _ if missed => is_late(record) && record["duration"].as_f64() >= Some(SHORT),
            _ => record["state"] == "succeeded",
        };
        if !fits {
            wrong.push(format!("of an order with the deadline {deadline:?} came {record}"));
        }
        late += u32::from(missed && is_late(record));
        far += u32::from(!missed);
    }
    let text = format!(
        "{late} tasks missed their deadline and failed for it, not before it; {far} had a far one, and did not \
         fail; wrong:"
    );
    report.none(&text, &wrong)
}
