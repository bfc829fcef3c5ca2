//! The data folder that is measured on: a given one, or one of its own that is removed at the end.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use domain::TaskId;
use store::{AccessStore as _, DataFolder, Filter, Page, QueueRules, SqliteStore, TaskStore as _};
use tempfile::TempDir;

use super::account::new_token;
use super::fill::fill;
use crate::api::caller::token_hash;
use crate::cli::{Failure, Token, tell};

/// For how long a token for measuring is valid.
const TOKEN_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Which filled folder to measure on.
#[derive(Args)]
pub(super) struct Filled {
    /// A folder that `bench fill` has filled; without this, a temporary one is filled first.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Whose tasks are asked for.
    #[arg(long, value_name = "E", default_value = "bench@example.com")]
    email: String,
    /// How many tasks a temporary folder is filled with.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    tasks: usize,
}

/// A folder with tasks, and a token to ask for them.
pub(super) struct FilledFolder {
    path: PathBuf,
    /// What clients send.
    pub token: String,
    /// Every task there is, oldest first.
    pub ids: Arc<[TaskId]>,
    _temporary: Option<TempDir>,
}

impl FilledFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the database through, so that as much of it as fits is in the system's cache of files: what is measured
    /// next is a server, not a disk, and not what else the machine has read meanwhile.
    pub fn warm(&self) -> Result<(), Failure> {
        let mut database = File::open(DataFolder::open(&self.path)?.database())?;
        let mut part = vec![0; 1 << 20];
        while database.read(&mut part)? > 0 {}
        Ok(())
    }
}

impl Filled {
    /// Fills the folder if it is a temporary one, makes a token, and reads the ids.
    pub async fn open(&self) -> Result<FilledFolder, Failure> {
        let temporary = self.data_dir.is_none().then(|| temporary(None)).transpose()?;
        let given = self.data_dir.as_deref().unwrap_or(Path::new(""));
        let path = temporary.as_ref().map_or(given, TempDir::path).to_owned();
        let store = open(&DataFolder::open(&path)?)?;
        if temporary.is_some() {
            tell("filling a temporary data folder");
            fill(&store, &self.email, self.tasks, &mut |_| Ok(())).await?;
        }
        let token = new_token(&store, &self.email, Some(TOKEN_FOR)).await?;
        let ids = self.ids(&store, &token).await?;
        store.close();
        Ok(FilledFolder { path, token: token.secret, ids, _temporary: temporary })
    }

    async fn ids(&self, store: &SqliteStore, token: &Token) -> Result<Arc<[TaskId]>, Failure> {
        let credential = store.credential(&token_hash(&token.secret)).await?;
        let owner = credential.ok_or_else(|| Failure("the new token is not there".to_owned()))?.user_id;
        let own = store.list(owner, Filter::default(), Page { limit: 0, offset: 0 }).await?.count;
        let ids = store.task_ids()?;
        if ids.len() as u64 != own || ids.is_empty() {
            return Err(Failure(format!(
                "expected a folder whose tasks are all {email}'s, as `bench fill --email {email}` leaves it; it holds \
                 {all}, of which {own} are {email}'s",
                email = self.email,
                all = ids.len(),
            )));
        }
        Ok(ids.into())
    }
}

/// A folder that is removed when it is dropped: in `parent`, else where the system keeps such.
pub(super) fn temporary(parent: Option<&Path>) -> Result<TempDir, Failure> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("backline-bench-");
    Ok(match parent {
        Some(parent) => builder.tempdir_in(parent)?,
        None => builder.tempdir()?,
    })
}

/// Opens a folder's store beside a server, should one be running. Nothing is taken from its queue here.
pub(super) fn open(folder: &DataFolder) -> Result<Arc<SqliteStore>, Failure> {
    let rules = QueueRules {
        in_flight_per_credential: 0,
        refuses_when_busy: false,
        most_waiting: 0,
        in_flight_per_destination: 1,
        deliveries_in_flight: 0,
        keys_gathered: 1,
    };
    Ok(Arc::new(SqliteStore::open_beside(folder, rules)?))
}
