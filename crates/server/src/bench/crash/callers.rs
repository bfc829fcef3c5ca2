//! Those who order and ask: each an official client's manners, one request after the other, again until an answer comes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::calls::{self, Answer};
use super::deadlines::Deadline;
use super::deletes::Fate;
use super::kinds::something;
use super::ledger::{Order, World};
use super::pause;
use crate::bench::requests::Dice;

/// Most milliseconds between two requests of one caller.
pub(super) const BREATH_MS: usize = 40;
/// How long to wait before a request is sent again.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(25);
/// How often a request is sent before that is a fault: servers come back within a second.
pub(super) const MOST_SENDS: u32 = 1_000;
/// Longest that the simulated engine takes, in milliseconds: long enough to be killed at it.
const LATENCY_MS: usize = 300;

/// Orders one thing after the other, some waited for, some called back, some with a key.
pub(super) async fn order(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
        let Some((number, order)) = next(&world, &mut dice) else { continue };
        let Some(task) = order_until_answered(&world, number, &order).await else { continue };
        world.is_task(number, &task);
        // One that has its answer asks again all the same, as one does whose own power went out.
        if order.key.is_some()
            && dice.below(3) == 0
            && let Some(answer) = calls::order(&world, &order).await
            && let Some(task) = answer.task()
        {
            world.is_task(number, task);
        }
    }
}

async fn order_until_answered(world: &World, number: u32, order: &Order) -> Option<String> {
    for _ in 0..MOST_SENDS {
        match calls::order(world, order).await {
            // A failure that was waited for, such as a cancelled task's, is about a durable order too.
            Some(answer) if answer.task().is_some() => return answer.task().map(str::to_owned),
            // It was not accepted before, or its task would have been told.
            Some(answer)
                if answer.status < 500
                    && order.source.as_ref().is_some_and(|source| !source.is_kept(world)) =>
            {
                return None;
            }
            Some(answer) if answer.status < 500 => {
                world.fault(format!("order {number} was answered {} {}", answer.status, answer.body));
                return None;
            }
            _ => {
                world.seen().sent_again += 1;
                pause(AGAIN_AFTER).await;
            }
        }
    }
    world.fault(format!("order {number} had no answer"));
    None
}

fn next(world: &World, dice: &mut Dice) -> Option<(u32, Order)> {
    if !world.has_room() {
        return None;
    }
    let mut seen = world.seen();
    let number = u32::try_from(seen.orders.len()).ok()?;
    let (path, mut body, source) = something(world, &seen, number, dice);
    // Nobody reads it but this: no two orders have the same.
    body["number"] = json!(number);
    let callback = dice.below(2) == 0;
    if callback {
        body["callback_url"] = json!(world.callback_url);
    } else if dice.below(2) == 0 {
        body["async"] = json!(true);
    }
    let key = (dice.below(2) == 0).then(|| format!("key-{number}"));
    let is_song = world.scripted && path == "/producer/audios" && source.is_none();
    let deadline = Deadline::drawn(dice).filter(|_| is_song);
    // Most songs have files of their own, as those that are made in earnest; the others share theirs.
    let script = (world.scripted && dice.below(5) > 0)
        .then(|| format!("latency={}ms, media=own", dice.below(LATENCY_MS + 1)));
    let script = deadline.and_then(Deadline::script).or(script);
    let body = body.to_string();
    let order = Order { source, path, body, script, deadline, key, callback, task: None };
    seen.orders.insert(number, order.clone());
    Some((number, order))
}

/// Asks for one accepted task after the other: each must be there, and an ended one as it was;
/// a deleted one is unknown.
pub(super) async fn ask(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
        let Some(task) = world.some_task(&mut dice) else { continue };
        let before = world.fates.of(&task);
        match calls::about_tasks(&world, json!({ "action": "retrieve", "id": task })).await {
            Some(Answer { status: 404, .. }) if world.fates.of(&task) != Fate::Kept => {
                world.seen().queries += 1;
            }
            Some(Answer { status: 200, body }) if before == Fate::Gone => {
                world.fault(format!("{task} was deleted, and asking for it answers {body}"));
            }
            Some(Answer { status: 200, body }) => {
                world.seen().queries += 1;
                world.saw(&body);
            }
            Some(Answer { status, body }) => {
                world.fault(format!("{task} was accepted, and asking for it answers {status} {body}"));
            }
            None => (),
        }
    }
}
