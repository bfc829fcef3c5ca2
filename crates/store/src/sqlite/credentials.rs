//! Credentials in SQLite, and what they may spend of their own.

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, Timestamp, UserId};
use rusqlite::{Connection, Row};

use super::access::note_change;
use super::rows::{apis, apis_text};
use super::{SqliteStore, applications, writer::Batch};
use crate::{
    Acquired, Application, ApplicationStore, CredentialAdded, NewApplication, NewCredential, OwnCredential,
    Rights, Rotation, StoreError,
};

#[async_trait]
impl ApplicationStore for SqliteStore {
    async fn acquire(&self, new: NewApplication) -> Result<Acquired, StoreError> {
        self.writer.write(move |batch| applications::acquire(batch, &new)).await
    }

    async fn applications_of(&self, user: UserId) -> Result<Vec<Application>, StoreError> {
        self.readers.read_anew(|connection| applications::of_user(connection, user, None))
    }

    async fn application(&self, user: UserId, id: ApplicationId) -> Result<Option<Application>, StoreError> {
        let found = self.readers.read_anew(|connection| applications::of_user(connection, user, Some(id)))?;
        Ok(found.into_iter().next())
    }

    async fn credentials(
        &self,
        user: UserId,
        application: Option<ApplicationId>,
    ) -> Result<Vec<OwnCredential>, StoreError> {
        self.readers.read_anew(|connection| of_user(connection, user, application))
    }

    async fn add_credential(&self, new: NewCredential) -> Result<CredentialAdded, StoreError> {
        self.writer.write(move |batch| add(batch, &new)).await
    }

    async fn rotate(&self, user: UserId, id: CredentialId, rotation: Rotation) -> Result<bool, StoreError> {
        self.writer.write(move |batch| rotate(batch, user, id, &rotation)).await
    }

    async fn revoke(&self, user: UserId, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
        let revoke = move |batch: &mut Batch<'_>| {
            let Some(credential_no) = number(batch, user, id)? else { return Ok(false) };
            let sql = "UPDATE credentials SET revoked_ms = ?2 WHERE no = ?1";
            batch.run(sql, (credential_no, now.as_millis()))?;
            note_change(batch)?;
            Ok(true)
        };
        self.writer.write(revoke).await
    }
}

fn of_user(
    connection: &Connection,
    user: UserId,
    application: Option<ApplicationId>,
) -> Result<Vec<OwnCredential>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.no, c.id, a.id, u.id, c.name, c.last_four, c.apis, c.origins, c.limited, c.requests_per_second, \
         c.expires_ms, c.created_ms, iif(c.limited IS NOT NULL, c.used, coalesce((SELECT sum(d.amount) \
         FROM usage_days d WHERE d.application_no = a.no AND d.credential_no = c.no), 0)) \
         FROM credentials c JOIN applications a ON a.no = c.application_no JOIN users u ON u.no = a.user_no \
         WHERE u.id = ?1 AND (?2 IS NULL OR a.id = ?2) AND c.revoked_ms IS NULL ORDER BY c.no DESC",
    )?;
    let application = application.as_ref().map(ApplicationId::as_bytes);
    let mut rows = statement.query((user.as_bytes(), application))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(own_credential(row)?);
    }
    Ok(found)
}

fn own_credential(row: &Row<'_>) -> Result<OwnCredential, StoreError> {
    let time = |column| row.get::<_, Option<i64>>(column).map(|ms| ms.map(Timestamp::from_millis));
    Ok(OwnCredential {
        id: CredentialId::from_bytes(row.get(1)?),
        application_id: ApplicationId::from_bytes(row.get(2)?),
        user_id: UserId::from_bytes(row.get(3)?),
        name: row.get(4)?,
        last_four: row.get(5)?,
        rights: Rights {
            apis: apis(row.get(6)?, row.get(0)?)?,
            origins: origins(row.get(7)?),
            limit: row.get::<_, Option<i64>>(8)?.map(Credits::from_millionths),
            requests_per_second: row.get(9)?,
            expires_at: time(10)?,
        },
        used: Credits::from_millionths(row.get(12)?),
        created_at: Timestamp::from_millis(row.get(11)?),
    })
}

/// The origins in a column's text.
pub(super) fn origins(text: Option<String>) -> Option<Vec<String>> {
    text.map(|text| text.lines().map(str::to_owned).collect())
}

