//! A loop as a WAV file of 16 bits a sample (Multimedia Programming Interface and Data Specifications 1.0; the chunk
//! `smpl` of its revision 3).

use super::check;
use crate::MediaError;

const CHANNELS: u16 = 2;
const BYTES_PER_SAMPLE: u16 = 2;
/// Middle C: played by this key, the loop sounds as it is.
const UNITY_NOTE: u32 = 60;

/// Stereo sound that goes round: whoever reads the chunk `smpl` plays it again and again, others once.
///
/// `left` and `right` are equally long, at least one sample, in -1..=1 (what lies outside is clipped, NaN is silence);
/// `sample_rate` is 44100 Hz. Whole multiples of 2^-15 are kept exactly.
///
/// # Errors
/// [`MediaError::Empty`], [`MediaError::UnequalChannels`] or [`MediaError::SampleRate`] for the sound,
/// [`MediaError::FileTooLarge`] for what 32 bits cannot count.
pub fn wav_loop(left: &[f32], right: &[f32], sample_rate: u32) -> Result<Vec<u8>, MediaError> {
    check(left, right, sample_rate)?;
    let frame = u32::from(CHANNELS * BYTES_PER_SAMPLE);
    let (header, bytes) = (116, left.len() as u64 * u64::from(frame));
    if header + bytes > u64::from(u32::MAX) {
        return Err(MediaError::FileTooLarge { bytes: header + bytes, max_bytes: u64::from(u32::MAX) });
    }
    let (samples, bytes) = (left.len() as u32, bytes as u32);
    let mut file = Vec::with_capacity(bytes as usize + 120);
    let put = |file: &mut Vec<u8>, numbers: &[u32]| numbers.iter().for_each(|n| file.extend(n.to_le_bytes()));
    file.extend(b"RIFF");
    put(&mut file, &[4 + (8 + 16) + (8 + 60) + 8 + bytes]);
    file.extend(b"WAVEfmt ");
    put(&mut file, &[16]);
    [1, CHANNELS].iter().for_each(|number| file.extend(number.to_le_bytes())); // PCM
    put(&mut file, &[sample_rate, sample_rate * frame]);
    [frame as u16, 8 * BYTES_PER_SAMPLE].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend(b"smpl");
    // No maker, no product; nanoseconds a sample; the key; no fraction, no SMPTE; one loop, nothing more.
    put(&mut file, &[60, 0, 0, 1_000_000_000 / sample_rate, UNITY_NOTE, 0, 0, 0, 1, 0]);
    // The first loop: forwards, from the first sample to the last, for ever.
    put(&mut file, &[0, 0, 0, samples - 1, 0, 0]);
    file.extend(b"data");
    put(&mut file, &[bytes]);
    for (left, right) in left.iter().zip(right) {
        file.extend(sixteen_bit(*left).to_le_bytes());
        file.extend(sixteen_bit(*right).to_le_bytes());
    }
    Ok(file)
}

/// The cast saturates and turns NaN into 0.
fn sixteen_bit(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Limits, decode};

    #[test]
    fn every_sample_comes_back_and_the_size_is_told() {
        let left: Vec<f32> = (0..1_001).map(|at| (at as f32 - 500.0) / 512.0).collect();
        let right: Vec<f32> = left.iter().rev().copied().collect();
        let file = wav_loop(&left, &right, 44_100).expect("written");
        assert_eq!(u32::from_le_bytes([file[4], file[5], file[6], file[7]]) as usize, file.len() - 8);
        let heard = decode(&file, &Limits::default()).expect("sound");
        assert_eq!((heard.left, heard.right, heard.sample_rate), (left, right, 44_100));
        let smpl = file.windows(4).position(|part| part == b"smpl").expect("there");
        assert_eq!(file[smpl + 56..smpl + 60], 1_000_u32.to_le_bytes(), "the last sample of the loop");
        assert_eq!(wav_loop(&[], &[], 44_100), Err(MediaError::Empty));
    }
}
