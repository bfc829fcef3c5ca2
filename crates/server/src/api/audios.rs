//! `POST /producer/audios`: takes a song order.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::TaskKind;

use super::ApiError;
use super::caller::Caller;
use super::orders::{self, Order};
use super::wire::{SentBody, Terms, audios};
use crate::app::App;

/// What a song costs of the quota.
const COST: u32 = 1;

/// Accepts an order, then answers with its task or waits for its song.
pub async fn order_audio(
    State(app): State<Arc<App>>,
    caller: Caller,
    terms: Terms,
    body: SentBody,
) -> Result<Response, ApiError> {
    let (order, reply) = audios::order(&body.fields, 0)?;
    if !app.engine.can(order.action) {
        return Err(ApiError::NotImplemented(format!(
            "The engine in use cannot do `{}`.",
            order.action.as_str()
        )));
    }
    orders::place(&app, caller, Order { kind: TaskKind::Audios, cost: COST, terms, body, reply }).await
}
