//! What a singer is given, and what comes back.

use super::timbre::Timbre;
use crate::Delivery;
use crate::words::SaidLine;
use serde::{Deserialize, Serialize};

/// One note of a syllable. Times are seconds from any zero that the caller likes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tone {
    /// Where the vowel begins; for further notes of a syllable, where the pitch has moved half way.
    pub onset: f64,
    /// Until the sound ends, at most until the next onset.
    pub seconds: f64,
    /// A MIDI note number, 69 being 440 Hz; need not be whole.
    pub pitch: f32,
}

impl Tone {
    /// When it ends.
    pub fn end(&self) -> f64 {
        self.onset + self.seconds
    }
}

/// A line with its notes.
#[derive(Clone, Copy, Debug)]
pub struct LineToSing<'a> {
    /// What is said.
    pub said: &'a SaidLine,
    /// For each syllable of the line at least one tone, in the order of time.
    pub tones: &'a [Vec<Tone>],
    /// Whose voice it is.
    pub timbre: &'a Timbre,
    /// Whether it is sung or spoken in rhythm.
    pub delivery: Delivery,
    /// Of breath, vibrato and the like.
    pub seed: u32,
}

/// A line that was sung.
#[derive(Clone, Debug, PartialEq)]
pub struct Sung {
    /// One channel at [`crate::SAMPLE_RATE`], about -25 dBFS where it sounds.
    pub samples: Vec<f32>,
    /// When the first sample sounds; before the first note, since consonants go before their vowel.
    pub start: f64,
    /// For each word of the line.
    pub words: Vec<WordTime>,
}

/// From a word's first consonant to the end of its last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordTime {
    /// In seconds from the caller's zero.
    pub start: f64,
    /// In seconds from the caller's zero.
    pub end: f64,
}

/// Why a line was not sung.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SingError {
    /// Give each syllable at least one tone, onsets rising.
    #[error("the line has {syllables} syllables, which {tones} groups of rising tones do not fit")]
    Tones {
        /// Vowels of the line.
        syllables: usize,
        /// Groups given.
        tones: usize,
    },
    /// Part the line, or let the other singer sing it.
    #[error("the line has {0} sounds, more than the voice was taught on")]
    TooLong(usize),
    /// Let the other singer sing it.
    #[error("{0}")]
    Voice(String),
}

/// Sings one line at a time. The same line gives the same samples, on whichever thread.
pub trait Singer: Send + Sync {
    /// Sings a line.
    ///
    /// # Errors
    /// See [`SingError`].
    fn sing(&self, line: &LineToSing<'_>) -> Result<Sung, SingError>;
}

impl LineToSing<'_> {
    /// Refuses what has not a note for each syllable, in rising order.
    pub(super) fn check(&self) -> Result<(), SingError> {
        let syllables = self.said.syllable_count();
        let onsets = self.tones.iter().flatten().map(|tone| tone.onset);
        let fits = syllables > 0
            && self.tones.len() == syllables
            && self.tones.iter().all(|tones| !tones.is_empty());
        let rises = onsets.clone().zip(onsets.skip(1)).all(|(one, next)| one < next);
        let is_sound = self.tones.iter().flatten().all(|tone| tone.seconds > 0.0 && tone.pitch.is_finite());
        let error = SingError::Tones { syllables, tones: self.tones.len() };
        if fits && rises && is_sound { Ok(()) } else { Err(error) }
    }
}
