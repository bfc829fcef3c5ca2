//! Who logs in: passwords, sessions, limits of attempts, and the links that are sent.

pub mod mail;
pub mod passwords;
pub mod secrets;
pub mod sessions;
pub mod throttle;

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::AccountSettings;

use self::passwords::Passwords;
use self::throttle::Throttle;

/// What a server needs for users who log in.
pub struct Accounts {
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// Attempts to log in, by account.
    pub by_account: Throttle<String>,
    /// Attempts of any kind, by address.
    pub by_address: Throttle<throttle::Origin>,
    /// Links that were asked for, by account: nobody's mailbox is to be filled.
    pub links: Throttle<String>,
}

/// Links for one account within a quarter of an hour.
const LINKS: u32 = 3;

impl Accounts {
    /// With these settings.
    #[must_use]
    pub fn new(settings: &AccountSettings, clock: &Arc<dyn Clock>) -> Self {
        Self {
            passwords: Passwords::default(),
            by_account: Throttle::new(settings.login_attempts, Arc::clone(clock)),
            by_address: Throttle::new(settings.login_attempts_per_address, Arc::clone(clock)),
            links: Throttle::new(LINKS, Arc::clone(clock)),
        }
    }
}
