//! What callers see.

mod access;
mod asking_and_waiting;
mod assets;
mod calling_off;
mod connections;
mod cors;
mod errors;
mod events;
mod feed;
mod files;
mod hostile;
mod keys;
mod ledger;
pub mod making;
mod rate;
mod repeats;
mod tasks;
mod waiting;
