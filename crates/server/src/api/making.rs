//! `POST /producer/audios`, `lyrics`, `upload`, `videos` and `wav`: takes an order.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, post};
use domain::{Action, Order, TaskKind};
use engines::{Engine, Origin};
use store::OrderHeaders;

use super::ApiError;
use super::caller::Caller;
use super::repeats::fingerprint;
use super::sources::{self, Found, Sources};
use super::wire::orders::read;
use super::wire::{SentBody, Terms};
use super::{dry_run, orders};
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
    let dry_run = read.is_dry_run();
    let script = match app.simulation.script(&headers, &read.order, !dry_run) {
        Ok(script) => script,
        Err(ApiError::BadRequest(problems)) => {
            problems.into_iter().for_each(|problem| read.wrong(problem));
            None
        }
        Err(other) => return Err(other),
    };
    let found = sources::find(&app, caller.credential().user_id, &mut read).await?;
    let (order, reply, mut allowed) = read.finish();
    if let Order::Audio(order) = &order {
        allowed = allowed.and_then(|()| can(&app, script.is_some(), order.action, &found));
    }
    if dry_run {
        allowed?;
        return dry_run::tell(&app, &caller, &order, script.is_some()).await;
    }
    let price = app.prices.price_of(&order);
    let asked = headers.get(simulate::HEADER).and_then(|text| text.to_str().ok()).map(str::to_owned);
    let simulated = script.as_ref().filter(|_| allowed.is_ok()).and_then(|(text, script)| {
        let request = [kind.as_str().as_bytes(), text.as_bytes(), &body.bytes].concat();
        app.simulation.answer(script, fingerprint(caller.credential().id, "simulate", &request))
    });
    if let Some(answer) = simulated.filter(|answer| !answer.accepted) {
        return Err(ApiError::Simulated(answer, None));
    }
    let simulated = simulated.map(|answer| ApiError::Simulated(answer, None));
    let headers = OrderHeaders { simulate: script.map(|(text, _)| text), ..caller.headers.clone() };
    let script = asked.unwrap_or_default();
    let order = orders::Order { kind, price, terms, body, reply, script, headers, simulated, allowed };
    orders::place(&app, caller, order).await
}

/// Refuses what the engine that would make it cannot do.
fn can(app: &App, scripted: bool, action: Action, sources: &Sources) -> Result<(), ApiError> {
    let engine = app.simulation.engine(scripted, &app.engine);
    let cannot = |of: &str| {
        let (version, action) = (engine.version(), action.as_str());
        Err(ApiError::NotImplemented(format!("The engine in use ({version}) cannot do `{action}`{of}.")))
    };
    let Some(song) = &sources.song else {
        return if engine.can(action, Origin::Nothing) { Ok(()) } else { cannot("") };
    };
    // What can be done with any sound needs no look at its plan.
    let suits =
        |song: &Found| engine.can(action, Origin::OtherSound) || engine.can(action, origin(&*engine, song));
    if !suits(song) {
        return cannot(&format!(" of {}", what(&*engine, song)));
    }
    match sources.swap.as_ref().filter(|swap| !suits(swap)) {
        None => Ok(()),
        Some(swap) => cannot(&format!(": `swap_audio_id` names {}", what(&*engine, swap))),
    }
}

fn origin(engine: &dyn Engine, song: &Found) -> Origin {
    engine.origin(&song.engine, &song.plan)
}

/// What a song is to whoever ordered an edit of it.
fn what(engine: &dyn Engine, song: &Found) -> String {
    if song.is_upload() {
        "an upload, of which the sound alone is known".to_owned()
    } else if song.engine == engine.version() && origin(engine, song) == Origin::OtherSound {
        "a song with a recording in it, whose parts cannot be told apart".to_owned()
    } else {
        format!("a song that {} made", song.engine)
    }
}
