//! `/api/v1/users/`: who uses this server.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::UserId;
use serde_json::{Value, json};
use store::{NewUser, Registered};

use super::{Attempt, LONGEST_PASSWORD, SHORTEST_PASSWORD, answer};
use crate::accounts::secrets;
use crate::accounts::sessions::{Session, from_our_pages};
use crate::api::ApiError;
use crate::api::wire::{Fields, SentBody};
use crate::app::App;
use crate::config::Registration;

/// `GET /api/v1/users/me`: who is logged in.
pub async fn me(session: Session) -> Response {
    answer(&user(&session))
}

/// A user who is logged in, as it is told to its own browser.
pub(super) fn user(session: &Session) -> Value {
    let Session { user_id, email, role, csrf, .. } = session;
    json!({ "id": user_id.to_string(), "email": email, "role": role.as_str(), "csrf": csrf })
}

/// `POST /api/v1/users/`: registers. Whether there is such a user already, the answer is the same, and takes as long; it
/// shows when the address and the password are used to log in.
pub async fn register(
    State(app): State<Arc<App>>,
    _: Attempt,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    from_our_pages(&headers)?;
    let registration = app.settings.accounts.registration;
    if registration == Registration::Closed {
        return Err(ApiError::Forbidden("Nobody can register here. Ask the operator of this server."));
    }
    let mut fields = Fields::new(&body.fields);
    let email = fields.email("email");
    let password = fields.secret("password", SHORTEST_PASSWORD, LONGEST_PASSWORD);
    let invitation = fields.text("invitation", 100).map(secrets::hash);
    let (email, password) = fields.finish((email, password))?;
    let now = app.clock.machine_now();
    let user = NewUser {
        id: UserId(app.random.uuid(now)),
        email: email.unwrap_or_default().to_owned(),
        password: app.accounts.passwords.hash(app.random.as_ref(), password.unwrap_or_default()).await?,
        invitation,
        needs_invitation: registration == Registration::Invitation,
        now,
    };
    let id = user.id;
    match app.store.register(user).await? {
        Registered::Made(role) => tracing::info!(user_id = %id, %role, "registered"),
        Registered::Taken => tracing::info!("refused to register an address that is taken"),
        Registered::NotInvited => {
            return Err(ApiError::Forbidden(
                "Whoever registers here needs an invitation that is valid. Ask the operator of this server.",
            ));
        }
    }
    Ok(answer(&json!({ "success": true })))
}
