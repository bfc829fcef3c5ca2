//! Works the queue off.

mod files;
mod generate;
mod memory;
mod pool;

pub use pool::{released, start};
