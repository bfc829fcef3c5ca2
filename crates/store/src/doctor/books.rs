//! Rows that must agree with each other. All of a check reads one snapshot, so that a running server does not
//! change it meanwhile.

use super::{Finding, Patient, first_of};
use crate::StoreError;
use crate::sqlite::LEVELS;
use crate::sqlite::audit::{KEYS_ASTRAY, KEYS_LOST, LANES_ASTRAY, LEDGER};

/// A thing that must not be, and the query that counts it.
type Wrong = (&'static str, &'static str);

const ROWS: &[Wrong] = &[
    (
        "ended tasks that asked for a callback and have no delivery",
        "SELECT count(*) FROM tasks t WHERE outcome IS NOT NULL AND callback_url IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE task_no = t.no)",
    ),
    (
        "deliveries of tasks that have not ended",
        "SELECT count(*) FROM deliveries d JOIN tasks t ON t.no = d.task_no WHERE t.outcome IS NULL",
    ),
    (
        "deliveries of tasks that asked for no callback",
        "SELECT count(*) FROM deliveries d JOIN tasks t ON t.no = d.task_no WHERE t.callback_url IS NULL",
    ),
    (
        "songs of tasks that did not succeed",
        "SELECT count(*) FROM songs s JOIN tasks t ON t.no = s.task_no WHERE t.outcome IS NOT 2",
    ),
    (
        "folders of tasks that did not succeed",
        "SELECT count(*) FROM task_folders f JOIN tasks t ON t.no = f.task_no WHERE t.outcome IS NOT 2",
    ),
    (
        "counts of applications that are not there",
        "SELECT count(*) FROM task_counts WHERE application_no NOT IN (SELECT no FROM applications)",
    ),
    (
        "idempotency keys of applications that are not there",
        "SELECT count(*) FROM idempotency_log WHERE application_no NOT IN (SELECT no FROM applications)",
    ),
    ("idempotency keys that are found under another hash, or too early", KEYS_ASTRAY),
    ("idempotency keys that are not found", KEYS_LOST),
    (
        "events of users that are not there",
        "SELECT count(*) FROM events WHERE user_no NOT IN (SELECT no FROM users)",
    ),
    (
        "events beyond the last cursor",
        "SELECT count(*) FROM events WHERE cursor > (SELECT n FROM event_cursor)",
    ),
];

const QUEUE: &[Wrong] = &[
    (
        "unfinished tasks that are not in the queue",
        "SELECT count(*) FROM tasks t WHERE outcome IS NULL \
         AND NOT EXISTS (SELECT 1 FROM queue WHERE task_no = t.no)",
    ),
    (
        "ended tasks that are in the queue",
        "SELECT count(*) FROM queue q JOIN tasks t ON t.no = q.task_no WHERE t.outcome IS NOT NULL",
    ),
    (
        "places in the queue under another credential than their task's",
        "SELECT count(*) FROM queue q JOIN tasks t ON t.no = q.task_no WHERE t.credential_no <> q.credential_no",
    ),
    (
        // Kind 3 is an upload, crew 2 fetches.
        "places in the queue of a crew that does not do such tasks",
        "SELECT count(*) FROM queue q JOIN tasks t ON t.no = q.task_no WHERE (t.kind = 3) <> (q.crew = 2)",
    ),
];

const LANES: &[Wrong] = &[
    ("lanes that disagree with the queue", LANES_ASTRAY),
    (
        // How many may run at a time is the server's setting; whoever runs nothing may run something.
        "turns that disagree with their lanes",
        "SELECT count(*) FROM (SELECT l.application_no, l.crew, max(waiting > 0) AS waits, \
           max(waiting > 0 AND in_flight = 0) AS may FROM lanes l GROUP BY 1, 2) l \
         LEFT JOIN turns t ON t.application_no = l.application_no AND t.crew = l.crew \
         WHERE (coalesce(t.ready, 0) = 1 AND l.waits = 0) OR (coalesce(t.ready, 0) = 0 AND l.may = 1)",
    ),
    (
        "destinations that disagree with their deliveries",
        "SELECT count(*) FROM destinations d WHERE leased <> \
           (SELECT count(*) FROM deliveries WHERE destination_no = d.no AND state = 1) \
         OR ((due_ms IS NOT NULL OR leased = 0) AND due_ms IS NOT \
           (SELECT min(due_ms) FROM deliveries WHERE destination_no = d.no AND state = 0))",
    ),
];

pub(super) fn rows(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let advice = "something else than backline wrote to the database: restore the last backup";
    judge(patient, "rows", ROWS, "none without its owner", advice)
}

pub(super) fn queue(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let advice = "something else than backline wrote to the database: restore the last backup";
    judge(patient, "queue", QUEUE, "agrees with the tasks", advice)
}

pub(super) fn lanes(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let advice = "start the server anew: it makes them from the queue and the outbox";
    judge(patient, "lanes", LANES, "agree with queue and outbox", advice)
}

fn judge(
    patient: &Patient<'_>,
    what: &'static str,
    list: &[Wrong],
    fine: &str,
    advice: &'static str,
) -> Result<Finding, StoreError> {
    let mut wrong = Vec::new();
    for (name, sql) in list {
        let count = patient.count(sql, [])?;
        if count > 0 {
            wrong.push(format!("{count} {name}"));
        }
    }
    Ok(if wrong.is_empty() {
        Finding::fine(what, fine)
    } else {
        Finding::wrong(what, wrong.join("; "), advice)
    })
}

pub(super) fn ledger(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let mut wrong = Vec::new();
    for (rule, sql) in LEDGER {
        if patient.count(sql, [])? > 0 {
            wrong.push(format!("not so: {rule}"));
        }
    }
    if wrong.is_empty() {
        let entries = patient.count("SELECT count(*) FROM ledger_entries", [])?;
        return Ok(Finding::fine("ledger", format!("{entries} entries add up to every account")));
    }
    let advice = "something else than backline wrote to the database: restore the last backup";
    Ok(Finding::wrong("ledger", first_of(&wrong), advice))
}

pub(super) fn counts(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let mut wrong = Vec::new();
    for level in LEVELS {
        let count = patient.count(
            "WITH real AS (SELECT application_no, kind, created_ms >> ?1 AS bucket, count(*) AS n FROM tasks \
               GROUP BY 1, 2, 3), \
             told AS (SELECT application_no, kind, bucket, n FROM task_counts WHERE level = ?1 AND n <> 0) \
             SELECT (SELECT count(*) FROM (SELECT * FROM real EXCEPT SELECT * FROM told)) \
                  + (SELECT count(*) FROM (SELECT * FROM told EXCEPT SELECT * FROM real))",
            [level],
        )?;
        if count > 0 {
            wrong.push(format!("{count} of level {level}"));
        }
    }
    if wrong.is_empty() {
        return Ok(Finding::fine("counts", "agree with the tasks"));
    }
    let advice = "lists tell a wrong `count`, and far pages begin in a wrong place; restore the last backup";
    Ok(Finding::wrong("counts", first_of(&wrong), advice))
}
