//! Places an order, whatever it is of: makes it durable, then answers at once or waits for the result.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::{Credits, Outcome, TaskId, TaskKind, TraceId, UserId};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use store::{Accepted, NewTask, OrderHeaders, Standing};

use super::ApiError;
use super::caller::Caller;
use super::keys;
use super::repeats::{OnItsWay, fingerprint};
use super::wire::{Reply, SentBody, Terms, record, terms};
use crate::app::App;

/// An order that was understood.
pub struct Order {
    /// What is to be made.
    pub kind: TaskKind,
    /// What it costs if it succeeds.
    pub price: Credits,
    /// What its headers say.
    pub terms: Terms,
    /// The body as it was sent.
    pub body: SentBody,
    /// How the orderer wants to hear of the result.
    pub reply: Reply,
    /// The script that it brings: another script is another order. What rules draw for it is not.
    pub script: String,
    /// What its work and its callback still need of its headers.
    pub headers: OrderHeaders,
    /// The answer that is simulated once the order is durable; a repeat is answered as usual.
    pub simulated: Option<ApiError>,
    /// Its refusal, should it be a new one: what was accepted once stays so, whatever became of its sources since.
    pub allowed: Result<(), ApiError>,
}

/// Makes the order a task, or finds the task that it already is, and answers.
///
/// # Errors
/// The refusal; once the task is durable, every error about it that a client would try again carries its id.
pub async fn place(app: &Arc<App>, caller: Caller, mut order: Order) -> Result<Response, ApiError> {
    let (kind, waits) = (order.kind, order.reply.waits);
    let simulated = order.simulated.take();
    let allowed = std::mem::replace(&mut order.allowed, Ok(()));
    let owner = caller.credential().user_id;
    let key = order.terms.key.clone().unwrap_or_default();
    let task = new_task(app, &caller, order);
    if app.stopping.is_cancelled() {
        return Err(stopping(app, owner, &task).await);
    }
    let (new_id, trace_id) = (task.id, task.trace_id);
    let (fingerprint, repeat_of) = (task.fingerprint, task.repeat_of);
    let mut on_its_way = OnItsWay::new(Arc::clone(&app.repeats), fingerprint, repeat_of.unwrap_or(task.id));
    let placed = match allowed {
        Ok(()) => accept(app, task, &key).await,
        Err(refusal) => earlier(app, owner, &task).await.and_then(|earlier| earlier.ok_or(refusal)),
    };
    let id = match placed {
        Ok(id) => id,
        // The store failed: it may be durable all the same. A mark of a task that was never made goes with the next
        // request that finds it.
        Err(error @ (ApiError::Internal(..) | ApiError::NoRoom(..))) => return Err(error),
        Err(refusal) => {
            on_its_way.written();
            return Err(refusal);
        }
    };
    if let Some(never_made) = repeat_of.filter(|repeat_of| *repeat_of != id) {
        app.repeats.answered(&fingerprint, never_made);
    }
    on_its_way.becomes(id);
    if id == new_id {
        tracing::info!(%trace_id, task_id = %id, kind = kind.as_str(), waits, "accepted an order");
        if let Some(error) = simulated {
            return Err(error.about(id));
        }
    } else {
        tracing::info!(%trace_id, task_id = %id, kind = kind.as_str(), waits, "repeated an order");
    }
    let answer = match (waits, id == new_id) {
        (true, _) => wait(app, owner, id).await,
        (false, true) => Ok(at_once(id, trace_id)),
        (false, false) => repeated(app, owner, id).await,
    };
    match answer {
        Ok(json) => Ok(tracked(json, on_its_way)),
        // A client takes these for an order that was not carried out: the mark stays.
        Err(error) if error.is_server_error() => Err(error.about(id)),
        Err(error) => {
            on_its_way.written();
            Err(error)
        }
    }
}

fn new_task(app: &App, caller: &Caller, order: Order) -> NewTask {
    let now = app.clock.now();
    let credential_id = caller.credential().id;
    let path = order.kind.as_str();
    let request = [order.script.as_bytes(), &order.body.bytes].concat();
    let key = order.terms.key.map(|key| keys::of_order(app, &key, path, &request));
    let fingerprint = match &key {
        // Who sends a key says which orders are the same.
        Some(key) => keys::fingerprint(credential_id, key),
        None => fingerprint(credential_id, path, &request),
    };
    let cancel_after = order.terms.cancel_after.or(app.settings.limits.cancel_after());
    NewTask {
        id: TaskId(app.random.next_uuid("task", now)),
        trace_id: caller.trace_id,
        credential_id,
        kind: order.kind,
        created_at: now,
        request: order.body.text().to_owned(),
        callback_url: order.reply.callback_url,
        price: order.price,
        waits: order.reply.waits,
        fingerprint,
        repeat_of: app.repeats.find(&fingerprint),
        key,
        deadline: cancel_after.map(|wait| now.plus(wait)),
        headers: order.headers,
    }
}

