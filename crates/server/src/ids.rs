//! The one source of randomness.

use domain::Timestamp;
use rand::Rng as _;
use uuid::{Builder, Uuid};

/// Draws random numbers.
pub trait Random: Send + Sync {
    /// Fills `bytes` with numbers that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator, stretched by ChaCha.
#[derive(Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

impl dyn Random + '_ {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, 74 random bits. New rows then stand together
    /// at the end of an index.
    #[must_use]
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
