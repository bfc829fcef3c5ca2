//! What callers were promised, and what they saw that should not have been.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use super::cancels::Cancels;
use super::commands::Commands;
use super::deadlines::Deadline;
use super::deletes::Fates;
use super::events::Events;
use super::kinds::{Source, song_of};
use super::receiver::Receiver;
use crate::bench::requests::Dice;
use crate::cli::Failure;

/// An order, as its caller knows it.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// What it starts from.
    pub source: Option<Source>,
    /// Where it is ordered.
    pub path: &'static str,
    /// The body, which no other order has.
    pub body: String,
    /// What the simulated engine is to do with it, if that is said.
    pub script: Option<String>,
    /// By when it must have ended.
    pub deadline: Option<Deadline>,
    /// Its idempotency key.
    pub key: Option<String>,
    /// Whether it asked for a callback.
    pub callback: bool,
    /// The task that it was told to be.
    pub task: Option<String>,
}

/// The server's address, which changes with each start, and all that was seen.
pub(super) struct World {
    /// What callers call with.
    pub token: String,
    /// The data folder.
    pub place: PathBuf,
    /// Where callbacks go.
    pub callback_url: String,
    /// Where uploads come from.
    pub sound_url: String,
    /// Whether orders may bring scripts.
    pub scripted: bool,
    /// What is deleted.
    pub fates: Fates,
    /// Sends the requests.
    pub http: reqwest::Client,
    address: watch::Sender<Option<SocketAddr>>,
    ordering: watch::Sender<bool>,
    most_orders: u32,
    seen: Mutex<Seen>,
}

/// What was seen.
#[derive(Default)]
pub(super) struct Seen {
    /// Every order, by its number.
    pub orders: HashMap<u32, Order>,
    /// The records of tasks that had ended, as they were first seen.
    pub ended: HashMap<String, Value>,
    /// Songs and uploads that others can start from, in the order in which they were seen.
    pub songs: Vec<Source>,
    /// What should not have been.
    pub faults: Vec<String>,
    /// Orders that were sent again, since no answer came.
    pub sent_again: u64,
    /// Queries that were answered.
    pub queries: u64,
    /// What the events feed told.
    pub events: Events,
    /// What the commands beside the server did.
    pub commands: Commands,
    /// Cancels, and what was answered.
    pub cancels: Cancels,
}

impl World {
    pub fn new(
        token: String,
        place: PathBuf,
        receiver: &Receiver,
        scripted: bool,
        fates: Fates,
        most_orders: u32,
    ) -> Result<Self, Failure> {
        // Another part of the program may have chosen it already: then it is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http =
            reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(60)).build()?;
        let seen = Mutex::default();
        let (address, ordering) = (watch::Sender::new(None), watch::Sender::new(true));
        let (callback_url, sound_url) = (receiver.callback_url(), receiver.sound_url());
        Ok(Self {
            token,
            place,
            callback_url,
            sound_url,
            scripted,
            fates,
            http,
            address,
            ordering,
            most_orders,
            seen,
        })
    }

    pub fn server_is_at(&self, address: Option<SocketAddr>) {
        self.address.send_replace(address);
    }

    /// The address of a server, once there is one.
    pub async fn server(&self) -> Option<SocketAddr> {
        let mut address = self.address.subscribe();
        address.wait_for(Option::is_some).await.ok().and_then(|address| *address)
    }

    pub fn stop_ordering(&self) {
        self.ordering.send_replace(false);
    }

    pub fn is_ordering(&self) -> bool {
        *self.ordering.borrow()
    }

    /// Waits until no more orders are made.
    pub async fn orders_have_ended(&self) {
        // It cannot be closed while this is there.
        drop(self.ordering.subscribe().wait_for(|ordering| !ordering).await);
    }

    /// Whether one more order may be made.
    pub fn has_room(&self) -> bool {
        self.seen().orders.len() < self.most_orders as usize
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fault(&self, what: String) {
        self.seen().faults.push(what);
    }

    /// Notes which task an order was told to be.
    pub fn is_task(&self, number: u32, task: &str) {
        let mut seen = self.seen();
        let Some(order) = seen.orders.get_mut(&number) else { return };
        let before = order.task.replace(task.to_owned());
        if let Some(before) = before.filter(|before| before != task) {
            seen.faults.push(format!("order {number} was first {before} and then {task}"));
        }
    }

    /// Notes a task's record; one that has ended must be as it was when that was first seen.
    pub fn saw(&self, record: &Value) {
        let state = record["state"].as_str().unwrap_or_default();
        if !matches!(state, "succeeded" | "failed" | "cancelled") {
            let id = record["id"].as_str().unwrap_or_default();
            if self.seen().ended.contains_key(id) {
                self.fault(format!("task {id} had ended and is {state}"));
            }
            return;
        }
        let Some(id) = record["id"].as_str() else {
            return self.fault(format!("a record without id: {record}"));
        };
        let mut seen = self.seen();
        match seen.ended.get(id).cloned() {
            None => {
                seen.songs.extend(song_of(record));
                seen.ended.insert(id.to_owned(), record.clone());
            }
            Some(before) if before != *record => {
                seen.faults.push(format!("task {id} had ended as {before} and is now {record}"));
            }
            Some(_) => (),
        }
    }

    /// The tasks that orders were told to be.
    pub fn tasks(&self) -> Vec<String> {
        self.seen().orders.values().filter_map(|order| order.task.clone()).collect()
    }

    /// One of them.
    pub fn some_task(&self, dice: &mut Dice) -> Option<String> {
        let seen = self.seen();
        let number = u32::try_from(dice.below(seen.orders.len().max(1))).ok()?;
        seen.orders.get(&number)?.task.clone()
    }

    pub fn progress(&self) -> String {
        let seen = self.seen();
        let accepted = seen.orders.values().filter(|order| order.task.is_some()).count();
        format!(
            "{accepted} orders were accepted ({} sent again), {} queries, {} cancels and {} deletes answered, \
             {} events told",
            seen.sent_again,
            seen.queries,
            seen.cancels.answered,
            self.fates.gone().len(),
            seen.events.count()
        )
    }
}
