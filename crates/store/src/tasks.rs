//! Tasks: accepted once, worked on under a lease, ended once, found again.

use async_trait::async_trait;
use domain::{
    ApplicationId, AudioId, Bounds, CredentialId, Credits, Crew, Ended, GaveBack, TaskId, TaskKind,
    Timestamp, TraceId, UserId,
};

use crate::{FolderName, IdempotencyKey, StoreError, TaskState};

/// An order that is to become a task.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The task's id; the order's answer tells it.
    pub id: TaskId,
    /// The trace of the request that placed the order.
    pub trace_id: TraceId,
    /// Who orders.
    pub credential_id: CredentialId,
    /// What is made.
    pub kind: TaskKind,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// The body as it was sent.
    pub request: String,
    /// Where the result is to be posted.
    pub callback_url: Option<CallbackUrl>,
    /// What it costs if it succeeds, which its application's accounts hold until then; never negative.
    pub price: Credits,
    /// The order's connection waits for the result.
    pub waits: bool,
    /// Tells the same request of the same credential again.
    pub fingerprint: [u8; 16],
    /// An earlier order with this fingerprint whose answer may never have arrived. If that task exists, it is the
    /// answer and no new task is made.
    pub repeat_of: Option<TaskId>,
    /// The key by which its client tells it from other orders.
    pub key: Option<IdempotencyKey>,
    /// When it must have ended at the latest.
    pub deadline: Option<Timestamp>,
    /// What its work and its callback still need of the request's headers.
    pub headers: OrderHeaders,
}

/// Headers of an order that its work and its callback still need.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderHeaders {
    /// `traceparent` of W3C Trace Context: the span that the order came from.
    pub traceparent: Option<String>,
    /// `tracestate` that came with it.
    pub tracestate: Option<String>,
    /// `Backline-Simulate`: what the simulated engine is to do.
    pub simulate: Option<String>,
}

impl OrderHeaders {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.traceparent.is_none() && self.tracestate.is_none() && self.simulate.is_none()
    }
}

/// Where a result is to be posted. Users put secrets in the path, so it shows its destination alone.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackUrl {
    /// The whole URL.
    pub url: String,
    /// Its scheme, host and port: what deliveries are kept apart by.
    pub destination: String,
}

impl std::fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallbackUrl({}/…)", self.destination)
    }
}

/// What became of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// It is a task now, durably.
    New,
    /// It is a repeat of this earlier task.
    Repeat(TaskId),
    /// Its key was given to another order.
    KeyTaken,
    /// The application's quota does not cover it.
    UsedUp,
    /// Too many tasks wait already.
    QueueFull,
    /// The credential has as many under way as it may.
    Busy,
    /// The credential was revoked, or its application or user switched off.
    Refused,
}

/// How the queue is worked off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueRules {
    /// Most tasks of one credential that a crew of workers holds at a time; 0 is no bound.
    pub in_flight_per_credential: u32,
    /// Whether an order of a credential is refused that has as many under way already, with either crew, those
    /// included that wait for a worker or for their next try.
    pub refuses_when_busy: bool,
    /// Most tasks that may wait; 0 is no bound.
    pub most_waiting: u32,
    /// Most deliveries to one destination that are under way at a time.
    pub in_flight_per_destination: u32,
    /// How many deliveries may be under way in all, which destinations share; 0: nothing is shared out.
    pub deliveries_in_flight: u32,
    /// How many idempotency keys are gathered in memory before they go into their index, many at a time; at least 1. Twice
    /// as many are in memory at most, some 70 bytes each.
    pub keys_gathered: u32,
}

/// A worker's hold on a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The task.
    pub task: TaskId,
    /// Which of the task's claims this is; only the latest is in force.
    pub attempt: u32,
}

/// A task in the hands of a worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The worker's hold on it.
    pub claim: Claim,
    /// The trace of its order.
    pub trace_id: TraceId,
    /// What is to be made.
    pub kind: TaskKind,
    /// The body as it was sent.
    pub request: String,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// The state that the worker's move will consume.
    pub state: domain::Processing,
    /// Where this claim's files belong.
    pub folder: FolderName,
    /// What its work needs of the order's headers.
    pub headers: OrderHeaders,
}

