//! Takes due deliveries from the outbox and sends them; each attempt is kept.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use store::{AfterAttempt, Attempt, Delivery};
use tokio::task::JoinSet;
use url::Url;

use crate::api::wire::record;
use crate::app::App;
use crate::ids::Random;

/// How much longer a delivery is lent to its sender than an attempt may take.
const SLACK: Duration = Duration::from_secs(30);
/// How long to wait when the store could not be reached.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends callbacks until the server stops; those under way then are finished within the time that is left.
pub async fn deliver(app: Arc<App>) {
    let mut under_way = JoinSet::new();
    while !app.stopping.is_cancelled() {
        let next = claim(&app, &mut under_way).await;
        tokio::select! {
            () = app.wake_callbacks.notified() => (),
            () = app.clock.sleep_until(next) => (),
            // One that has ended makes room.
            Some(_) = under_way.join_next() => (),
            () = app.stopping.cancelled() => (),
        }
    }
    tokio::select! {
        () = async { while under_way.join_next().await.is_some() {} } => (),
        () = app.hands_off.cancelled() => under_way.abort_all(),
    }
}

/// Starts what is due, and says when to look again.
async fn claim(app: &Arc<App>, under_way: &mut JoinSet<()>) -> Timestamp {
    let now = app.clock.now();
    let room = (app.settings.webhooks.concurrency as usize).saturating_sub(under_way.len());
    let lease_end = now.plus(Duration::from_secs(app.settings.webhooks.timeout_seconds)).plus(SLACK);
    let claimed =
        if room == 0 { Ok(Vec::new()) } else { app.store.claim_deliveries(now, lease_end, room).await };
    match claimed {
        Ok(deliveries) => {
            for delivery in deliveries {
                under_way.spawn(attempt(Arc::clone(app), delivery));
            }
        }
        Err(error) => {
            tracing::error!(%error, "could not take callbacks from the outbox");
            return now.plus(PAUSE);
        }
    }
    match app.store.next_delivery().await {
        Ok(Some(due)) if room > 0 => due.max(now.plus(Duration::from_millis(10))),
        Ok(_) => now.plus(Duration::from_secs(60)),
        Err(_) => now.plus(PAUSE),
    }
}

async fn attempt(app: Arc<App>, delivery: Delivery) {
    let begun = app.clock.now();
    let mut body = String::new();
    record::response(&mut body, delivery.task, delivery.trace_id, &delivery.outcome, &app.public_base);
    let sent = app.callback_client.post_json(&delivery.url, body).await;
    let now = app.clock.now();
    let (status, error, answer) = match sent {
        Ok(answer) => (Some(answer.status), None, answer.head),
        Err(unsent) => (None, Some(unsent.to_string()), Vec::new()),
    };
    let after = match status {
        Some(200..=299) => AfterAttempt::Delivered,
        _ => {
            retry(&app.settings.webhooks.retry_schedule_seconds, delivery.attempts, now, app.random.as_ref())
        }
    };
    log(&delivery, status, error.as_deref(), after);
    let attempt = Attempt { at: begun, duration: now.since(begun), status, error, answer };
    if let Err(error) = app.store.record_attempt(&delivery, attempt, after).await {
        // Its lease runs out, and it is sent again.
        tracing::error!(trace_id = %delivery.trace_id, %error, "could not keep what became of a callback");
    }
}

/// The schedule's wait after this many earlier attempts, lengthened by up to a fifth, by chance.
fn retry(schedule: &[u64], earlier: u32, now: Timestamp, random: &dyn Random) -> AfterAttempt {
    let Some(&seconds) = schedule.get(earlier as usize) else { return AfterAttempt::GivenUp };
    let millis = seconds.saturating_mul(1_000);
    let jitter = u64::from(u16::from_be_bytes(random.bytes())) * (millis / 5) / u64::from(u16::MAX);
    AfterAttempt::Retry(now.plus(Duration::from_millis(millis.saturating_add(jitter))))
}

/// Users put secrets in the path of a callback: a log line has its scheme and host alone.
fn log(delivery: &Delivery, status: Option<u16>, error: Option<&str>, after: AfterAttempt) {
    let to = Url::parse(&delivery.url).ok();
    let to = to
        .as_ref()
        .map_or_else(String::new, |url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()));
    let (trace_id, task_id, attempt) = (delivery.trace_id, delivery.task, delivery.attempts + 1);
    match after {
        AfterAttempt::Delivered => {
            tracing::info!(%trace_id, %task_id, attempt, to, status, "callback arrived")
        }
        AfterAttempt::Retry(_) => {
            tracing::warn!(%trace_id, %task_id, attempt, to, status, error, "callback failed; it is tried again");
        }
        AfterAttempt::GivenUp => {
            tracing::error!(%trace_id, %task_id, attempt, to, status, error, "callback given up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemRandom;

    #[test]
    fn a_schedule_is_kept_with_up_to_a_fifth_more_and_ends() {
        let now = Timestamp::from_millis(0);
        for _ in 0..200 {
            let AfterAttempt::Retry(then) = retry(&[5, 30], 1, now, &SystemRandom) else {
                panic!("ended early")
            };
            assert!((30_000..=36_000).contains(&then.as_millis()), "{then:?}");
        }
        assert_eq!(retry(&[5, 30], 2, now, &SystemRandom), AfterAttempt::GivenUp);
    }
}
