//! `/api/v1/`: users, applications, credentials and what is offered; for consoles, and for clients with a token.

mod password_resets;
mod session;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use serde_json::Value;

use super::ApiError;
use super::socket::Peer;
use crate::accounts::throttle::{Origin, address_of};
use crate::app::App;

/// The paths.
pub fn routes() -> Router<Arc<App>> {
    let paths: [(&str, MethodRouter<Arc<App>>); 5] = [
        ("/session", post(session::log_in).delete(session::log_out)),
        ("/users", post(users::register)),
        ("/users/me", get(users::me)),
        ("/password-resets", post(password_resets::ask)),
        ("/password-resets/{token}", post(password_resets::set)),
    ];
    paths.into_iter().fold(Router::new(), |router, (path, methods)| {
        let path = format!("/api/v1{path}");
        // Clients write a slash at the end, or none.
        router.route(&format!("{path}/"), methods.clone()).route(&path, methods)
    })
}

/// Shortest password, in characters (NIST SP 800-63B, section 5.1.1.2).
pub(super) const SHORTEST_PASSWORD: usize = 8;
/// Longest password, in characters.
pub(super) const LONGEST_PASSWORD: usize = 256;

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

/// An answer that nobody is to keep, since it is about one caller.
fn answer(body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, body.to_string()).into_response()
}
