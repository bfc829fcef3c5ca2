//! `/api/v1/applications/{id}/grants/`: credits that operators give, or take back.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::ApplicationId;
use store::{GrantAmount, Granted, NewGrant};

use super::actor::{Actor, Operator};
use super::applications::NO_SUCH;
use super::{answer, page};
use crate::api::ApiError;
use crate::api::wire::SentBody;
use crate::api::wire::grants::{self, not_covered, too_much};
use crate::api::wire::management::Lists;
use crate::app::App;

/// Most grants that are looked at for a list.
const MOST: u32 = 10_000;

/// `GET /api/v1/applications/{id}/grants/`: of one's own application, the newest first.
pub async fn list(
    State(app): State<Arc<App>>,
    actor: Actor,
    Path(id): Path<String>,
    RawQuery(text): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Lists::read(text.as_deref(), actor.user_id)?;
    let id: ApplicationId = id.parse().map_err(|_| NO_SUCH)?;
    app.store.application(actor.user_id, id).await?.ok_or(NO_SUCH)?;
    let found = app.store.grants(id, None, MOST).await?;
    Ok(answer(&page(found.iter().map(grants::item).collect(), &asked)))
}

/// `POST /api/v1/applications/{id}/grants/`: gives credits to any application, with a reason.
pub async fn give(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    body: SentBody,
) -> Result<Response, ApiError> {
    let application: ApplicationId = id.parse().map_err(|_| NO_SUCH)?;
    let (amount, reason) = grants::given(&body.fields)?;
    let grant = NewGrant {
        application,
        amount: GrantAmount::By(amount),
        reason,
        author: operator.email,
        now: app.clock.machine_now(),
    };
    match app.store.grant(grant).await? {
        Granted::Done(account) => {
            tracing::info!(user_id = %operator.user_id, application_id = %application, %amount, "gave credits");
            Ok(answer(&grants::account(&account)))
        }
        Granted::NotCovered(available) => Err(not_covered(amount, available)),
        Granted::TooMuch => Err(too_much(amount)),
        Granted::NoApplication => Err(NO_SUCH),
    }
}
