//! Which path leads where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{get, post};
use domain::TaskKind;
use tower::Layer as _;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::door::Door;
use super::{ApiError, callbacks, error, events, files, health, making, openapi, simulate, tasks, v1};
use crate::app::App;
use crate::{console, metrics};

/// The whole API.
pub fn router(app: &Arc<App>) -> Door {
    let paths = Router::new()
        .route("/producer/audios", making::endpoint(TaskKind::Audios))
        .route("/producer/lyrics", making::endpoint(TaskKind::Lyrics))
        .route("/producer/upload", making::endpoint(TaskKind::Upload))
        .route("/producer/videos", making::endpoint(TaskKind::Videos))
        .route("/producer/wav", making::endpoint(TaskKind::Wav))
        .route("/producer/tasks", post(tasks::query_tasks))
        .route("/producer/tasks/{id}/events", get(events::task_events))
        .route("/producer/events", get(events::all_events))
        .route("/producer/callbacks", get(callbacks::list).post(callbacks::replay))
        .route("/producer/callbacks/{task_id}", get(callbacks::show))
        .route("/files/{folder}/{name}", get(files::file))
        .route("/openapi.json", get(openapi::serve))
        .route("/docs", get(openapi::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(console::routes())
        .merge(other_methods_of_metrics(app))
        .merge(simulate::routes(app))
        .merge(v1::routes())
        .fallback(async || ApiError::NoApi)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(Arc::clone(app));
    Door::new(Arc::clone(app), cors(&app.settings.http.allowed_origins).layer(paths))
}

/// The door answers `GET /metrics`; other methods are refused as those of other paths are.
fn other_methods_of_metrics(app: &Arc<App>) -> Router<Arc<App>> {
    if !metrics::is_here(app) {
        return Router::new();
    }
    Router::new().route("/metrics", get(async || ApiError::NoApi))
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    let taken = ["x-record-exempt", "idempotency-key", "cancel-after", "last-event-id", "backline-simulate"];
    let taken = taken.map(HeaderName::from_static);
    let taken =
        taken.into_iter().chain([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::RANGE]);
    let shown = ["ratelimit", "ratelimit-policy"].map(HeaderName::from_static);
    let shown = shown.into_iter().chain([
        error::TRACE_HEADER,
        header::RETRY_AFTER,
        header::ACCEPT_RANGES,
        header::CONTENT_RANGE,
        header::ETAG,
    ]);
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
        .allow_headers(taken.collect::<Vec<_>>())
        .expose_headers(shown.collect::<Vec<_>>())
        .max_age(Duration::from_secs(86_400))
}
