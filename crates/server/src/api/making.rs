//! `POST /producer/audios`, `lyrics`, `upload`, `videos` and `wav`: takes an order.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use domain::{Action, Order, TaskKind};
use engines::Origin;
use store::OrderHeaders;

use super::ApiError;
use super::caller::Caller;
use super::orders;
use super::repeats::fingerprint;
use super::sources::{self, Found};
use super::wire::orders::read;
use super::wire::{SentBody, Terms};
use crate::app::App;
use crate::simulate;

/// The endpoint that makes `kind`.
pub fn endpoint(kind: TaskKind) -> MethodRouter<Arc<App>> {
    post(move |State(app), caller, terms, headers, body| take(kind, app, caller, terms, headers, body))
}

/// Accepts an order, then answers with its task or waits for its result.
async fn take(
    kind: TaskKind,
    app: Arc<App>,
    caller: Caller,
    terms: Terms,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    let mut read = read(kind, &body.fields, 0)?;
    let script = match app.simulation.script(&headers, &read.order) {
        Ok(script) => script,
        Err(ApiError::BadRequest(problems)) => {
            problems.into_iter().for_each(|problem| read.wrong(problem));
            None
        }
        Err(other) => return Err(other),
    };
    let found = sources::find(&app, caller.credential().user_id, &mut read).await?;
    let (order, reply) = read.finish()?;
    if let Order::Audio(order) = &order {
        can(&app, script.is_some(), order.action, found.song.as_ref())?;
    }
    let price = app.prices.price_of(&order);
    let asked = headers.get(simulate::HEADER).and_then(|text| text.to_str().ok()).map(str::to_owned);
    let simulated = script.as_ref().and_then(|(text, script)| {
        let request = [kind.as_str().as_bytes(), text.as_bytes(), &body.bytes].concat();
        app.simulation.answer(script, fingerprint(caller.credential().id, "simulate", &request))
    });
    if let Some(answer) = simulated.filter(|answer| !answer.accepted) {
        return Err(ApiError::Simulated(answer, None));
    }
    let simulated = simulated.map(|answer| ApiError::Simulated(answer, None));
    let headers = OrderHeaders { simulate: script.map(|(text, _)| text), ..caller.headers.clone() };
    let script = asked.unwrap_or_default();
    let order = orders::Order { kind, price, terms, body, reply, script, headers, simulated };
    orders::place(&app, caller, order).await
}

/// Refuses what the engine that would make it cannot do.
fn can(app: &App, scripted: bool, action: Action, song: Option<&Found>) -> Result<(), ApiError> {
    let engine = app.simulation.engine(scripted, &app.engine);
    let version = engine.version();
    let origin = song.map_or(Origin::Nothing, |song| Origin::of_song(version, &song.engine, song.has_plan));
    if engine.can(action, origin) {
        return Ok(());
    }
    let of = match song {
        None => String::new(),
        Some(song) if song.is_upload() => " of an upload, of which the sound alone is known".to_owned(),
        Some(song) => format!(" of a song that {} made", song.engine),
    };
    let action = action.as_str();
    Err(ApiError::NotImplemented(format!("The engine in use ({version}) cannot do `{action}`{of}.")))
}
