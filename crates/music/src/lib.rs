//! Turns the same plan and seed into the same samples.
//!
//! A [`Brief`] holds the words of an order; [`Plan::from_brief`] reads them into pure data that can be kept, shown and
//! edited; [`compose`] writes the notes; [`perform`] plays, mixes and masters them. Nothing here reads a file, a clock
//! or ambient randomness: every random draw is keyed by seed, section, part and bar, so that an edit of one section
//! leaves the others as they were.

mod analysis;
pub mod assets;
mod brief;
mod choir;
mod compose;
mod edit;
pub mod lyricist;
mod mix;
mod perform;
mod plan;
mod random;
mod sing;
mod style;
mod synth;
mod theory;
mod words;

pub use analysis::{Heard, listen};
pub use brief::{Brief, Model, UnknownModel, VocalGender};
pub use compose::{ChordSpan, Note, Phrase, Score, ScorePart, SectionSpan, SungLine, compose};
pub use edit::{
    Change, Edit, EditRefusal, Layers, MAX_EDITS, NewBand, NewVoice, Origin, Recipe, RecipeError, Recorded,
    Splice, Split, edit, perform_edit, perform_recipe, pour_stems, recipe_parts, recipe_stems,
};
pub use mix::{Master, MasterCurves, Steps, Stereo};
pub use perform::{
    Cancelled, Stem, StemSound, Stems, perform, perform_held, perform_on, perform_stems, render,
};
pub use plan::{
    Delivery, InstrumentChoice, Knobs, Levels, Line, Lyric, MAX_EDITED_SECONDS, MAX_SECONDS, Mastering, Part,
    Patch, Plan, Section, SectionKind, Stanza, StyleName, Writing,
};
pub use sing::{
    FormantSinger, LineToSing, NeuralSinger, SINGERS, SingError, Singer, Sung, Timbre, TimedLine, TimedWord,
    Tone, WordTime, sing_or,
};
pub use theory::{Key, Mode};
pub use words::{Language, Phoneme, SaidLine, SaidWord, Stress, Syllable, say};

/// Samples per second of everything this crate renders.
pub const SAMPLE_RATE: u32 = 44_100;

/// Names the sound of this version: the same plan gives the same samples as long as this stays the same.
pub const ENGINE_VERSION: &str = "embedded-0.3";
