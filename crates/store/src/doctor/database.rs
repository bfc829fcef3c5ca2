//! The database as a file: its schema, its pages, and whether what rows refer to is there.

use std::cmp::Ordering;

use super::{Finding, Patient, first_of};
use crate::StoreError;
use crate::sqlite::{SCHEMA, snapshot};

pub(super) const DAMAGED: &str =
    "stop the server, keep this folder as it is, and restore the last backup into another one";

/// The one table that can be made anew from another.
const INDEX: &str = "idempotency_index";
const DAMAGED_INDEX: &str = "nothing is lost: the server makes this index anew once it meets the page, within a day; look after the disk";
const SET_ASIDE: &str = "nothing is lost, they were made anew; look after the disk, and move to another by a backup, which leaves them out";

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
    let pages: i64 = patient.database.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok(match (wrong.is_empty(), snapshot::set_aside(patient.database)?) {
        (true, 0) => Finding::fine("pages", format!("{pages}, all whole")),
        (true, aside) => {
            let detail = format!("{pages}, whole but for {aside} damaged indexes that were set aside");
            Finding::warning("pages", detail, SET_ASIDE)
        }
        (false, _) if snapshot::wrong_pages_without(patient.database, INDEX)?.is_empty() => {
            Finding::wrong("pages", first_of(&wrong), DAMAGED_INDEX)
        }
        (false, _) => Finding::wrong("pages", first_of(&wrong), DAMAGED),
    })
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
