//! Where the callbacks arrive and the uploads come from: a host that is not at its best.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use store::WebhookSecret;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::deletes::{Fate, Fates};
use super::pause;
use super::signed::verified;
use crate::api::http::{Manners, serve};
use crate::bench::requests::Dice;
use crate::cli::Failure;
use crate::clock::{Clock as _, SystemClock};

/// The longest that the caller may take to send.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// The sound that is uploaded.
const SOUND: &str = "/sound.wav";
/// Most milliseconds until it is given: long enough to be killed while it is fetched.
const SLOWEST_MS: usize = 200;

/// The callbacks of one task.
#[derive(Default)]
pub(super) struct Calls {
    /// Every body that came, each once.
    pub bodies: Vec<Bytes>,
    /// Every `webhook-id` that came, each once.
    pub ids: Vec<String>,
    /// What was wrong with the signatures.
    pub unsigned: Vec<String>,
    /// How many came.
    pub count: u64,
    /// How many came once a delete of the task had been answered.
    pub after_delete: u64,
    /// Whether one of them was answered with 410, which makes a dead letter of it.
    pub refused_for_good: bool,
    /// Whether one of them was answered with 200.
    pub thanked: bool,
}

/// The host.
pub(super) struct Receiver {
    address: SocketAddr,
    calls: Arc<Mutex<HashMap<String, Calls>>>,
    _close: DropGuard,
}

impl Receiver {
    /// A host that knows the secret which callbacks are signed with, and which tasks are deleted.
    pub async fn start(seed: u64, secret: WebhookSecret, fates: Fates) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let calls: Arc<Mutex<HashMap<String, Calls>>> = Arc::default();
        let (noted, dice) = (Arc::clone(&calls), Mutex::new(Dice(seed ^ 301)));
        let host = Arc::new((noted, dice, secret, fates));
        let take = async move |headers: HeaderMap, body: Bytes| {
            let (noted, dice, secret, fates) = &*host;
            let id = verified(secret, &headers, &body, SystemClock::default().now());
            answer(&mut locked(noted), &mut locked(dice), fates, id, body)
        };
        let (sound, dice) = (sound()?, Arc::new(Mutex::new(Dice(seed ^ 302))));
        let give = async move || {
            let wait = Duration::from_millis(locked(&dice).below(SLOWEST_MS) as u64);
            pause(wait).await;
            sound.clone()
        };
        let router = Router::new().route("/callback", post(take)).route(SOUND, get(give));
        let close = CancellationToken::new();
        let answers = TowerToHyperService::new(router);
        tokio::spawn(serve(listener, answers, Manners::among_friends(READ_TIMEOUT), close.clone()));
        Ok(Self { address, calls, _close: close.drop_guard() })
    }

    /// Where callbacks go.
    pub fn callback_url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// Where uploads come from.
    pub fn sound_url(&self) -> String {
        format!("http://{}{SOUND}", self.address)
    }

    /// What has come, by task.
    pub fn calls(&self) -> MutexGuard<'_, HashMap<String, Calls>> {
        locked(&self.calls)
    }
}

/// A tenth of a second that no engine makes.
fn sound() -> Result<Bytes, Failure> {
    let saw: Vec<f32> = (0..4_410_u16).map(|at| f32::from(at % 100) / 128.0).collect();
    let file = media::encode::wav(&saw, &saw, 44_100).map_err(|error| Failure(error.to_string()))?;
    Ok(file.into())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a callback, and says what it is answered.
fn answer(
    calls: &mut HashMap<String, Calls>,
    dice: &mut Dice,
    fates: &Fates,
    id: Result<String, String>,
    body: Bytes,
) -> StatusCode {
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let task = json["task_id"].as_str().unwrap_or_default();
    let fate = fates.of(task);
    let of_task = calls.entry(task.to_owned()).or_default();
    of_task.count += 1;
    of_task.after_delete += u64::from(fate == Fate::Gone);
    match id {
        Ok(id) if of_task.ids.contains(&id) => (),
        Ok(id) => of_task.ids.push(id),
        Err(what) => of_task.unsigned.push(what),
    }
    if !of_task.bodies.contains(&body) {
        of_task.bodies.push(body);
    }
    // One in eight is not taken well, and none about a task that is being deleted: it would come again.
    let thanks = fate == Fate::Kept && dice.below(8) > 0;
    if fate == Fate::Kept && !of_task.thanked && !of_task.refused_for_good && dice.below(16) == 0 {
        of_task.refused_for_good = true;
        return StatusCode::GONE;
    }
    of_task.thanked |= thanks;
    if thanks { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}
