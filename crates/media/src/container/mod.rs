//! The ISO base media file format (ISO/IEC 14496-12): writing our own `.m4a` and `.mp4`, and reading the edit list of any.
//!
//! The writer and the reader share no state; the tests hold them against each other.

mod boxes;
mod chapters;
mod edits;
mod esds;
mod headers;
mod m4a;
mod mp4;
mod picture;
mod read;
mod samples;
mod sound;
mod tags;

pub use chapters::Chapter;
pub(crate) use edits::{Edit, edit_of_track};
pub(crate) use m4a::write_m4a;
pub(crate) use mp4::write_mp4;
pub(crate) use picture::AvcTrack;
pub(crate) use sound::AacTrack;
pub use tags::Tags;