/// A user's credential that was not revoked, by its row number.
fn number(batch: &Batch<'_>, user: UserId, id: CredentialId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT c.no FROM credentials c JOIN applications a ON a.no = c.application_no \
               JOIN users u ON u.no = a.user_no WHERE c.id = ?1 AND u.id = ?2 AND c.revoked_ms IS NULL";
    batch.one(sql, (id.as_bytes(), user.as_bytes()), |row| row.get(0))
}

fn add(batch: &Batch<'_>, new: &NewCredential) -> Result<CredentialAdded, StoreError> {
    let sql = "SELECT a.no, (SELECT count(*) FROM credentials c WHERE c.application_no = a.no AND c.revoked_ms IS NULL) \
               FROM applications a JOIN users u ON u.no = a.user_no WHERE a.id = ?1 AND u.id = ?2";
    let found = batch.one(sql, (new.application.as_bytes(), new.user.as_bytes()), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?))
    })?;
    let Some((application_no, count)) = found else { return Ok(CredentialAdded::NoApplication) };
    if count >= new.most {
        return Ok(CredentialAdded::TooMany);
    }
    let rights = &new.rights;
    batch.run(
        "INSERT INTO credentials (id, application_no, name, token_hash, last_four, apis, origins, limited, \
         requests_per_second, expires_ms, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            new.id.as_bytes(),
            application_no,
            &new.name,
            &new.hash[..],
            &new.last_four,
            apis_text(rights.apis.as_deref()),
            rights.origins.as_ref().map(|origins| origins.join("\n")),
            rights.limit.map(Credits::as_millionths),
            rights.requests_per_second,
            rights.expires_at.map(Timestamp::as_millis),
            new.now.as_millis(),
        ),
    )?;
    note_change(batch)?;
    Ok(CredentialAdded::Done)
}

fn rotate(
    batch: &Batch<'_>,
    user: UserId,
    id: CredentialId,
    rotation: &Rotation,
) -> Result<bool, StoreError> {
    let Some(credential_no) = number(batch, user, id)? else { return Ok(false) };
    let end = rotation.overlap_end.as_millis();
    batch.run(
        "UPDATE rotated_tokens SET ends_ms = min(ends_ms, ?2) WHERE credential_no = ?1",
        (credential_no, end),
    )?;
    batch.run(
        "INSERT INTO rotated_tokens (token_hash, credential_no, ends_ms) \
         SELECT token_hash, no, ?2 FROM credentials WHERE no = ?1",
        (credential_no, end),
    )?;
    let sql = "UPDATE credentials SET token_hash = ?2, last_four = ?3 WHERE no = ?1";
    batch.run(sql, (credential_no, &rotation.hash[..], &rotation.last_four))?;
    note_change(batch)?;
    Ok(true)
}

/// What a credential may still spend of its own; `None` is without limit.
#[derive(Clone, Copy)]
pub(super) struct OwnLimit(pub Option<i64>);

impl OwnLimit {
    /// Whether it covers an order.
    pub fn covers(self, price: Credits) -> bool {
        self.0.is_none_or(|left| left >= price.as_millionths())
    }

    /// Takes the price of a task that was accepted off the limit.
    pub fn hold(
        self,
        batch: &Batch<'_>,
        credential_no: i64,
        task_no: i64,
        price: Credits,
    ) -> Result<(), StoreError> {
        if self.0.is_none() || price == Credits::ZERO {
            return Ok(());
        }
        let amount = price.as_millionths();
        batch.run("UPDATE credentials SET used = used + ?2 WHERE no = ?1", (credential_no, amount))?;
        batch.run("INSERT INTO limited_holds (task_no, amount) VALUES (?1, ?2)", (task_no, amount)).map(drop)
    }
}

/// Gives back what a task took of its credential's limit, if it did.
pub(super) fn give_back(batch: &Batch<'_>, task_no: i64, credential_no: i64) -> Result<(), StoreError> {
    let held = "DELETE FROM limited_holds WHERE task_no = ?1 RETURNING amount";
    if let Some(amount) = batch.one(held, [task_no], |row| row.get::<_, i64>(0))? {
        batch
            .run("UPDATE credentials SET used = max(used - ?2, 0) WHERE no = ?1", (credential_no, amount))?;
    }
    Ok(())
}
