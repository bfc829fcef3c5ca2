//! Callbacks that are lost, doubled or late, as their order's script says.

use domain::Timestamp;
use store::{AfterAttempt, Delivery};

use super::{CallbackFate, Script};

/// A callback that is not posted now.
pub struct Held {
    /// What the attempt is noted with.
    pub why: &'static str,
    /// How it goes on.
    pub after: AfterAttempt,
}

fn fate(delivery: &Delivery) -> CallbackFate {
    let script = delivery.headers.simulate.as_deref().and_then(|text| text.parse::<Script>().ok());
    script.map_or(CallbackFate::Sent, |script| script.callback)
}

/// What becomes of a delivery's first attempt at `now`, if it is not to be posted.
#[must_use]
pub fn held_back(delivery: &Delivery, now: Timestamp) -> Option<Held> {
    match fate(delivery) {
        // One that is sent again on request is posted.
        _ if delivery.lease > 1 => None,
        CallbackFate::Lost => {
            Some(Held { why: "not posted: callback=lost is simulated", after: AfterAttempt::GivenUp })
        }
        CallbackFate::Late(delay) => Some(Held {
            why: "not posted yet: callback=late is simulated",
            after: AfterAttempt::Retry(now.plus(delay)),
        }),
        CallbackFate::Sent | CallbackFate::Duplicate => None,
    }
}

/// How often a delivery was really posted before: holding back a late one was no attempt.
#[must_use]
pub fn posted_before(delivery: &Delivery) -> u32 {
    let held = u32::from(matches!(fate(delivery), CallbackFate::Late(_)));
    if delivery.attempts + 1 == delivery.lease {
        delivery.attempts.saturating_sub(held)
    } else {
        delivery.attempts
    }
}

/// Whether it is to be posted twice.
#[must_use]
pub fn is_doubled(delivery: &Delivery) -> bool {
    fate(delivery) == CallbackFate::Duplicate
}
