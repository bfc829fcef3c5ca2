//! Keys by which clients tell their orders apart (`Idempotency-Key`).

use std::time::Duration;

use domain::CredentialId;
use sha2::{Digest as _, Sha256};
use store::IdempotencyKey;

use super::repeats::Fingerprint;
use crate::app::App;

/// The key of an order, as the store keeps it.
#[must_use]
pub fn of_order(app: &App, key: &str, path: &str, body: &[u8]) -> IdempotencyKey {
    let kept_for = Duration::from_secs(u64::from(app.settings.retention.idempotency_hours) * 60 * 60);
    IdempotencyKey {
        key_hash: hash([key.as_bytes()]),
        order_hash: hash([path.as_bytes(), &[0], body]),
        holds_since: app.clock.now().minus(kept_for),
    }
}

/// The fingerprint of a request with this key: another key is another request, whatever else is the same.
#[must_use]
pub fn fingerprint(credential: CredentialId, key: &IdempotencyKey) -> Fingerprint {
    hash([&credential.as_bytes()[..], &key.key_hash, &key.order_hash])
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 16] {
    let mut digest = Sha256::new();
    parts.into_iter().for_each(|part| digest.update(part));
    let digest: [u8; 32] = digest.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}
