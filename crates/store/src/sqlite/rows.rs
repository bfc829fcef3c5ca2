//! Between columns and domain types.

use std::collections::HashMap;
use std::sync::RwLock;

use domain::{Api, ApplicationId, CredentialId, Crew, ErrorCode, TaskKind, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::{FolderName, StoreError};

pub(super) const fn kind_number(kind: TaskKind) -> i64 {
    match kind {
        TaskKind::Audios => 1,
        TaskKind::Lyrics => 2,
        TaskKind::Upload => 3,
        TaskKind::Videos => 4,
        TaskKind::Wav => 5,
    }
}

pub(super) const fn crew_number(crew: Crew) -> i64 {
    match crew {
        Crew::Makers => 1,
        Crew::Fetchers => 2,
    }
}

pub(super) fn kind(number: i64, row: i64) -> Result<TaskKind, StoreError> {
    let found = TaskKind::ALL.into_iter().find(|&kind| kind_number(kind) == number);
    found.ok_or_else(|| corrupt("tasks", "kind", row, number))
}

pub(super) fn error_code(word: &str, row: i64) -> Result<ErrorCode, StoreError> {
    let found = ErrorCode::ALL.into_iter().find(|code| code.as_str() == word);
    found.ok_or_else(|| corrupt("tasks", "error_code", row, word))
}

pub(super) fn folder(text: Option<String>, row: i64) -> Result<FolderName, StoreError> {
    let found = text.as_deref().and_then(FolderName::parse);
    found.ok_or_else(|| corrupt("queue", "folder", row, text.unwrap_or_default()))
}

pub(super) fn corrupt(
    table: &'static str,
    column: &'static str,
    row: i64,
    what: impl ToString,
) -> StoreError {
    StoreError::Corrupt { table, column, row, what: what.to_string() }
}

pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

pub(super) fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

pub(super) fn apis_text(apis: Option<&[Api]>) -> Option<String> {
    apis.map(|apis| apis.iter().map(|api| api.as_str()).collect::<Vec<_>>().join(","))
}

pub(super) fn apis(text: Option<String>, row: i64) -> Result<Option<Vec<Api>>, StoreError> {
    let Some(text) = text else { return Ok(None) };
    let words = text.split(',').filter(|word| !word.is_empty());
    let apis: Result<_, _> = words.map(str::parse).collect();
    apis.map(Some).map_err(|error| corrupt("credentials", "apis", row, error))
}

/// Whose an application is.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    pub application: ApplicationId,
    pub user: UserId,
}

/// The ids behind row numbers. They never change, so they are read once.
#[derive(Default)]
pub(super) struct Directory {
    owners: RwLock<HashMap<i64, Owner>>,
    credentials: RwLock<HashMap<i64, CredentialId>>,
}

impl Directory {
    pub fn owner(&self, connection: &Connection, application_no: i64) -> Result<Owner, StoreError> {
        remembered(&self.owners, application_no, || {
            let sql =
                "SELECT a.id, u.id FROM applications a JOIN users u ON u.no = a.user_no WHERE a.no = ?1";
            let ids = connection.prepare_cached(sql)?.query_row([application_no], |row| {
                Ok(Owner {
                    application: ApplicationId::from_bytes(row.get(0)?),
                    user: UserId::from_bytes(row.get(1)?),
                })
            });
            ids.optional()?
                .ok_or_else(|| corrupt("tasks", "application_no", application_no, "no such application"))
        })
    }

    pub fn credential(
        &self,
        connection: &Connection,
        credential_no: i64,
    ) -> Result<CredentialId, StoreError> {
        remembered(&self.credentials, credential_no, || {
            let sql = "SELECT id FROM credentials WHERE no = ?1";
            let id =
                connection.prepare_cached(sql)?.query_row([credential_no], |row| row.get(0)).optional()?;
            let id =
                id.ok_or_else(|| corrupt("tasks", "credential_no", credential_no, "no such credential"))?;
            Ok(CredentialId::from_bytes(id))
        })
    }
}

fn remembered<T: Copy>(
    known: &RwLock<HashMap<i64, T>>,
    number: i64,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Some(found) = known.read().map_err(|_| StoreError::Closed)?.get(&number) {
        return Ok(*found);
    }
    let found = read()?;
    known.write().map_err(|_| StoreError::Closed)?.insert(number, found);
    Ok(found)
}
