//! What was ordered, by days: added up in each batch, and written once before it commits.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, Outcome, TaskId, Timestamp, TraceId, UserId};
use rusqlite::{Connection, Row, named_params};

use super::rows::{self, Directory, kind_number};
use super::writer::Batch;
use super::{SqliteStore, listing};
use crate::{
    Filter, Grouping, Page, StoreError, TaskState, Usage, UsageFilter, UsageStore, UsageSum, UsageSums,
    UsedOrder, UsedOrders,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Whose usage, of what, when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Account {
    pub application_no: i64,
    pub credential_no: i64,
    pub kind: i64,
    pub created_at: Timestamp,
}

impl Account {
    const fn row(self) -> (i64, i64, i64, i64) {
        let day = self.created_at.as_millis().div_euclid(DAY_MS);
        (self.application_no, day, self.kind, self.credential_no)
    }
}

/// Orders, and ends: succeeded, failed, cancelled; and millionths.
#[derive(Clone, Copy, Default)]
struct Sums {
    ordered: i64,
    ended: [i64; 3],
    amount: i64,
}

/// Changes to the sums of days, added up until the batch is committed.
#[derive(Default)]
pub(super) struct UsageDays(BTreeMap<(i64, i64, i64, i64), Sums>);

impl UsageDays {
    /// Counts an order that was accepted.
    pub fn ordered(&mut self, account: Account) {
        self.0.entry(account.row()).or_default().ordered += 1;
    }

    /// Counts the end of one, which cost `amount` millionths.
    pub fn ended(&mut self, account: Account, outcome: &Outcome, amount: i64) {
        let which = match outcome {
            Outcome::Succeeded(_) => 0,
            Outcome::Failed(_) => 1,
            Outcome::Cancelled(_) => 2,
        };
        let sums = self.0.entry(account.row()).or_default();
        sums.ended[which] += 1;
        sums.amount += amount;
    }

    pub fn write(self, batch: &Batch<'_>) -> Result<(), StoreError> {
        for ((application_no, day, kind, credential_no), sums) in self.0 {
            let [succeeded, failed, cancelled] = sums.ended;
            batch.run(
                "INSERT INTO usage_days VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
                 ON CONFLICT DO UPDATE SET ordered = ordered + excluded.ordered, \
                 succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed, \
                 cancelled = cancelled + excluded.cancelled, amount = amount + excluded.amount",
                (
                    application_no,
                    day,
                    kind,
                    credential_no,
                    sums.ordered,
                    succeeded,
                    failed,
                    cancelled,
                    sums.amount,
                ),
            )?;
        }
        Ok(())
    }
}

#[async_trait]
impl UsageStore for SqliteStore {
    async fn used_orders(&self, owner: UserId, filter: Filter, page: Page) -> Result<UsedOrders, StoreError> {
        self.readers.read(|connection| {
            let (count, numbers) = listing::page_of(connection, owner, &filter, page)?;
            let orders = numbers.into_iter().map(|no| used_order(connection, &self.directory, no));
            let items = orders.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            Ok(UsedOrders { count, items })
        })
    }

    async fn usage(
        &self,
        owner: UserId,
        filter: UsageFilter,
        by: Grouping,
        page: Page,
    ) -> Result<UsageSums, StoreError> {
        self.readers.read(|connection| {
            let applications = listing::applications(connection, owner, filter.application)?;
            sums(connection, &self.directory, &applications, &filter, by, page)
        })
    }
}

fn used_order(
    connection: &Connection,
    directory: &Directory,
    task_no: i64,
) -> Result<Option<UsedOrder>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT t.id, t.trace_id, t.kind, t.application_no, t.credential_no, t.created_ms, t.started_ms, t.finished_ms, \
         t.outcome, coalesce(iif(e.target = 1, 0, h.amount), 0) FROM tasks t \
         LEFT JOIN ledger_entries h ON h.no = 2 * t.no LEFT JOIN ledger_entries e ON e.no = 2 * t.no + 1 \
         WHERE t.no = ?1",
    )?;
    let mut found = statement.query([task_no])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let ended = match row.get::<_, Option<i64>>(8)? {
        None => None,
        Some(2) => Some(TaskState::Succeeded),
        Some(3) => Some(TaskState::Failed),
        Some(4) => Some(TaskState::Cancelled),
        Some(other) => return Err(rows::corrupt("tasks", "outcome", task_no, other)),
    };
    Ok(Some(UsedOrder {
        task: TaskId::from_bytes(row.get(0)?),
        trace_id: TraceId::from_bytes(row.get(1)?),
        kind: rows::kind(row.get(2)?, task_no)?,
        application: directory.owner(connection, row.get(3)?)?.application,
        credential: directory.credential(connection, row.get(4)?)?,
        created_at: rows::time(row, "created_ms")?,
        started_at: rows::maybe_time(row, "started_ms")?,
        finished_at: rows::maybe_time(row, "finished_ms")?,
        ended,
        amount: Credits::from_millionths(row.get(9)?),
    }))
}

