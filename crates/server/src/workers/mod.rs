//! Works the queue off.

mod burial;
mod files;
mod generate;
mod memory;
mod pool;
mod retention;
mod running;
mod shared;
mod stalls;
mod traces;

pub use burial::{bury_at_start, bury_deleted};
pub(crate) use files::fingerprint;
pub use pool::{called_off, kept_up, released, start};
pub use retention::retain;
pub use running::Running;
pub use shared::SharedMedia;
