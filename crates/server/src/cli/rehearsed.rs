//! Data folders of rehearsals, which have times of their own: who may rehearse in a folder, and what time it is there.

use domain::Timestamp;
use store::{DataFolder, SqliteStore, StoreStats as _};

use super::access::day_and_time;
use super::{Failure, tell};
use crate::clock::{Clock as _, SystemClock};

/// Lets no rehearsal into a folder with real tasks: those that wait would be simulated, and the others stand among
/// tasks of another clock. Nor is the folder of a rehearsal served for real while it has tasks.
pub(super) async fn admit(folder: &DataFolder, store: &SqliteStore, rehearsed: bool) -> Result<(), Failure> {
    if folder.is_rehearsed() == rehearsed || !store.has_tasks().await? {
        return Ok(());
    }
    let path = folder.path().display();
    Err(Failure(if rehearsed {
        format!(
            "the data folder {path} has real tasks, and --simulate would simulate those that wait and put later ones \
             at times of its own; a rehearsal has a folder of its own: choose another --data-dir, or serve this one \
             without --simulate"
        )
    } else {
        format!(
            "the data folder {path} has tasks of a rehearsal, and without --simulate those that wait would be done \
             for real; real work has a folder of its own: choose another --data-dir, or serve this one with --simulate"
        )
    }))
}

/// The time in a folder: the machine's, or, of a rehearsal, the time which its clock had last.
pub(super) fn now_in(folder: &DataFolder) -> Result<Timestamp, Failure> {
    if folder.is_rehearsed()
        && let Some((now, _)) = folder.last_sign()?
    {
        tell(&format!("this is the folder of a rehearsal: going by its clock, {}", day_and_time(now)));
        return Ok(now);
    }
    Ok(SystemClock::default().now())
}
