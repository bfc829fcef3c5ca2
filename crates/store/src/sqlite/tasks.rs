//! [`TaskStore`] in SQLite: which writes are one transaction, and which reads go where.

use std::time::Duration;

use async_trait::async_trait;
use domain::{AudioId, Bounds, CredentialId, Crew, Ended, GaveBack, TaskId, Timestamp, TraceId, UserId};
use rusqlite::{Connection, Params, Row};

use super::queue::Lease;
use super::writer::Batch;
use super::{SqliteStore, ending, orders, outbox, queue, rows};
use crate::failpoint::around;
use crate::{
    Accepted, Claim, Claimed, Filter, Finish, FolderName, GivenBack, IdempotencyKey, Kept, Listing, NewSong,
    NewTask, Page, Released, StoreError, TaskRecord, TaskStore, Unanswered,
};

macro_rules! song_where {
    ($rest:literal) => {
        concat!(
            "SELECT s.task_no, s.engine, s.plan, s.folder, s.samples, s.master_sha256, s.title, s.lyric, ",
            "EXISTS (SELECT 1 FROM shared_folders f WHERE f.folder = s.folder), s.audio_id FROM songs s ",
            "JOIN tasks t ON t.no = s.task_no ",
            $rest
        )
    };
}

#[async_trait]
impl TaskStore for SqliteStore {
    fn is_at_rest(&self) -> bool {
        self.writer.is_at_rest()
    }

    fn takes_writes(&self) -> bool {
        self.writer.lives()
    }

    async fn accept(&self, task: NewTask) -> Result<Accepted, StoreError> {
        let rules = self.rules;
        self.writer.write(move |batch| around("order", || orders::accept(batch, &rules, &task))).await
    }

    async fn task(&self, owner: UserId, id: TaskId) -> Result<Option<TaskRecord>, StoreError> {
        self.task_now(owner, id)
    }

    async fn task_by_trace(&self, owner: UserId, trace: TraceId) -> Result<Option<TaskRecord>, StoreError> {
        self.task_by_trace_now(owner, trace)
    }

    async fn list(&self, owner: UserId, filter: Filter, page: Page) -> Result<Listing, StoreError> {
        self.list_now(owner, &filter, page)
    }

    async fn claim_next(
        &self,
        crew: Crew,
        now: Timestamp,
        lease_end: Timestamp,
        folder: FolderName,
    ) -> Result<Option<Claimed>, StoreError> {
        let something_may_run = self.readers.read(|connection| {
            let mut ready =
                connection.prepare_cached("SELECT 1 FROM turns WHERE crew = ?1 AND ready = 1 LIMIT 1")?;
            Ok(ready.exists([rows::crew_number(crew)])?)
        })?;
        if !something_may_run {
            return Ok(None);
        }
        let rules = self.rules;
        let lease = Lease { from: now, to: lease_end };
        let claim = move |batch: &mut Batch<'_>| queue::claim_next(batch, &rules, crew, lease, &folder);
        self.writer.write(move |batch| around("claim", || claim(batch))).await
    }

    async fn renew(
        &self,
        claim: Claim,
        lease_end: Timestamp,
        progress: Option<u8>,
    ) -> Result<bool, StoreError> {
        self.writer.write(move |batch| queue::renew(batch, claim, lease_end, progress)).await
    }

    async fn finish(&self, claim: Claim, ended: Ended, kept: Kept) -> Result<Finish, StoreError> {
        let rules = self.rules;
        self.writer
            .write(move |batch| around("result", || ending::finish(batch, &rules, claim, &ended, &kept)))
            .await
    }

    async fn give_back(
        &self,
        claim: Claim,
        why: GaveBack,
        bounds: Bounds,
        now: Timestamp,
        retry_at: Timestamp,
    ) -> Result<GivenBack, StoreError> {
        let rules = self.rules;
        let again = queue::Again { bounds, now, retry_at };
        self.writer
            .write(move |batch| match queue::held(batch, claim)? {
                None => Ok(GivenBack::Stale),
                Some(held) => around("give_back", || queue::give_back(batch, &rules, &held, &why, again)),
            })
            .await
    }

    async fn release_due(&self, bounds: Bounds, now: Timestamp) -> Result<Vec<Released>, StoreError> {
        let rules = self.rules;
        self.writer
            .write(move |batch| around("take_back", || queue::release_due(batch, &rules, bounds, now)))
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(|connection| {
            let mut next = connection.prepare_cached(
                "SELECT min(due_ms) FROM (SELECT min(due_ms) AS due_ms FROM queue WHERE due_ms IS NOT NULL \
                 UNION ALL SELECT min(deadline_ms) FROM queue WHERE deadline_ms IS NOT NULL)",
            )?;
            Ok(next.query_row([], |row| row.get::<_, Option<i64>>(0))?.map(Timestamp::from_millis))
        })
    }

    async fn void_leases(&self, bounds: Bounds, now: Timestamp) -> Result<Vec<Released>, StoreError> {
        let rules = self.rules;
        self.writer
            .write(move |batch| {
                outbox::void_leases(batch, &rules, now)?;
                queue::void_leases(batch, &rules, bounds, now)
            })
            .await
    }

