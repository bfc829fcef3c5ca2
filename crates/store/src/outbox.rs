//! The outbox: callbacks that are owed, and what became of each attempt.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{ApplicationId, Outcome, TaskId, Timestamp, TraceId};

use crate::{OrderHeaders, StoreError, WebhookSecret};

/// A callback in the hands of a sender.
#[derive(Clone)]
pub struct Delivery {
    /// The store's number of it.
    pub number: i64,
    /// Whose result it is.
    pub task: TaskId,
    /// The trace of the order.
    pub trace_id: TraceId,
    /// Whose secrets it is signed with.
    pub application: ApplicationId,
    /// Where it goes. Never to be logged whole: users put secrets in the path.
    pub url: String,
    /// What is sent.
    pub outcome: Outcome,
    /// When the task ended.
    pub ended_at: Timestamp,
    /// Attempts made before this one, since it was last put back.
    pub attempts: u32,
    /// Tells this handing out from those before it.
    pub lease: u32,
    /// What it needs of the order's headers.
    pub headers: OrderHeaders,
    /// What it is signed with, newest first; none until [`crate::SecretStore::secrets`] has made the first.
    pub secrets: Vec<WebhookSecret>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { number, task, attempts, .. } = self;
        write!(f, "Delivery({number} of {task}, attempts: {attempts})")
    }
}

/// What became of one attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// What went wrong, if no answer came.
    pub error: Option<String>,
    /// The first bytes of the answer.
    pub answer: Vec<u8>,
}

/// How a delivery goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AfterAttempt {
    /// It arrived.
    Delivered,
    /// It is tried again then.
    Retry(Timestamp),
    /// It is given up.
    GivenUp,
}

/// An attempt, with the delivery that it was for.
#[derive(Clone, Debug)]
pub struct MadeAttempt {
    /// As it was handed out.
    pub delivery: Delivery,
    /// What became of it.
    pub attempt: Attempt,
    /// How it goes on.
    pub after: AfterAttempt,
    /// Whether its host was asked at all: an attempt that ended before that says nothing about the host.
    pub asked: bool,
}

/// How a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    /// It is due at some time.
    Waiting,
    /// A sender has it.
    UnderWay,
    /// It arrived.
    Delivered,
    /// It was given up.
    GivenUp,
}

/// The callbacks that are owed.
#[async_trait]
pub trait OutboxStore: Send + Sync {
    /// Hands out up to `most` due deliveries until `lease_end`: one of each destination in turn, the longest due
    /// first, no destination beyond its bound, and none that is silent or has one already beyond the share of such.
    /// A lease that ran out counts as a failed attempt that nobody saw: the delivery is due again. One that cannot be
    /// read is given up and harms no other.
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_end: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// When the next delivery is due or the next lease ends.
    async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Keeps what became of an attempt. If the lease of its delivery has run out meanwhile, or another sender has it,
    /// the attempt is only noted, unless it arrived.
    async fn record_attempt(&self, made: MadeAttempt) -> Result<(), StoreError>;

    /// Keeps what became of some attempts, as [`OutboxStore::record_attempt`] does, and hands out more, as
    /// [`OutboxStore::claim_deliveries`] does, in one write.
    async fn exchange(
        &self,
        made: Arc<[MadeAttempt]>,
        now: Timestamp,
        lease_end: Timestamp,
        most: usize,
    ) -> Result<Vec<Delivery>, StoreError>;
}
