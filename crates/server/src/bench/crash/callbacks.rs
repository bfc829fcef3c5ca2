//! Callbacks: each that was asked for arrives, signed, always with one body and one id, and no other does.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::checks::Rest;
use super::deletes::Fate;
use super::ledger::World;
use super::receiver::{Calls, Receiver};
use super::report::Report;
use crate::cli::Failure;

/// With so many refusals, some are dead letters, though a kill may make an attempt unmade.
const ENOUGH: usize = 8;

/// Callbacks of tasks that were not deleted, which are owed and were not thanked for.
pub(super) fn unthanked(world: &World, receiver: &Receiver) -> usize {
    let (seen, calls) = (world.seen(), receiver.calls());
    let owed = seen.orders.values().filter(|order| order.callback).filter_map(|order| order.task.as_ref());
    let owed = owed.filter(|task| world.fates.of(task) == Fate::Kept);
    owed.filter(|task| !calls.get(*task).is_some_and(|calls| calls.thanked)).count()
}

/// Whether callbacks wait that were refused for good: they do until they are put back.
pub(super) fn has_dead_letters(world: &World, receiver: &Receiver) -> bool {
    let calls = receiver.calls();
    calls
        .iter()
        .any(|(task, calls)| calls.refused_for_good && !calls.thanked && world.fates.of(task) == Fate::Kept)
}

/// Whether every callback arrived that was asked for.
pub(super) fn check(
    report: &mut Report,
    world: &World,
    receiver: &Receiver,
    rest: &Rest,
) -> Result<(), Failure> {
    let missing = unthanked(world, receiver);
    let (seen, calls) = (world.seen(), receiver.calls());
    let came: u64 = calls.values().map(|calls| calls.count).sum();
    let text = format!("every callback arrived: {came} for {} tasks, {missing} missing", calls.len());
    report.line(missing == 0, &text)?;
    let dead = calls.values().filter(|calls| calls.refused_for_good).count();
    let replayed = seen.commands.replayed;
    report.line(
        dead < ENOUGH || replayed > 0,
        &format!("{dead} callbacks were refused for good; dead letters were put back {replayed} times"),
    )?;
    bodies(report, &calls, rest)?;
    signatures(report, &calls)?;
    let owed: HashSet<_> = seen
        .orders
        .values()
        .filter(|order| order.callback)
        .filter_map(|order| order.task.as_deref())
        .collect();
    let unasked = calls.keys().filter(|task| !owed.contains(task.as_str())).count();
    report.line(unasked == 0, &format!("nobody was called back who had not asked: {unasked} were"))
}

fn bodies(report: &mut Report, calls: &HashMap<String, Calls>, rest: &Rest) -> Result<(), Failure> {
    let changed = calls.values().filter(|calls| calls.bodies.len() != 1).count();
    report.line(changed == 0, &format!("a callback always has the same body: {changed} had another"))?;
    let (mut compared, mut unlike) = (0, Vec::new());
    for record in &rest.records {
        let id = record["id"].as_str().unwrap_or_default();
        for body in calls.get(id).into_iter().flat_map(|calls| &calls.bodies) {
            compared += 1;
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            if body != record["response"] {
                unlike.push(format!("{id} was called back with {body} and is {record}"));
            }
        }
    }
    report.none(&format!("{compared} bodies of callbacks are what the record says; others:"), &unlike)
}

fn signatures(report: &mut Report, calls: &HashMap<String, Calls>) -> Result<(), Failure> {
    let again = calls.values().filter(|calls| calls.count > 1).count();
    let ids: HashSet<_> = calls.values().flat_map(|calls| &calls.ids).collect();
    let constant = ids.len() == calls.len() && calls.values().all(|calls| calls.ids.len() == 1);
    let text = format!(
        "each callback has one `webhook-id` of its own: {} for {} tasks, {again} of which were called more than once",
        ids.len(),
        calls.len()
    );
    report.line(constant, &text)?;
    let unsigned: Vec<_> = calls.values().flat_map(|calls| &calls.unsigned).collect();
    report.none("every callback is signed with the application's secret; broken:", &unsigned)
}