/// A song or upload that an edit can start from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSong {
    /// The song's id.
    pub audio_id: AudioId,
    /// Its title.
    pub title: String,
    /// Its words; empty if none are known.
    pub lyric: String,
    /// The engine and its version.
    pub engine: String,
    /// The engine's plan, as JSON; empty if there is none.
    pub plan: String,
    /// The folder of its files.
    pub folder: FolderName,
    /// The folder is named by what is in it, and other songs may have it too: it is never removed.
    pub shared: bool,
    /// Length in samples of 44,100 a second.
    pub samples: u64,
    /// SHA-256 of the master's 16-bit samples, interleaved, little endian.
    pub master_sha256: [u8; 32],
}

/// What a task that succeeded keeps beside its response.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Kept {
    /// Its response is all.
    #[default]
    Nothing,
    /// Files of its own in this folder, which go when it is deleted.
    Files(FolderName),
    /// A song.
    Song(NewSong),
}

impl From<Option<NewSong>> for Kept {
    fn from(song: Option<NewSong>) -> Self {
        song.map_or(Self::Nothing, Self::Song)
    }
}

/// Whether an outcome was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finish {
    /// It is the task's outcome now.
    Stored,
    /// The claim was no longer in force; nothing was changed.
    Stale,
}

/// What became of a task whose try ended without a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GivenBack {
    /// It waits again.
    Waits,
    /// It was tried too often, and has failed.
    Failed(domain::Failure),
    /// The claim was no longer in force; nothing was changed.
    Stale,
}

/// A task taken from a worker that vanished.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Released {
    /// The task.
    pub task: TaskId,
    /// The trace of its order.
    pub trace_id: TraceId,
    /// Where the vanished worker put its files; they are of no use any more.
    pub folder: FolderName,
    /// True: it was tried too often and has failed.
    pub failed: bool,
}

/// Everything that a record tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskRecord {
    /// The task's id.
    pub id: TaskId,
    /// The trace of its order.
    pub trace_id: TraceId,
    /// What is made.
    pub kind: TaskKind,
    /// The application that ordered.
    pub application_id: ApplicationId,
    /// The credential that ordered.
    pub credential_id: CredentialId,
    /// The user that ordered.
    pub user_id: UserId,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// The body as it was sent.
    pub request: String,
    /// How it stands.
    pub standing: Standing,
}

/// How a task stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It waits for a worker.
    Pending,
    /// A worker has it.
    Processing {
        /// When the worker began.
        started_at: Timestamp,
        /// How far it says it is, in percent.
        progress: Option<u8>,
    },
    /// It has its outcome.
    Ended(Ended),
}

impl Standing {
    /// The state alone.
    #[must_use]
    pub const fn state(&self) -> TaskState {
        match self {
            Self::Pending => TaskState::Pending,
            Self::Processing { .. } => TaskState::Processing,
            Self::Ended(ended) => TaskState::of(&ended.outcome),
        }
    }

    /// The state's word on the wire.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.state().as_str()
    }
}

/// Which tasks to list. Everything given must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of this application alone.
    pub application: Option<ApplicationId>,
    /// Of this kind alone.
    pub kind: Option<TaskKind>,
    /// Ordered at or after.
    pub created_min: Option<Timestamp>,
    /// Ordered at or before.
    pub created_max: Option<Timestamp>,
}

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Most tasks to give.
    pub limit: u32,
    /// How many to pass over first.
    pub offset: u64,
}

/// A part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// How many tasks match in all.
    pub count: u64,
    /// The part that was asked for, newest first by time of order, then by order of commit.
    pub items: Vec<TaskRecord>,
}

/// An order whose answer may never have arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unanswered {
    /// The fingerprint of its request.
    pub fingerprint: [u8; 16],
    /// Its task.
    pub task: TaskId,
}

