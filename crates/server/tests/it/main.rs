//! Stories about the whole server, told over HTTP. The clock is moved by hand and the engine follows a script; only
//! `processes` runs the real binary.

mod accounts;
mod api;
mod app;
mod browser;
mod callbacks;
mod client;
mod console;
mod engine;
mod event_source;
mod fuzzed;
mod log;
mod operation;
mod processes;
mod receiver;
mod shown;
mod simulate;
mod source_host;
mod workers;
