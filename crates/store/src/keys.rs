//! Keys by which clients tell their orders apart.

use domain::Timestamp;

/// A key that an order came with: within its application, the same key and the same order are one task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdempotencyKey {
    /// First 16 bytes of the SHA-256 of the key.
    pub key_hash: [u8; 16],
    /// First 16 bytes of the SHA-256 of path and body: tells whether the key comes with the same order.
    pub order_hash: [u8; 16],
    /// A key that was last given to an order before this time is free again.
    pub holds_since: Timestamp,
}

/// A place in the order in which the index of keys is swept; the default is before the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KeyPlace(pub(crate) i64, pub(crate) [u8; 16]);
