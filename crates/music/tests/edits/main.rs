//! What edits promise, sample by sample.

mod covers;
mod extend;
mod recordings;
mod replace;
mod stems;
mod studio;
mod swaps;
