//! What every request passes: it gets a trace, its token is checked, its rate is limited; and every answer leaves
//! with the trace, errors in their one form.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use domain::{Api, TaskKind, TraceId};
use hyper::body::Incoming;
use tower::ServiceExt as _;
use tower_http::cors::Cors;

use super::caller::{self, Caller};
use super::error::{ApiError, TRACE_HEADER};
use crate::app::App;
use crate::metrics::{self, Route};
use crate::stopwatch::Stopwatch;
use crate::telemetry::{Kind, Span, Traced};

/// The whole API: the door, and behind it the paths.
#[derive(Clone)]
pub struct Door {
    app: Arc<App>,
    inside: Cors<Router>,
}

impl Door {
    /// The door before `inside`.
    #[must_use]
    pub fn new(app: Arc<App>, inside: Cors<Router>) -> Self {
        Self { app, inside }
    }

    /// Answers a request, wherever it comes from.
    pub async fn answer(&self, request: Request) -> Response {
        pass(&self.app, self.inside.clone(), request).await
    }
}

impl hyper::service::Service<Request<Incoming>> for Door {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let door = self.clone();
        Box::pin(async move { Ok(door.answer(request.map(Body::new)).await) })
    }
}

async fn pass(app: &App, inside: Cors<Router>, mut request: Request) -> Response {
    let began = Stopwatch::start();
    let route = Route::of(request.uri().path());
    let now = app.clock.now();
    let trace_id = TraceId(app.random.next_uuid("trace", now));
    let Traced { headers, span } = app.telemetry.request(request.headers(), trace_id, app.random.as_ref());
    let method = span.is_some().then(|| request.method().clone());
    let api = api_of(request.method(), request.uri().path());
    let mut rate = None;
    if let Some(api) = api {
        // Whoever is refused goes in too, and is told so by the handler: that answer then has what all answers have.
        let caller = match caller::admit(app, api, request.headers()).await {
            Err(refusal) => Err(refusal),
            Ok(entry) => {
                let turn = entry.take_turn();
                rate = Some((Arc::clone(&entry), turn.as_ref().copied().unwrap_or(Some(0))));
                turn.map(|_| Caller { trace_id, headers, entry })
            }
        };
        request.extensions_mut().insert(caller);
    }
    let response = if metrics::is_asked(app, &request) {
        // Not for web pages: what is inside is shown to any origin.
        metrics::answer(app).await
    } else {
        let Ok(response) = inside.oneshot(request).await;
        response
    };
    if let (Some(Api::Makes(kind)), Some(error)) = (api, response.extensions().get::<ApiError>()) {
        refused(app, kind, trace_id, error);
    }
    let mut response = with_error(response, trace_id);
    if let Some((entry, Some(left))) = rate {
        entry.write_rate(left, response.headers_mut());
    }
    if let Some(value) = trace_value(trace_id) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    if app.closing.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    app.metrics.http.answered(route, response.status(), began.elapsed());
    if let (Some((context, parent)), Some(method)) = (span, method) {
        let took = (now, app.clock.now());
        let span = Span::new(route.template(), Kind::Server, context, parent, took);
        let span = span.with("http.request.method", method).with("http.route", route.template());
        let span = span.with_number("http.response.status_code", response.status().as_u16());
        app.record(span.with("backline.trace_id", trace_id).failed(response.status().is_server_error()));
    }
    response
}

/// Notes an order of which no task came.
fn refused(app: &App, kind: TaskKind, trace_id: TraceId, error: &ApiError) {
    // What is not found is the task of an order that was accepted before.
    if error.task_id().is_none() && !matches!(error, ApiError::NotFound) {
        let code = error.word();
        app.metrics.order(kind, code);
        tracing::info!(%trace_id, kind = kind.as_str(), code, "refused an order");
    }
}

/// Writes an error where a handler left one; the headers that were put on the way stay.
fn with_error(mut response: Response, trace_id: TraceId) -> Response {
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    let mut answer = error.answer(trace_id);
    let mut put_on_the_way = std::mem::take(response.headers_mut());
    put_on_the_way.remove(header::CONTENT_LENGTH);
    answer.headers_mut().extend(put_on_the_way);
    answer
}

fn trace_value(trace_id: TraceId) -> Option<HeaderValue> {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    HeaderValue::from_str(trace_id.0.as_hyphenated().encode_lower(&mut text)).ok()
}

/// The endpoint that a request is for, if there is one that takes this method.
fn api_of(method: &Method, path: &str) -> Option<Api> {
    let rest = path.strip_prefix("/producer/")?;
    let (reads, orders) = (matches!(*method, Method::GET | Method::HEAD), *method == Method::POST);
    let of_tasks = if is_of_callbacks(rest) { reads || orders } else { reads && is_of_events(rest) };
    // What happens to tasks, and to their callbacks, is a part of the tasks' endpoint.
    let named = || Api::ALL.into_iter().find(|api| orders && api.as_str() == rest);
    if of_tasks { Some(Api::Tasks) } else { named() }
}

fn is_of_callbacks(rest: &str) -> bool {
    rest == "callbacks" || rest.starts_with("callbacks/")
}

/// `events` or `tasks/{id}/events`
fn is_of_events(rest: &str) -> bool {
    let id = rest.strip_prefix("tasks/").and_then(|rest| rest.strip_suffix("/events"));
    rest == "events" || id.is_some_and(|id| !id.contains('/'))
}
