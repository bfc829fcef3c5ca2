//! The answer to an order that is not to be carried out.

use std::time::Duration;

use domain::{Credits, TraceId};
use serde_json::{Value, json};

/// What an order would come to.
#[derive(Clone, Copy, Debug)]
pub struct Forecast<'a> {
    /// What it costs if it succeeds.
    pub price: Credits,
    /// What its application may still spend; `None` is without limit.
    pub available: Option<Credits>,
    /// The engine that would make it, with its version; `None`: this server itself.
    pub engine: Option<&'a str>,
    /// Its place in the queue; 1 is the next that begins.
    pub position: u64,
    /// How long it would wait; `None` if nobody knows.
    pub begins_in: Option<Duration>,
    /// How long it would take from then on; `None` if nobody knows.
    pub takes: Option<Duration>,
}

/// An amount as a JSON number. The text is decimal and exact; whoever reads it as a double has up to eight thousand
/// million credits to the last decimal.
#[must_use]
pub fn credits(amount: Credits) -> Value {
    let text = amount.to_string();
    // The standard library reads decimals to the nearest double, whichever way the JSON library was built.
    match text.parse::<i64>() {
        Ok(whole) => Value::from(whole),
        Err(_) => text.parse::<f64>().map_or(Value::Null, Value::from),
    }
}

/// The answer. It has no `task_id`, since there is no task.
#[must_use]
pub fn answer(trace_id: TraceId, forecast: &Forecast<'_>) -> Value {
    let Forecast { price, available, engine, position, begins_in, takes } = *forecast;
    let done_in = begins_in.zip(takes).map(|(wait, work)| wait + work);
    let seconds = |span: Option<Duration>| span.map(|span| span.as_secs_f64());
    json!({
        "success": true,
        "dry_run": true,
        "trace_id": trace_id.to_string(),
        "data": {
            "price": credits(price),
            "covered": available.is_none_or(|available| available >= price),
            "remaining_amount": available.map(credits),
            "engine": engine,
            "queue_position": position,
            "begins_in": seconds(begins_in),
            "done_in": seconds(done_in),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_numbers() {
        for text in ["0", "1", "0.5", "-0.25", "8000000000.000001", "8589934591.999999"] {
            assert_eq!(credits(text.parse().expect("credits")).to_string(), text);
        }
    }

    #[test]
    fn what_is_not_covered_is_told_and_not_refused() {
        let forecast = Forecast {
            price: Credits::whole(2),
            available: Some(Credits::whole(1)),
            engine: Some("embedded 1"),
            position: 3,
            begins_in: None,
            takes: Some(Duration::from_secs(9)),
        };
        let told = answer(TraceId::from_bytes([0; 16]), &forecast)["data"].clone();
        assert_eq!(
            told,
            json!({
                "price": 2, "covered": false, "remaining_amount": 1, "engine": "embedded 1", "queue_position": 3,
                "begins_in": null, "done_in": null,
            })
        );
        let free = Forecast { available: None, begins_in: Some(Duration::from_millis(500)), ..forecast };
        let told = answer(TraceId::from_bytes([0; 16]), &free)["data"].clone();
        assert_eq!((&told["covered"], &told["remaining_amount"]), (&json!(true), &Value::Null));
        assert_eq!(told["done_in"], json!(9.5));
    }
}
