//! What may run next, in a few rows however many tasks wait: `lanes` sums up a credential's tasks for one crew of workers,
//! `turns` says for each application and crew whose turn it is. Whoever moves a task changes them in the same transaction.

use domain::Crew;

use super::rows;
use super::writer::Batch;
use crate::{QueueRules, StoreError};

/// The tasks of one credential for one crew.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    pub credential_no: i64,
    pub application_no: i64,
    /// As [`rows::crew_number`] writes it.
    pub crew: i64,
}

/// The oldest waiting task of lane `?1` and crew `?2`.
macro_rules! oldest {
    () => {
        "head = (SELECT min(task_no) FROM queue WHERE credential_no = ?1 AND crew = ?2 AND state = 0) \
         WHERE credential_no = ?1 AND crew = ?2"
    };
}

impl Lane {
    const fn key(self) -> (i64, i64) {
        (self.credential_no, self.crew)
    }

    /// Counts a task that now waits.
    pub fn wait(self, batch: &mut Batch<'_>, rules: &QueueRules, task_no: i64) -> Result<(), StoreError> {
        batch.run(
            "INSERT INTO lanes (credential_no, crew, application_no, waiting, in_flight, delayed, head) \
             VALUES (?1, ?2, ?3, 1, 0, 0, ?4) \
             ON CONFLICT DO UPDATE SET waiting = waiting + 1, head = min(coalesce(head, ?4), ?4)",
            (self.credential_no, self.crew, self.application_no, task_no),
        )?;
        batch.waiting += 1;
        self.refresh_turn(batch, rules)
    }

    /// A worker took its oldest task: the turn passes on.
    fn taken(self, batch: &mut Batch<'_>, rules: &QueueRules) -> Result<(), StoreError> {
        let sql = concat!("UPDATE lanes SET waiting = waiting - 1, in_flight = in_flight + 1, ", oldest!());
        batch.run(sql, self.key())?;
        batch.waiting -= 1;
        batch.run(
            "UPDATE turns SET turn = (SELECT max(turn) FROM turns WHERE crew = ?2) + 1 \
             WHERE application_no = ?1 AND crew = ?2",
            (self.application_no, self.crew),
        )?;
        self.refresh_turn(batch, rules)
    }

    /// A task that waited is gone.
    pub fn left(self, batch: &mut Batch<'_>, rules: &QueueRules) -> Result<(), StoreError> {
        batch.run(concat!("UPDATE lanes SET waiting = waiting - 1, ", oldest!()), self.key())?;
        batch.waiting -= 1;
        self.refresh_turn(batch, rules)
    }

    /// A worker no longer has one of its tasks.
    pub fn let_go(self, batch: &Batch<'_>, rules: &QueueRules) -> Result<(), StoreError> {
        batch.run(
            "UPDATE lanes SET in_flight = in_flight - 1 WHERE credential_no = ?1 AND crew = ?2",
            self.key(),
        )?;
        self.refresh_turn(batch, rules)
    }

    /// So many more of its tasks wait for the time of their next try.
    pub fn delay(self, batch: &Batch<'_>, by: i64) -> Result<(), StoreError> {
        let sql = "UPDATE lanes SET delayed = delayed + ?3 WHERE credential_no = ?1 AND crew = ?2";
        batch.run(sql, (self.credential_no, self.crew, by)).map(drop)
    }

    /// Notes whether its application has a task that may run. One that is new goes before all others.
    fn refresh_turn(self, batch: &Batch<'_>, rules: &QueueRules) -> Result<(), StoreError> {
        batch.run(
            "INSERT INTO turns (application_no, crew, turn, ready) VALUES (?1, ?2, 0, EXISTS (SELECT 1 FROM lanes \
               WHERE application_no = ?1 AND crew = ?2 AND waiting > 0 AND (?3 = 0 OR in_flight < ?3))) \
             ON CONFLICT DO UPDATE SET ready = excluded.ready WHERE ready <> excluded.ready",
            (self.application_no, self.crew, rules.in_flight_per_credential),
        )?;
        Ok(())
    }
}

/// How many of a credential's tasks are unfinished, with either crew: one that waits for its next try is, too.
pub(super) fn under_way(batch: &Batch<'_>, credential_no: i64) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(sum(waiting + in_flight + delayed), 0) FROM lanes WHERE credential_no = ?1";
    Ok(batch.one(sql, [credential_no], |row| row.get(0))?.unwrap_or_default())
}

