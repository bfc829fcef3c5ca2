//! The events feed: a consumer that goes on by its cursor over every kill, by pages and by streams, sees no gap, no
//! repeat, and of each task a history that can be.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::callers::BREATH_MS;
use super::checks::Rest;
use super::deletes::Fate;
use super::ledger::World;
use super::report::Report;
use super::{calls, pause};
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// Most events in one page, and about as many as are read from one stream.
const MOST: usize = 100;
/// How long to wait when nothing is there.
const AGAIN_AFTER: Duration = Duration::from_millis(25);
/// Most pages of a thousand: more events than a run has.
const MOST_PAGES: usize = 10_000;

/// A change of state, as the feed told it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    cursor: u64,
    task: String,
    state: String,
}

/// What the consumer was told.
#[derive(Default)]
pub(super) struct Events {
    told: Vec<Told>,
    /// How often it went on with a page, and with a stream.
    turns: [u64; 2],
}

impl Events {
    /// How many it was told.
    pub fn count(&self) -> usize {
        self.told.len()
    }

    fn cursor(&self) -> u64 {
        self.told.last().map_or(0, |last| last.cursor)
    }
}

fn read(item: &Value) -> Option<Told> {
    let text = |field: &str| item[field].as_str().map(str::to_owned);
    Some(Told { cursor: text("cursor")?.parse().ok()?, task: text("task_id")?, state: text("state")? })
}

fn take(world: &World, item: &Value) {
    let Some(told) = read(item) else { return world.fault(format!("an event is {item}")) };
    let mut seen = world.seen();
    let last = seen.events.cursor();
    if told.cursor <= last {
        seen.faults.push(format!("behind the cursor {last} came {item}"));
    }
    seen.events.told.push(told);
}

/// Follows the feed, now by a page and now by a stream, from server to server.
pub(super) async fn follow(world: Arc<World>, mut dice: Dice) {
    while world.is_ordering() {
        let (streams, most) = (dice.below(2), dice.below(MOST) + 1);
        world.seen().events.turns[streams] += 1;
        if streams == 1 {
            read_stream(&world, most).await;
        } else if read_page(&world, most).await.is_none_or(|count| count < most) {
            pause(AGAIN_AFTER).await;
        }
        pause(Duration::from_millis(dice.below(BREATH_MS) as u64)).await;
    }
}

/// Reads on, and gives how many events there were; `None` if no answer came.
async fn read_page(world: &World, most: usize) -> Option<usize> {
    let page = page(world, world_cursor(world), most).await?;
    page.iter().for_each(|item| take(world, item));
    Some(page.len())
}

fn world_cursor(world: &World) -> u64 {
    world.seen().events.cursor()
}

async fn page(world: &World, after: u64, most: usize) -> Option<Vec<Value>> {
    let response = calls::events(world, &format!("?after={after}&limit={most}"), None).await?;
    let status = response.status().as_u16();
    let mut body: Value = response.json().await.ok()?;
    match body["items"].as_array_mut() {
        Some(items) => Some(std::mem::take(items)),
        None => {
            world.fault(format!("the events behind {after} are answered with {status} {body}"));
            None
        }
    }
}

/// Reads at least `most` events from a stream, or what it gives before it breaks or the orders end.
async fn read_stream(world: &World, most: usize) {
    let cursor = world_cursor(world);
    let Some(mut response) = calls::events(world, "", Some(cursor)).await else { return };
    let (mut text, mut count) = (Vec::new(), 0);
    while count < most && response.status().is_success() {
        let part = tokio::select! {
            part = response.chunk() => part,
            () = world.orders_have_ended() => return,
        };
        // What a kill has cut off is no event.
        let Ok(Some(part)) = part else { return };
        text.extend_from_slice(&part);
        while let Some(end) = text.windows(2).position(|end| end == b"\n\n") {
            count += usize::from(take_sent(world, &String::from_utf8_lossy(&text[..end])));
            text.drain(..end + 2);
        }
    }
}

