//! `/api/v1/session`: logs in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::json;
use store::PasswordHash;

use super::users::user;
use super::{Attempt, answer};
use crate::accounts::passwords::LENGTHS;
use crate::accounts::sessions::{self, Session};
use crate::api::ApiError;
use crate::api::wire::{Fields, SentBody};
use crate::app::App;

/// Begins a session. Whether the address or the password is wrong, the answer is the same, and takes as long.
pub async fn log_in(
    State(app): State<Arc<App>>,
    _: Attempt,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    sessions::from_our_pages(&headers)?;
    let mut fields = Fields::new(&body.fields);
    let email = fields.email("email");
    let password = fields.secret("password", 1..=*LENGTHS.end());
    let (email, password) = fields.finish((email, password))?;
    let (email, password) = (email.unwrap_or_default(), password.unwrap_or_default());
    app.accounts.by_account.attempt(&email.to_ascii_lowercase())?;
    let found = app.store.user_of(email).await?;
    let known: Option<&PasswordHash> = found.as_ref().and_then(|user| user.password.as_ref());
    if !app.accounts.passwords.matches(password, known).await? {
        return Err(ApiError::LoginFailed);
    }
    let found = found.ok_or(ApiError::LoginFailed)?;
    let (session, cookie) = sessions::begin(&app, found, &headers).await?;
    tracing::info!(user_id = %session.user_id, "logged in");
    let mut response = answer(&user(&session));
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Ends the session.
pub async fn log_out(State(app): State<Arc<App>>, session: Session) -> Result<Response, ApiError> {
    app.store.end_session(session.hash).await?;
    app.callers.forget();
    let mut response = answer(&json!({ "success": true }));
    response.headers_mut().insert(header::SET_COOKIE, sessions::no_cookie(&app)?);
    Ok(response)
}
