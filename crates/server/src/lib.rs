//! Everything of Backline with a socket, a clock or a thread.

pub mod accounts;
pub mod api;
pub mod app;
pub mod bench;
pub mod callbacks;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
pub mod demo;
pub mod ids;
pub mod metrics;
pub mod simulate;
mod stopwatch;
pub mod telemetry;
pub mod workers;
