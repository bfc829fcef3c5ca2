//! Sends callbacks until they arrive or are given up.

mod addresses;
mod deliver;
mod guarded_client;
mod outcome;
pub mod sign;
mod traces;

pub use deliver::{deliver, look};
pub use guarded_client::{Answer, Guard, GuardedClient, Unsent};
