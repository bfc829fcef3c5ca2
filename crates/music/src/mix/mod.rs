//! From players to the finished master: strips, sends, bus, loudness, 16 bits.

mod biquad;
mod compressor;
mod delay;
mod desk;
mod duck;
mod dynamics;
mod group;
mod limiter;
mod loudness;
mod master;
mod path;
mod ramp;
mod reverb;
mod ride;
mod ring;
mod source;
mod strip;
mod vocal;
mod width;

pub(crate) use desk::{CHUNK, Desk};
pub(crate) use group::Group;
pub(crate) use limiter::{CELL, Opening};
pub(crate) use loudness::loudness_of;
pub(crate) use master::{CEILING_DB, finish};
pub(crate) use source::Source;

use crate::synth::{BLOCK, Block};

/// Two channels of equal length at [`crate::SAMPLE_RATE`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stereo {
    /// Left channel, full scale at 1.
    pub left: Vec<f32>,
    /// Right channel.
    pub right: Vec<f32>,
}

impl Stereo {
    pub(crate) fn silence(samples: usize) -> Self {
        Self { left: vec![0.0; samples], right: vec![0.0; samples] }
    }

    pub(crate) fn clear(&mut self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }

    /// Writes a block over the one of that number.
    fn put(&mut self, number: usize, block: &Block) {
        let range = number * BLOCK..(number + 1) * BLOCK;
        self.left[range.clone()].copy_from_slice(&block.left);
        self.right[range].copy_from_slice(&block.right);
    }
}

/// Two channels of equal length at [`crate::SAMPLE_RATE`], in the steps of 16 bits that a master consists of: half as large
/// as [`Stereo`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Left channel.
    pub left: Vec<i16>,
    /// Right channel.
    pub right: Vec<i16>,
}

impl From<Stereo> for Steps {
    /// Samples of a master lose nothing. One channel after the other is converted, so that both are hardly held twice.
    fn from(sound: Stereo) -> Self {
        let steps = |channel: Vec<f32>| channel.iter().map(|sample| (sample * 32_768.0) as i16).collect();
        Self { left: steps(sound.left), right: steps(sound.right) }
    }
}

/// The finished song. Every sample is a whole multiple of 2^-15 in [-1, 1 - 2^-15]; the length of both channels is the
/// same multiple of 1024.
#[derive(Clone, Debug, PartialEq)]
pub struct Master {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel.
    pub right: Vec<f32>,
    /// When each word of the lead sounds; empty if nobody sings.
    pub words: Vec<crate::sing::TimedLine>,
}

/// Every gain of the mix that depends on the whole of it. Stems share them; an edit of a song may hold its parent's, so
/// that what the edit does not name keeps its level.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterCurves {
    /// What is left of the difference of the channels, as a factor.
    pub width: f32,
    /// What brings the mix to its loudness, as a factor.
    pub gain: f32,
    /// What the limiter lets through at every 32nd sample from the first on, on top of the gain; straight in between.
    pub limiter: Vec<f32>,
    /// What the bus compressor lets through at every 64th sample, from the 64th on.
    pub glue: Vec<f32>,
    /// What is let through of everything that is not the voice, at every 64th sample from the 64th on.
    pub ducking: Vec<f32>,
}

impl MasterCurves {
    /// What a plan has to hold so that it comes to the same loudness again, and what is added to it stands beside it.
    pub fn levels(&self) -> crate::plan::Levels {
        crate::plan::Levels::Held { width: self.width, gain: self.gain }
    }

    /// Does to a stretch of a stem, which starts at a multiple of a chunk, what was done to the mix.
    pub(crate) fn apply(&self, stem: &mut Stereo, start: usize, samples: usize) {
        let (left, right) = (&mut stem.left[..samples], &mut stem.right[..samples]);
        width::apply(left, right, self.width);
        limiter::apply(left, start, self.gain, &self.limiter);
        limiter::apply(right, start, self.gain, &self.limiter);
    }
}
