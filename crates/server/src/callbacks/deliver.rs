//! Takes due deliveries from the outbox and sends them; each attempt is kept.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use reqwest::header::HeaderMap;
use store::{AfterAttempt, Attempt, Delivery, MadeAttempt};
use tokio::task::JoinSet;
use url::Url;

use super::guarded_client::{Answer, Unsent};
use super::{outcome, sign, traces};
use crate::api::wire::record;
use crate::app::App;
use crate::clock::Working;
use crate::simulate;

/// How much longer a delivery is lent to its sender than an attempt may take.
const SLACK: Duration = Duration::from_secs(30);
/// How long to wait when the store could not be reached, or when what is due must wait for places to be free.
const PAUSE: Duration = Duration::from_secs(1);
/// How long to wait for others, once an attempt has ended, so that one write keeps many: it costs a sync.
const GATHER: Duration = Duration::from_millis(1);
/// The longest without a look.
const LONGEST: Duration = Duration::from_secs(60);

/// Sends callbacks until the server stops; those under way then are finished within the time that is left.
pub async fn deliver(app: Arc<App>) {
    let mut sender = Sender { app: Arc::clone(&app), under_way: JoinSet::new(), ended: Vec::new() };
    while !app.stopping.is_cancelled() {
        let next = sender.exchange().await;
        tokio::select! {
            () = app.wake_callbacks.notified() => (),
            () = next.wait(&app) => (),
            // One that has ended makes room.
            Some(ended) = sender.under_way.join_next() => sender.gather(ended.ok()).await,
            () = app.stopping.cancelled() => (),
        }
    }
    tokio::select! {
        () = sender.finish() => (),
        () = app.hands_off.cancelled() => (),
    }
}

/// Wakes the sender if something is due: another process may have put callbacks back.
pub async fn look(app: &App) {
    match app.store.next_delivery().await {
        Ok(Some(due)) if due <= app.clock.now() => app.wake_callbacks.notify_one(),
        Ok(_) => (),
        Err(error) => tracing::warn!(%error, "could not look for callbacks that are due"),
    }
}

/// When to look again.
enum Next {
    /// A callback is due then.
    Due(Timestamp),
    /// Nothing is known to be due.
    Look(Timestamp),
}

impl Next {
    async fn wait(self, app: &App) {
        match self {
            Self::Due(then) => app.clock.sleep_until(then).await,
            Self::Look(then) => app.clock.nap_until(then).await,
        }
    }
}

/// An attempt that has ended. Until it is kept, it counts as under way.
struct Ended {
    made: MadeAttempt,
    _working: Working,
}

struct Sender {
    app: Arc<App>,
    under_way: JoinSet<Ended>,
    /// Attempts that are still to be kept.
    ended: Vec<Ended>,
}

impl Sender {
    /// Adds attempts that have ended: this one, and those that end with it.
    async fn gather(&mut self, ended: Option<Ended>) {
        self.ended.extend(ended);
        let others = async {
            while let Some(ended) = self.under_way.join_next().await {
                self.ended.extend(ended.ok());
            }
        };
        // Those that take longer are for the next write.
        drop(tokio::time::timeout(GATHER, others).await);
    }

    /// Keeps what was done, starts what is due, and says when to look again.
    async fn exchange(&mut self) -> Next {
        let settings = &self.app.settings.webhooks;
        let room = (settings.concurrency as usize).saturating_sub(self.under_way.len());
        let now = self.app.clock.now();
        let lease_end = now.plus(Duration::from_secs(settings.timeout_seconds)).plus(SLACK);
        let (_working, made) = self.take_ended();
        if room > 0 || !made.is_empty() {
            match self.app.store.exchange(Arc::clone(&made), now, lease_end, room).await {
                // When they have ended is soon enough for another look.
                Ok(deliveries) if !deliveries.is_empty() => {
                    deliveries.into_iter().for_each(|delivery| self.start(delivery));
                    return Next::Look(now.plus(PAUSE));
                }
                Ok(_) => (),
                Err(error) => {
                    tracing::error!(%error, "could not take callbacks from the outbox");
                    self.keep_one_by_one(&made).await;
                    return Next::Look(now.plus(PAUSE));
                }
            }
        }
        match self.app.store.next_delivery().await {
            Ok(Some(due)) if due > now => Next::Due(due),
            Ok(Some(_)) | Err(_) => Next::Look(now.plus(PAUSE)),
            Ok(None) => Next::Look(now.plus(LONGEST)),
        }
    }

    fn start(&mut self, delivery: Delivery) {
        let (app, working) = (Arc::clone(&self.app), self.app.clock.working());
        self.under_way.spawn(async move { Ended { made: attempt(app, delivery).await, _working: working } });
    }

    fn take_ended(&mut self) -> (Vec<Working>, Arc<[MadeAttempt]>) {
        let ended = std::mem::take(&mut self.ended);
        let (working, made): (Vec<_>, Vec<_>) = ended.into_iter().map(|e| (e._working, e.made)).unzip();
        (working, made.into())
    }

