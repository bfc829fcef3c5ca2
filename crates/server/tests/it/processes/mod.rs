//! The real binary, from outside.

mod backup;
mod callbacks;
mod commands;
mod crash;
mod disk;
mod doctor;
mod handover;
mod ledger;
mod process;
mod reproduce;
mod signals;
mod synced;
mod users;

pub use process::{Process, backline, run, tell, token};
