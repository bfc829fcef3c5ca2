//! `/api/v1/password-resets/`: a link for whoever forgot a password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use store::{Link, User};

use super::{Attempt, Named, answer};
use crate::accounts::mail::{self, Message};
use crate::accounts::passwords::LENGTHS;
use crate::accounts::secrets;
use crate::accounts::sessions::from_our_pages;
use crate::api::ApiError;
use crate::api::wire::{Fields, SentBody};
use crate::app::App;

/// Sends a link to this address if a user has it; the answer is the same if none has.
pub async fn ask(
    State(app): State<Arc<App>>,
    _: Attempt,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    from_our_pages(&headers)?;
    let mut fields = Fields::new(&body.fields);
    let email = fields.email("email");
    let email = fields.finish(email)?.unwrap_or_default().to_owned();
    app.accounts.links.attempt(&email.to_ascii_lowercase())?;
    // On its own: the answer does not wait to see whether there is such a user.
    tokio::spawn(async move {
        if let Err(error) = send_link(&app, &email).await {
            tracing::error!(error = error.cause(), "could not make a link for a password");
        }
    });
    Ok(answer(&json!({ "success": true })))
}

async fn send_link(app: &Arc<App>, email: &str) -> Result<(), ApiError> {
    let Some(User { id, email, disabled: false, .. }) = app.store.user_of(email).await? else {
        return Ok(());
    };
    let secret = secrets::fresh(app.random.as_ref());
    let ends_at = app.clock.machine_now().plus(app.settings.accounts.reset_length());
    app.store.keep_link(secrets::hash(&secret), Link::Password(id), ends_at).await?;
    let minutes = app.settings.accounts.reset_minutes;
    let text = format!(
        "Somebody asked for a new password for your account at {base}\nIf it was you, set it here within {minutes} \
         minutes; else do nothing:",
        base = app.public_base,
    );
    // Behind the #, which browsers send to nobody.
    let link = format!("{}reset-password#{secret}", app.public_base);
    mail::deliver(app, Message { to: email, subject: "Backline: set a new password", text, link });
    Ok(())
}

/// Sets the password that the link is for, and logs its user out everywhere.
pub async fn set(
    State(app): State<Arc<App>>,
    _: Attempt,
    Named(token): Named,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    from_our_pages(&headers)?;
    let mut fields = Fields::new(&body.fields);
    let password = fields.secret("password", LENGTHS);
    let password = fields.finish(password)?.unwrap_or_default();
    let password = app.accounts.passwords.hash(app.random.as_ref(), password).await?;
    let now = app.clock.machine_now();
    let set = app.store.use_password_link(secrets::hash(&token), password, now).await?;
    let user_id = set.ok_or(ApiError::NoSuch("link"))?;
    app.callers.forget();
    tracing::info!(%user_id, "set a password by a link");
    Ok(answer(&json!({ "success": true })))
}
