//! Folders whose files nobody needs any more: noted in the transaction that decides it, so that a server that ends
//! before they are removed leaves the next one a list.

use async_trait::async_trait;

use crate::{FolderName, StoreError};

/// A folder whose files are to be removed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Doomed {
    /// The folder.
    pub folder: FolderName,
    /// A worker of the running server may still be writing there; it removes the folder when it stops. What songs are
    /// to share is left to the next server, since others may have been given it meanwhile.
    pub claimed: bool,
}

/// The folders that are to be removed.
#[async_trait]
pub trait DoomedStore: Send + Sync {
    /// Up to `most` of them by name, those after `after`. At the start of a server no worker writes yet, and all are
    /// told; later, those to which a worker has a claim are left to it.
    async fn doomed(
        &self,
        at_start: bool,
        after: Option<&FolderName>,
        most: u32,
    ) -> Result<Vec<Doomed>, StoreError>;

    /// Notes a folder that many songs are to share, before the first of its files is written. Until a song names it, it
    /// is doomed: the next server removes it.
    async fn will_share(&self, folder: FolderName) -> Result<(), StoreError>;

    /// Strikes out folders that are gone.
    async fn buried(&self, folders: Vec<FolderName>) -> Result<(), StoreError>;
}
