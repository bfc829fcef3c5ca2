//! `/api/v1/credentials/`: the tokens of a user's applications.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::CredentialId;
use store::{CredentialAdded, NewCredential, OwnCredential, Rotation};

use super::actor::Actor;
use super::applications::NO_SUCH as NO_SUCH_APPLICATION;
use super::{Named, answer, page};
use crate::accounts::secrets;
use crate::api::ApiError;
use crate::api::caller::token_hash;
use crate::api::wire::management::{self, Lists};
use crate::api::wire::{MaybeBody, SentBody};
use crate::app::App;

/// Most credentials of one application.
const MOST: u32 = 100;
const NO_SUCH: ApiError = ApiError::NoSuch("credential ID");

/// `GET /api/v1/credentials/`: the user's credentials, the newest first; without their tokens.
pub async fn list(
    State(app): State<Arc<App>>,
    actor: Actor,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Lists::read(text.as_deref(), actor.user_id)?;
    let found =
        if asked.none { Vec::new() } else { app.store.credentials(actor.user_id, asked.application).await? };
    let items = found.iter().map(|one| management::credential(one, None)).collect();
    Ok(answer(&page(items, &asked)))
}

/// `GET /api/v1/credentials/{id}/`
pub async fn show(State(app): State<Arc<App>>, actor: Actor, Named(id): Named) -> Result<Response, ApiError> {
    let id = id.parse().map_err(|_| NO_SUCH)?;
    Ok(answer(&management::credential(&find(&app, &actor, id).await?, None)))
}

/// `POST /api/v1/credentials/`: makes one; its token is told this once.
pub async fn create(State(app): State<Arc<App>>, actor: Actor, body: SentBody) -> Result<Response, ApiError> {
    let wanted = management::new_credential(&body.fields)?;
    let application = wanted.application.ok_or(NO_SUCH_APPLICATION)?;
    let mut rights = wanted.rights;
    // A token makes none that outlives it.
    rights.expires_at = rights.expires_at.into_iter().chain(actor.token_ends_at).min();
    let now = app.clock.machine_now();
    let id = CredentialId(app.random.uuid(now));
    let token = secrets::fresh(app.random.as_ref());
    let new = NewCredential {
        id,
        user: actor.user_id,
        application,
        name: wanted.name,
        hash: token_hash(&token),
        last_four: last_four(&token),
        rights,
        most: MOST,
        now,
    };
    match app.store.add_credential(new).await? {
        CredentialAdded::Done => {
            tracing::info!(user_id = %actor.user_id, credential_id = %id, "made a credential");
            Ok(answer(&management::credential(&find(&app, &actor, id).await?, Some(&token))))
        }
        CredentialAdded::NoApplication => Err(NO_SUCH_APPLICATION),
        CredentialAdded::TooMany => {
            Err(ApiError::Forbidden("An application may have 100 credentials; revoke some first."))
        }
    }
}

/// `POST /api/v1/credentials/{id}/rotate/`: gives it another token, which is told this once. The old one works beside it
/// for a while.
pub async fn rotate(
    State(app): State<Arc<App>>,
    actor: Actor,
    Named(id): Named,
    MaybeBody(fields): MaybeBody,
) -> Result<Response, ApiError> {
    let id = id.parse().map_err(|_| NO_SUCH)?;
    let usual = app.settings.accounts.rotation_overlap_seconds;
    let overlap = Duration::from_secs(management::overlap_seconds(&fields)?.unwrap_or(u64::from(usual)));
    let token = secrets::fresh(app.random.as_ref());
    let rotation = Rotation {
        hash: token_hash(&token),
        last_four: last_four(&token),
        overlap_end: app.clock.machine_now().plus(overlap),
    };
    if !app.store.rotate(actor.user_id, id, rotation).await? {
        return Err(NO_SUCH);
    }
    app.callers.forget();
    tracing::info!(user_id = %actor.user_id, credential_id = %id, "rotated a credential");
    Ok(answer(&management::credential(&find(&app, &actor, id).await?, Some(&token))))
}

/// `DELETE /api/v1/credentials/{id}/`: revokes it, at once.
pub async fn revoke(
    State(app): State<Arc<App>>,
    actor: Actor,
    Named(id): Named,
) -> Result<Response, ApiError> {
    let id: CredentialId = id.parse().map_err(|_| NO_SUCH)?;
    if !app.store.revoke(actor.user_id, id, app.clock.machine_now()).await? {
        return Err(NO_SUCH);
    }
    app.callers.forget();
    tracing::info!(user_id = %actor.user_id, credential_id = %id, "revoked a credential");
    Ok(answer(&management::revoked(id)))
}

async fn find(app: &App, actor: &Actor, id: CredentialId) -> Result<OwnCredential, ApiError> {
    let found = app.store.credentials(actor.user_id, None).await?;
    found.into_iter().find(|credential| credential.id == id).ok_or(NO_SUCH)
}

fn last_four(token: &str) -> String {
    token[token.len() - 4..].to_owned()
}
