//! The database as a file: its schema, its pages, and whether what rows refer to is there.

use std::cmp::Ordering;

use super::{Finding, Patient, first_of};
use crate::StoreError;
use crate::sqlite::{SCHEMA, snapshot};

pub(super) const DAMAGED: &str =
    "stop the server, keep this folder as it is, and restore the last backup into another one";

pub(super) fn schema(found: i64) -> Finding {
    let detail = format!("{found}; this version of backline writes {SCHEMA}");
    match found.cmp(&SCHEMA) {
        Ordering::Equal => Finding::fine("schema", format!("{found}")),
        Ordering::Less => Finding::warning(
            "schema",
            detail,
            "an older version wrote it: the server brings it up when it starts; its rows were not looked at",
        ),
        Ordering::Greater => Finding::wrong(
            "schema",
            detail,
            "a newer version wrote it: use that version; its rows were not looked at",
        ),
    }
}

pub(super) fn pages(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let wrong = snapshot::wrong_pages(patient.database)?;
    if wrong.is_empty() {
        let pages: i64 = patient.database.pragma_query_value(None, "page_count", |row| row.get(0))?;
        return Ok(Finding::fine("pages", format!("{pages}, all whole")));
    }
    Ok(Finding::wrong("pages", first_of(&wrong), DAMAGED))
}

pub(super) fn references(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let sql = "SELECT \"table\" || ' (' || count(*) || ' without ' || parent || ')' FROM pragma_foreign_key_check \
               GROUP BY \"table\", parent";
    let wrong = patient.texts(sql, [])?;
    if wrong.is_empty() {
        return Ok(Finding::fine("references", "every row's parent is there"));
    }
    let advice = "something else than backline wrote to the database: restore the last backup";
    Ok(Finding::wrong("references", wrong.join(", "), advice))
}
