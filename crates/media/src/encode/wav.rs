//! WAV files of 16 bits a sample (Multimedia Programming Interface and Data Specifications 1.0; the chunk `smpl` of its
//! revision 3).

use super::{check, steps};
use crate::MediaError;

const CHANNELS: u16 = 2;
const BYTES_PER_SAMPLE: u16 = 2;
/// Pairs of samples between two looks at whether the file is still wanted; 64 KiB of it.
pub(super) const BLOCK_FRAMES: usize = 16_384;
pub(super) const FRAME_BYTES: u16 = CHANNELS * BYTES_PER_SAMPLE;
/// `fmt ` with its head.
const FORMAT_BYTES: u32 = 8 + 16;
/// `smpl` with its head and one loop.
const LOOP_BYTES: u32 = 8 + 60;
/// Middle C: played by this key, the loop sounds as it is.
const UNITY_NOTE: u32 = 60;

/// A stereo WAV file of a master, whose samples are 16-bit numbers divided by 32768: it holds exactly these numbers.
///
/// `left` and `right` are equally long, at least one sample; `sample_rate` is 44100 Hz. The file is the only memory
/// taken: four bytes a sample and 44 more.
///
/// # Errors
/// [`MediaError::Empty`], [`MediaError::UnequalChannels`] or [`MediaError::SampleRate`] for the sound as a whole,
/// [`MediaError::NotSixteenBit`] for a sample that would not come back as it was, [`MediaError::FileTooLarge`] for
/// what 32 bits cannot count.
pub fn wav(left: &[f32], right: &[f32], sample_rate: u32) -> Result<Vec<u8>, MediaError> {
    wav_while(&|| true, left, right, sample_rate)
}

/// As [`wav`], as long as the file is `wanted`, which is asked for each 0.37 seconds of sound.
///
/// # Errors
/// [`MediaError::Stopped`] once it is not; else as [`wav`].
pub fn wav_while(
    wanted: &dyn Fn() -> bool,
    left: &[f32],
    right: &[f32],
    sample_rate: u32,
) -> Result<Vec<u8>, MediaError> {
    check(left, right, sample_rate)?;
    steps::check_exact(left, right)?;
    write(wanted, left, right, sample_rate, Kind::Plain)
}

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
    write(&|| true, left, right, sample_rate, Kind::Loop)
}

/// What the head of a file says beside its format.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Plain,
    Loop,
}

fn write(
    wanted: &dyn Fn() -> bool,
    left: &[f32],
    right: &[f32],
    sample_rate: u32,
    kind: Kind,
) -> Result<Vec<u8>, MediaError> {
    let mut file = head(left.len(), sample_rate, kind)?;
    file.reserve_exact(left.len() * usize::from(FRAME_BYTES));
    for (left, right) in left.chunks(BLOCK_FRAMES).zip(right.chunks(BLOCK_FRAMES)) {
        if !wanted() {
            return Err(MediaError::Stopped);
        }
        for (left, right) in left.iter().zip(right) {
            file.extend(steps::nearest(*left).to_le_bytes());
            file.extend(steps::nearest(*right).to_le_bytes());
        }
    }
    Ok(file)
}

