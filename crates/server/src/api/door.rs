//! What every request passes: it gets a trace, its token is checked, its rate is limited; and every answer leaves
//! with the trace, errors in their one form.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use domain::{Api, TraceId};

use super::caller::{self, Caller};
use super::error::{ApiError, TRACE_HEADER};
use crate::app::App;

/// The door of the whole API.
pub async fn pass(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let trace_id = TraceId(app.random.uuid(app.clock.now()));
    let api = if request.method() == Method::POST { api_of(request.uri().path()) } else { None };
    let admitted = match api {
        None => None,
        Some(api) => match caller::admit(&app, api, request.headers()).await {
            Ok(entry) => Some(entry),
            Err(refusal) => return refused(&refusal, trace_id),
        },
    };
    let rate = match &admitted {
        None => None,
        Some(entry) => match entry.take_turn() {
            Ok(rate) => rate,
            Err(refusal) => return limited(&refusal, entry, trace_id),
        },
    };
    if let Some(entry) = &admitted {
        request.extensions_mut().insert(Caller { trace_id, entry: Arc::clone(entry) });
    }
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let allow = response.headers().get(axum::http::header::ALLOW).cloned();
        response = error.answer(trace_id);
        if let Some(allow) = allow {
            response.headers_mut().insert(axum::http::header::ALLOW, allow);
        }
    }
    if let (Some(entry), Some(rate)) = (&admitted, rate) {
        entry.write_rate(rate, response.headers_mut());
    }
    with_trace(response, trace_id)
}

fn refused(error: &ApiError, trace_id: TraceId) -> Response {
    with_trace(error.answer(trace_id), trace_id)
}

fn limited(error: &ApiError, entry: &caller::Entry, trace_id: TraceId) -> Response {
    let mut response = refused(error, trace_id);
    entry.write_rate(0, response.headers_mut());
    response
}

fn with_trace(mut response: Response, trace_id: TraceId) -> Response {
    if let Some(value) = trace_value(trace_id) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    response
}

fn trace_value(trace_id: TraceId) -> Option<HeaderValue> {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    HeaderValue::from_str(trace_id.0.as_hyphenated().encode_lower(&mut text)).ok()
}

/// A trace for an answer that has not passed the door.
pub fn new_trace(app: &Arc<App>) -> impl Fn(&Response) -> Option<HeaderValue> + Clone + use<> {
    let app = Arc::clone(app);
    move |_| trace_value(TraceId(app.random.uuid(app.clock.now())))
}

fn api_of(path: &str) -> Option<Api> {
    let word = path.strip_prefix("/producer/")?;
    Api::ALL.into_iter().find(|api| api.as_str() == word)
}
