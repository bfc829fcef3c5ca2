//! Secrets that others keep: cookies of sessions, and links. The store has their hashes alone.

use sha2::{Digest as _, Sha256};
use store::SecretHash;

use crate::ids::Random;

/// 256 random bits, as 64 hexadecimal digits.
#[must_use]
pub fn fresh(random: &dyn Random) -> String {
    random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the store knows a secret by. It has 256 random bits, so that nothing slower is needed.
#[must_use]
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}
