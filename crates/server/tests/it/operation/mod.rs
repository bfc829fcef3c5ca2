//! What an operator sees: measures, logs, traces.

mod metrics;
mod story;
mod traces;
