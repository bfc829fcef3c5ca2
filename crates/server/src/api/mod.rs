//! The API's face: what is asked, who asks, what is answered. No SQL and no rules: those live in `store` and
//! `domain`.

mod assets;
mod callbacks;
pub mod caller;
mod calling_off;
mod door;
mod dry_run;
mod error;
mod events;
mod feed;
pub mod files;
mod gate;
mod health;
pub mod http;
mod keys;
mod making;
pub mod on_demand;
pub mod openapi;
mod orders;
pub mod progress;
pub mod records;
pub mod refusals;
pub mod repeats;
mod router;
mod simulate;
mod socket;
pub mod sources;
mod tasks;
mod turning_away;
mod v1;
pub mod waiters;
pub mod wire;

pub use door::Door;
pub use error::ApiError;
pub use gate::Serving;
pub use refusals::InOurForm;
pub use router::router;
