//! Turns sound into files and back, and survives hostile bytes without panic or unbounded memory.
//!
//! Sound is two slices of `f32`, left and right, in -1..=1, and a sample rate in Hz. Every function is pure: the same
//! arguments give the same bytes, and nothing here knows a clock, a network, a file system or a source of randomness.
//!
//! - [`encode`]: AAC in an MP4 file for listeners, FLAC for the lossless master, WAV for studios, stems in a ZIP archive
//! - [`decode`]: what callers upload, and our own files, back to sound; and the size of an uploaded picture
//! - [`cover`]: a square picture drawn from the song itself
//! - [`video`]: a film of the song for those who can only show films
//! - `container`: the MP4 boxes that the others write and read

mod colour;
mod container;
pub mod cover;
pub mod decode;
pub mod encode;
mod error;
mod lettering;
pub mod video;

pub use error::MediaError;
