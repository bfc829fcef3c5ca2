//! Whether what was promised is true. Each promise is a line with its numbers.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use domain::Credits;
use serde_json::{Value, json};
use store::{Account, DataFolder, sqlite};

use super::ledger::World;
use super::receiver::Receiver;
use super::{QUOTA, pause};
use crate::cli::{Failure, say};
use crate::stopwatch::Stopwatch;

/// How often to look whether everything has come to rest.
const LOOK: Duration = Duration::from_millis(200);
/// Tasks in one query.
const MOST_IDS: usize = 500;

/// What the server tells once everything has come to rest.
pub(super) struct Rest {
    /// The records of all accepted tasks.
    records: Vec<Value>,
    /// The numbers of the orders of all tasks that there are.
    listed: Vec<String>,
}

/// Waits until every accepted task has ended and every callback was thanked for, and gives the last records.
pub(super) async fn rest(world: &World, receiver: &Receiver, within: Duration) -> Result<Rest, Failure> {
    let watch = Stopwatch::start();
    loop {
        let records = records(world).await?;
        for record in &records {
            world.saw(record);
        }
        let at_rest =
            records.iter().all(|record| record["finished_at"].is_number()) && unthanked(world, receiver) == 0;
        // What is missing then is told by the checks.
        if at_rest || watch.elapsed() > within {
            return Ok(Rest { records, listed: listed(world).await? });
        }
        pause(LOOK).await;
    }
}

