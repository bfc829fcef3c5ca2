//! What survives a restart: accounts, tasks, queue, outbox and files.
//! Only this crate knows SQL. It has no clock and draws no random number: times and ids are arguments.

mod access;
mod applications;
pub mod backup;
mod brought;
mod callbacks;
mod cancel;
pub mod doctor;
mod doomed;
mod events;
pub mod failpoint;
mod files;
mod folder;
mod keys;
mod ledger;
mod outbox;
mod retention;
mod secrets;
pub mod sqlite;
mod stats;
mod tasks;
mod usage;
mod users;

pub use access::{AccessStore, ApplicationSwitch, Credential, NewToken, TokenHash, TokenListing};
pub use applications::{
    Acquired, Application, ApplicationStore, CredentialAdded, NewApplication, NewCredential, OwnCredential,
    Rights, Rotation,
};
pub use brought::{BroughtFileStore, NewBroughtFile};
pub use callbacks::{CallbackFilter, CallbackListing, CallbackStore, Replay};
pub use cancel::{CalledOff, CancelStore, Deleted, Late};
pub use doomed::{Doomed, DoomedStore};
pub use events::{Event, EventStore, TaskState};
pub use files::{FileStore, FolderName};
pub use folder::{BackupHold, DataFolder, FolderLock};
pub use keys::{IdempotencyKey, KeyPlace};
pub use ledger::{Account, Cover, GrantAmount, Granted, LedgerStore, NewGrant, PastGrant, Proof, Proven};
pub use outbox::{AfterAttempt, Attempt, Delivery, DeliveryState, MadeAttempt, OutboxStore};
pub use retention::{Ages, Due, Forgotten, RetentionStore, Swept};
pub use secrets::{NamedApplication, SecretStore, WebhookSecret};
pub use sqlite::SqliteStore;
pub use stats::{CommitObserver, Depths, MOST_COUNTED, Prospects, StoreStats};
pub use tasks::{
    Accepted, CallbackUrl, Claim, Claimed, Filter, Finish, GivenBack, Kept, Listing, NewSong, NewTask,
    OrderHeaders, Page, QueueRules, Released, Standing, TaskRecord, TaskStore, Unanswered,
};
pub use usage::{Grouping, Usage, UsageFilter, UsageStore, UsageSum, UsageSums, UsedOrder, UsedOrders};
pub use users::{
    Link, NewSession, NewUser, PasswordHash, Registered, SecretHash, User, UserChange, UserChanged, UserStore,
};

/// Everything that survives a restart, but for files.
pub trait Store:
    AccessStore
    + ApplicationStore
    + BroughtFileStore
    + UserStore
    + TaskStore
    + OutboxStore
    + CallbackStore
    + CancelStore
    + DoomedStore
    + EventStore
    + LedgerStore
    + RetentionStore
    + SecretStore
    + StoreStats
    + UsageStore
{
}

impl<
    T: AccessStore
        + ApplicationStore
        + BroughtFileStore
        + UserStore
        + TaskStore
        + OutboxStore
        + CallbackStore
        + CancelStore
        + DoomedStore
        + EventStore
        + LedgerStore
        + RetentionStore
        + SecretStore
        + StoreStats
        + UsageStore,
> Store for T
{
}

/// Why a store could not keep a promise.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk, no file may be opened any more, or the folder cannot be written.
    #[error("the data folder cannot be written: {0}")]
    Full(String),
    /// The data folder belongs to another running server.
    #[error("another server is using the data folder {0}; stop it first, or choose another --data-dir")]
    InUse(String),
    /// The data folder is of an older version, and a server uses it.
    #[error(
        "{0} is of an older version of backline, and a server uses it; restart that with this version, or try again if it is just starting"
    )]
    OlderServer(String),
    /// There is no data folder at this path.
    #[error(
        "{0} is not a data folder of backline (it has no backline.db); name the right one with --data-dir"
    )]
    NoFolder(String),
    /// The database is not what SQLite wrote.
    #[error("{0}; it was left as it is: `backline doctor` tells where, a backup brings it back")]
    Damaged(String),
    /// A file is not a backup, or not a whole one.
    #[error("{0}")]
    BadBackup(String),
    /// The database was written by a newer version.
    #[error("{0} was written by a newer version of backline; use that version, or another --data-dir")]
    TooNew(String),
    /// A row does not hold what this version writes.
    #[error("{table}.{column} of row {row} cannot be read: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's number.
        row: i64,
        /// What was found.
        what: String,
    },
    /// What was named does not exist.
    #[error("there is no {0}")]
    Missing(String),
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
    /// Any other failure of the database or the file system.
    #[error("{0}")]
    Failed(String),
}

impl StoreError {
    /// Whether what lies there cannot be read: it is no better a moment later, and harms nobody else if it is left out.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Damaged(_))
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use rustix::io::Errno;
        use std::io::ErrorKind;
        // A file that cannot be opened now can be once others are closed: nothing fails for good of it.
        if matches!(Errno::from_io_error(&error), Some(Errno::MFILE | Errno::NFILE)) {
            return Self::Full(error.to_string());
        }
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem => {
                Self::Full(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_descriptors_passes_as_a_lack_of_room_does() {
        for errno in [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE, rustix::io::Errno::NOSPC] {
            assert!(matches!(StoreError::from(std::io::Error::from(errno)), StoreError::Full(_)), "{errno}");
        }
        assert!(matches!(StoreError::from(std::io::Error::other("another")), StoreError::Failed(_)));
    }
}
