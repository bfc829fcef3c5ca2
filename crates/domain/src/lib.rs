//! The words every room of Backline speaks: orders, tasks and their outcomes.
//! Plain data and rules. Nothing here waits, reads a clock, draws a random number or touches the outside world.

mod credits;
mod email;
mod ids;
mod kind;
mod lyrics;
mod order;
mod price;
mod response;
mod role;
mod task;
mod time;

pub use credits::{Credits, NotCredits};
pub use email::is_email;
pub use ids::{ApplicationId, AudioId, CredentialId, TaskId, TraceId, UserId};
pub use kind::{Api, Crew, TaskKind};
pub use lyrics::{line_breaks, title_from};
pub use order::{Action, AudioOrder, LyricOrder, Model, Order, UploadOrder, VocalGender, Window};
pub use price::{PriceList, PriceRule};
pub use response::ResponseText;
pub use role::Role;
pub use task::{Bounds, Counts, Ended, ErrorCode, Failure, GaveBack, Outcome, Pending, Processing};
pub use time::Timestamp;
