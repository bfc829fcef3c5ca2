//! `/simulate/clock`: reads and moves the virtual clock. Without `backline serve --simulate` there is no such path.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use domain::{Api, Timestamp};
use serde_json::{Map, Value, json};

use super::wire::{Fields, SentBody};
use super::{ApiError, caller};
use crate::app::App;
use crate::simulate::{Dial, VirtualClock, time};

/// The paths; none, unless the clock is virtual.
pub fn routes(app: &App) -> Router<Arc<App>> {
    match app.clock.as_virtual() {
        None => Router::new(),
        Some(_) => Router::new().route("/simulate/clock", get(read_clock).post(move_clock)),
    }
}

/// `GET /simulate/clock`: how the clock stands.
async fn read_clock(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, ApiError> {
    Ok(shown(clock(&app, &headers).await?.dial(), None))
}

/// `POST /simulate/clock`: moves the clock, lets it run by itself, or holds it; answers when everything up to then has
/// happened.
async fn move_clock(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: SentBody,
) -> Result<Response, ApiError> {
    let clock = clock(&app, &headers).await?;
    let Wish { to, auto } = wish(&body.fields, clock.dial().now)?;
    if let Some(auto) = auto {
        clock.set_auto(auto);
    }
    let Some(to) = to else { return Ok(shown(clock.dial(), None)) };
    match clock.move_to(to).await {
        Ok(stops) => Ok(shown(clock.dial(), Some(stops))),
        Err(_) => Err(ApiError::Unavailable("The server is stopping; its clock stands.", None)),
    }
}

/// The clock, for whoever may touch it: anyone on this machine, and elsewhere those who have a token.
async fn clock<'a>(app: &'a App, headers: &HeaderMap) -> Result<&'a VirtualClock, ApiError> {
    if !app.settings.http.listen.ip().is_loopback() {
        caller::admit(app, Api::Tasks, headers).await?;
    }
    app.clock.as_virtual().ok_or(ApiError::NoApi)
}

struct Wish {
    to: Option<Timestamp>,
    auto: Option<bool>,
}

const KEYS: [&str; 3] = ["advance", "to", "auto"];

fn wish(body: &Map<String, Value>, now: Timestamp) -> Result<Wish, ApiError> {
    let mut fields = Fields::new(body);
    for key in body.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        fields.wrong_because(
            key,
            &format!("`{key}` is unknown; expected advance, to or auto."),
            "advance, to or auto",
        );
    }
    let by = body.get("advance").map(|given| match given {
        Value::String(text) => time(text),
        other => other.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    });
    let to = body.get("to").map(|given| given.as_f64().and_then(from_seconds).filter(|to| *to >= now));
    let auto = body.get("auto").map(Value::as_bool);
    if by == Some(None) {
        fields.wrong("advance", "a time such as \"40s\" or \"24h\", or a number of seconds, up to 366 days");
    }
    if to == Some(None) {
        let message = format!("Unix seconds that are not before the clock's {}", now.as_seconds());
        fields.wrong("to", &message);
    }
    if auto == Some(None) {
        fields.wrong("auto", "true or false");
    }
    if by.is_some() && to.is_some() || body.is_empty() {
        fields.wrong_because(
            "advance",
            "Either `advance` or `to` is expected, or `auto`.",
            "a time such as \"40s\", or `to` with Unix seconds",
        );
    }
    let to = to.flatten().or_else(|| by.flatten().map(|by| now.plus(by)));
    fields.finish(Wish { to, auto: auto.flatten() })
}

/// No later than the year 9999.
const LATEST_SECONDS: f64 = 253_402_300_799.0;

fn from_seconds(seconds: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "both bounds are far inside of an i64")]
    let millis = (0.0..=LATEST_SECONDS).contains(&seconds).then(|| (seconds * 1_000.0).round() as i64);
    millis.map(Timestamp::from_millis)
}

fn shown(dial: Dial, stops: Option<u64>) -> Response {
    let Dial { now, next, auto, seed } = dial;
    let mut body = json!({
        "now": now.as_seconds(),
        "next": next.map(Timestamp::as_seconds),
        "auto": auto,
        "seed": seed,
    });
    if let Some(stops) = stops {
        body["stops"] = json!(stops);
    }
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
