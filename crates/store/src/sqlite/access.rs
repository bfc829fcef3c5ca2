//! Users, applications and credentials in SQLite.

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::credentials::origins;
use super::rows::{apis, apis_text, maybe_time, time};
use super::{SqliteStore, ledger, writer::Batch};
use crate::{
    AccessStore, ApplicationSwitch, Credential, GrantAmount, NewGrant, NewToken, StoreError, TokenHash,
    TokenListing,
};

#[async_trait]
impl AccessStore for SqliteStore {
    async fn add_token(&self, token: NewToken) -> Result<(), StoreError> {
        self.writer.write(move |batch| add_token(batch, &token)).await
    }

    async fn tokens(&self) -> Result<Vec<TokenListing>, StoreError> {
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT c.no, c.id, u.email, a.name, c.last_four, c.apis, c.requests_per_second, l.available, \
                 c.created_ms, c.expires_ms, c.revoked_ms, max(a.disabled, u.disabled) AS disabled \
                 FROM credentials c JOIN applications a ON a.no = c.application_no \
                 JOIN users u ON u.no = a.user_no LEFT JOIN ledger_accounts l ON l.application_no = a.no ORDER BY c.no",
            )?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(TokenListing {
                    id: CredentialId::from_bytes(row.get("id")?),
                    email: row.get("email")?,
                    application: row.get("name")?,
                    last_four: row.get("last_four")?,
                    apis: apis(row.get("apis")?, row.get("no")?)?,
                    requests_per_second: row.get("requests_per_second")?,
                    remaining: row.get::<_, Option<i64>>("available")?.map(Credits::from_millionths),
                    created_at: time(row, "created_ms")?,
                    expires_at: maybe_time(row, "expires_ms")?,
                    revoked_at: maybe_time(row, "revoked_ms")?,
                    disabled: row.get("disabled")?,
                });
            }
            Ok(found)
        })
    }

    async fn revoke_token(&self, id: CredentialId, now: Timestamp) -> Result<bool, StoreError> {
        let revoke = move |batch: &mut Batch<'_>| {
            let sql = "UPDATE credentials SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms IS NULL";
            let revoked = batch.run(sql, (id.as_bytes(), now.as_millis()))?;
            note_change(batch)?;
            Ok(revoked == 1)
        };
        self.writer.write(revoke).await
    }

    async fn switch_application(&self, switch: ApplicationSwitch) -> Result<bool, StoreError> {
        let set = move |batch: &mut Batch<'_>| {
            let sql = "UPDATE applications SET disabled = ?3 WHERE name = ?2 \
                       AND user_no = (SELECT no FROM users WHERE email = ?1)";
            let found = batch.run(sql, (&switch.email, &switch.application, switch.disabled))?;
            note_change(batch)?;
            Ok(found == 1)
        };
        self.writer.write(set).await
    }

    async fn credential(&self, hash: &TokenHash) -> Result<Option<Credential>, StoreError> {
        self.readers.read_anew(|connection| {
            let sql = format!("{RIGHTS} WHERE c.token_hash = ?1 AND c.revoked_ms IS NULL");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([hash])?;
            match rows.next()? {
                Some(row) => rights(row).map(Some),
                None => rotated(connection, hash),
            }
        })
    }

    async fn credential_of(&self, user: UserId, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        self.readers.read_anew(|connection| of_user(connection, user, id))
    }

    async fn access_version(&self) -> Result<i64, StoreError> {
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached("SELECT n FROM access_version")?;
            Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
        })
    }
}

/// What [`rights`] reads.
const RIGHTS: &str = "SELECT c.no, c.id, a.id, u.id, c.apis, c.requests_per_second, c.expires_ms, \
     max(a.disabled, u.disabled), c.origins, c.limited IS NOT NULL FROM credentials c JOIN applications a ON a.no = c.application_no \
     JOIN users u ON u.no = a.user_no";

