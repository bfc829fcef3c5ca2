//! AAC-LC frames from the FDK encoder.

use fdk_aac::enc::{AudioObjectType, BitRate, ChannelMode, Encoder, EncoderError, EncoderParams, Transport};

use super::steps;
use crate::MediaError;
use crate::container::AacTrack;

const BITS_PER_SECOND: u32 = 192_000;
/// A frame of AAC never exceeds 6144 bits for each channel (ISO/IEC 14496-3 §4.5.3.2).
const MAX_FRAME_BYTES: usize = 6_144 / 8 * 2;
const FRAME_SAMPLES: usize = 1_024;

/// Encodes stereo sound at 192 kbit/s. Samples outside -1..=1 are clipped, a NaN becomes silence.
pub(crate) fn encode(
    wanted: &dyn Fn() -> bool,
    left: &[f32],
    right: &[f32],
    sample_rate: u32,
) -> Result<AacTrack, MediaError> {
    let samples = u32::try_from(left.len())
        .map_err(|_| MediaError::TooLong { max_seconds: u32::MAX / sample_rate.max(1) })?;
    let encoder = Encoder::new(EncoderParams {
        bit_rate: BitRate::Cbr(BITS_PER_SECOND),
        sample_rate,
        transport: Transport::Raw,
        channels: ChannelMode::Stereo,
        audio_object_type: AudioObjectType::Mpeg4LowComplexity,
    })
    .map_err(failed)?;
    let info = encoder.info().map_err(failed)?;
    let config = &info.confBuf[..(info.confSize as usize).min(info.confBuf.len())];
    let mut track = AacTrack {
        audio_specific_config: config.to_vec(),
        payload: Vec::with_capacity(left.len() / 2),
        frame_lengths: Vec::new(),
        sample_rate,
        priming: info.nDelay,
        samples,
        bits_per_second: BITS_PER_SECOND,
    };

    // The encoder gives a frame back for each that it is given; silence after the end pushes out what it still holds.
    let frames = (left.len() + info.nDelay as usize).div_ceil(FRAME_SAMPLES);
    let mut pcm = [0; FRAME_SAMPLES * 2];
    let mut frame = [0; MAX_FRAME_BYTES];
    for start in (0..).step_by(FRAME_SAMPLES) {
        if track.frame_lengths.len() == frames {
            break;
        }
        if !wanted() {
            return Err(MediaError::Stopped);
        }
        if start > (frames + 8) * FRAME_SAMPLES {
            return Err(failure("it keeps back more frames than its delay explains"));
        }
        interleave(left, right, start, &mut pcm);
        let done = encoder.encode(&pcm, &mut frame).map_err(failed)?;
        if done.input_consumed != pcm.len() {
            return Err(failure("it did not take a whole frame"));
        }
        if done.output_size > 0 {
            track.payload.extend_from_slice(&frame[..done.output_size]);
            track.frame_lengths.push(done.output_size as u32);
        }
    }
    Ok(track)
}

/// Fills one frame with 16-bit samples from `start` on; what lies beyond the end is silence.
fn interleave(left: &[f32], right: &[f32], start: usize, pcm: &mut [i16]) {
    pcm.fill(0);
    let left = left.get(start..).unwrap_or_default();
    let right = right.get(start..).unwrap_or_default();
    for (pair, (&l, &r)) in pcm.chunks_exact_mut(2).zip(left.iter().zip(right)) {
        pair[0] = steps::nearest(l);
        pair[1] = steps::nearest(r);
    }
}

fn failed(error: EncoderError) -> MediaError {
    failure(&error.to_string())
}

fn failure(cause: &str) -> MediaError {
    MediaError::Encoder { format: "AAC", cause: cause.to_owned() }
}
