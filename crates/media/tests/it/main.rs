//! What the crate promises, tested from outside.

mod boxes;
mod cover;
mod decode;
mod flac;
mod fuzzed;
mod m4a;
mod master;
mod measures;
mod music;
mod stems;
mod video;
