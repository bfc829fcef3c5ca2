//! What applications may spend: a ledger with two sides, in which every credit is somewhere.
//!
//! An application that has a quota has four accounts. A grant moves credits from `granted` to `available`; an order
//! moves its price on to `held`, in the transaction that makes it a task; its end moves it to `spent` if it succeeded,
//! and back to `available` otherwise, in the transaction that ends it. See `docs/LEDGER.md`.

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, Timestamp};

use crate::StoreError;

/// What the accounts of an application hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Account {
    /// What it was given in all, less what was taken back.
    pub granted: Credits,
    /// What it may still order.
    pub available: Credits,
    /// What its unfinished tasks hold.
    pub held: Credits,
    /// What its tasks have cost that succeeded.
    pub spent: Credits,
}

/// Credits that an operator gives or takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewGrant {
    /// Whose they are.
    pub application: ApplicationId,
    /// How many.
    pub amount: GrantAmount,
    /// Why, in words for whoever reads the ledger later; not empty.
    pub reason: String,
    /// Who gave them; not empty.
    pub author: String,
    /// When.
    pub now: Timestamp,
}

/// How many credits are given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GrantAmount {
    /// So many more; below zero, so many are taken back.
    By(Credits),
    /// As many more or less as bring what is available to this.
    To(Credits),
}

/// What became of a grant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Granted {
    /// It is in the ledger; so the accounts stand now.
    Done(Account),
    /// It would take more back than is available, which is this.
    NotCovered(Credits),
    /// No account is so large.
    TooMuch,
    /// There is no such application.
    NoApplication,
}

/// A grant that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastGrant {
    /// Its number, which rises with each.
    pub number: i64,
    /// How many credits; below zero if they were taken back.
    pub amount: Credits,
    /// Why.
    pub reason: String,
    /// Who gave them.
    pub author: String,
    /// When.
    pub at: Timestamp,
}

/// Whether an order of a credential would be covered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cover {
    /// What its application may still spend; `None` is without limit.
    pub available: Option<Credits>,
}

/// A rule of the ledger with the number of rows that break it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proof {
    /// What must be.
    pub rule: &'static str,
    /// How many rows are not so.
    pub broken: i64,
}

/// A ledger that was looked through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proven {
    /// Applications with accounts.
    pub accounts: i64,
    /// Entries that were added up.
    pub entries: i64,
    /// The sums of all accounts.
    pub total: Account,
    /// Every rule.
    pub proofs: Vec<Proof>,
}

impl Proven {
    /// Whether no rule is broken.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.proofs.iter().all(|proof| proof.broken == 0)
    }
}

/// The ledger. Holds are placed by [`TaskStore::accept`](crate::TaskStore::accept) and end with their tasks.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// How the accounts of an application stand; `None` if it orders without limit, or is not there.
    async fn account(&self, application: ApplicationId) -> Result<Option<Account>, StoreError>;

    /// Gives an application credits, or takes some back, but never more than are available. The first grant ends that it
    /// orders without limit.
    async fn grant(&self, grant: NewGrant) -> Result<Granted, StoreError>;

    /// An application's grants, the newest first, of those with a number below `before`.
    async fn grants(
        &self,
        application: ApplicationId,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<PastGrant>, StoreError>;

    /// What covers an order of this credential now.
    async fn cover(&self, credential: CredentialId) -> Result<Cover, StoreError>;
}
