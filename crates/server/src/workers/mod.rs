//! Works the queue off.

mod burial;
mod convert;
mod fetch;
mod files;
mod generate;
mod make;
mod memory;
mod pool;
mod retention;
mod running;
mod shared;
mod sources;
mod stalls;
pub(crate) mod stems;
mod traces;
mod tries;
mod upload;
mod wake;

pub use burial::{bury_at_start, bury_deleted};
pub(crate) use files::fingerprint;
pub use pool::{called_off, kept_up, released, start};
pub use retention::retain;
pub use running::Running;
pub use shared::SharedMedia;
pub use wake::Wake;