    async fn unanswered(&self, since: Timestamp) -> Result<Vec<Unanswered>, StoreError> {
        self.readers.read(|connection| {
            let mut found = recent(connection, since)?;
            let mut statement = connection.prepare_cached(
                "SELECT fingerprint, id FROM tasks WHERE waits = 1 AND finished_ms IS NULL \
                 UNION ALL SELECT fingerprint, id FROM tasks WHERE waits = 1 AND finished_ms >= ?1",
            )?;
            let waited_for = statement.query_map([since.as_millis()], unanswered)?;
            waited_for.into_iter().try_for_each(|row| row.map(|row| found.push(row)))?;
            Ok(found)
        })
    }

    async fn task_of_key(
        &self,
        credential: CredentialId,
        key: &IdempotencyKey,
    ) -> Result<Option<TaskId>, StoreError> {
        self.readers.read(|connection| {
            // The last keys are in no index yet: so many that they can be looked through.
            let mut statement = connection.prepare_cached(
                "WITH given AS (SELECT l.* FROM idempotency_log l WHERE l.no > (SELECT indexed_to FROM idempotency_indexed) \
                 AND l.key_hash = ?2 UNION ALL SELECT l.* FROM credentials c JOIN idempotency_index i \
                 ON i.application_no = c.application_no AND i.key_hash = ?2 JOIN idempotency_log l ON l.no = i.no WHERE c.id = ?1) \
                 SELECT task_id FROM given JOIN credentials c USING (application_no) \
                 WHERE c.id = ?1 AND key_hash = ?2 AND order_hash = ?3 AND given.created_ms >= ?4",
            )?;
            let since = key.holds_since.as_millis();
            let mut found = statement.query((credential.as_bytes(), key.key_hash, key.order_hash, since))?;
            Ok(found.next()?.map(|row| row.get(0).map(TaskId::from_bytes)).transpose()?)
        })
    }

    async fn song(&self, owner: UserId, id: AudioId) -> Result<Option<NewSong>, StoreError> {
        self.readers.read(|connection| {
            one_song(
                connection,
                song_where!(
                    "JOIN applications a ON a.no = t.application_no JOIN users u ON u.no = a.user_no \
                     WHERE s.audio_id = ?1 AND u.id = ?2"
                ),
                (id.as_bytes(), owner.as_bytes()),
            )
        })
    }

    async fn source(&self, task: TaskId, id: AudioId) -> Result<Option<NewSong>, StoreError> {
        self.readers.read(|connection| {
            one_song(
                connection,
                song_where!(
                    "JOIN applications a ON a.no = t.application_no WHERE s.audio_id = ?1 AND a.user_no = \
                     (SELECT b.user_no FROM tasks o JOIN applications b ON b.no = o.application_no WHERE o.id = ?2)"
                ),
                (id.as_bytes(), task.as_bytes()),
            )
        })
    }

    async fn song_of(&self, task: TaskId) -> Result<Option<NewSong>, StoreError> {
        self.readers
            .read(|connection| one_song(connection, song_where!("WHERE t.id = ?1"), [task.as_bytes()]))
    }

    async fn song_in(&self, folder: &FolderName) -> Result<Option<NewSong>, StoreError> {
        let found = self.readers.read(|connection| {
            one_song(connection, song_where!("WHERE s.folder = ?1 LIMIT 1"), [folder.as_str()])
        })?;
        Ok(found.filter(|song| !song.shared))
    }
}

fn one_song(connection: &Connection, sql: &str, key: impl Params) -> Result<Option<NewSong>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(key)?;
    let Some(row) = found.next()? else { return Ok(None) };
    Ok(Some(NewSong {
        audio_id: AudioId::from_bytes(row.get(9)?),
        title: row.get(6)?,
        lyric: row.get(7)?,
        engine: row.get(1)?,
        plan: row.get(2)?,
        folder: rows::folder(row.get(3)?, row.get(0)?)?,
        shared: row.get(8)?,
        samples: row.get(4)?,
        master_sha256: row.get(5)?,
    }))
}

/// How long an order may take from its time to its commit, so that later ones overtake it. A server that starts reads so
/// much further back, and an order that took longer has no mark: its client gave up long before.
const OVERTAKING: Duration = Duration::from_secs(2);

/// The orders made since then: read from the newest back, since their numbers follow time but for commits that
/// overtook each other.
fn recent(connection: &Connection, since: Timestamp) -> Result<Vec<Unanswered>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT fingerprint, id, created_ms FROM tasks ORDER BY no DESC")?;
    let mut newest_first = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = newest_first.next()? {
        let created_at = rows::time(row, "created_ms")?;
        if created_at >= since {
            found.push(unanswered(row)?);
        } else if created_at < since.minus(OVERTAKING) {
            break;
        }
    }
    Ok(found)
}

fn unanswered(row: &Row<'_>) -> rusqlite::Result<Unanswered> {
    Ok(Unanswered { fingerprint: row.get(0)?, task: TaskId::from_bytes(row.get(1)?) })
}
