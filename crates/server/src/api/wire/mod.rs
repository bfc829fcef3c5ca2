//! The public JSON, and only it: what bodies hold, what answers look like.

pub mod assets;
pub mod audios;
mod body;
pub mod callbacks;
pub mod dry_run;
pub mod events;
mod fields;
pub mod grants;
pub mod limits;
pub mod made;
pub mod management;
mod media;
pub mod orders;
pub mod record;
mod reply;
pub mod result;
pub mod tasks;
pub mod terms;
pub mod usage;

pub use body::{MaybeBody, SentBody};
pub use fields::{Fields, Problem};
pub use reply::Reply;
pub use terms::Terms;