fn unthanked(world: &World, receiver: &Receiver) -> usize {
    let (seen, calls) = (world.seen(), receiver.calls());
    let owed = seen.orders.values().filter(|order| order.callback).filter_map(|order| order.task.as_ref());
    owed.filter(|task| !calls.get(*task).is_some_and(|calls| calls.thanked)).count()
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

/// The numbers of the orders of all tasks, page by page.
async fn listed(world: &World) -> Result<Vec<String>, Failure> {
    let mut numbers = Vec::new();
    loop {
        let page = json!({ "action": "retrieve_batch", "limit": 100, "offset": numbers.len() });
        let page = query(world, page).await?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        if items.is_empty() {
            return Ok(numbers);
        }
        numbers.extend(items.iter().map(|item| item["request"]["number"].to_string()));
    }
}

/// Lines of the report, and whether any promise was broken.
struct Report {
    broken: u32,
}

impl Report {
    fn line(&mut self, holds: bool, text: &str) -> Result<(), Failure> {
        self.broken += u32::from(!holds);
        say(&format!("{}  {text}", if holds { "ok    " } else { "BROKEN" }))
    }
}

pub(super) fn report(
    world: &World,
    receiver: &Receiver,
    data: &DataFolder,
    place: &Path,
    rest: &Rest,
) -> Result<(), Failure> {
    let records = &rest.records;
    let mut report = Report { broken: 0 };
    of_orders(&mut report, world, rest)?;
    of_callbacks(&mut report, world, receiver)?;
    let audit = sqlite::audit::audit(&data.database())?;
    report
        .line(audit.integrity == ["ok"], &format!("the database is whole: {}", audit.integrity.join("; ")))?;
    for (rule, broken) in &audit.rules {
        report.line(*broken == 0, &format!("{rule}: {broken} are not so"))?;
    }
    of_ledger(&mut report, &audit)?;
    of_files(&mut report, &audit, place, records)?;
    let faults = &world.seen().faults;
    report.line(faults.is_empty(), &format!("callers saw {} things that must not be", faults.len()))?;
    faults.iter().take(20).try_for_each(|fault| say(&format!("        {fault}")))?;
    match report.broken {
        0 => Ok(()),
        broken => Err(Failure(format!("{broken} promises were broken"))),
    }
}

fn of_orders(report: &mut Report, world: &World, rest: &Rest) -> Result<(), Failure> {
    let records = &rest.records;
    let accepted = world.tasks();
    let found: HashSet<&str> = records.iter().filter_map(|record| record["id"].as_str()).collect();
    let missing = accepted.iter().filter(|task| !found.contains(task.as_str())).count();
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
    let ended = succeeded + cancelled == records.len();
    let text =
        format!("every task has its outcome: {succeeded} succeeded, {cancelled} cancelled, {failed} failed");
    report.line(ended, &text)?;
    of_kinds(report, world, records)?;
    // Whatever was sent again, with a key or without, is one task.
    let distinct: HashSet<_> = rest.listed.iter().collect();
    let doubled = rest.listed.len() - distinct.len();
    report.line(
        doubled == 0,
        &format!("of {} tasks, none is an order's second: {doubled} are", rest.listed.len()),
    )
}

/// From how many tasks on there are some of each kind.
const MANY: usize = 200;

fn of_kinds(report: &mut Report, world: &World, records: &[Value]) -> Result<(), Failure> {
    let made = |path: &str, action: Option<&str>| {
        let is_so =
            |record: &&Value| record["type"] == path && record["request"]["action"].as_str() == action;
        records.iter().filter(is_so).filter(|record| record["state"] == "succeeded").count()
    };
    let counts = [
        ("uploads", made("upload", None)),
        ("WAV files", made("wav", None)),
        ("covers", made("audios", Some("cover"))),
        ("archives of stems", made("audios", Some("stems"))),
    ];
    // With none, all that is said of them would be true of itself.
    let enough = !world.scripted || records.len() < MANY || counts.iter().all(|(_, count)| *count > 0);
    let told = counts.map(|(what, count)| format!("{count} {what}")).join(", ");
    report.line(enough, &format!("of everything something was made: {told}"))
}

fn of_callbacks(report: &mut Report, world: &World, receiver: &Receiver) -> Result<(), Failure> {
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

/// That the entries add up is among the rules of the audit; here, that what was paid is what is there.
fn of_ledger(report: &mut Report, audit: &sqlite::audit::Audit) -> Result<(), Failure> {
    let Account { granted, available, held, spent } = audit.quota;
    let adds_up = granted == Credits::whole(QUOTA)
        && [available, held, spent].into_iter().try_fold(Credits::ZERO, Credits::plus) == Some(granted);
    let text = format!("the quota adds up: {available} left, {held} held and {spent} spent of {granted}");
    report.line(adds_up, &text)?;
    report.line(held == Credits::ZERO, &format!("nothing is held once everything has ended: {held} are"))?;
    // Nobody deletes any.
    let songs = audit.songs.len();
    let paid = spent == Credits::whole(u32::try_from(songs).unwrap_or(u32::MAX));
    report.line(paid, &format!("every song is paid, once: {spent} for {songs} songs"))
}

fn of_files(
    report: &mut Report,
    audit: &sqlite::audit::Audit,
    place: &Path,
    records: &[Value],
) -> Result<(), Failure> {
    let known: HashSet<&str> = audit
        .songs
        .iter()
        .map(|(_, folder)| folder)
        .chain(&audit.other_folders)
        .map(|folder| folder.as_str())
        .collect();
    let (mut folders, mut orphans, mut half_written) = (HashSet::new(), Vec::new(), 0);
    for root in ["files", "masters"] {
        for parent in entries(&place.join(root))? {
            for folder in entries(&parent)? {
                let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if !known.contains(name.as_str()) {
                    orphans.push(format!("{root}/{name}"));
                }
                folders.insert(name);
                let hidden = |file: &std::path::PathBuf| {
                    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
                };
                half_written += entries(&folder)?.iter().filter(|file| hidden(file)).count();
            }
        }
    }
    // With fewer, all that is said of files would be true of itself.
    let enough = folders.len() >= 2;
    report.line(enough, &format!("songs have files of their own: there are {} folders", folders.len()))?;
    let text = format!("{} folders of files all belong to songs: {} do not", folders.len(), orphans.len());
    report.line(orphans.is_empty(), &text)?;
    orphans.iter().take(5).try_for_each(|orphan| say(&format!("        {orphan}")))?;
    report.line(half_written == 0, &format!("no file is half-written: {half_written} are"))?;
    let mut names = Vec::new();
    records.iter().for_each(|record| name_files(&record["response"], &mut names));
    let there = |name: &&str| {
        let path = place.join("files").join(name.get(..2).unwrap_or_default()).join(name);
        std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
    };
    let gone = names.iter().filter(|name| !there(name)).count();
    report.line(gone == 0, &format!("{} files that records name are all there: {gone} are not", names.len()))
}

/// The files of ours that are named anywhere within a value.
fn name_files<'a>(value: &'a Value, names: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => names.extend(text.split_once("/files/").map(|(_, name)| name)),
        Value::Array(items) => items.iter().for_each(|item| name_files(item, names)),
        Value::Object(fields) => fields.values().for_each(|field| name_files(field, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
