//! Limits of attempts, kept in memory: so many within a quarter of an hour, then one more in each share of it.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::api::ApiError;
use crate::api::caller::GovernorClock;
use crate::clock::Clock;

/// The time that attempts are counted for.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Those that have all their attempts again are forgotten when so many are known.
const SWEEP_AT: usize = 10_000;

/// Attempts by somebody.
pub struct Throttle<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, GovernorClock, NoOpMiddleware<Nanos>>,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// So many attempts.
    #[must_use]
    pub fn new(attempts: u32, clock: Arc<dyn Clock>) -> Self {
        let attempts = NonZeroU32::new(attempts).unwrap_or(NonZeroU32::MIN);
        let share = WINDOW / attempts.get();
        let quota = Quota::with_period(share).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let state = HashMapStateStore::default();
        Self { limiter: RateLimiter::new(quota.allow_burst(attempts), state, GovernorClock::new(clock)) }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`] when there were too many.
    pub fn attempt(&self, who: &K) -> Result<(), ApiError> {
        if self.limiter.len() >= SWEEP_AT {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(who).map_err(|not_until| {
            let now = governor::clock::Clock::now(self.limiter.clock());
            ApiError::TooManyRequests(not_until.wait_time_from(now))
        })
    }
}

/// Where an attempt comes from: an address, of IPv6 the network that one customer has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Origin([u8; 16]);

impl Origin {
    /// Of this address.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().octets()),
            IpAddr::V6(address) => {
                let mut octets = address.octets();
                octets[8..].fill(0);
                Self(octets)
            }
        }
    }
}

/// Who is behind a connection: its peer, or whom trusted proxies name, of whom the last one that is no proxy counts.
#[must_use]
pub fn address_of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.contains(&address.to_canonical());
    if !is_trusted(&peer) {
        return peer;
    }
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let addresses = named.iter().rev().map_while(|text| text.parse::<IpAddr>().ok());
    addresses.into_iter().find(|address| !is_trusted(address)).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use domain::Timestamp;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn attempts_come_back_with_time_and_are_counted_for_each_alone() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_000_000)));
        let throttle = Throttle::new(3, clock.clone());
        let tries = |who: &str| (0..5).filter(|_| throttle.attempt(&who.to_owned()).is_ok()).count();
        assert_eq!((tries("ann"), tries("bob")), (3, 3));
        clock.advance(Duration::from_secs(5 * 60));
        assert_eq!(tries("ann"), 1, "a third of the window gives one of three back");
        clock.advance(Duration::from_secs(60 * 60));
        assert_eq!(tries("ann"), 3);
    }

    #[test]
    fn a_customer_with_a_whole_network_is_one() {
        assert_eq!(Origin::new(ip("2001:db8:1:2::1")), Origin::new(ip("2001:db8:1:2:ffff::9")));
        assert_ne!(Origin::new(ip("2001:db8:1:2::1")), Origin::new(ip("2001:db8:1:3::1")));
        assert_ne!(Origin::new(ip("192.0.2.1")), Origin::new(ip("192.0.2.2")));
        assert_eq!(Origin::new(ip("192.0.2.1")), Origin::new(ip("::ffff:192.0.2.1")));
    }

    #[test]
    fn only_a_trusted_proxy_says_whom_it_speaks_for() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.0.0.2".parse().expect("a value"));
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        let of = |peer| address_of(ip(peer), &headers, &trusted);
        assert_eq!(
            of("10.0.0.1"),
            ip("198.51.100.7"),
            "what a client claims before the proxies is not believed"
        );
        assert_eq!(of("192.0.2.1"), ip("192.0.2.1"));
        assert_eq!(address_of(ip("10.0.0.1"), &HeaderMap::new(), &trusted), ip("10.0.0.1"));
    }
}
