//! Callbacks: each that was asked for arrives, always with one body, and no other does.

use std::collections::HashSet;

use super::ledger::World;
use super::receiver::Receiver;
use super::report::Report;
use crate::cli::Failure;

/// Callbacks that are owed and were not thanked for.
pub(super) fn unthanked(world: &World, receiver: &Receiver) -> usize {
    let (seen, calls) = (world.seen(), receiver.calls());
    let owed = seen.orders.values().filter(|order| order.callback).filter_map(|order| order.task.as_ref());
    owed.filter(|task| !calls.get(*task).is_some_and(|calls| calls.thanked)).count()
}

/// Whether every callback arrived that was asked for.
pub(super) fn check(report: &mut Report, world: &World, receiver: &Receiver) -> Result<(), Failure> {
    let missing = unthanked(world, receiver);
    let (seen, calls) = (world.seen(), receiver.calls());
    let came: u64 = calls.values().map(|calls| calls.count).sum();
    let text = format!("every callback arrived: {came} for {} tasks, {missing} missing", calls.len());
    report.line(missing == 0, &text)?;
    let changed = calls.values().filter(|calls| calls.bodies.len() != 1).count();
    report.line(changed == 0, &format!("a callback always has the same body: {changed} had another"))?;
    let owed: HashSet<_> = seen
        .orders
        .values()
        .filter(|order| order.callback)
        .filter_map(|order| order.task.as_deref())
        .collect();
    let unasked = calls.keys().filter(|task| !owed.contains(task.as_str())).count();
    report.line(unasked == 0, &format!("nobody was called back who had not asked: {unasked} were"))
}
