//! Files that users brought, so that they can be edited.

use async_trait::async_trait;
use domain::{Timestamp, UserId};

use crate::{FolderName, StoreError};

/// A file that is about to be written.
#[derive(Clone, Debug)]
pub struct NewBroughtFile {
    /// The folder that it is to be in, alone.
    pub folder: FolderName,
    /// Whose it is.
    pub user: UserId,
    /// Most bytes that files of this user may have in all; `None` is without limit.
    pub most_bytes: Option<u64>,
    /// Now.
    pub now: Timestamp,
    /// What was brought before that goes.
    pub kept_since: Timestamp,
}

/// Files that users brought.
#[async_trait]
pub trait BroughtFileStore: Send + Sync {
    /// Notes a file before it is written, and that those which are too old are doomed; `false`, and nothing was noted, if
    /// the user's files have as many bytes as they may.
    async fn bring(&self, file: NewBroughtFile) -> Result<bool, StoreError>;

    /// Notes how long a file has become.
    async fn brought(&self, folder: FolderName, bytes: u64) -> Result<(), StoreError>;

    /// Forgets a file that did not become whole: its folder is doomed.
    async fn not_brought(&self, folder: FolderName) -> Result<(), StoreError>;
}
