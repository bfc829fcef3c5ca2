//! Applications in SQLite.

use domain::{ApplicationId, Credits, Timestamp, UserId};
use rusqlite::{Connection, Row};

use super::access::note_change;
use super::ledger;
use super::writer::Batch;
use crate::{Acquired, Application, GrantAmount, NewApplication, NewGrant, StoreError};

/// A user's applications, the newest first, or one of them.
pub(super) fn of_user(
    connection: &Connection,
    user: UserId,
    id: Option<ApplicationId>,
) -> Result<Vec<Application>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.id, u.id, a.name, max(a.disabled, u.disabled), l.available, coalesce(l.spent, \
         (SELECT sum(d.amount) FROM usage_days d WHERE d.application_no = a.no), 0), a.created_ms, a.updated_ms \
         FROM applications a JOIN users u ON u.no = a.user_no LEFT JOIN ledger_accounts l ON l.application_no = a.no \
         WHERE u.id = ?1 AND (?2 IS NULL OR a.id = ?2) ORDER BY a.no DESC",
    )?;
    let id = id.as_ref().map(ApplicationId::as_bytes);
    let found = statement.query_map((user.as_bytes(), id), application)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn application(row: &Row<'_>) -> rusqlite::Result<Application> {
    let created_ms: i64 = row.get(6)?;
    Ok(Application {
        id: ApplicationId::from_bytes(row.get(0)?),
        user_id: UserId::from_bytes(row.get(1)?),
        name: row.get(2)?,
        disabled: row.get(3)?,
        available: row.get::<_, Option<i64>>(4)?.map(Credits::from_millionths),
        spent: Credits::from_millionths(row.get(5)?),
        created_at: Timestamp::from_millis(created_ms),
        updated_at: Timestamp::from_millis(row.get::<_, Option<i64>>(7)?.unwrap_or(created_ms)),
    })
}

pub(super) fn acquire(batch: &mut Batch<'_>, new: &NewApplication) -> Result<Acquired, StoreError> {
    let sql = "SELECT u.no, u.free_taken, (SELECT count(*) FROM applications a WHERE a.user_no = u.no) \
               FROM users u WHERE u.id = ?1";
    let found = batch.one(sql, [new.user.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let missing = || StoreError::Missing(format!("user {}", new.user));
    let (user_no, free_taken, count): (i64, bool, u32) = found.ok_or_else(missing)?;
    if count >= new.most {
        return Ok(Acquired::TooMany);
    }
    let Some(name) = free_name(batch, user_no, new)? else { return Ok(Acquired::NameTaken) };
    batch.run(
        "INSERT INTO applications (id, user_no, name, created_ms) VALUES (?1, ?2, ?3, ?4)",
        (new.id.as_bytes(), user_no, name, new.now.as_millis()),
    )?;
    let application_no = batch.last_row();
    batch.run("UPDATE users SET free_taken = 1 WHERE no = ?1", [user_no])?;
    let (amount, reason) =
        if free_taken { (new.further, "a further application") } else { (new.free, "the free quota") };
    // Also of nothing: without accounts it would order without limit.
    let grant = NewGrant {
        application: new.id,
        amount: GrantAmount::To(amount),
        reason: reason.to_owned(),
        author: "backline".to_owned(),
        now: new.now,
    };
    ledger::grant(batch, application_no, &grant)?;
    note_change(batch)?;
    Ok(Acquired::Done)
}

/// The name that is wanted, or the next that is free; `None` if it is taken.
fn free_name(batch: &Batch<'_>, user_no: i64, new: &NewApplication) -> Result<Option<String>, StoreError> {
    let is_free = |name: &str| {
        let sql = "SELECT 1 FROM applications WHERE user_no = ?1 AND name = ?2";
        Ok::<_, StoreError>(batch.one(sql, (user_no, name), |_| Ok(()))?.is_none())
    };
    if let Some(name) = &new.name {
        return Ok(is_free(name)?.then(|| name.clone()));
    }
    // One more than there can be: one of them is free.
    for number in 1..=new.most.saturating_add(1) {
        let name = if number == 1 { new.called.to_owned() } else { format!("{} {number}", new.called) };
        if is_free(&name)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
