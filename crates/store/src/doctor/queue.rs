//! What is in somebody's hands, and what waits for longer than it should.

use std::time::Duration;

use super::{Finding, Patient};
use crate::StoreError;

/// A server takes back what ran out, or is due, within seconds.
const LATE: Duration = Duration::from_secs(60);

pub(super) fn leases(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let held = patient.count(
        "SELECT (SELECT count(*) FROM queue WHERE state = 1) + (SELECT count(*) FROM deliveries WHERE state = 1)",
        [],
    )?;
    if !patient.served && held > 0 {
        let detail = format!("{held} held by a server that is gone");
        let advice = "start the server: it takes them back at once";
        return Ok(Finding::warning("leases", detail, advice));
    }
    let late = patient.now.minus(LATE).as_millis();
    let stuck = patient.count(
        "SELECT (SELECT count(*) FROM queue WHERE due_ms < ?1) \
              + (SELECT count(*) FROM deliveries WHERE state = 1 AND due_ms < ?1)",
        [late],
    )?;
    if patient.served && stuck > 0 {
        let detail = format!("{stuck} ran out more than {} s ago and were not taken back", LATE.as_secs());
        return Ok(Finding::wrong("leases", detail, "look into the server's log, and start it anew"));
    }
    Ok(Finding::fine("leases", format!("{held} in force")))
}

pub(super) fn callbacks(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let waiting = patient.count("SELECT count(*) FROM deliveries WHERE state < 2", [])?;
    let dead = patient.count("SELECT count(*) FROM deliveries WHERE state = 3", [])?;
    let late = patient.now.minus(LATE).as_millis();
    let overdue = patient.count("SELECT count(*) FROM deliveries WHERE state = 0 AND due_ms < ?1", [late])?;
    let detail = format!("{waiting} waiting, {overdue} of them overdue, {dead} given up");
    Ok(if overdue > 0 && patient.served {
        let advice = "more are owed than are sent: look for slow destinations in the server's log";
        Finding::warning("callbacks", detail, advice)
    } else if overdue > 0 {
        Finding::warning("callbacks", detail, "start the server: it sends them")
    } else if dead > 0 {
        let advice =
            "they were tried to the end: look at their answers, mend the receiver and send them again";
        Finding::warning("callbacks", detail, advice)
    } else {
        Finding::fine("callbacks", detail)
    })
}