/// Takes one server-sent event; comments and places are none.
fn take_sent(world: &World, text: &str) -> bool {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let Some(data) = field("data: ") else { return false };
    let item: Value = serde_json::from_str(data).unwrap_or_default();
    if item["cursor"].as_str() != field("id: ") {
        world.fault(format!("a server-sent event is {text}"));
    }
    take(world, &item);
    true
}

/// Lets the consumer read to the end, and gives the whole feed as it is now.
pub(super) async fn catch_up(world: &World) -> Result<Vec<Told>, Failure> {
    let stuck = || Failure("the events feed does not answer".to_owned());
    for _ in 0..MOST_PAGES {
        if read_page(world, 1_000).await.ok_or_else(stuck)? == 0 {
            break;
        }
    }
    let mut whole: Vec<Told> = Vec::new();
    for _ in 0..MOST_PAGES {
        let after = whole.last().map_or(0, |last| last.cursor);
        let page = page(world, after, 1_000).await.ok_or_else(stuck)?;
        if page.is_empty() {
            break;
        }
        whole.extend(page.iter().filter_map(read));
    }
    Ok(whole)
}

/// Whether the consumer missed nothing and saw nothing that cannot be.
pub(super) fn check(report: &mut Report, world: &World, rest: &Rest) -> Result<(), Failure> {
    let seen = world.seen();
    // A deleted task takes its events along: the consumer may have seen some of them or none.
    let kept = |told: &&Told| world.fates.of(&told.task) == Fate::Kept;
    let consumed: Vec<_> = seen.events.told.iter().filter(kept).collect();
    let whole: Vec<_> = rest.feed.iter().filter(kept).collect();
    let apart = consumed.iter().zip(&whole).position(|(one, other)| one != other);
    let example =
        apart.map(|at| format!("the consumer has {:?} where the feed has {:?}", consumed[at], whole[at]));
    let [pages, streams] = seen.events.turns;
    let text = format!(
        "a consumer of events sees no gap and no repeat: {} in {pages} pages and {streams} streams, of {}; apart:",
        consumed.len(),
        whole.len()
    );
    report.none(&text, example.as_slice())?;
    report.line(consumed.len() == whole.len(), "it has as many as there are")?;
    let gone: Vec<_> = rest.feed.iter().filter(|told| world.fates.of(&told.task) == Fate::Gone).collect();
    report.line(gone.is_empty(), &format!("no deleted task is in the feed: {} events are", gone.len()))?;
    let mut states: HashMap<&str, Vec<&str>> = HashMap::new();
    for told in consumed {
        states.entry(told.task.as_str()).or_default().push(told.state.as_str());
    }
    let mut illegal = Vec::new();
    for record in &rest.records {
        let id = record["id"].as_str().unwrap_or_default();
        let history = states.remove(id).unwrap_or_default();
        if !can_be(&history) || history.last().copied() != record["state"].as_str() {
            illegal.push(format!("{id} was told to be {history:?} and is {}", record["state"]));
        }
    }
    illegal.extend(states.keys().map(|id| format!("{id} is nobody's")));
    let text = format!(
        "{} tasks went from state to state as they may, up to their records'; others:",
        rest.records.len()
    );
    report.none(&text, &illegal)
}

/// Whether a task can go through these states, all of them told.
fn can_be(history: &[&str]) -> bool {
    let steps = history.windows(2).all(|step| match step {
        ["pending", next] => matches!(*next, "processing" | "failed" | "cancelled"),
        ["processing", next] => matches!(*next, "pending" | "succeeded" | "failed" | "cancelled"),
        _ => false,
    });
    history.first() == Some(&"pending") && steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_ends_once_and_is_made_by_who_has_it() {
        assert!(can_be(&["pending", "processing", "pending", "processing", "succeeded"]));
        assert!(can_be(&["pending", "cancelled"]));
        for wrong in [
            &[][..],
            &["processing"],
            &["pending", "succeeded"],
            &["pending", "processing", "processing"],
            &["pending", "processing", "succeeded", "succeeded"],
            &["pending", "cancelled", "pending"],
        ] {
            assert!(!can_be(wrong), "{wrong:?}");
        }
    }
}