macro_rules! sums_of {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            "coalesce(sum(ordered), 0), coalesce(sum(succeeded), 0), coalesce(sum(failed), 0), ",
            "coalesce(sum(cancelled), 0), coalesce(sum(amount), 0) FROM usage_days ",
            "WHERE application_no IN (SELECT value FROM json_each(:applications)) AND day BETWEEN :first AND :last ",
            "AND (:kind IS NULL OR kind = :kind) AND (:credential IS NULL OR credential_no = ",
            "(SELECT no FROM credentials WHERE id = :credential)) ",
            $rest
        )
    };
}

const TOTAL: &str = sums_of!("", "");
/// What is not kept apart is one and the same number.
const GROUPED: &str = sums_of!(
    "iif(:by_day, day, 0) AS d, iif(:by_application, application_no, 0) AS a, iif(:by_credential, credential_no, 0) AS c, \
     iif(:by_kind, kind, 0) AS k, count(*) OVER (), ",
    "GROUP BY d, a, c, k ORDER BY d DESC, a, c, k LIMIT :limit OFFSET :offset"
);

fn sums(
    connection: &Connection,
    directory: &Directory,
    applications: &[i64],
    filter: &UsageFilter,
    by: Grouping,
    page: Page,
) -> Result<UsageSums, StoreError> {
    let day =
        |time: Option<Timestamp>, default| time.map_or(default, |time| time.as_millis().div_euclid(DAY_MS));
    let applications = serde_json::to_string(applications).unwrap_or_default();
    let (first, last) = (day(filter.first, i64::MIN), day(filter.last, i64::MAX));
    let (kind, credential) = (filter.kind.map(kind_number), filter.credential.map(|id| *id.as_bytes()));
    let of = named_params! {
        ":applications": applications, ":first": first, ":last": last, ":kind": kind, ":credential": credential,
    };
    let total = connection.prepare_cached(TOTAL)?.query_row(of, |row| usage(row, 0))?;
    let grouped = named_params! {
        ":applications": applications, ":first": first, ":last": last, ":kind": kind, ":credential": credential,
        ":by_day": by.day, ":by_application": by.application, ":by_credential": by.credential, ":by_kind": by.kind,
        ":limit": page.limit, ":offset": i64::try_from(page.offset).unwrap_or(i64::MAX),
    };
    let mut statement = connection.prepare_cached(GROUPED)?;
    let mut rows = statement.query(grouped)?;
    let (mut count, mut items) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        count = row.get(4)?;
        items.push(sum(connection, directory, row, by)?);
    }
    Ok(UsageSums { count, total, items })
}

fn sum(
    connection: &Connection,
    directory: &Directory,
    row: &Row<'_>,
    by: Grouping,
) -> Result<UsageSum, StoreError> {
    let number = |wanted: bool, column: usize| -> Result<Option<i64>, StoreError> {
        Ok(if wanted { Some(row.get(column)?) } else { None })
    };
    let application =
        |no| -> Result<ApplicationId, StoreError> { Ok(directory.owner(connection, no)?.application) };
    let credential = |no| -> Result<CredentialId, StoreError> { directory.credential(connection, no) };
    Ok(UsageSum {
        day: number(by.day, 0)?.map(|day| Timestamp::from_millis(day.saturating_mul(DAY_MS))),
        application: number(by.application, 1)?.map(application).transpose()?,
        credential: number(by.credential, 2)?.map(credential).transpose()?,
        kind: number(by.kind, 3)?.map(|kind| rows::kind(kind, 0)).transpose()?,
        usage: usage(row, 5)?,
    })
}

/// The sums whose first column is this.
fn usage(row: &Row<'_>, first: usize) -> rusqlite::Result<Usage> {
    Ok(Usage {
        ordered: row.get(first)?,
        succeeded: row.get(first + 1)?,
        failed: row.get(first + 2)?,
        cancelled: row.get(first + 3)?,
        amount: Credits::from_millionths(row.get(first + 4)?),
    })
}
