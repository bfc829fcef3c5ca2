//! `dry_run`: what an order would cost, who would make it, and when it would be done. Nothing is made.

use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use domain::{Crew, Order};
use store::Prospects;

use super::ApiError;
use super::caller::Caller;
use super::wire::dry_run::{Forecast, answer};
use crate::app::App;

/// Tells what would become of an order that was understood.
///
/// # Errors
/// When the store cannot be read.
pub async fn tell(app: &App, caller: &Caller, order: &Order, scripted: bool) -> Result<Response, ApiError> {
    let credential = caller.credential().id;
    let price = app.prices.price_of(order);
    let available = app.store.cover(credential).await?.available;
    let prospects = app.store.prospects(credential, order.kind()).await?;
    let engine = app.simulation.engine(scripted, &app.engine);
    let at_once = AtOnce {
        in_all: match order.kind().crew() {
            Crew::Makers => app.settings.songs_at_once() as u64,
            Crew::Fetchers => u64::from(app.settings.uploads.concurrency),
        },
        of_credential: u64::from(app.settings.limits.orders_in_flight),
    };
    let forecast = Forecast {
        price,
        available,
        engine: is_made_by_engine(order).then(|| engine.version()),
        position: prospects.ahead + 1,
        begins_in: begins_in(&prospects, at_once),
        takes: prospects.usual,
    };
    let json = answer(caller.trace_id, &forecast).to_string();
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// The rest this server does itself.
const fn is_made_by_engine(order: &Order) -> bool {
    matches!(order, Order::Audio(_) | Order::Lyric(_))
}

/// How many tasks are worked on at the same time.
#[derive(Clone, Copy)]
struct AtOnce {
    in_all: u64,
    /// Of one credential; 0 is without bound.
    of_credential: u64,
}

/// When the work would begin, if all that comes before takes as long as usual; at once if nothing does.
fn begins_in(prospects: &Prospects, at_once: AtOnce) -> Option<Duration> {
    let Prospects { ahead, running, own, usual } = *prospects;
    let rounds = rounds(ahead + running, at_once.in_all).max(rounds(own, at_once.of_credential));
    match rounds {
        0 => Some(Duration::ZERO),
        rounds => usual.map(|usual| usual.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX))),
    }
}

/// How many must end one after the other before there is room for one more.
const fn rounds(under_way: u64, room: u64) -> u64 {
    match under_way.checked_div(room) {
        Some(rounds) => rounds,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(ahead: u64, running: u64, own: u64) -> Option<u64> {
        let prospects = Prospects { ahead, running, own, usual: Some(Duration::from_secs(10)) };
        begins_in(&prospects, AtOnce { in_all: 4, of_credential: 2 }).map(|wait| wait.as_secs())
    }

    #[test]
    fn work_begins_at_once_while_a_worker_is_free() {
        assert_eq!([seconds(0, 0, 0), seconds(0, 3, 1), seconds(2, 1, 0)], [Some(0); 3]);
        let without_past = Prospects { usual: None, ..Prospects::default() };
        assert_eq!(begins_in(&without_past, AtOnce { in_all: 1, of_credential: 0 }), Some(Duration::ZERO));
    }

    #[test]
    fn whoever_waits_waits_for_whole_rounds() {
        assert_eq!((seconds(0, 4, 0), seconds(3, 4, 0), seconds(4, 4, 0)), (Some(10), Some(10), Some(20)));
        assert_eq!((seconds(0, 2, 2), seconds(1, 2, 5)), (Some(10), Some(20)), "its own bound");
    }

    #[test]
    fn without_a_past_nothing_is_foretold() {
        let prospects = Prospects { running: 1, ..Prospects::default() };
        assert_eq!(begins_in(&prospects, AtOnce { in_all: 1, of_credential: 0 }), None);
    }
}
