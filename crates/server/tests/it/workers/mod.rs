//! How the queue is worked off.

mod queue;
mod retries;
mod stopping;
