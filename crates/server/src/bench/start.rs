//! `bench start`: how soon an idle server's engine starts on an order.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use store::DataFolder;

use super::account::new_token;
use super::child::ChildServer;
use super::figures::{LATENCY_HEADINGS, Latencies, print_table, row};
use super::folder;
use super::load::Connection;
use super::requests::{post, retrieve};
use crate::cli::{Failure, say, tell};
use crate::clock::{Clock as _, SystemClock};
use crate::stopwatch::Stopwatch;

/// Arguments of `bench start`.
#[derive(Args)]
pub struct Arguments {
    /// How many orders, one after the other, each once the song before it is done.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
    /// Stop after so many seconds, whatever is left.
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
}

/// The longest that one song may take.
const SONG_WITHIN: Duration = Duration::from_secs(120);
/// How often a song at work is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What was measured.
#[derive(Default)]
struct Starts {
    /// What the records say: from `created_at` to `started_at`.
    told: Latencies,
    /// From the order's sending to its answer.
    answered: Latencies,
    /// From the order's answer to the first answer that shows it at work.
    seen: Latencies,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = folder::temporary(None)?;
    let store = folder::open(&DataFolder::open(folder.path())?)?;
    let token = new_token(&store, "bench@example.com", None).await?.secret;
    store.close();
    let server = ChildServer::serve(folder.path(), &[]).await?;
    let mut connection = Connection::open(server.address()).await?;
    let mut starts = Starts::default();
    let (limit, watch) = (Duration::from_secs(arguments.seconds), Stopwatch::start());
    while starts.told.count() < arguments.orders as usize && watch.elapsed() < limit {
        one(&mut connection, &token, &mut starts).await?;
        if starts.told.count().is_multiple_of(20) {
            tell(&format!("{} of {} orders", starts.told.count(), arguments.orders));
        }
    }
    server.stop().await?;
    report(&starts)
}

async fn one(connection: &mut Connection, token: &str, starts: &mut Starts) -> Result<(), Failure> {
    // About the shortest song there is.
    let order = json!({ "lyric": "[Verse]\nOne", "custom": true, "instrumental": true, "async": true });
    let sent = Stopwatch::start();
    let answer = connection.ask_json(&post("/producer/audios", token, &order.to_string())).await?;
    starts.answered.add(sent.elapsed());
    let answered = Stopwatch::start();
    let id =
        answer["task_id"].as_str().ok_or_else(|| Failure(format!("expected a task_id; came {answer}")))?;
    let request = retrieve(token, id);
    let mut record = connection.ask_json(&request).await?;
    while record["state"] == "pending" {
        if answered.elapsed() > SONG_WITHIN {
            return Err(Failure(format!("the engine did not start: {record}")));
        }
        record = connection.ask_json(&request).await?;
    }
    starts.seen.add(answered.elapsed());
    starts.told.add(started_after(&record)?);
    while record["state"] == "processing" && answered.elapsed() < SONG_WITHIN {
        SystemClock::default().sleep_until(SystemClock::default().now().plus(LOOK)).await;
        record = connection.ask_json(&request).await?;
    }
    if record["state"] == "succeeded" {
        Ok(())
    } else {
        Err(Failure(format!("expected a song; came {record}")))
    }
}

/// What the record tells of the time between order and start.
fn started_after(record: &Value) -> Result<Duration, Failure> {
    let seconds = |key: &str| record[key].as_f64();
    let (Some(created), Some(started)) = (seconds("created_at"), seconds("started_at")) else {
        return Err(Failure(format!("expected created_at and started_at; came {record}")));
    };
    // Both are whole milliseconds, their difference as a float not quite.
    Ok(Duration::from_secs_f64(((started - created).max(0.0) * 1_000.0).round() / 1_000.0))
}

fn report(starts: &Starts) -> Result<(), Failure> {
    let orders = starts.told.count();
    say(&format!("{orders} orders, one after the other, each on an idle server with its default settings"))?;
    let mut headings = row([""]);
    headings.extend(LATENCY_HEADINGS.map(str::to_owned));
    let cells = |name: &str, latencies: &Latencies| {
        let mut cells = row([name]);
        cells.extend(latencies.cells());
        cells
    };
    print_table(&[
        headings,
        cells("record: created_at to started_at", &starts.told),
        cells("measured: order sent to order answered", &starts.answered),
        cells("measured: order answered to seen at work", &starts.seen),
    ])?;
    say(
        "Compared with: nothing. The record's times are whole milliseconds; started_at is taken before the claim is \
         committed. Seen at work is after that commit, right before the engine is called, and includes the query \
         that sees it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_tells_whole_milliseconds() {
        let record = json!({ "created_at": 1_767_119_745.524, "started_at": 1_767_119_745.531 });
        assert_eq!(started_after(&record).expect("both"), Duration::from_millis(7));
        assert!(started_after(&json!({ "created_at": 1.0 })).is_err());
    }
}
