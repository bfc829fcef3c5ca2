//! What was decoded, as our masters are: 44100 Hz, in steps of 16 bits.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler, WindowFunction};

use super::Sound;
use crate::MediaError;

const MASTER_RATE: u32 = 44_100;
/// Samples transformed at once, at least. The filter is as long, so that it is steep.
const BLOCK_SAMPLES: usize = 4_096;
const FULL_SCALE: f32 = 32_768.0;
/// +18 dB over full scale: more than any codec overshoots. A resampler given 1e38 would answer with infinities.
const LOUDEST: f32 = 8.0;

/// Brings sound to 44100 Hz and to the nearest multiples of 2^-15 within -1..1, as the lossless master wants it.
///
/// What is so already comes back as it was, sample for sample; what a lossy format overshot is clipped, a NaN is
/// silence. Nothing is shifted, and the duration stays (to the sample begun). The sound is consumed channel by channel,
/// so that at most one and a half times the larger of what goes in and what comes out is held: 340 MB for 600 seconds
/// at 48000 Hz, of which 230 MB were there before.
///
/// # Errors
/// [`MediaError::UnequalChannels`], [`MediaError::Empty`] for what [`decode`](super::decode) would not have given,
/// [`MediaError::SampleRate`] beside 8000 to 192000 Hz.
pub fn to_master(sound: Sound) -> Result<Sound, MediaError> {
    to_master_while(&|| true, sound)
}

/// As [`to_master`], as long as the master is `wanted`, which is asked for each block of some 4,096 samples.
///
/// # Errors
/// [`MediaError::Stopped`] once it is not; else as [`to_master`].
pub fn to_master_while(wanted: &dyn Fn() -> bool, sound: Sound) -> Result<Sound, MediaError> {
    let Sound { left, right, sample_rate } = sound;
    if left.len() != right.len() {
        return Err(MediaError::UnequalChannels { left: left.len(), right: right.len() });
    }
    if left.is_empty() {
        return Err(MediaError::Empty);
    }
    super::heard::check_rate(sample_rate)?;
    let mut resampler = (sample_rate != MASTER_RATE).then(|| resampler(sample_rate)).transpose()?;
    let mut bring = |channel: Vec<f32>| -> Result<Vec<f32>, MediaError> {
        let mut channel = match &mut resampler {
            Some(resampler) => resampled(wanted, resampler, channel, sample_rate)?,
            None => channel,
        };
        for block in channel.chunks_mut(BLOCK_SAMPLES) {
            if !wanted() {
                return Err(MediaError::Stopped);
            }
            quantise(block);
        }
        Ok(channel)
    };
    Ok(Sound { left: bring(left)?, right: bring(right)?, sample_rate: MASTER_RATE })
}

/// Its delay is half a block on either side, so blocks are even: a half sample could not be trimmed.
fn resampler(from: u32) -> Result<Fft<f32>, MediaError> {
    let shortest = (from / common_measure(from, MASTER_RATE)) as usize;
    let block = shortest * BLOCK_SAMPLES.div_ceil(shortest).next_multiple_of(2);
    let (from_rate, to_rate) = (from as usize, MASTER_RATE as usize);
    let window = WindowFunction::BlackmanHarris2;
    Fft::new_custom(from_rate, to_rate, block, 1, 1, window, FixedSync::Input).map_err(failed(from))
}

/// Euclid's algorithm.
fn common_measure(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { common_measure(other, one % other) }
}

/// The channel at our rate, without the resampler's delay. What it still holds at the end is pressed out with silence.
fn resampled(
    wanted: &dyn Fn() -> bool,
    resampler: &mut Fft<f32>,
    mut channel: Vec<f32>,
    from: u32,
) -> Result<Vec<f32>, MediaError> {
    channel.iter_mut().for_each(tame);
    resampler.reset();
    let length = (channel.len() as u64 * u64::from(MASTER_RATE)).div_ceil(u64::from(from)) as usize;
    let mut resampled = Vec::with_capacity(length);
    let mut block = vec![0.0; resampler.output_frames_max()];
    let (mut taken, mut delay) = (0, resampler.output_delay());
    while resampled.len() < length {
        if !wanted() {
            return Err(MediaError::Stopped);
        }
        let left = (channel.len() - taken).min(resampler.input_frames_next());
        let made = resample_block(resampler, &channel[taken..taken + left], &mut block);
        let made = &block[..made.map_err(failed(from))?];
        taken += left;
        let late = delay.min(made.len());
        delay -= late;
        let missing = length - resampled.len();
        resampled.extend(made[late..].iter().take(missing));
    }
    Ok(resampled)
}

/// Resamples what may be shorter than a block, as if silence followed; gives how many samples came of it.
fn resample_block(
    resampler: &mut Fft<f32>,
    from: &[f32],
    to: &mut [f32],
) -> Result<usize, Box<dyn std::error::Error>> {
    let (room, length) = (to.len(), from.len());
    let (input, mut output) =
        (SequentialSlice::new(from, 1, length)?, SequentialSlice::new_mut(to, 1, room)?);
    let whole = length == resampler.input_frames_next();
    let indexing = Indexing {
        input_offset: 0,
        output_offset: 0,
        partial_len: (!whole).then_some(length),
        active_channels_mask: None,
    };
    Ok(resampler.process_into_buffer(&input, &mut output, Some(&indexing))?.1)
}

/// No rate within the limits is known to fail.
fn failed<E: std::fmt::Display>(found: u32) -> impl Fn(E) -> MediaError {
    move |_| MediaError::SampleRate { found, expected: "8000 to 192000 Hz" }
}

fn tame(sample: &mut f32) {
    *sample = if sample.is_nan() { 0.0 } else { sample.clamp(-LOUDEST, LOUDEST) };
}

/// The cast turns NaN into 0 and saturates at full scale.
fn quantise(channel: &mut [f32]) {
    for sample in channel {
        *sample = f32::from((*sample * FULL_SCALE).round() as i16) / FULL_SCALE;
    }
}
