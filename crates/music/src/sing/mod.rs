//! Sings lines: sounds with their notes become samples, and each word tells when it sounds.
//!
//! [`NeuralSinger`] has a voice that was learnt from speech; [`FormantSinger`] needs no data and sings whatever the
//! first cannot. Both follow the same rule: a vowel begins on its note, its consonants go before.

mod air;
#[cfg(test)]
mod checks;
mod curve;
mod formant;
mod line;
mod neural;
#[cfg(test)]
pub(crate) mod pitch_check;
mod sounds;
mod timbre;
mod timed;
mod timing;
mod voice;

pub use formant::FormantSinger;
pub use line::{LineToSing, SingError, Singer, Sung, Tone, WordTime};
pub use neural::NeuralSinger;
pub(crate) use neural::ReadLine;
pub use timbre::{SINGERS, Timbre};
pub use timed::{TimedLine, TimedWord};

/// Sings a line with the first singer, or with the second if the first cannot.
///
/// # Errors
/// What the second singer says.
pub fn sing_or(first: &dyn Singer, second: &dyn Singer, line: &LineToSing<'_>) -> Result<Sung, SingError> {
    first.sing(line).or_else(|_| second.sing(line))
}