/// The task whose turn it is at a crew, with its lane, from which `take` takes it.
pub(super) fn take_next(
    batch: &mut Batch<'_>,
    rules: &QueueRules,
    crew: Crew,
    take: impl FnOnce(&Batch<'_>, i64) -> Result<(), StoreError>,
) -> Result<Option<(Lane, i64)>, StoreError> {
    let crew = rows::crew_number(crew);
    let next = "SELECT application_no FROM turns WHERE crew = ?1 AND ready = 1 ORDER BY turn LIMIT 1";
    let Some(application_no) = batch.one(next, [crew], |row| row.get(0))? else { return Ok(None) };
    let oldest = "SELECT credential_no, head FROM lanes WHERE application_no = ?1 AND crew = ?2 AND waiting > 0 \
                  AND (?3 = 0 OR in_flight < ?3) ORDER BY head LIMIT 1";
    let oldest = batch.one(oldest, (application_no, crew, rules.in_flight_per_credential), |row| {
        Ok((Lane { credential_no: row.get(0)?, application_no, crew }, row.get(1)?))
    })?;
    let Some((lane, task_no)) = oldest else {
        return Err(rows::corrupt("turns", "ready", application_no, "no lane of it may run"));
    };
    take(batch, task_no)?;
    lane.taken(batch, rules)?;
    Ok(Some((lane, task_no)))
}

/// Makes lanes and turns anew from the queue.
pub(super) fn rebuild(batch: &mut Batch<'_>, rules: &QueueRules) -> Result<(), StoreError> {
    batch.run("DELETE FROM lanes", [])?;
    batch.run(
        "INSERT INTO lanes (credential_no, crew, application_no, waiting, in_flight, delayed, head) \
         SELECT q.credential_no, q.crew, c.application_no, sum(q.state = 0), sum(q.state = 1), sum(q.state = 2), \
                min(iif(q.state = 0, q.task_no, NULL)) \
         FROM queue q JOIN credentials c ON c.no = q.credential_no GROUP BY q.credential_no, q.crew",
        [],
    )?;
    let waiting = batch.one("SELECT coalesce(sum(waiting), 0) FROM lanes", [], |row| row.get(0))?;
    batch.waiting = waiting.unwrap_or_default();
    batch.run("UPDATE turns SET ready = 0 WHERE ready = 1", [])?;
    let lanes = batch.all("SELECT credential_no, application_no, crew FROM lanes", [], |row| {
        Ok(Lane { credential_no: row.get(0)?, application_no: row.get(1)?, crew: row.get(2)? })
    })?;
    lanes.into_iter().try_for_each(|lane| lane.refresh_turn(batch, rules))
}

#[cfg(test)]
mod tests {
    use super::super::open_for_writing;
    use super::super::schema::{BEFORE_THE_CREWS, older};

    #[test]
    fn what_waits_in_an_older_database_waits_for_the_crew_that_does_it() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("test.db");
        let old = older(&path, BEFORE_THE_CREWS);
        old.execute_batch(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO credentials (no, id, application_no, token_hash, last_four, created_ms)
                VALUES (5, zeroblob(16), 7, zeroblob(32), 'wxyz', 0);
             INSERT INTO lanes (credential_no, application_no, waiting, in_flight, head) VALUES (5, 7, 2, 1, 1);
             INSERT INTO turns (application_no, turn, ready) VALUES (7, 3, 1);",
        )
        .expect("kept");
        // A song waits, an upload is in work, a song waits for its next try, an upload waits.
        for (no, (kind, state)) in (1_i64..).zip([(1, 0), (3, 1), (1, 2), (3, 0)]) {
            let task = "INSERT INTO tasks (no, id, trace_id, application_no, credential_no, kind, created_ms, charged, \
                        waits, fingerprint, request) VALUES (?1, CAST(printf('%016d', ?1) AS BLOB), \
                        CAST(printf('%016d', ?1) AS BLOB), 7, 5, ?2, 0, 0, 0, zeroblob(16), '{}')";
            old.execute(task, (no, kind)).expect("kept");
            let place = "INSERT INTO queue (task_no, credential_no, state) VALUES (?1, 5, ?2)";
            old.execute(place, (no, state)).expect("kept");
        }
        drop(old);
        let now = open_for_writing(&path).expect("brought up to date");
        let rows = |sql: &str| -> Vec<[Option<i64>; 5]> {
            let mut rows = now.prepare(sql).expect("a query");
            let rows = rows
                .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]));
            rows.expect("read").collect::<Result<_, _>>().expect("rows")
        };
        let lanes = rows("SELECT crew, waiting, in_flight, delayed, head FROM lanes ORDER BY crew");
        assert_eq!(lanes, [[1, 1, 0, 1, 1], [2, 1, 1, 0, 4]].map(|lane| lane.map(Some)));
        let turns = rows("SELECT application_no, crew, turn, ready, 0 FROM turns");
        assert_eq!(turns, [[7, 1, 3, 1, 0]].map(|turn| turn.map(Some)), "a server that starts adds the rest");
    }
}
