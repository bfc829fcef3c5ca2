//! `/api/v1/applications/`: what a user has acquired.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::{ApplicationId, Credits};
use store::{Acquired, Application, NewApplication, OwnCredential};

use super::actor::Actor;
use super::{Named, answer, page};
use crate::api::ApiError;
use crate::api::wire::SentBody;
use crate::api::wire::management::{self, Lists};
use crate::app::App;

/// Most applications of one user.
const MOST: u32 = 100;
/// What an application is called that is given no name.
const CALLED: &str = "Producer";

/// `GET /api/v1/applications/`: the user's applications, the newest first.
pub async fn list(
    State(app): State<Arc<App>>,
    actor: Actor,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Lists::read(text.as_deref(), actor.user_id)?;
    let found = if asked.none { Vec::new() } else { app.store.applications_of(actor.user_id).await? };
    let credentials = app.store.credentials(actor.user_id, None).await?;
    let items = found.iter().map(|one| shown(one, &credentials)).collect();
    Ok(answer(&page(items, &asked)))
}

/// `GET /api/v1/applications/{id}/`
pub async fn show(State(app): State<Arc<App>>, actor: Actor, Named(id): Named) -> Result<Response, ApiError> {
    let id: ApplicationId = id.parse().map_err(|_| NO_SUCH)?;
    one(&app, &actor, id).await
}

/// `POST /api/v1/applications/`: acquires the service.
pub async fn acquire(
    State(app): State<Arc<App>>,
    actor: Actor,
    body: SentBody,
) -> Result<Response, ApiError> {
    let name = management::acquired(&body.fields)?;
    let now = app.clock.machine_now();
    let id = ApplicationId(app.random.uuid(now));
    let settings = &app.settings.accounts;
    let new = NewApplication {
        id,
        user: actor.user_id,
        name,
        called: CALLED,
        free: Credits::whole(settings.free_quota),
        further: Credits::whole(settings.further_quota),
        most: MOST,
        now,
    };
    match app.store.acquire(new).await? {
        Acquired::Done => {
            tracing::info!(user_id = %actor.user_id, application_id = %id, "acquired an application");
            one(&app, &actor, id).await
        }
        Acquired::NameTaken => Err(management::name_taken(&body.fields)),
        Acquired::TooMany => Err(ApiError::Forbidden("A user may have 100 applications.")),
    }
}

/// What is answered of an application that is unknown or someone else's.
pub(super) const NO_SUCH: ApiError = ApiError::NoSuch("application ID");

async fn one(app: &App, actor: &Actor, id: ApplicationId) -> Result<Response, ApiError> {
    let found = app.store.application(actor.user_id, id).await?.ok_or(NO_SUCH)?;
    let credentials = app.store.credentials(actor.user_id, Some(id)).await?;
    Ok(answer(&shown(&found, &credentials)))
}

fn shown(application: &Application, credentials: &[OwnCredential]) -> serde_json::Value {
    let own = credentials.iter().filter(|credential| credential.application_id == application.id);
    management::application(application, own)
}
