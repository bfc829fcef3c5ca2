//! The real binary, from outside.

mod commands;
mod crash;
mod process;
mod signals;
mod synced;
