//! Lists of a user's tasks, newest first, with the count of all that match. What it costs is set by the page, not
//! by how many tasks there are.

use domain::{ApplicationId, TaskKind, UserId};
use rusqlite::Connection;

use super::counts::{self, LEVELS, Stream, Window};
use super::rows::{Directory, kind_number};
use super::{SqliteStore, records};
use crate::{Filter, Listing, Page, StoreError};

impl SqliteStore {
    pub(super) fn list_now(&self, owner: UserId, filter: &Filter, page: Page) -> Result<Listing, StoreError> {
        // One read, one snapshot: the count and the items are of the same moment.
        self.readers.read(|connection| list(connection, &self.directory, owner, filter, page))
    }
}

fn list(
    connection: &Connection,
    directory: &Directory,
    owner: UserId,
    filter: &Filter,
    page: Page,
) -> Result<Listing, StoreError> {
    let (count, numbers) = page_of(connection, owner, filter, page)?;
    let records = numbers.into_iter().map(|no| records::by_number(connection, directory, no));
    Ok(Listing { count, items: records.filter_map(Result::transpose).collect::<Result<_, _>>()? })
}

/// How many tasks match, and the row numbers of those of a page.
pub(super) fn page_of(
    connection: &Connection,
    owner: UserId,
    filter: &Filter,
    page: Page,
) -> Result<(u64, Vec<i64>), StoreError> {
    let streams = streams(connection, owner, filter.application, filter.kind)?;
    let window = window(filter);
    let count = counts::count(connection, &streams, window)?;
    let start = counts::start(connection, &streams, window, page.offset)?;
    let numbers = match start.last {
        None => Vec::new(),
        Some(last) => newest(connection, &streams, Window { last, ..window }, start.offset, page.limit)?,
    };
    Ok((count, numbers))
}

fn window(filter: &Filter) -> Window {
    // Times that no clock reaches lie one beyond the largest stretch, where no task is.
    let end = 1_i64 << LEVELS[0];
    let millis =
        |time: Option<domain::Timestamp>, default: i64| time.map_or(default, domain::Timestamp::as_millis);
    let first = millis(filter.created_min, 0).clamp(0, end);
    let last = millis(filter.created_max, end).clamp(-1, end - 1);
    Window { first, last }
}

/// The row numbers of the applications of `owner`, or of this one if it is among them.
pub(super) fn applications(
    connection: &Connection,
    owner: UserId,
    application: Option<ApplicationId>,
) -> Result<Vec<i64>, StoreError> {
    let mut of_owner = connection.prepare_cached(
        "SELECT a.no FROM users u JOIN applications a ON a.user_no = u.no \
         WHERE u.id = ?1 AND (?2 IS NULL OR a.id = ?2)",
    )?;
    let application = application.map(|id| *id.as_bytes());
    let found = of_owner.query_map((owner.as_bytes(), application), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn streams(
    connection: &Connection,
    owner: UserId,
    application: Option<ApplicationId>,
    kind: Option<TaskKind>,
) -> Result<Vec<Stream>, StoreError> {
    // Each kind is asked for by name: without one, all of an application's counts would be read.
    let mut has_any = connection.prepare_cached(
        "SELECT 1 FROM task_counts WHERE application_no = ?1 AND kind = ?2 AND level = ?3 AND bucket = 0",
    )?;
    let asked_for = |each: &TaskKind| kind.is_none_or(|kind| kind == *each);
    let mut found = Vec::new();
    for application_no in applications(connection, owner, application)? {
        for kind in TaskKind::ALL.into_iter().filter(asked_for).map(kind_number) {
            if has_any.exists((application_no, kind, LEVELS[0]))? {
                found.push(Stream { application_no, kind });
            }
        }
    }
    Ok(found)
}

/// The row numbers of a page: each stream gives its newest, and they are merged.
fn newest(
    connection: &Connection,
    streams: &[Stream],
    window: Window,
    offset: u64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let wanted = offset.saturating_add(u64::from(limit));
    let mut statement = connection.prepare_cached(
        "SELECT created_ms, no FROM tasks INDEXED BY tasks_newest \
         WHERE application_no = ?1 AND kind = ?2 AND created_ms BETWEEN ?3 AND ?4 \
         ORDER BY created_ms DESC, no DESC LIMIT ?5",
    )?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for stream in streams {
        let range = (stream.application_no, stream.kind, window.first, window.last, wanted);
        let rows = statement.query_map(range, |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    Ok(found.into_iter().skip(offset).take(limit as usize).map(|(_, no)| no).collect())
}
