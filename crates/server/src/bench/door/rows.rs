//! What cannot be left out of an order: its JSON is parsed, and rows are inserted.

use domain::Timestamp;
use store::sqlite::bench::{Bare, Durability};
use store::{DataFolder, NewTask};
use tempfile::TempDir;
use tokio::runtime::Builder;

use crate::bench::folder::{open, temporary};
use crate::bench::new_token;
use crate::bench::rows::Rows;
use crate::cli::Failure;
use crate::clock::{Clock as _, SystemClock};
use crate::ids::SystemRandom;

/// A loop with nothing around it, in a store of its own.
pub(super) struct BareRows {
    bare: Bare,
    rows: Rows<'static>,
    body: String,
    _home: TempDir,
}

impl BareRows {
    /// One that inserts orders with this body.
    pub fn open(body: String) -> Result<Self, Failure> {
        let home = temporary(None)?;
        let folder = DataFolder::open(home.path())?;
        let store = open(&folder)?;
        let runtime = Builder::new_current_thread().build()?;
        let token = runtime.block_on(new_token(&store, "bench@example.com", None))?;
        store.close();
        let bare = Bare::open(&folder.database(), Durability::Unsynced)?;
        Ok(Self { bare, rows: Rows::new(&SystemRandom, token.id)?, body, _home: home })
    }

    /// Inserts `orders`, so many in a transaction.
    pub fn insert(&mut self, orders: usize, together: usize) -> Result<(), Failure> {
        let clock = SystemClock::default();
        let mut left = orders;
        while left > 0 {
            let some = left.min(together);
            let tasks: Result<Vec<_>, _> = (0..some).map(|_| self.task(clock.now())).collect();
            self.bare.insert(&tasks?)?;
            left -= some;
        }
        Ok(())
    }

    fn task(&self, now: Timestamp) -> Result<NewTask, Failure> {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(&self.body)?);
        Ok(self.rows.ordered(now, &self.body))
    }
}
