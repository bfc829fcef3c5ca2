//! How the queue is worked off.

mod queue;
mod retention;
mod retries;
mod stopping;
