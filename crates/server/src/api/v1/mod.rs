//! `/api/v1/`: users, applications, credentials and what is offered; for consoles, and for clients with a token.

mod actor;
mod applications;
mod catalogue;
mod credentials;
mod files;
mod grants;
mod invitations;
mod password_resets;
mod session;
mod usage;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use serde_json::{Value, json};

use super::ApiError;
use super::socket::Peer;
use super::wire::management::Lists;
use crate::accounts::throttle::{Origin, address_of};
use crate::app::App;

/// The paths.
pub fn routes() -> Router<Arc<App>> {
    let paths: [(&str, MethodRouter<Arc<App>>); 21] = [
        ("/session", post(session::log_in).delete(session::log_out)),
        ("/users", get(users::list).post(users::register)),
        ("/users/me", get(users::me)),
        ("/users/me/password", post(users::set_password)),
        ("/users/{id}", post(users::change)),
        ("/invitations", post(invitations::invite)),
        // It counts for itself what comes.
        ("/files", post(files::bring).layer(DefaultBodyLimit::disable())),
        ("/password-resets", post(password_resets::ask)),
        ("/password-resets/{token}", post(password_resets::set)),
        ("/services", get(catalogue::services)),
        ("/services/{id}", get(catalogue::service)),
        ("/models", get(catalogue::models)),
        ("/config", get(catalogue::config)),
        ("/applications", get(applications::list).post(applications::acquire)),
        ("/applications/{id}", get(applications::show)),
        ("/applications/{id}/grants", get(grants::list).post(grants::give)),
        ("/usage/apis", get(usage::orders)),
        ("/usage/apis/aggregate", get(usage::aggregate)),
        ("/credentials", get(credentials::list).post(credentials::create)),
        ("/credentials/{id}", get(credentials::show).delete(credentials::revoke)),
        ("/credentials/{id}/rotate", post(credentials::rotate)),
    ];
    paths.into_iter().fold(Router::new(), |router, (path, methods)| {
        let path = format!("/api/v1{path}");
        // Clients write a slash at the end, or none.
        router.route(&format!("{path}/"), methods.clone()).route(&path, methods)
    })
}

/// What a path names; nothing at all, if that is no text.
pub(super) struct Named(pub String);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let name = Path::<String>::from_request_parts(parts, app).await;
        name.map(|Path(name)| Self(name)).map_err(|_| ApiError::NoApi)
    }
}

/// An attempt from an address, which is counted.
pub(super) struct Attempt;

impl FromRequestParts<Arc<App>> for Attempt {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else { return Ok(Self) };
        let address = address_of(peer, &parts.headers, &app.settings.http.trusted_proxies);
        app.accounts.by_address.attempt(&Origin::new(address)).map(|()| Self)
    }
}

/// A part of what was found, and how much that was in all.
fn page(found: Vec<Value>, asked: &Lists) -> Value {
    let count = found.len();
    let offset = usize::try_from(asked.offset).unwrap_or(usize::MAX);
    let limit = asked.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let items: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    json!({ "count": count, "items": items })
}

/// An answer that nobody is to keep, since it is about one caller.
fn answer(body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}
