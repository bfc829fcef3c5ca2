//! From players to the finished master: strips, sends, bus, loudness, 16 bits.

mod biquad;
mod compressor;
mod delay;
mod desk;
mod limiter;
mod master;
mod reverb;
mod strip;

pub(crate) use desk::{CHUNK, Desk};
pub(crate) use master::finish;

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
}

/// The finished song. Every sample is a whole multiple of 2^-15 in [-1, 1 - 2^-15]; the length of both channels is the
/// same multiple of 1024.
#[derive(Clone, Debug, PartialEq)]
pub struct Master {
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel.
    pub right: Vec<f32>,
}