/// The heart: tasks and their queue.
///
/// Whatever a method has answered is durable. A look-up sees every write that was answered before it began.
#[async_trait]
pub trait TaskStore: Send + Sync {
    /// Whether no write that was handed in is still under way.
    fn is_at_rest(&self) -> bool;

    /// Whether writes are still taken. Once they are not, they never are again in this process.
    fn takes_writes(&self) -> bool;

    /// Makes the order a waiting task and holds its price, both or neither.
    async fn accept(&self, task: NewTask) -> Result<Accepted, StoreError>;

    /// The task of this id, if `owner` ordered it.
    async fn task(&self, owner: UserId, id: TaskId) -> Result<Option<TaskRecord>, StoreError>;

    /// The task that this request ordered, if it was `owner`'s.
    async fn task_by_trace(&self, owner: UserId, trace: TraceId) -> Result<Option<TaskRecord>, StoreError>;

    /// A part of `owner`'s tasks, and how many there are.
    async fn list(&self, owner: UserId, filter: Filter, page: Page) -> Result<Listing, StoreError>;

    /// Hands out the next task of this crew's until `lease_end`; `None` when none may run. Applications take turns, and
    /// within one the oldest goes first; a credential at its bound of tasks that this crew runs is passed over. What waits
    /// for the other crew, or runs there, changes nothing. Two workers never hold the same task. The cost does not grow
    /// with the number of waiting tasks.
    async fn claim_next(
        &self,
        crew: Crew,
        now: Timestamp,
        lease_end: Timestamp,
        folder: FolderName,
    ) -> Result<Option<Claimed>, StoreError>;

    /// Lengthens a lease and notes how far the work is; `false` if the claim is no longer in force.
    async fn renew(
        &self,
        claim: Claim,
        lease_end: Timestamp,
        progress: Option<u8>,
    ) -> Result<bool, StoreError>;

    /// Gives the task its outcome; what it keeps, the callback that was asked for and the end of the hold on its price
    /// are the same transaction.
    async fn finish(&self, claim: Claim, ended: Ended, kept: Kept) -> Result<Finish, StoreError>;

    /// Puts a task back whose try ended without a result; it waits until `retry_at`.
    async fn give_back(
        &self,
        claim: Claim,
        why: GaveBack,
        bounds: Bounds,
        now: Timestamp,
        retry_at: Timestamp,
    ) -> Result<GivenBack, StoreError>;

    /// Takes back tasks whose lease ran out, and makes those wait whose time of retry has come.
    async fn release_due(&self, bounds: Bounds, now: Timestamp) -> Result<Vec<Released>, StoreError>;

    /// When [`TaskStore::release_due`] or [`CancelStore::end_late`](crate::CancelStore::end_late) will next have
    /// something to do.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Voids every lease, of tasks and of deliveries: what a server does first, since it alone owns its folder.
    async fn void_leases(&self, bounds: Bounds, now: Timestamp) -> Result<Vec<Released>, StoreError>;

    /// The orders that a server which was last alive at `stopped_at` may not have answered: those made since
    /// `since`, those that a connection still waited for, and those that such a connection had a result of since.
    async fn unanswered(&self, since: Timestamp) -> Result<Vec<Unanswered>, StoreError>;

    /// The task that this key was given to with the same order, within the application of `credential`. The task may
    /// have been deleted since.
    async fn task_of_key(
        &self,
        credential: CredentialId,
        key: &IdempotencyKey,
    ) -> Result<Option<TaskId>, StoreError>;

    /// The song of this id, if `owner` ordered it.
    async fn song(&self, owner: UserId, id: AudioId) -> Result<Option<NewSong>, StoreError>;

    /// The song of this id, if whoever ordered `task` ordered it too: what the work of the task may start from.
    async fn source(&self, task: TaskId, id: AudioId) -> Result<Option<NewSong>, StoreError>;

    /// The song that a task made, whoever ordered it.
    async fn song_of(&self, task: TaskId) -> Result<Option<NewSong>, StoreError>;

    /// The song that a folder was made for, whoever ordered it; none of a folder that many songs share.
    async fn song_in(&self, folder: &FolderName) -> Result<Option<NewSong>, StoreError>;
}
