//! `POST /producer/audios`: takes a song order.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::TaskKind;
use engines::Origin;
use store::OrderHeaders;

use super::ApiError;
use super::caller::Caller;
use super::orders::{self, Order};
use super::repeats::fingerprint;
use super::wire::{SentBody, Terms, audios};
use crate::app::App;
use crate::simulate;

/// What a song costs of the quota.
const COST: u32 = 1;

/// Accepts an order, then answers with its task or waits for its song.
pub async fn order_audio(
    State(app): State<Arc<App>>,
    caller: Caller,
    terms: Terms,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    let (order, reply) = audios::order(&body.fields, 0)?;
    if !app.engine.can(order.action, Origin::Nothing) {
        return Err(ApiError::NotImplemented(format!(
            "The engine in use cannot do `{}`.",
            order.action.as_str()
        )));
    }
    let asked = headers.get(simulate::HEADER).and_then(|text| text.to_str().ok()).map(str::to_owned);
    let script = app.simulation.script(&headers, &order)?;
    let simulated = script.as_ref().and_then(|(text, script)| {
        let request = [text.as_bytes(), &body.bytes].concat();
        app.simulation.answer(script, fingerprint(caller.credential().id, "simulate", &request))
    });
    if let Some(answer) = simulated.filter(|answer| !answer.accepted) {
        return Err(ApiError::Simulated(answer, None));
    }
    let simulated = simulated.map(|answer| ApiError::Simulated(answer, None));
    let headers = OrderHeaders { simulate: script.map(|(text, _)| text), ..caller.headers.clone() };
    let script = asked.unwrap_or_default();
    let order = Order { kind: TaskKind::Audios, cost: COST, terms, body, reply, script, headers, simulated };
    orders::place(&app, caller, order).await
}
