//! Cancels. One that was answered is held for good: the record says so, and the callback too.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::callers::BREATH_MS;
use super::calls::{self, Answer};
use super::checks::Rest;
use super::deletes::Fate;
use super::ledger::World;
use super::pause;
use super::receiver::Receiver;
use super::report::Report;
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// One in so many orders is cancelled at most, so that enough is made on a slow machine.
const ONE_IN: usize = 3;

/// What was asked to be cancelled.
#[derive(Default)]
pub(super) struct Cancels {
    /// Tasks that a cancel was sent for, answered or not.
    sent: HashSet<String>,
    /// The states that answers told; each is an end.
    told: HashMap<String, String>,
    /// Tasks of which an answer said that they had been cancelled now.
    now: HashSet<String>,
    /// Cancels that were answered.
    pub answered: u64,
}

/// Cancels a task now and then.
pub(super) async fn cancel(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS * 4) as u64)).await;
        let Some(task) = world.some_task(&mut dice) else { continue };
        if !may_cancel(&world, &task) {
            continue;
        }
        let before = world.fates.of(&task);
        world.seen().cancels.sent.insert(task.clone());
        match calls::about_tasks(&world, json!({ "action": "cancel", "id": task })).await {
            Some(Answer { status: 404, .. }) if world.fates.of(&task) != Fate::Kept => (),
            Some(Answer { status: 200, body }) if before == Fate::Gone => {
                world.fault(format!("{task} was deleted, and cancelling it answers {body}"));
            }
            Some(Answer { status: 200, body }) => note(&world, task, &body),
            Some(Answer { status, body }) => {
                world.fault(format!("cancelling {task} answers {status} {body}"));
            }
            None => (),
        }
    }
}

fn may_cancel(world: &World, task: &str) -> bool {
    let seen = world.seen();
    seen.cancels.sent.contains(task) || seen.cancels.sent.len() * ONE_IN < seen.orders.len()
}

fn note(world: &World, task: String, answer: &Value) {
    let (state, now) = (answer["state"].as_str().unwrap_or_default(), answer["cancelled"] == true);
    let (cancelled, ended) = (state == "cancelled", matches!(state, "succeeded" | "failed" | "cancelled"));
    if answer["id"] != *task || !ended || (now && !cancelled) {
        return world.fault(format!("cancelling {task} answers {answer}"));
    }
    let mut seen = world.seen();
    seen.cancels.answered += 1;
    let again = now && !seen.cancels.now.insert(task.clone());
    let before = seen.cancels.told.insert(task.clone(), state.to_owned());
    if again || before.is_some_and(|before| before != state) {
        seen.faults.push(format!("{task} had an answered cancel, and another answers {answer}"));
    }
}

/// Whether answers are held, and whether nobody was cancelled unasked.
pub(super) fn check(
    report: &mut Report,
    world: &World,
    receiver: &Receiver,
    rest: &Rest,
) -> Result<(), Failure> {
    let (seen, calls) = (world.seen(), receiver.calls());
    let (mut broken, mut unasked, mut held, mut called) = (Vec::new(), Vec::new(), 0, 0);
    for record in &rest.records {
        let (id, state) = (record["id"].as_str().unwrap_or_default(), &record["state"]);
        if state == "cancelled" && !seen.cancels.sent.contains(id) {
            unasked.push(id);
        }
        let Some(told) = seen.cancels.told.get(id) else { continue };
        let bodies = calls.get(id).map(|calls| calls.bodies.as_slice()).unwrap_or_default();
        let said = |body: &[u8]| {
            told != "cancelled" || serde_json::from_slice(body).is_ok_and(|body| is_cancelled(&body))
        };
        if *state != **told || (told == "cancelled" && !is_cancelled(&record["response"])) {
            broken.push(format!("{id} was told to be {told} and is {record}"));
        } else if !bodies.iter().all(|body| said(body)) {
            broken.push(format!("{id} was told to be cancelled and was called back otherwise"));
        }
        held += u32::from(seen.cancels.now.contains(id));
        called += u32::from(seen.cancels.now.contains(id) && !bodies.is_empty());
    }
    let text = format!(
        "an answered cancel is held: {held} tasks that were cancelled say so for good, {called} of them in their \
         callback; broken:"
    );
    report.none(&text, &broken)?;
    report.none("no task was cancelled whose cancel nobody sent: broken:", &unasked)
}

fn is_cancelled(response: &Value) -> bool {
    response["success"] == false && response["error"]["code"] == "canceled"
}
