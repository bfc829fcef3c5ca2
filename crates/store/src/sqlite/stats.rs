//! How much waits, from the rows that say so in sum, and from indexes of what is unfinished alone.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{CredentialId, TaskKind, Timestamp};
use rusqlite::Connection;

use super::SqliteStore;
use super::rows::{crew_number, kind_number};
use crate::stats::MOST_COUNTED;
use crate::{CommitObserver, Depths, Prospects, StoreError, StoreStats};

#[async_trait]
impl StoreStats for SqliteStore {
    async fn depths(&self) -> Result<Depths, StoreError> {
        self.readers.read(depths)
    }

    async fn prospects(&self, credential: CredentialId, kind: TaskKind) -> Result<Prospects, StoreError> {
        self.readers.read(|connection| prospects(connection, credential, kind))
    }

    async fn has_tasks(&self) -> Result<bool, StoreError> {
        self.readers.read(|connection| {
            Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM tasks)", [], |row| row.get(0))?)
        })
    }

    fn observe_commits(&self, observer: Arc<dyn CommitObserver>) {
        // The first one stays: a store has one server.
        drop(self.writer.observed.set(observer));
    }
}

/// One row a credential and crew that ordered since the start.
const LANES: &str = "SELECT coalesce(sum(waiting), 0), coalesce(sum(in_flight), 0), min(head) FROM lanes";
/// Leases and times of the next try.
const DUE: &str = "SELECT count(*) FROM (SELECT 1 FROM queue WHERE due_ms IS NOT NULL LIMIT ?1)";
const OWED: &str = "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 0 LIMIT ?1)";
/// One row a destination.
const UNDER_WAY: &str = "SELECT coalesce(sum(leased), 0) FROM destinations";
const GIVEN_UP: &str = "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 3 LIMIT ?1)";

fn depths(connection: &Connection) -> Result<Depths, StoreError> {
    let count = |sql: &str, most: u64| -> Result<u64, StoreError> {
        Ok(connection.prepare_cached(sql)?.query_row([most], |row| row.get(0))?)
    };
    let lanes =
        connection.prepare_cached(LANES)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (waiting, running, head): (u64, u64, Option<i64>) = lanes?;
    let oldest_waiting = match head {
        Some(head) => {
            let mut oldest = connection.prepare_cached("SELECT created_ms FROM tasks WHERE no = ?1")?;
            Some(Timestamp::from_millis(oldest.query_row([head], |row| row.get(0))?))
        }
        None => None,
    };
    Ok(Depths {
        waiting,
        delayed: count(DUE, MOST_COUNTED.saturating_add(running))?.saturating_sub(running),
        running,
        oldest_waiting,
        callbacks_waiting: count(OWED, MOST_COUNTED)?,
        callbacks_under_way: connection.prepare_cached(UNDER_WAY)?.query_row([], |row| row.get(0))?,
        dead_letters: count(GIVEN_UP, MOST_COUNTED)?,
    })
}

/// What is before an order of a credential in the queue of its crew, what that crew has in work, and what the credential
/// itself has before it. One row a credential and crew that ordered since the start.
const AHEAD: &str = "WITH own AS (SELECT no, application_no FROM credentials WHERE id = ?1), \
     waits AS (SELECT application_no, sum(waiting) AS n FROM lanes WHERE crew = ?2 GROUP BY application_no), \
     before AS (SELECT coalesce(sum(n), 0) AS n FROM waits JOIN own USING (application_no)) \
     SELECT coalesce((SELECT sum(iif(w.application_no = o.application_no, w.n, min(w.n, b.n + 1))) \
         FROM waits w, own o, before b), 0), \
       (SELECT coalesce(sum(in_flight), 0) FROM lanes WHERE crew = ?2), \
       coalesce((SELECT waiting + in_flight FROM lanes JOIN own ON own.no = lanes.credential_no WHERE crew = ?2), 0)";

/// Tasks among the last ones that tell how long work takes, and how many of those are looked at.
const LAST: &str = "SELECT finished_ms - started_ms FROM tasks WHERE no > (SELECT max(no) FROM tasks) - 500 \
     AND kind = ?1 AND outcome = 2 AND started_ms IS NOT NULL ORDER BY no DESC LIMIT 25";

fn prospects(
    connection: &Connection,
    credential: CredentialId,
    kind: TaskKind,
) -> Result<Prospects, StoreError> {
    let mut ahead = connection.prepare_cached(AHEAD)?;
    let (ahead, running, own) = ahead
        .query_row((credential.as_bytes(), crew_number(kind.crew())), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let mut last = connection.prepare_cached(LAST)?;
    let last = last.query_map([kind_number(kind)], |row| row.get::<_, i64>(0))?;
    let mut took = last.collect::<Result<Vec<_>, _>>()?;
    took.sort_unstable();
    let usual =
        took.get(took.len() / 2).map(|&millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0)));
    Ok(Prospects { ahead, running, own, usual })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_counted_by_reading_a_whole_table_of_tasks_or_deliveries() {
        let home = tempfile::tempdir().expect("a folder");
        let connection = super::super::open_for_writing(&home.path().join("test.db")).expect("opens");
        for sql in [DUE, OWED, GIVEN_UP] {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepared");
            let steps: Vec<String> = plan
                .query_map([MOST_COUNTED], |row| row.get(3))
                .expect("explained")
                .collect::<Result<_, _>>()
                .expect("readable");
            let reads = steps.iter().find(|step| step.contains("queue") || step.contains("deliveries"));
            let reads = reads.unwrap_or_else(|| panic!("{sql}: {steps:?}"));
            assert!(reads.contains("COVERING INDEX"), "{sql}: {steps:?}");
        }
    }
}
