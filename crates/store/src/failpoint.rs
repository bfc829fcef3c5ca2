//! Points in the way of each write at which a test can let it fail. Without the feature `failpoints`, which no release
//! has, nothing of this is compiled in: what stands at the points is nothing.

use crate::StoreError;

/// Goes through the points `NAME.before` and `NAME.after` around a write.
pub(crate) fn around<T>(name: &str, write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    pass(name, "before")?;
    let written = write()?;
    pass(name, "after")?;
    Ok(written)
}

/// Goes through a point.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(crate) const fn pass(_: &str, _: &str) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(feature = "failpoints")]
pub use armed::{Action, POINTS, arm, is_spent};

#[cfg(feature = "failpoints")]
pub(crate) use armed::pass;

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use crate::StoreError;

    /// Every point that there is.
    pub const POINTS: &[&str] = &[
        "order.before",
        "order.held",
        "order.after",
        "claim.before",
        "claim.after",
        "result.before",
        "result.outcome",
        "result.song",
        "result.after",
        "give_back.before",
        "give_back.after",
        "take_back.before",
        "take_back.after",
        "sending.before",
        "sending.after",
        "attempt.before",
        "attempt.after",
        "cancel.before",
        "cancel.after",
        "delete.before",
        "delete.after",
        "forget.before",
        "forget.after",
        "late.before",
        "late.after",
        "replay.before",
        "replay.after",
        "share.before",
        "share.after",
        "buried.before",
        "buried.after",
        "index.before",
        "index.written",
        "index.after",
        "ledger.before",
        "ledger.after",
        "commit.before",
        "commit.after",
        "file.create",
        "file.write",
        "file.sync",
        "file.rename",
        "file.folder",
    ];

    /// What happens at a point.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Action {
        /// It gives an error.
        Fail,
        /// It gives the error of a full disk.
        Full,
        /// It panics.
        Panic,
        /// It ends the process, as a kill would.
        Abort,
    }

    struct Armed {
        point: String,
        action: Action,
        /// How often the point is passed unharmed before.
        unharmed: u32,
    }

    static ARMED: Mutex<Option<Armed>> = Mutex::new(None);

    fn armed() -> MutexGuard<'static, Option<Armed>> {
        ARMED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `action` happen once at this point, after it was passed unharmed so often.
    pub fn arm(point: &str, action: Action, unharmed: u32) {
        *armed() = Some(Armed { point: point.to_owned(), action, unharmed });
    }

    /// Whether what was armed has happened.
    pub fn is_spent() -> bool {
        armed().is_none()
    }

    /// Goes through a point.
    pub(crate) fn pass(name: &str, when: &str) -> Result<(), StoreError> {
        let action = {
            let mut armed = armed();
            let here = armed.as_mut().filter(|armed| armed.point == format!("{name}.{when}"));
            let Some(here) = here else { return Ok(()) };
            if here.unharmed > 0 {
                here.unharmed -= 1;
                return Ok(());
            }
            let action = here.action;
            *armed = None;
            action
        };
        match action {
            Action::Fail => Err(StoreError::Failed(format!("failpoint {name}.{when}"))),
            Action::Full => Err(StoreError::Full(format!("failpoint {name}.{when}"))),
            Action::Panic => panic!("failpoint {name}.{when}"),
            Action::Abort => std::process::abort(),
        }
    }
}
