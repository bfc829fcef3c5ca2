//! Data folders of rehearsals, which have times of their own: who may rehearse in a folder, and what time it is there.

use domain::Timestamp;
use store::{DataFolder, SqliteStore, StoreStats as _};

use super::access::day_and_time;
use super::{Failure, tell};
use crate::clock::{Clock as _, SystemClock};

/// Lets no rehearsal into a folder where work waits that is no rehearsal: it would be simulated, at times of its own.
/// Whoever is let in makes the folder one of a rehearsal.
pub(super) async fn begin(folder: &DataFolder, store: &SqliteStore) -> Result<(), Failure> {
    if !folder.is_rehearsed() {
        let depths = store.depths().await?;
        let tasks = depths.waiting + depths.delayed + depths.running;
        let callbacks = depths.callbacks_waiting + depths.callbacks_under_way;
        if tasks + callbacks > 0 {
            return Err(Failure(format!(
                "the data folder {} has real work that is not done, {tasks} tasks and {callbacks} callbacks, which \
                 --simulate would simulate; a rehearsal has a folder of its own: choose another --data-dir, or serve \
                 this one without --simulate",
                folder.path().display()
            )));
        }
    }
    Ok(folder.note_rehearsed(true)?)
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
