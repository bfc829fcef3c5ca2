//! Deletes. A deleted task is unknown from its answer on, wherever it is asked for, its files are gone, and nobody is
//! called back about it again.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::callers::{AGAIN_AFTER, BREATH_MS, MOST_SENDS};
use super::calls::{self, Answer};
use super::checks::Rest;
use super::ledger::{Order, World};
use super::receiver::Receiver;
use super::report::Report;
use super::{files, pause};
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// One in so many tasks is deleted at most, so that enough is left to look at on a slow machine.
const ONE_IN: usize = 5;

/// What is to become of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Fate {
    /// Nobody deletes it.
    #[default]
    Kept,
    /// A delete was sent: it may be there or not.
    Going,
    /// A delete was answered.
    Gone,
}

/// The tasks that are deleted, for whoever calls and whoever is called.
#[derive(Clone, Default)]
pub(super) struct Fates(Arc<Mutex<HashMap<String, Fate>>>);

impl Fates {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Fate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn of(&self, task: &str) -> Fate {
        self.all().get(task).copied().unwrap_or_default()
    }

    fn becomes(&self, task: &str, fate: Fate) {
        self.all().insert(task.to_owned(), fate);
    }

    /// The tasks of which a delete was answered.
    pub fn gone(&self) -> Vec<String> {
        self.all().iter().filter(|(_, fate)| **fate == Fate::Gone).map(|(task, _)| task.clone()).collect()
    }
}

/// Deletes a task now and then, finished or not, again until that is answered.
pub(super) async fn delete(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS * 6) as u64)).await;
        let Some(task) = world.some_task(&mut dice) else { continue };
        let enough = world.fates.gone().len() * ONE_IN >= world.tasks().len();
        if enough || world.fates.of(&task) != Fate::Kept {
            continue;
        }
        // Of some it is known before how they had ended, and which files they had.
        if dice.below(2) == 0
            && let Some(Answer { status: 200, body }) =
                calls::about_tasks(&world, json!({ "action": "retrieve", "id": task })).await
        {
            world.saw(&body);
        }
        world.fates.becomes(&task, Fate::Going);
        match delete_until_answered(&world, &task).await {
            Ok(()) => world.fates.becomes(&task, Fate::Gone),
            Err(fault) => world.fault(fault),
        }
    }
}

async fn delete_until_answered(world: &World, task: &str) -> Result<(), String> {
    for send in 0..MOST_SENDS {
        match calls::about_tasks(world, json!({ "action": "delete", "id": task })).await {
            Some(Answer { status: 200, body }) if body == json!({ "id": task, "deleted": true }) => {
                return Ok(());
            }
            // One that was not answered took all the same.
            Some(Answer { status: 404, .. }) if send > 0 => return Ok(()),
            Some(Answer { status, body }) => return Err(format!("deleting {task} answers {status} {body}")),
            None => pause(AGAIN_AFTER).await,
        }
    }
    Err(format!("deleting {task} had no answer"))
}

/// Whether what was deleted is nowhere any more.
pub(super) fn check(
    report: &mut Report,
    world: &World,
    receiver: &Receiver,
    place: &Path,
    rest: &Rest,
) -> Result<(), Failure> {
    let gone = world.fates.gone();
    let is_gone = |id: &str| world.fates.of(id) == Fate::Gone;
    let told = rest.records.iter().filter_map(|record| record["id"].as_str());
    let told = told.chain(rest.listed.iter().map(|listed| listed.id.as_str()));
    let back: Vec<_> = told.filter(|id| is_gone(id)).collect();
    report.none(&format!("{} deleted tasks are unknown for good; known:", gone.len()), &back)?;
    let seen = world.seen();
    let own = |order: &&Order| order.script.as_deref().is_some_and(|script| script.contains("media=own"));
    let own = seen.orders.values().filter(own).filter_map(|order| order.task.as_deref());
    let records = own.filter(|id| is_gone(id)).filter_map(|id| seen.ended.get(id));
    // A film or an edit may have been made of the same files.
    let needed: HashSet<_> = rest.records.iter().flat_map(files::named).collect();
    let names: Vec<_> = records.flat_map(files::named).filter(|name| !needed.contains(name)).collect();
    let left: Vec<_> = names.iter().filter(|name| files::is_there(place, name)).collect();
    report.none(&format!("{} files of deleted tasks are gone; there:", names.len()), &left)?;
    let calls = receiver.calls();
    let called = gone.iter().filter_map(|id| Some((id, calls.get(id)?)));
    let called: Vec<_> = called.filter(|(_, calls)| calls.after_delete > 1).map(|(id, _)| id).collect();
    report.none("callbacks of deleted tasks stop, but for one that was on its way; called on:", &called)
}

/// Of the deleted tasks, how many were known to be as `is_so` says, and of how many it was not known how they stood.
pub(super) fn known(world: &World, is_so: fn(&Value) -> bool) -> (usize, usize) {
    let (gone, seen) = (world.fates.gone(), world.seen());
    let known: Vec<_> = gone.iter().filter_map(|id| seen.ended.get(id)).collect();
    let unknown = gone.len() - known.len();
    (known.into_iter().filter(|record| is_so(record)).count(), unknown)
}
