//! What this server offers: `/api/v1/services/`, `/api/v1/models/` and `/api/v1/config/`, for everyone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::{Named, answer, page};
use crate::api::ApiError;
use crate::api::wire::management::{self, Lists};
use crate::app::App;

/// `GET /api/v1/services/`
pub async fn services(State(app): State<Arc<App>>) -> Response {
    answer(&page(vec![management::service(app.settings.accounts.free_quota)], &Lists::default()))
}

/// `GET /api/v1/services/{id}/`: by its id, or as `producer`.
pub async fn service(State(app): State<Arc<App>>, Named(id): Named) -> Result<Response, ApiError> {
    if !management::is_service(&id) {
        return Err(ApiError::NoSuch("service ID"));
    }
    Ok(answer(&management::service(app.settings.accounts.free_quota)))
}

/// `GET /api/v1/models/`
pub async fn models() -> Response {
    answer(&page(management::models(), &Lists::default()))
}

/// `GET /api/v1/config/`: what a client may want to know before anyone has logged in.
pub async fn config(State(app): State<Arc<App>>) -> Response {
    let settings = &app.settings;
    answer(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "base_url": app.public_base.trim_end_matches('/'),
        "service_id": management::SERVICE,
        "registration": settings.accounts.registration.as_str(),
        "free_quota": settings.accounts.free_quota,
        "limits": {
            "requests_per_second": settings.limits.requests_per_second,
            "orders_in_flight": settings.limits.orders_in_flight,
            "song_seconds": settings.limits.song_seconds,
            "max_body_bytes": settings.http.max_body_bytes,
            "max_upload_bytes": settings.uploads.max_bytes,
        },
    }))
}