    /// One that cannot be kept must not take the others with it.
    async fn keep_one_by_one(&self, made: &[MadeAttempt]) {
        for made in made {
            if let Err(error) = self.app.store.record_attempt(made.clone()).await {
                let (trace_id, task_id) = (made.delivery.trace_id, made.delivery.task);
                // Its lease runs out, and it is sent again.
                tracing::error!(%trace_id, %task_id, %error, "could not keep what became of a callback");
            }
        }
    }

    /// Waits for what is under way, and keeps what becomes of it.
    async fn finish(&mut self) {
        loop {
            let (_working, made) = self.take_ended();
            self.keep_one_by_one(&made).await;
            match self.under_way.join_next().await {
                Some(ended) => self.ended.extend(ended.ok()),
                None => return,
            }
        }
    }
}

async fn attempt(app: Arc<App>, delivery: Delivery) -> MadeAttempt {
    let begun = app.clock.now();
    if let Some(held) = simulate::held_back(&delivery, begun) {
        let error = Some(held.why.to_owned());
        let attempt =
            Attempt { at: begun, duration: Duration::ZERO, status: None, error, answer: Vec::new() };
        log(&delivery, &attempt, held.after, begun);
        return MadeAttempt { delivery, attempt, after: held.after, asked: false };
    }
    let trace = traces::Trace::of(&app, &delivery);
    if simulate::is_doubled(&delivery) {
        // What comes of the first does not matter: the second decides.
        drop(post(&app, &delivery, begun, trace.headers(&delivery)).await);
    }
    let sent = post(&app, &delivery, begun, trace.headers(&delivery)).await;
    let now = app.clock.now();
    let took = now.since(begun);
    let schedule = &app.settings.webhooks.retry_schedule_seconds;
    let earlier = simulate::posted_before(&delivery);
    let after = outcome::after(sent.as_ref().ok(), schedule, earlier, now, chance_of(&app, &delivery));
    let asked = sent.as_ref().err().is_none_or(Unsent::asked);
    let (status, error, answer) = match sent {
        Ok(answer) => (Some(answer.status), None, answer.head),
        Err(unsent) => (None, Some(unsent.to_string()), Vec::new()),
    };
    let attempt = Attempt { at: begun, duration: took, status, error, answer };
    log(&delivery, &attempt, after, now);
    app.metrics.attempted(status, took);
    if after == AfterAttempt::Delivered {
        app.metrics.arrived(now.since(delivery.ended_at));
    }
    trace.record(&app, &delivery, begun, status);
    MadeAttempt { delivery, attempt, after, asked }
}

/// What is left to chance of the wait after an attempt.
fn chance_of(app: &App, delivery: &Delivery) -> [u8; 2] {
    let mut chance = [0; 2];
    let thing = [delivery.task.as_bytes(), &delivery.attempts.to_be_bytes()[..]].concat();
    app.random.fill_for(&thing, &mut chance);
    chance
}

/// Posts a callback once.
async fn post(
    app: &App,
    delivery: &Delivery,
    at: Timestamp,
    mut headers: HeaderMap,
) -> Result<Answer, Unsent> {
    let mut body = String::new();
    record::response(&mut body, delivery.task, delivery.trace_id, &delivery.outcome, &app.public_base);
    headers.extend(if delivery.secrets.is_empty() {
        sign::headers(delivery.task, at, &body, &first_secret(app, delivery, at).await?)
    } else {
        sign::headers(delivery.task, at, &body, &delivery.secrets)
    });
    app.callback_client.post_json(&delivery.url, headers, body).await
}

/// The secrets of an application that had none when the delivery was handed out.
async fn first_secret(
    app: &App,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<Vec<store::WebhookSecret>, Unsent> {
    let fresh = sign::fresh_secret(app.random.as_ref());
    app.store.secrets(delivery.application, fresh, at).await.map_err(|error| {
        let (trace_id, task_id) = (delivery.trace_id, delivery.task);
        tracing::error!(%trace_id, %task_id, %error, "could not make a secret to sign callbacks with");
        Unsent::Unsigned
    })
}

/// Users put secrets in the path of a callback: a log line has its scheme and host alone.
fn log(delivery: &Delivery, made: &Attempt, after: AfterAttempt, now: Timestamp) {
    let duration_ms = made.duration.as_secs() * 1_000 + u64::from(made.duration.subsec_millis());
    let to = Url::parse(&delivery.url).ok();
    let to = to
        .as_ref()
        .map_or_else(String::new, |url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()));
    let (trace_id, task_id, attempt) = (delivery.trace_id, delivery.task, delivery.attempts + 1);
    let (status, error) = (made.status, made.error.as_deref());
    match after {
        AfterAttempt::Delivered => {
            tracing::info!(%trace_id, %task_id, attempt, to, status, duration_ms, "callback arrived");
        }
        AfterAttempt::Retry(then) => {
            let retry_seconds = then.since(now).as_secs();
            tracing::warn!(
                %trace_id, %task_id, attempt, to, status, error, duration_ms, retry_seconds,
                "callback failed; it is tried again"
            );
        }
        AfterAttempt::GivenUp => {
            tracing::error!(%trace_id, %task_id, attempt, to, status, error, duration_ms, "callback given up: a dead letter");
        }
    }
}
