//! The parts of a song.

use std::ops::ControlFlow;

use crate::EngineError;

/// Hears a piece of a part, told by its number: both channels, in the 16-bit samples that add up exactly. May break it off.
pub type Hear<'a> = &'a mut dyn FnMut(usize, &[i16], &[i16]) -> ControlFlow<()>;

/// Makes parts for whoever hears them.
type Pour = dyn FnOnce(Hear<'_>) -> Result<(), EngineError> + Send;

/// The parts of a song, which are made while they are heard: whoever hears them need not hold them all.
pub struct Stems {
    names: Vec<String>,
    pour: Box<Pour>,
}

impl Stems {
    /// Parts with these names, which `pour` makes. Each name is that of a file too: `vocals`, `drums`, `bass`, `other`,
    /// `instrumental`, or an instrument.
    pub fn new(
        names: Vec<String>,
        pour: impl FnOnce(Hear<'_>) -> Result<(), EngineError> + Send + 'static,
    ) -> Self {
        Self { names, pour: Box::new(pour) }
    }

    /// Parts that are there already.
    #[must_use]
    pub fn of(tracks: Vec<StemTrack>) -> Self {
        let names = tracks.iter().map(|track| track.name.clone()).collect();
        Self::new(names, move |hear| {
            for (number, track) in tracks.into_iter().enumerate() {
                if hear(number, &track.left, &track.right).is_break() {
                    return Err(EngineError::Cancelled);
                }
            }
            Ok(())
        })
    }

    /// The parts' names, in the order of their numbers.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Makes them on this thread, which takes as long as a song. The pieces of each part come in order of time; the parts
    /// are equally long in the end.
    ///
    /// # Errors
    /// As [`Engine::make`](crate::Engine::make); [`EngineError::Cancelled`] if `hear` broke off. What was heard is then of
    /// no use.
    pub fn pour(self, hear: Hear<'_>) -> Result<(), EngineError> {
        (self.pour)(hear)
    }

    /// All of them, in memory.
    ///
    /// # Errors
    /// As [`Stems::pour`].
    pub fn tracks(self) -> Result<Vec<StemTrack>, EngineError> {
        let empty = |name: &String| StemTrack { name: name.clone(), left: Vec::new(), right: Vec::new() };
        let mut tracks: Vec<StemTrack> = self.names.iter().map(empty).collect();
        self.pour(&mut |number, left, right| {
            tracks[number].left.extend_from_slice(left);
            tracks[number].right.extend_from_slice(right);
            ControlFlow::Continue(())
        })?;
        Ok(tracks)
    }
}

/// One part of a song.
pub struct StemTrack {
    /// Its name.
    pub name: String,
    /// The left channel.
    pub left: Vec<i16>,
    /// The right channel, as long as the left.
    pub right: Vec<i16>,
}
