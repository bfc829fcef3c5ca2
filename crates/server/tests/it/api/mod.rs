//! What callers see.

mod access;
mod cors;
mod errors;
mod events;
mod feed;
mod files;
mod hostile;
mod rate;
mod repeats;
mod tasks;
mod waiting;
