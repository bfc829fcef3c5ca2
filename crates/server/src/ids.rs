//! The one source of randomness.

use domain::Timestamp;
use rand::Rng as _;
use uuid::{Builder, Uuid};

/// Draws random numbers.
pub trait Random: Send + Sync {
    /// Fills `bytes` with numbers that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    /// The same. From a seed, the numbers depend on how often such a kind of thing was drawn for, and on nothing else.
    fn fill_next(&self, kind: &'static str, bytes: &mut [u8]) {
        let _ = kind;
        self.fill(bytes);
    }

    /// The same. From a seed, the numbers depend on the thing alone.
    fn fill_for(&self, thing: &[u8], bytes: &mut [u8]) {
        let _ = thing;
        self.fill(bytes);
    }
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
        uuid(now, &self.bytes())
    }

    /// The same, for the next thing of this kind.
    #[must_use]
    pub fn next_uuid(&self, kind: &'static str, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        self.fill_next(kind, &mut bytes);
        uuid(now, &bytes)
    }

    /// The same, for this very thing.
    #[must_use]
    pub fn uuid_for(&self, thing: &[u8], now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        self.fill_for(thing, &mut bytes);
        uuid(now, &bytes)
    }
}

fn uuid(now: Timestamp, bytes: &[u8; 10]) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, bytes).into_uuid()
}
