//! The sound kept so far: the part inside the edit, folded into two channels, never more than allowed.

use symphonia::core::audio::{Channels, GenericAudioBufferRef};

use super::{Limits, Sound, fold};
use crate::MediaError;
use crate::container::Edit;

const SAMPLE_RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// How much an edit list may trim away, beside the longest sound allowed. A forged one could trim forever.
const MAX_TRIMMED_SECONDS: u64 = 10;

pub(super) struct Heard<'a> {
    limits: &'a Limits,
    edit: Option<Edit>,
    /// Samples still to drop, and samples still to keep; set when the first packet tells the rate.
    to_drop: u64,
    to_keep: u64,
    /// Samples seen so far, kept or not.
    decoded: u64,
    channels: Option<Channels>,
    gains: Vec<(f32, f32)>,
    planes: Vec<Vec<f32>>,
    sound: Sound,
}

impl<'a> Heard<'a> {
    pub(super) fn new(edit: Option<Edit>, limits: &'a Limits) -> Self {
        Self {
            limits,
            edit,
            to_drop: 0,
            to_keep: 0,
            decoded: 0,
            channels: None,
            gains: Vec::new(),
            planes: Vec::new(),
            sound: Sound { left: Vec::new(), right: Vec::new(), sample_rate: 0 },
        }
    }

    /// Takes one packet's sound in and says how many samples it had.
    pub(super) fn take(&mut self, packet: &GenericAudioBufferRef<'_>) -> Result<usize, MediaError> {
        let frames = packet.frames();
        if frames == 0 {
            return Ok(0);
        }
        self.follow(packet.spec().rate(), packet.spec().channels())?;
        let dropped = self.to_drop.min(frames as u64) as usize;
        let kept = self.to_keep.min((frames - dropped) as u64) as usize;
        self.to_drop -= dropped as u64;
        self.to_keep -= kept as u64;
        self.decoded += frames as u64;
        self.check_length((self.sound.left.len() + kept) as u64)?;
        packet.copy_to_vecs_planar(&mut self.planes);
        let wanted = dropped..dropped + kept;
        let Sound { left, right, .. } = &mut self.sound;
        fold_into(left, &self.planes, self.gains.iter().map(|gain| gain.0), wanted.clone());
        fold_into(right, &self.planes, self.gains.iter().map(|gain| gain.1), wanted);
        Ok(frames)
    }

    /// Learns rate and channels from the first packet, and holds the others to them.
    fn follow(&mut self, sample_rate: u32, channels: &Channels) -> Result<(), MediaError> {
        if self.channels.as_ref() == Some(channels) && self.sound.sample_rate == sample_rate {
            return Ok(());
        }
        check_rate(sample_rate)?;
        check_channels(channels, self.limits)?;
        if self.channels.is_none() {
            self.sound.sample_rate = sample_rate;
            self.to_drop = self.edit.map_or(0, |edit| edit.first_sample(sample_rate));
            self.to_keep = self.edit.and_then(|edit| edit.samples(sample_rate)).unwrap_or(u64::MAX);
        } else if self.sound.sample_rate != sample_rate {
            return Err(MediaError::Damaged { cause: "its sample rate changes on the way".to_owned() });
        }
        self.gains = fold::gains(channels);
        self.channels = Some(channels.clone());
        Ok(())
    }

    fn check_length(&self, samples: u64) -> Result<(), MediaError> {
        let sample_rate = u64::from(self.sound.sample_rate);
        let max_samples =
            (u64::from(self.limits.max_seconds) * sample_rate).min(self.limits.max_samples as u64);
        match samples > max_samples || self.decoded > max_samples + MAX_TRIMMED_SECONDS * sample_rate {
            true => Err(MediaError::TooLong { max_seconds: (max_samples / sample_rate) as u32 }),
            false => Ok(()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sound.left.is_empty()
    }

    /// Whether the edit has ended.
    pub(super) fn is_complete(&self) -> bool {
        self.channels.is_some() && self.to_keep == 0
    }

    pub(super) fn into_sound(self) -> Option<Sound> {
        (!self.is_empty()).then_some(self.sound)
    }
}

/// Adds the wanted part of every plane, each at its gain. A broken float is silence.
fn fold_into(
    out: &mut Vec<f32>,
    planes: &[Vec<f32>],
    gains: impl Iterator<Item = f32>,
    wanted: std::ops::Range<usize>,
) {
    let start = out.len();
    if out.capacity() - start < wanted.len() {
        // A vector that grows by itself doubles; of long sound that would be much more than there is.
        out.reserve_exact(wanted.len().max(start / 8));
    }
    out.resize(start + wanted.len(), 0.0);
    for (plane, gain) in planes.iter().zip(gains).filter(|(_, gain)| *gain != 0.0) {
        let samples = plane.get(wanted.clone()).unwrap_or_default();
        for (sum, &sample) in out[start..].iter_mut().zip(samples) {
            *sum += if sample.is_finite() { sample * gain } else { 0.0 };
        }
    }
}

pub(super) fn check_rate(found: u32) -> Result<(), MediaError> {
    match SAMPLE_RATES.contains(&found) {
        true => Ok(()),
        false => Err(MediaError::SampleRate { found, expected: "8000 to 192000 Hz" }),
    }
}

pub(super) fn check_channels(channels: &Channels, limits: &Limits) -> Result<(), MediaError> {
    match channels.count() {
        0 => Err(MediaError::NoSound { cause: "it has no channels".to_owned() }),
        found if found > limits.max_channels => {
            Err(MediaError::TooManyChannels { found, max_channels: limits.max_channels })
        }
        _ => Ok(()),
    }
}