/// The refusal of a server that stops; of an order that is a task already it tells which.
async fn stopping(app: &App, owner: UserId, order: &NewTask) -> ApiError {
    let why = "The server is stopping and takes no new orders. Try again.";
    ApiError::Unavailable(why, earlier(app, owner, order).await.ok().flatten())
}

/// The task that an order is already, by its mark or its key.
async fn earlier(app: &App, owner: UserId, order: &NewTask) -> Result<Option<TaskId>, ApiError> {
    let id = match (order.repeat_of, &order.key) {
        (None, Some(key)) => app.store.task_of_key(order.credential_id, key).await?,
        (repeat_of, _) => repeat_of,
    };
    let Some(id) = id else { return Ok(None) };
    Ok(app.store.task(owner, id).await?.map(|task| task.id))
}

async fn accept(app: &Arc<App>, task: NewTask, key: &str) -> Result<TaskId, ApiError> {
    let (id, kind, has_deadline) = (task.id, task.kind, task.deadline.is_some());
    let metrics = Arc::clone(&app.metrics);
    let app = Arc::clone(app);
    // On its own, so that a client that hangs up between the commit and this line still wakes a worker.
    let accepting = tokio::spawn(async move {
        let accepted = app.store.accept(task).await;
        if matches!(accepted, Ok(Accepted::New)) {
            app.wake_workers.one(kind.crew());
            if has_deadline {
                app.wake_sweeper.notify_one();
            }
        }
        accepted
    });
    match accepting.await.map_err(|error| ApiError::Internal(error.to_string(), None))?? {
        Accepted::New => {
            metrics.order(kind, "accepted");
            Ok(id)
        }
        Accepted::Repeat(earlier) => {
            metrics.order(kind, "repeat");
            Ok(earlier)
        }
        Accepted::KeyTaken => Err(terms::key_taken(key)),
        Accepted::Busy => Err(ApiError::Busy),
        Accepted::UsedUp => Err(ApiError::UsedUp),
        Accepted::Refused => Err(ApiError::Disabled),
        Accepted::QueueFull => {
            Err(ApiError::Unavailable("Too many orders are waiting on this server. Try again later.", None))
        }
    }
}

/// The answer with the task's id alone. No key of it may end in `url`: clients would take the task for finished.
fn at_once(id: TaskId, trace_id: TraceId) -> Bytes {
    Bytes::from(format!(r#"{{"task_id":"{id}","trace_id":"{trace_id}","success":true}}"#))
}

/// As the first answer was: its trace is that of the request that made the task.
async fn repeated(app: &App, owner: UserId, id: TaskId) -> Result<Bytes, ApiError> {
    let task = app.store.task(owner, id).await?.ok_or(ApiError::NotFound)?;
    Ok(at_once(id, task.trace_id))
}

async fn wait(app: &App, owner: UserId, id: TaskId) -> Result<Bytes, ApiError> {
    let limit = app.clock.now().plus(Duration::from_secs(app.settings.http.wait_limit_seconds));
    let _tidying = app.waiters.tidying(id);
    loop {
        let ended = app.waiters.wait_for(id);
        // The record goes before the wait begins: thousands may wait.
        if let Some(answer) = answer(app, owner, id).await? {
            return answer;
        }
        tokio::select! {
            // A virtual clock may have passed both the end and the limit.
            biased;
            _ = ended => (),
            () = app.clock.sleep_until(limit) => return Err(ApiError::Timeout(id)),
            () = app.stopping.cancelled() => {
                let why = "The server is stopping; the task goes on after it has started again.";
                return Err(ApiError::Unavailable(why, Some(id)));
            }
        }
    }
}

/// The answer of a task that has ended.
async fn answer(app: &App, owner: UserId, id: TaskId) -> Result<Option<Result<Bytes, ApiError>>, ApiError> {
    // A task can be deleted while a request waits for it.
    let task = app.store.task(owner, id).await?.ok_or(ApiError::NotFound)?;
    let Standing::Ended(ended) = &task.standing else { return Ok(None) };
    Ok(Some(match &ended.outcome {
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => {
            Err(ApiError::Failed(failure.clone(), task.id))
        }
        succeeded => {
            let mut out = String::new();
            record::response(&mut out, task.id, task.trace_id, succeeded, &app.public_base);
            Ok(Bytes::from(out))
        }
    }))
}

fn tracked(json: Bytes, on_its_way: OnItsWay) -> Response {
    let body = Tracked { left: Some(json), on_its_way: Some(on_its_way) };
    ([(header::CONTENT_TYPE, "application/json")], Body::new(body)).into_response()
}

/// A body that knows whether it was taken to be written.
struct Tracked {
    left: Option<Bytes>,
    on_its_way: Option<OnItsWay>,
}

impl HttpBody for Tracked {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let left = self.left.take();
        if let Some(on_its_way) = self.on_its_way.take() {
            on_its_way.written();
        }
        Poll::Ready(left.map(|left| Ok(Frame::data(left))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, |left| left.len() as u64))
    }
}
