//! What is around the folder: its server, the disk, the clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Timestamp;
use rustix::fs::StatVfsMountFlags;

use super::{Finding, Patient};
use crate::{DataFolder, StoreError};

/// A server says four times a second that it is alive.
const SILENT: Duration = Duration::from_secs(30);
/// Clocks of one machine agree better than this.
const APART: Duration = Duration::from_secs(60);
/// Less room than this is worth a word: sixty songs of usual length.
const LITTLE_ROOM: u64 = 1 << 30;
/// Less room than this, and orders are about to be refused.
const NO_ROOM: u64 = 32 << 20;

pub(super) fn server(folder: &DataFolder, now: Timestamp, served: bool) -> Result<Finding, StoreError> {
    let Some((alive, noted)) = folder.last_sign()? else {
        let detail = if served { "one is starting" } else { "none runs, and none ever did" };
        return Ok(Finding::fine("server", detail));
    };
    let noted = timestamp(noted);
    // What a rehearsal says is of its own clock, which may stand; when it said so is of the machine's.
    let ago = now.since(if folder.is_rehearsed() { noted } else { alive });
    let seconds = ago.as_secs();
    if !served {
        return Ok(Finding::fine("server", format!("none runs; the last one was alive {seconds} s ago")));
    }
    if ago > SILENT {
        let detail = format!("one runs, but has not said for {seconds} s that it is alive");
        return Ok(Finding::wrong(
            "server",
            detail,
            "look into its log; if it does not answer, start it anew",
        ));
    }
    if folder.is_rehearsed() {
        return Ok(Finding::fine("server", "one runs, a rehearsal with a clock of its own"));
    }
    let apart = noted.since(alive).max(alive.since(noted));
    if apart > APART {
        let detail =
            format!("one runs; its clock and that of the file system are {} s apart", apart.as_secs());
        return Ok(Finding::warning("server", detail, "set the clocks of both machines by a time server"));
    }
    Ok(Finding::fine("server", "one runs"))
}

/// A time of the file system.
pub(super) fn timestamp(time: SystemTime) -> Timestamp {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

pub(super) fn disk(folder: &DataFolder) -> Result<Finding, StoreError> {
    let disk = rustix::fs::statvfs(folder.path()).map_err(std::io::Error::from)?;
    let read_only = disk.f_flag.contains(StatVfsMountFlags::RDONLY);
    let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
    Ok(room(bytes(disk.f_bavail), bytes(disk.f_blocks), read_only))
}

fn room(free: u64, all: u64, read_only: bool) -> Finding {
    let detail = format!("{} MiB of {} MiB are free", free >> 20, all >> 20);
    if read_only {
        return Finding::wrong(
            "disk",
            "mounted read-only",
            "mount it to be written: no order can be accepted",
        );
    }
    if free < NO_ROOM {
        return Finding::wrong("disk", detail, "make room: orders are refused without it");
    }
    if free < LITTLE_ROOM || free < all / 20 {
        return Finding::warning("disk", detail, "make room, or let `[retention]` delete old tasks");
    }
    Finding::fine("disk", detail)
}

pub(super) fn clock(patient: &Patient<'_>) -> Result<Finding, StoreError> {
    let latest = patient.now.plus(APART).as_millis();
    let alive = patient.folder.last_sign()?.map(|(alive, _)| alive.since(patient.now));
    let mut wrong = Vec::new();
    for (what, table, date) in [
        ("tasks were ordered", "tasks", "created_ms"),
        ("events happened", "events", "at_ms"),
        ("idempotency keys were given", "idempotency_log", "created_ms"),
    ] {
        let ahead = patient.count(&format!("SELECT count(*) FROM {table} WHERE {date} > ?1"), [latest])?;
        if ahead > 0 {
            wrong.push(format!("{ahead} {what} in the future"));
        }
    }
    if let Some(alive) = alive.filter(|alive| *alive > APART) {
        wrong.push(format!("the last server was alive {} s in the future", alive.as_secs()));
    }
    if wrong.is_empty() {
        return Ok(Finding::fine("clock", "nothing is from the future"));
    }
    let advice =
        "the clock was set back: set it by a time server; leases and retries wait until it is there again";
    Ok(Finding::wrong("clock", wrong.join("; "), advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_disk_with_little_room_is_told() {
        const GIB: u64 = 1 << 30;
        assert_eq!(room(30 * GIB, 100 * GIB, false).health, Health::Fine);
        assert_eq!(room(3 * GIB, 100 * GIB, false).health, Health::Warning, "less than a twentieth");
        assert_eq!(room(GIB - 1, 2 * GIB, false).health, Health::Warning);
        assert_eq!(room(1 << 20, 100 * GIB, false).health, Health::Wrong);
        assert_eq!(room(30 * GIB, 100 * GIB, true).health, Health::Wrong);
    }
}
