//! Whether what was promised is true. Each promise is a line with its numbers.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use store::DataFolder;
use store::sqlite::audit::{Audit, audit};

use super::deadlines::Deadline;
use super::deletes::Fate;
use super::events::Told;
use super::ledger::World;
use super::receiver::Receiver;
use super::report::Report;
use super::{callbacks, cancels, commands, deadlines, deletes, events, files, kinds, money, pause};
use crate::cli::Failure;
use crate::stopwatch::Stopwatch;

/// How often to look whether everything has come to rest.
const LOOK: Duration = Duration::from_millis(200);
/// As long as it takes a callback that did not stop with its task to come twice: retries are a second apart.
const AT_LEAST: Duration = Duration::from_millis(2_500);
/// Tasks in one query.
const MOST_IDS: usize = 500;

/// What the server tells once everything has come to rest.
pub(super) struct Rest {
    /// The records of all accepted tasks.
    pub records: Vec<Value>,
    /// Tokens that were made and are not known.
    pub unknown_tokens: Vec<String>,
    /// The whole events feed.
    pub feed: Vec<Told>,
    /// All tasks that there are.
    pub listed: Vec<Listed>,
}

/// A task as a list has it.
pub(super) struct Listed {
    /// Its id.
    pub id: String,
    /// The number of its order.
    number: String,
}

/// Waits until every accepted task has ended and every callback was thanked for, and gives the last records.
pub(super) async fn rest(world: &World, receiver: &Receiver, within: Duration) -> Result<Rest, Failure> {
    let watch = Stopwatch::start();
    loop {
        let records = records(world).await?;
        for record in &records {
            world.saw(record);
        }
        let at_rest = records.iter().all(|record| record["finished_at"].is_number())
            && callbacks::unthanked(world, receiver) == 0;
        // What is missing then is told by the checks.
        if (at_rest && watch.elapsed() > AT_LEAST) || watch.elapsed() > within {
            return Ok(Rest {
                unknown_tokens: commands::unknown_tokens(world).await,
                records,
                feed: events::catch_up(world).await?,
                listed: listed(world).await?,
            });
        }
        if callbacks::has_dead_letters(world, receiver) {
            commands::replay(world).await?;
        }
        pause(LOOK).await;
    }
}

async fn query(world: &World, body: Value) -> Result<Value, Failure> {
    let address = world.server().await.ok_or_else(|| Failure("there is no server".to_owned()))?;
    let request = world.http.post(format!("http://{address}/producer/tasks")).bearer_auth(&world.token);
    Ok(request.json(&body).send().await?.json().await?)
}

async fn records(world: &World) -> Result<Vec<Value>, Failure> {
    let mut records = Vec::new();
    for ids in world.tasks().chunks(MOST_IDS) {
        let mut batch = query(world, json!({ "action": "retrieve_batch", "ids": ids })).await?;
        let items = batch["items"].as_array_mut().map(std::mem::take);
        records.extend(items.ok_or_else(|| Failure(format!("a batch was answered with {batch}")))?);
    }
    Ok(records)
}

/// All tasks, page by page.
async fn listed(world: &World) -> Result<Vec<Listed>, Failure> {
    let mut listed = Vec::new();
    loop {
        let page = json!({ "action": "retrieve_batch", "limit": 100, "offset": listed.len() });
        let page = query(world, page).await?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        if items.is_empty() {
            return Ok(listed);
        }
        listed.extend(items.iter().map(|item| Listed {
            id: item["id"].as_str().unwrap_or_default().to_owned(),
            number: item["request"]["number"].to_string(),
        }));
    }
}

/// Says of each promise whether it held.
pub(super) async fn report(
    mut report: Report,
    world: &World,
    receiver: &Receiver,
    data: &DataFolder,
    place: &Path,
    rest: &Rest,
) -> Result<(), Failure> {
    of_orders(&mut report, world, rest)?;
    deadlines::check(&mut report, world, rest)?;
    cancels::check(&mut report, world, receiver, rest)?;
    callbacks::check(&mut report, world, receiver, rest)?;
    deletes::check(&mut report, world, receiver, place, rest)?;
    commands::check(&mut report, world, &rest.unknown_tokens).await?;
    events::check(&mut report, world, rest)?;
    let audit = audit(&data.database())?;
    of_the_database(&mut report, &audit)?;
    money::check(&mut report, world, &audit, &rest.records)?;
    files::check(&mut report, &audit, place, &rest.records)?;
    report.none("callers saw nothing that must not be; seen:", &world.seen().faults)?;
    report.end()
}

fn of_the_database(report: &mut Report, audit: &Audit) -> Result<(), Failure> {
    report
        .line(audit.integrity == ["ok"], &format!("the database is whole: {}", audit.integrity.join("; ")))?;
    for (rule, broken) in &audit.rules {
        report.line(*broken == 0, &format!("{rule}: {broken} are not so"))?;
    }
    Ok(())
}

fn of_orders(report: &mut Report, world: &World, rest: &Rest) -> Result<(), Failure> {
    let records = &rest.records;
    let accepted = world.tasks();
    let found: HashSet<&str> = records.iter().filter_map(|record| record["id"].as_str()).collect();
    let kept = accepted.iter().filter(|task| world.fates.of(task) == Fate::Kept);
    let missing = kept.filter(|task| !found.contains(task.as_str())).count();
    report.line(
        missing == 0,
        &format!("{} accepted orders are all there: {missing} are missing", accepted.len()),
    )?;
    let distinct: HashSet<_> = accepted.iter().collect();
    let unlike = distinct.len() == accepted.len();
    report.line(unlike, &format!("no two orders are one task: {} tasks", distinct.len()))?;
    let state = |state: &str| records.iter().filter(|record| record["state"] == state).count();
    let (succeeded, failed) = (state("succeeded"), state("failed"));
    let cancelled = records.len() - succeeded - failed - state("pending") - state("processing");
    let may = may_have_failed(world, records);
    let ended = succeeded + cancelled + failed == records.len() && failed == may;
    let text = format!(
        "every task has its outcome: {succeeded} succeeded, {cancelled} cancelled, {failed} failed, of which {may} for a \
         source that was deleted or a short deadline"
    );
    report.line(ended, &text)?;
    kinds::check(report, world, records)?;
    // Whatever was sent again, with a key or without, is one task.
    let distinct: HashSet<_> = rest.listed.iter().map(|listed| &listed.number).collect();
    let doubled = rest.listed.len() - distinct.len();
    report.line(
        doubled == 0,
        &format!("of {} tasks, none is an order's second: {doubled} are", rest.listed.len()),
    )
}

/// How many failed that started from what was deleted, or had a deadline that is missed.
fn may_have_failed(world: &World, records: &[Value]) -> usize {
    let seen = world.seen();
    let may = seen.orders.values().filter(|order| {
        order.deadline == Some(Deadline::Missed)
            || order.source.as_ref().is_some_and(|one| !one.is_kept(world))
    });
    let may: HashSet<_> = may.filter_map(|order| order.task.as_deref()).collect();
    let failed = records.iter().filter(|record| record["state"] == "failed");
    failed.filter(|record| record["id"].as_str().is_some_and(|id| may.contains(id))).count()
}
