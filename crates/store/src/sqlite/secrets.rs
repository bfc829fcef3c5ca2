//! Secrets of applications in SQLite.

use async_trait::async_trait;
use domain::{ApplicationId, Timestamp};

use super::SqliteStore;
use super::writer::Batch;
use crate::{NamedApplication, SecretStore, StoreError, WebhookSecret};

#[async_trait]
impl SecretStore for SqliteStore {
    async fn applications(
        &self,
        name: String,
        email: Option<String>,
    ) -> Result<Vec<NamedApplication>, StoreError> {
        self.readers.read_anew(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT a.id, u.email FROM applications a JOIN users u ON u.no = a.user_no \
                 WHERE a.name = ?1 AND (?2 IS NULL OR u.email = ?2) ORDER BY a.no",
            )?;
            let found = statement.query_map((&name, &email), |row| {
                Ok(NamedApplication { id: ApplicationId::from_bytes(row.get(0)?), email: row.get(1)? })
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    async fn secrets(
        &self,
        application: ApplicationId,
        fresh: WebhookSecret,
        now: Timestamp,
    ) -> Result<Vec<WebhookSecret>, StoreError> {
        let get_or_make = move |batch: &mut Batch<'_>| {
            let application_no = number(batch, application)?;
            let known = in_force(batch, application_no, now)?;
            if !known.is_empty() {
                return Ok(known);
            }
            insert(batch, application_no, &fresh, now)?;
            Ok(vec![fresh.clone()])
        };
        self.writer.write(get_or_make).await
    }

    async fn rotate_secret(
        &self,
        application: ApplicationId,
        fresh: WebhookSecret,
        now: Timestamp,
        overlap_end: Timestamp,
    ) -> Result<(), StoreError> {
        let rotate = move |batch: &mut Batch<'_>| {
            let application_no = number(batch, application)?;
            batch.run(
                "UPDATE webhook_secrets SET ends_ms = min(coalesce(ends_ms, ?2), ?2) WHERE application_no = ?1",
                (application_no, overlap_end.as_millis()),
            )?;
            let over = "DELETE FROM webhook_secrets WHERE application_no = ?1 AND ends_ms <= ?2";
            batch.run(over, (application_no, now.as_millis()))?;
            insert(batch, application_no, &fresh, now)
        };
        self.writer.write(rotate).await
    }
}

fn number(batch: &Batch<'_>, application: ApplicationId) -> Result<i64, StoreError> {
    let found = "SELECT no FROM applications WHERE id = ?1";
    let found = batch.one(found, [application.as_bytes()], |row| row.get(0))?;
    found.ok_or_else(|| StoreError::Missing(format!("application {application}")))
}

/// What this application signs with now, newest first.
pub(super) fn in_force(
    batch: &Batch<'_>,
    application_no: i64,
    now: Timestamp,
) -> Result<Vec<WebhookSecret>, StoreError> {
    batch.all(
        "SELECT secret FROM webhook_secrets WHERE application_no = ?1 AND (ends_ms IS NULL OR ends_ms > ?2) \
         ORDER BY no DESC",
        (application_no, now.as_millis()),
        |row| row.get(0).map(WebhookSecret::new),
    )
}

fn insert(
    batch: &Batch<'_>,
    application_no: i64,
    secret: &WebhookSecret,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO webhook_secrets (application_no, secret, created_ms) VALUES (?1, ?2, ?3)";
    batch.run(sql, (application_no, secret.as_bytes(), now.as_millis())).map(drop)
}
