//! The singer with a voice that was learnt from speech, by a rule that was measured for understandable words.
//!
//! Speech is asked first: how long its sounds are, which columns of it have pulses, how loud it is. Notes then decide
//! when vowels begin, how long they last, and the pitch.

mod hold;
mod prosody;

use super::air::add_air;
use super::curve::Curve;
use super::line::{LineToSing, SingError, Singer, Sung, WordTime};
use super::sounds::sounds;
use super::timing::{Timing, word_times};
use super::voice::{MAX_SOUNDS, Natural, Noise, Spectra, Voice, VoiceError, samples, to_song_rate};
use hold::{Columns, Source};

/// Sings with the embedded voice. It has a thread of its own: for several at once make several, the weights are shared.
pub struct NeuralSinger {
    voice: Voice,
}

impl NeuralSinger {
    /// Unpacks the voice at the first call, in about 50 ms.
    ///
    /// # Errors
    /// [`SingError::Voice`] if the embedded voice cannot be read.
    pub fn new() -> Result<Self, SingError> {
        Ok(Self { voice: Voice::load()? })
    }

    /// Lets the model read a line. This is most of the work; whatever has the same words at the same times can then be
    /// sung from it.
    pub(crate) fn read(&self, line: &LineToSing<'_>) -> Result<ReadLine, SingError> {
        line.check()?;
        let sounds = sounds(line);
        if sounds.len() > MAX_SOUNDS {
            return Err(SingError::TooLong(sounds.len()));
        }
        let ids: Vec<_> = sounds.iter().map(|sound| sound.id).collect();
        let natural = prosody::sung(&sounds, self.voice.speak(&ids)?);
        let timing = Timing::new(&sounds, &natural.steps, line);
        let columns = Columns::new(&sounds, &natural, &timing, &Curve::new(line));
        let mut graph = self.voice.spectra(&ids, &columns.steps, &columns.graph_f0, &columns.energy)?;
        columns.even_out(&mut graph);
        let words = word_times(line, &sounds, &timing);
        let sources = columns.sources(&graph);
        Ok(ReadLine { columns, graph, sources, start: timing.start(), words })
    }
}

impl From<VoiceError> for SingError {
    fn from(error: VoiceError) -> Self {
        Self::Voice(error.to_string())
    }
}

impl Singer for NeuralSinger {
    fn sing(&self, line: &LineToSing<'_>) -> Result<Sung, SingError> {
        Ok(self.read(line)?.sing(line))
    }
}

/// A line as the model gave it. The pulses and the throat are still to come, so pitch and singer may differ from those
/// it was read with.
pub(crate) struct ReadLine {
    columns: Columns,
    graph: Spectra,
    sources: Vec<Source>,
    start: f64,
    words: Vec<WordTime>,
}

impl ReadLine {
    /// Sings a line with the words and the times of the one that was read.
    pub(crate) fn sing(&self, line: &LineToSing<'_>) -> Sung {
        let noise = Noise::new(line.seed);
        let pitched = self.columns.pitched(self.start, &Curve::new(line));
        let mut throat = Columns::lengthen(&self.graph, &self.sources, &pitched.pitches, noise, line.timbre);
        let mut samples = to_song_rate(&samples(&mut throat, &pitched.f0, Some(noise)));
        add_air(&mut samples, line.timbre.air, line.seed);
        Sung { samples, start: self.start, words: self.words.clone() }
    }
}

/// Where in speech a place within a sung sound lies: the same share of the same sound.
fn spoken_column(natural: &Natural, starts: &[usize], sound: usize, share: f64) -> usize {
    let columns = 2 * natural.steps[sound];
    starts[sound] + ((share * columns as f64) as usize).min(columns - 1)
}
