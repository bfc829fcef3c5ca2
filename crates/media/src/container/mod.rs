//! The ISO base media file format (ISO/IEC 14496-12): writing our own `.m4a`, and reading the edit list of any.
//!
//! The writer and the reader share no state; the tests hold them against each other.

mod boxes;
mod chapters;
mod edits;
mod esds;
mod m4a;
mod read;
mod tags;

pub use chapters::Chapter;
pub(crate) use edits::{Edit, edit_of_track};
pub(crate) use m4a::{AacTrack, write_m4a};
pub use tags::Tags;