fn rights(row: &Row<'_>) -> Result<Credential, StoreError> {
    Ok(Credential {
        id: CredentialId::from_bytes(row.get(1)?),
        application_id: ApplicationId::from_bytes(row.get(2)?),
        user_id: UserId::from_bytes(row.get(3)?),
        apis: apis(row.get(4)?, row.get(0)?)?,
        requests_per_second: row.get(5)?,
        expires_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
        disabled: row.get(7)?,
        origins: origins(row.get(8)?),
        limited: row.get(9)?,
    })
}

/// What a token may that another took the place of: the same, until its time is over.
fn rotated(connection: &Connection, hash: &TokenHash) -> Result<Option<Credential>, StoreError> {
    let sql = "SELECT c.id, u.id, r.ends_ms FROM rotated_tokens r JOIN credentials c ON c.no = r.credential_no \
               JOIN applications a ON a.no = c.application_no JOIN users u ON u.no = a.user_no WHERE r.token_hash = ?1";
    let found = connection.prepare_cached(sql)?.query_row([hash], |row| {
        let ids = (CredentialId::from_bytes(row.get(0)?), UserId::from_bytes(row.get(1)?));
        Ok((ids, Timestamp::from_millis(row.get(2)?)))
    });
    let Some(((id, user), ends_at)) = found.optional()? else { return Ok(None) };
    let found = of_user(connection, user, id)?;
    Ok(found.map(|credential| {
        let expires_at = credential.expires_at.map_or(ends_at, |end| end.min(ends_at));
        Credential { expires_at: Some(expires_at), ..credential }
    }))
}

fn of_user(
    connection: &Connection,
    user: UserId,
    id: CredentialId,
) -> Result<Option<Credential>, StoreError> {
    let sql = format!("{RIGHTS} WHERE c.id = ?1 AND u.id = ?2 AND c.revoked_ms IS NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((id.as_bytes(), user.as_bytes()))?;
    rows.next()?.map(rights).transpose()
}

fn add_token(batch: &mut Batch<'_>, token: &NewToken) -> Result<(), StoreError> {
    let now = token.now.as_millis();
    let number = |row: &Row<'_>| row.get::<_, i64>(0);
    batch.run(
        "INSERT INTO users (id, email, created_ms, operator) \
         VALUES (?1, ?2, ?3, NOT EXISTS (SELECT 1 FROM users)) ON CONFLICT (email) DO NOTHING",
        (token.user_id.as_bytes(), &token.email, now),
    )?;
    let user_no = batch.one("SELECT no FROM users WHERE email = ?1", [&token.email], number)?;
    batch.run(
        "INSERT INTO applications (id, user_no, name, created_ms) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (user_no, name) DO NOTHING",
        (token.application_id.as_bytes(), user_no, &token.application, now),
    )?;
    let found = "SELECT no FROM applications WHERE user_no = ?1 AND name = ?2";
    let application_no = batch.one(found, (user_no, &token.application), number)?;
    if let (Some(quota), Some(application_no)) = (token.quota, application_no) {
        set_quota(batch, application_no, quota, token)?;
    }
    batch.run(
        "INSERT INTO credentials (id, application_no, token_hash, last_four, apis, requests_per_second, \
         expires_ms, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            token.credential_id.as_bytes(),
            application_no,
            token.hash,
            &token.last_four,
            apis_text(token.apis.as_deref()),
            token.requests_per_second,
            token.expires_at.map(Timestamp::as_millis),
            now,
        ),
    )?;
    note_change(batch)
}

fn set_quota(
    batch: &mut Batch<'_>,
    application_no: i64,
    quota: u32,
    token: &NewToken,
) -> Result<(), StoreError> {
    let grant = NewGrant {
        application: token.application_id,
        amount: GrantAmount::To(Credits::whole(quota)),
        reason: "the quota was set with a token".to_owned(),
        author: "command line".to_owned(),
        now: token.now,
    };
    ledger::grant(batch, application_no, &grant).map(drop)
}

/// Tells every server of this folder that rights have changed.
pub(super) fn note_change(batch: &Batch<'_>) -> Result<(), StoreError> {
    batch.run("UPDATE access_version SET n = n + 1", []).map(drop)
}
