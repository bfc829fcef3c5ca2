//! Sends callbacks until they arrive or are given up.

mod addresses;
mod deliver;
mod guarded_client;

pub use deliver::deliver;
pub use guarded_client::{Answer, GuardedClient, Unsent};
