//! Who manages: somebody who is logged in, or whoever has a token without restrictions.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use domain::{Role, Timestamp, UserId};

use crate::accounts::sessions::{self, Session};
use crate::api::ApiError;
use crate::api::caller;
use crate::app::App;

/// Whoever manages what is a user's own.
#[derive(Clone)]
pub struct Actor {
    /// Whose things these are.
    pub user_id: UserId,
    /// The session, if it is one.
    pub session: Option<Session>,
    /// When the token's time is over: what it makes ends then too.
    pub token_ends_at: Option<Timestamp>,
}

impl FromRequestParts<Arc<App>> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            let session = sessions::checked(app, &parts.method, &parts.headers).await?;
            let user_id = session.user_id;
            return Ok(Self { user_id, session: Some(session), token_ends_at: None });
        }
        let entry = caller::admit_to_manage(app, &parts.headers).await?;
        entry.take_turn()?;
        Ok(Self { user_id: entry.credential().user_id, session: None, token_ends_at: entry.expires_at() })
    }
}

/// Somebody who is logged in and runs the server. A token does not: whoever finds one is not to be an operator.
pub struct Operator {
    /// Who it is.
    pub user_id: UserId,
    /// The same, for people.
    pub email: String,
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let session = sessions::checked(app, &parts.method, &parts.headers).await?;
        match session.role {
            Role::Operator => Ok(Self { user_id: session.user_id, email: session.email }),
            Role::User => Err(ApiError::Forbidden("Only an operator of this server may do this.")),
        }
    }
}
