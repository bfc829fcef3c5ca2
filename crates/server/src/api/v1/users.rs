//! `/api/v1/users/`: who uses this server.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::UserId;
use serde_json::{Value, json};
use store::{NewUser, Registered, UserChanged};

use super::actor::{Actor, Operator};
use super::{Attempt, Named, answer};
use crate::accounts::passwords::LENGTHS;
use crate::accounts::secrets;
use crate::accounts::sessions::{Session, from_our_pages};
use crate::api::ApiError;
use crate::api::wire::management::{self, Lists};
use crate::api::wire::{Fields, SentBody};
use crate::app::App;
use crate::config::Registration;

/// Users of a page, if nothing is said.
const USUAL: u32 = 100;

/// `GET /api/v1/users/me`: who is logged in, or whose token it is.
pub async fn me(State(app): State<Arc<App>>, actor: Actor) -> Result<Response, ApiError> {
    if let Some(session) = &actor.session {
        return Ok(answer(&user(session)));
    }
    let found = app.store.user(actor.user_id).await?.ok_or(ApiError::InvalidToken)?;
    Ok(answer(&json!({ "id": found.id.to_string(), "email": found.email, "role": found.role.as_str() })))
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
    let password = fields.secret("password", LENGTHS);
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

/// `GET /api/v1/users/`: every user, oldest first; for operators.
pub async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Lists::read(text.as_deref(), operator.user_id)?;
    let limit = asked.limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(USUAL);
    let (found, count) = app.store.users(asked.offset, limit).await?;
    Ok(answer(&json!({ "count": count, "items": found.iter().map(management::user).collect::<Vec<_>>() })))
}

/// `POST /api/v1/users/{id}/`: changes what a user may do, or switches one off or on; for operators.
pub async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    Named(id): Named,
    body: SentBody,
) -> Result<Response, ApiError> {
    const NO_SUCH: ApiError = ApiError::NoSuch("user ID");
    let id: UserId = id.parse().map_err(|_| NO_SUCH)?;
    let change = management::user_change(&body.fields)?;
    match app.store.change_user(id, change).await? {
        UserChanged::Done => (),
        UserChanged::Unknown => return Err(NO_SUCH),
        UserChanged::LastOperator => {
            return Err(ApiError::Forbidden("This is the last operator; make another one first."));
        }
    }
    app.callers.forget();
    tracing::info!(user_id = %id, operator_id = %operator.user_id, ?change, "changed a user");
    Ok(answer(&management::user(&app.store.user(id).await?.ok_or(NO_SUCH)?)))
}

/// `POST /api/v1/users/me/password`: sets another password; other browsers are logged out.
pub async fn set_password(
    State(app): State<Arc<App>>,
    session: Session,
    body: SentBody,
) -> Result<Response, ApiError> {
    let mut fields = Fields::new(&body.fields);
    let password = fields.secret("password", 1..=*LENGTHS.end());
    let new = fields.secret("new_password", LENGTHS);
    let (password, new) = fields.finish((password, new))?;
    app.accounts.by_account.attempt(&session.email.to_ascii_lowercase())?;
    let user = app.store.user(session.user_id).await?.ok_or(ApiError::NotLoggedIn)?;
    let passwords = &app.accounts.passwords;
    if !passwords.matches(password.unwrap_or_default(), user.password.as_ref()).await? {
        return Err(ApiError::LoginFailed);
    }
    let hash = passwords.hash(app.random.as_ref(), new.unwrap_or_default()).await?;
    app.store.set_password(session.user_id, hash, Some(session.hash)).await?;
    app.callers.forget();
    tracing::info!(user_id = %session.user_id, "changed the password");
    Ok(answer(&json!({ "success": true })))
}
