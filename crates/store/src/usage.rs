//! What was ordered, and what it cost: order by order as long as tasks are kept, and by days for ever.

use async_trait::async_trait;
use domain::{ApplicationId, CredentialId, Credits, TaskId, TaskKind, Timestamp, TraceId, UserId};

use crate::{Filter, Page, StoreError, TaskState};

/// An order, as usage tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsedOrder {
    /// Its task.
    pub task: TaskId,
    /// The trace of its order.
    pub trace_id: TraceId,
    /// What is made.
    pub kind: TaskKind,
    /// The application that ordered.
    pub application: ApplicationId,
    /// The credential that ordered.
    pub credential: CredentialId,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When its work began, if it did and has ended.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it stands; `None`: it has not ended.
    pub ended: Option<TaskState>,
    /// What it cost, or holds as long as it has not ended.
    pub amount: Credits,
}

/// A part of the orders of a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsedOrders {
    /// How many match in all.
    pub count: u64,
    /// The part that was asked for, the newest first.
    pub items: Vec<UsedOrder>,
}

/// Which days are summed up. Everything given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UsageFilter {
    /// Of this application alone.
    pub application: Option<ApplicationId>,
    /// Of this credential alone.
    pub credential: Option<CredentialId>,
    /// Of this kind alone.
    pub kind: Option<TaskKind>,
    /// From the day (of UTC) that this is on.
    pub first: Option<Timestamp>,
    /// Up to the day (of UTC) that this is on.
    pub last: Option<Timestamp>,
}

/// What sums are kept apart by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Grouping {
    /// Days.
    pub day: bool,
    /// Applications.
    pub application: bool,
    /// Credentials.
    pub credential: bool,
    /// Kinds, which are the APIs.
    pub kind: bool,
}

/// Sums of usage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Orders that were accepted.
    pub ordered: u64,
    /// Those of them that succeeded.
    pub succeeded: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were called off.
    pub cancelled: u64,
    /// What those that succeeded have cost.
    pub amount: Credits,
}

/// Sums of usage, with what they are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsageSum {
    /// The beginning of the day, if days are kept apart.
    pub day: Option<Timestamp>,
    /// The application, if they are kept apart.
    pub application: Option<ApplicationId>,
    /// The credential, if they are kept apart.
    pub credential: Option<CredentialId>,
    /// The kind, if they are kept apart.
    pub kind: Option<TaskKind>,
    /// The sums.
    pub usage: Usage,
}

/// A part of the sums that were asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UsageSums {
    /// How many sums there are in all.
    pub count: u64,
    /// All of them together.
    pub total: Usage,
    /// The part that was asked for, the latest day first.
    pub items: Vec<UsageSum>,
}

/// What was ordered.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// A part of `owner`'s orders whose tasks are kept, and how many there are.
    async fn used_orders(&self, owner: UserId, filter: Filter, page: Page) -> Result<UsedOrders, StoreError>;

    /// Sums of what `owner` ordered, whatever was deleted since.
    async fn usage(
        &self,
        owner: UserId,
        filter: UsageFilter,
        by: Grouping,
        page: Page,
    ) -> Result<UsageSums, StoreError>;
}
