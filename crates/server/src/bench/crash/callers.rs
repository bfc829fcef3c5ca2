//! Those who call: each an official client's manners, one request after the other, again until an answer comes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::ledger::{Order, Seen, World};
use super::pause;
use crate::bench::requests::Dice;

/// Most milliseconds between two requests of one caller.
const BREATH_MS: usize = 40;
/// How long to wait before an order is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(25);
/// How often an order is sent before that is a fault: servers come back within a second.
const MOST_SENDS: u32 = 1_000;

/// What came back.
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn task(&self) -> Option<&str> {
        self.body["task_id"].as_str()
    }
}

/// Longest that the simulated engine takes, in milliseconds: long enough to be killed at it.
const LATENCY_MS: usize = 300;

async fn post(world: &World, path: &str, body: String) -> Option<Answer> {
    send(world, path, None, None, body).await
}

async fn post_order(world: &World, order: &Order) -> Option<Answer> {
    let (key, script) = (order.key.as_deref(), order.script.as_deref());
    send(world, order.path, key, script, order.body.clone()).await
}

async fn send(
    world: &World,
    path: &str,
    key: Option<&str>,
    script: Option<&str>,
    body: String,
) -> Option<Answer> {
    let address = world.server().await?;
    let request = world.http.post(format!("http://{address}{path}")).bearer_auth(&world.token);
    let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
    let request =
        script.into_iter().fold(request, |request, script| request.header("backline-simulate", script));
    let response = request.header("content-type", "application/json").body(body).send().await.ok()?;
    let status = response.status().as_u16();
    Some(Answer { status, body: response.json().await.ok()? })
}

/// Orders one thing after the other, some waited for, some called back, some with a key.
pub(super) async fn order(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
        let Some((number, order)) = next(&world, &mut dice) else { continue };
        let mut sends = 0;
        let task = loop {
            sends += 1;
            match post_order(&world, &order).await {
                // A failure that was waited for, such as a cancelled task's, is about a durable order too.
                Some(answer) if answer.task().is_some() => {
                    break answer.task().map(str::to_owned);
                }
                Some(answer) if answer.status < 500 => {
                    world.fault(format!("order {number} was answered {} {}", answer.status, answer.body));
                    break None;
                }
                _ if sends == MOST_SENDS => {
                    world.fault(format!("order {number} had no answer"));
                    break None;
                }
                _ => {
                    world.seen().sent_again += 1;
                    pause(AGAIN_AFTER).await;
                }
            }
        };
        let Some(task) = task else { continue };
        world.is_task(number, &task);
        // One that has its answer asks again all the same, as one does whose own power went out.
        if order.key.is_some()
            && dice.below(3) == 0
            && let Some(answer) = post_order(&world, &order).await
            && let Some(task) = answer.task()
        {
            world.is_task(number, task);
        }
    }
}

fn next(world: &World, dice: &mut Dice) -> Option<(u32, Order)> {
    if !world.has_room() {
        return None;
    }
    let mut seen = world.seen();
    let number = u32::try_from(seen.orders.len()).ok()?;
    let (path, mut body) = something(world, &seen, number, dice);
    // Nobody reads it but this: no two orders have the same.
    body["number"] = json!(number);
    let callback = dice.below(2) == 0;
    if callback {
        body["callback_url"] = json!(world.callback_url);
    } else if dice.below(2) == 0 {
        body["async"] = json!(true);
    }
    let key = (dice.below(2) == 0).then(|| format!("key-{number}"));
    // Most songs have files of their own, as those that are made in earnest; the others share theirs.
    let script = (world.scripted && dice.below(5) > 0)
        .then(|| format!("latency={}ms, media=own", dice.below(LATENCY_MS + 1)));
    let order = Order { path, body: body.to_string(), script, key, callback, task: None };
    seen.orders.insert(number, order.clone());
    Some((number, order))
}

/// What is ordered: songs most of the time, and what can be made of those that were seen.
fn something(world: &World, seen: &Seen, number: u32, dice: &mut Dice) -> (&'static str, Value) {
    let audios = "/producer/audios";
    let song = json!({ "prompt": format!("a very short waltz {number}"), "instrumental": true });
    if !world.scripted {
        return (audios, song);
    }
    match (dice.below(10), seen.songs.get(dice.below(seen.songs.len().max(1)))) {
        (0, _) => ("/producer/upload", json!({ "audio_url": world.sound_url })),
        (1, Some(source)) => ("/producer/wav", json!({ "audio_id": source })),
        (2, Some(source)) => (audios, json!({ "action": "cover", "audio_id": source })),
        (3, Some(source)) => (audios, json!({ "action": "stems", "audio_id": source })),
        _ => (audios, song),
    }
}

fn some_task(world: &World, dice: &mut Dice) -> Option<String> {
    let seen = world.seen();
    let number = u32::try_from(dice.below(seen.orders.len().max(1))).ok()?;
    seen.orders.get(&number)?.task.clone()
}

/// Asks for one accepted task after the other: each must be there, and an ended one as it was.
pub(super) async fn ask(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
        let Some(task) = some_task(&world, &mut dice) else { continue };
        let body = json!({ "action": "retrieve", "id": task }).to_string();
        match post(&world, "/producer/tasks", body).await {
            Some(Answer { status: 200, body }) => {
                world.seen().queries += 1;
                world.saw(&body);
            }
            Some(answer) if answer.status < 500 => {
                world.fault(format!(
                    "{task} was accepted, and asking for it answers {} {}",
                    answer.status, answer.body
                ));
            }
            _ => (),
        }
    }
}

/// Cancels a task now and then.
pub(super) async fn cancel(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        pause(Duration::from_millis(dice.below(BREATH_MS * 4) as u64)).await;
        let Some(task) = some_task(&world, &mut dice) else { continue };
        let body = json!({ "action": "cancel", "id": task }).to_string();
        match post(&world, "/producer/tasks", body).await {
            Some(answer) if answer.status < 400 => world.seen().cancels += 1,
            Some(answer) if answer.status < 500 => {
                world.fault(format!("cancelling {task} answers {} {}", answer.status, answer.body));
            }
            _ => (),
        }
    }
}
