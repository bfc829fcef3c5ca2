//! Callbacks, as the hosts see them that they are sent to.

pub mod delivery;
mod guard;
mod lanes;
mod letters;
mod outcomes;
mod retries;
mod signed;