/// All that stands before the first of `frames` pairs of samples.
pub(super) fn head(frames: usize, sample_rate: u32, kind: Kind) -> Result<Vec<u8>, MediaError> {
    let loop_bytes = if kind == Kind::Loop { LOOP_BYTES } else { 0 };
    let before_sound = 4 + FORMAT_BYTES + loop_bytes + 8;
    let bytes = frames as u64 * u64::from(FRAME_BYTES);
    let all = bytes + u64::from(before_sound) + 8;
    let max_bytes = u64::from(u32::MAX);
    if all > max_bytes {
        return Err(MediaError::FileTooLarge { bytes: all, max_bytes });
    }
    let (samples, bytes) = (frames as u32, bytes as u32);
    let mut head = Vec::new();
    let put = |head: &mut Vec<u8>, numbers: &[u32]| numbers.iter().for_each(|n| head.extend(n.to_le_bytes()));
    head.extend(b"RIFF");
    put(&mut head, &[before_sound + bytes]);
    head.extend(b"WAVEfmt ");
    put(&mut head, &[FORMAT_BYTES - 8]);
    [1, CHANNELS].iter().for_each(|number| head.extend(number.to_le_bytes())); // PCM
    put(&mut head, &[sample_rate, sample_rate * u32::from(FRAME_BYTES)]);
    [FRAME_BYTES, 8 * BYTES_PER_SAMPLE].iter().for_each(|number| head.extend(number.to_le_bytes()));
    if kind == Kind::Loop {
        head.extend(b"smpl");
        // No maker, no product; nanoseconds a sample; the key; no fraction, no SMPTE; one loop, nothing more.
        put(&mut head, &[LOOP_BYTES - 8, 0, 0, 1_000_000_000 / sample_rate, UNITY_NOTE, 0, 0, 0, 1, 0]);
        // The first loop: forwards, from the first sample to the last, for ever.
        put(&mut head, &[0, 0, 0, samples - 1, 0, 0]);
    }
    head.extend(b"data");
    put(&mut head, &[bytes]);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Limits, decode};

    fn assert_whole(file: &[u8], left: &[f32], right: &[f32]) {
        assert_eq!(u32::from_le_bytes([file[4], file[5], file[6], file[7]]) as usize, file.len() - 8);
        let heard = decode(file, &Limits::default()).expect("sound");
        assert_eq!((&*heard.left, &*heard.right, heard.sample_rate), (left, right, 44_100));
    }

    #[test]
    fn every_sample_comes_back_and_the_size_is_told() {
        let left: Vec<f32> = (0..1_001).map(|at| (at as f32 - 500.0) / 512.0).collect();
        let right: Vec<f32> = left.iter().rev().copied().collect();
        let file = wav_loop(&left, &right, 44_100).expect("written");
        assert_whole(&file, &left, &right);
        let smpl = file.windows(4).position(|part| part == b"smpl").expect("there");
        assert_eq!(file[smpl + 56..smpl + 60], 1_000_u32.to_le_bytes(), "the last sample of the loop");
        assert_eq!(wav_loop(&[], &[], 44_100), Err(MediaError::Empty));
    }

    #[test]
    fn a_master_becomes_a_plain_file_of_its_very_numbers() {
        let every_step = |shift: i32| -> Vec<f32> {
            (-32_768..32_768).map(|step| ((step + shift) as i16) as f32 / 32_768.0).collect()
        };
        let (left, right) = (every_step(0), every_step(9_000));
        let file = wav(&left, &right, 44_100).expect("written");
        assert_eq!(file.len(), 44 + 65_536 * 4);
        assert_eq!(file[44..48], [0x00, 0x80, 0x28, 0xA3], "-32768 and -23768");
        assert_whole(&file, &left, &right);
    }

    #[test]
    fn a_file_that_nobody_wants_any_more_is_not_written_to_its_end() {
        let sound = vec![0.0; BLOCK_FRAMES * 3];
        for asks in 0..3 {
            let asked = std::cell::Cell::new(0);
            let wanted = || asked.replace(asked.get() + 1) < asks;
            assert_eq!(wav_while(&wanted, &sound, &sound, 44_100), Err(MediaError::Stopped));
            assert_eq!(asked.get(), asks + 1);
        }
    }

    #[test]
    fn a_sample_between_two_steps_is_refused() {
        let refused = wav(&[0.0; 2], &[0.0, 0.3], 44_100);
        assert_eq!(refused, Err(MediaError::NotSixteenBit { index: 1, value: 0.3 }));
        assert!(matches!(wav(&[0.0], &[0.0], 48_000), Err(MediaError::SampleRate { found: 48_000, .. })));
        assert!(matches!(head(1 << 30, 44_100, Kind::Plain), Err(MediaError::FileTooLarge { .. })));
    }
}
