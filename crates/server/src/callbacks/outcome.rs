//! What follows an attempt.

use std::time::{Duration, UNIX_EPOCH};

use domain::Timestamp;
use store::AfterAttempt;

use super::guarded_client::Answer;

/// The longest wait that a host may ask for: one that says "in a year" is asked again all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// "Gone" (RFC 9110, section 15.5.11): this callback is wanted no more.
const GONE: u16 = 410;

/// How a delivery goes on after an attempt that ended `now`, with so many attempts before it: an answer of 2xx is a
/// receipt, 410 ends it, and everything else is tried again along the schedule, no sooner than the host asks.
pub(super) fn after(
    answer: Option<&Answer>,
    schedule: &[u64],
    earlier: u32,
    now: Timestamp,
    chance: [u8; 2],
) -> AfterAttempt {
    match answer.map(|answer| answer.status) {
        Some(200..=299) => AfterAttempt::Delivered,
        Some(GONE) => AfterAttempt::GivenUp,
        _ => match retry(schedule, earlier, now, chance) {
            None => AfterAttempt::GivenUp,
            Some(then) => {
                let asked = answer.and_then(|answer| answer.retry_after.as_deref());
                let asked = asked.and_then(|asked| asked_for(asked, now)).unwrap_or(then);
                AfterAttempt::Retry(then.max(asked.min(now.plus(LONGEST_WAIT))))
            }
        },
    }
}

/// The schedule's wait after this many earlier attempts, lengthened by up to a fifth, by chance.
fn retry(schedule: &[u64], earlier: u32, now: Timestamp, chance: [u8; 2]) -> Option<Timestamp> {
    let millis = schedule.get(earlier as usize)?.saturating_mul(1_000);
    let jitter = u64::from(u16::from_be_bytes(chance)) * (millis / 5) / u64::from(u16::MAX);
    Some(now.plus(Duration::from_millis(millis.saturating_add(jitter))))
}

/// The time that `Retry-After` names: seconds from now, or a date (RFC 9110, section 10.2.3).
fn asked_for(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long time.
        return Some(now.plus(Duration::from_secs(text.parse().unwrap_or(u64::MAX))));
    }
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(784_111_777_000);

    fn after_answer(status: u16, retry_after: Option<&str>, earlier: u32) -> AfterAttempt {
        let answer = Answer { status, retry_after: retry_after.map(str::to_owned), head: Vec::new() };
        after(Some(&answer), &[5, 30], earlier, NOW, [0x80; 2])
    }

    fn wait(status: u16, retry_after: Option<&str>) -> u64 {
        let AfterAttempt::Retry(then) = after_answer(status, retry_after, 0) else { panic!("ended early") };
        u64::try_from(then.since(NOW).as_millis()).expect("a wait")
    }

    #[test]
    fn a_schedule_is_kept_with_up_to_a_fifth_more_and_ends() {
        for _ in 0..200 {
            let AfterAttempt::Retry(then) = after(None, &[5, 30], 1, NOW, [0x80; 2]) else {
                panic!("ended early")
            };
            assert!((30_000..=36_000).contains(&then.since(NOW).as_millis()), "{then:?}");
        }
        assert_eq!(after(None, &[5, 30], 2, NOW, [0x80; 2]), AfterAttempt::GivenUp);
    }

    #[test]
    fn only_2xx_is_a_receipt_and_410_ends_it_at_once() {
        for status in [200, 201, 204, 299] {
            assert_eq!(after_answer(status, None, 0), AfterAttempt::Delivered, "{status}");
        }
        for status in [100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 404, 409, 429, 500, 503, 599] {
            assert!(matches!(after_answer(status, None, 0), AfterAttempt::Retry(_)), "{status}");
            assert_eq!(after_answer(status, Some("9"), 2), AfterAttempt::GivenUp, "the schedule is over");
        }
        assert_eq!(after_answer(410, Some("9"), 0), AfterAttempt::GivenUp);
    }

    #[test]
    fn a_host_that_says_when_to_come_again_is_not_asked_sooner_nor_a_day_later() {
        let a_day = 24 * 60 * 60 * 1_000;
        for status in [302, 404, 429, 500, 503] {
            assert_eq!(wait(status, Some("120")), 120_000);
            assert_eq!(wait(status, Some(" Sun, 06 Nov 1994 08:51:37 GMT ")), 120_000, "a date");
            assert_eq!(wait(status, Some("Sunday, 06-Nov-94 08:51:37 GMT")), 120_000, "an old form");
            assert_eq!(wait(status, Some("31536000")), a_day);
            assert_eq!(wait(status, Some("99999999999999999999999")), a_day);
            assert_eq!(wait(status, Some("Fri, 31 Dec 9999 23:59:59 GMT")), a_day);
        }
        for nothing in ["0", "1", "", "soon", "-5", "1.5", "Sun, 06 Nov 1994 08:00:00 GMT"] {
            assert!((5_000..=6_000).contains(&wait(503, Some(nothing))), "{nothing}: the schedule holds");
        }
    }
}
