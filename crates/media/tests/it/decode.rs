//! What callers upload: every format we promise, and every way we thought of to break it.

use media::MediaError;
use media::decode::{Limits, Sound, decode, decode_while, to_master};
use media::encode::{Tags, flac, m4a};
use proptest::prelude::*;

use crate::measures::snr;
use crate::music::music;

const MP3: &[u8] = include_bytes!("fixtures/tone.mp3");
const OGG: &[u8] = include_bytes!("fixtures/tone.ogg");
const M4A: &[u8] = include_bytes!("fixtures/tone.m4a");
const WAV: &[u8] = include_bytes!("fixtures/mono.wav");
const FLAC: &[u8] = include_bytes!("fixtures/tone.flac");
const ADTS: &[u8] = include_bytes!("fixtures/tone.aac");
const AIFF: &[u8] = include_bytes!("fixtures/tone.aiff");
const CAF: &[u8] = include_bytes!("fixtures/tone.caf");
const OPUS: &[u8] = include_bytes!("fixtures/tone.opus");
const ALL: [&[u8]; 9] = [MP3, OGG, M4A, WAV, FLAC, ADTS, AIFF, CAF, OPUS];

/// Less than any fixture lasts ten times over, so that a bug shows before memory does.
const FEW_SECONDS: Limits = Limits { max_seconds: 3, max_samples: 200_000, max_channels: 8 };

fn heard(file: &[u8]) -> Sound {
    decode(file, &Limits::default()).expect("a whole file of a promised format")
}

/// The two tones that every fixture holds.
fn tones(samples: usize) -> (Vec<f32>, Vec<f32>) {
    let tone = |low: f64, high: f64| {
        (0..samples)
            .map(|i| std::f64::consts::TAU * i as f64 / 44_100.0)
            .map(|t| (0.4 * (low * t).sin() + 0.2 * (high * t).sin()) as f32)
            .collect()
    };
    (tone(440.0, 660.0), tone(550.0, 880.0))
}

fn assert_tones(sound: &Sound, samples: std::ops::RangeInclusive<usize>, least_snr: f64) {
    assert_eq!(sound.sample_rate, 44_100);
    assert!(samples.contains(&sound.left.len()), "{} samples", sound.left.len());
    assert_eq!(sound.left.len(), sound.right.len());
    let (left, right) = tones(sound.left.len());
    for (meant, heard) in [(left, &sound.left), (right, &sound.right)] {
        let snr = snr(&meant, heard);
        assert!(snr > least_snr, "{snr:.1} dB");
    }
}

#[test]
fn every_promised_format_is_heard_and_not_shifted() {
    assert_tones(&heard(FLAC), 6_618..=6_618, 60.0);
    assert_tones(&heard(MP3), 13_237..=13_237, 20.0);
    assert_tones(&heard(OGG), 13_237..=13_237, 20.0);
    // Its edit list counts whole milliseconds.
    assert_tones(&heard(M4A), 13_230..=13_237, 20.0);
    assert_tones(&heard(AIFF), 1_600..=1_600, 60.0);
    assert_tones(&heard(CAF), 1_600..=1_600, 60.0);
}

#[test]
fn a_stream_of_aac_is_heard_with_the_silence_before_it() {
    let Sound { left, right, sample_rate } = heard(ADTS);
    // Nothing in such a stream tells that its first frame only primes the decoder, or where its last one ends.
    assert_eq!(left.len(), 14 * 1_024);
    let within = |channel: Vec<f32>| channel[1_024..1_024 + 13_237].to_vec();
    assert_tones(&Sound { left: within(left), right: within(right), sample_rate }, 13_237..=13_237, 20.0);
}

#[test]
fn opus_is_heard_at_its_own_rate_and_not_shifted() {
    let sound = heard(OPUS);
    assert_eq!((sound.left.len(), sound.right.len(), sound.sample_rate), (14_408, 14_408, 48_000));
    let master = to_master(sound).expect("a master");
    assert_tones(&master, 13_238..=13_238, 15.0);
}

#[test]
fn the_gain_that_an_opus_file_asks_for_is_given() {
    let mut file = OPUS.to_vec();
    let head = file.windows(8).position(|eight| eight == b"OpusHead").expect("a head");
    let half = (-6.0206_f32 * 256.0) as i16;
    file[head + 16..head + 18].copy_from_slice(&half.to_le_bytes());
    // Pages carry checksums (RFC 3533 §6).
    let page = head + 19;
    file[22..26].fill(0);
    let sum = file[..page].iter().fold(0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            (crc << 1) ^ (0x04C1_1DB7 & (crc >> 31).wrapping_neg())
        })
    });
    file[22..26].copy_from_slice(&sum.to_le_bytes());
    let (loud, quiet) = (heard(OPUS), heard(&file));
    let furthest = loud.left.iter().zip(&quiet.left).map(|(l, q)| (l / 2.0 - q).abs()).fold(0.0, f32::max);
    assert!(furthest < 0.001, "{furthest}");
}

#[test]
fn one_channel_becomes_two_equal_ones() {
    let sound = heard(WAV);
    assert_eq!(sound.left.len(), 3_309);
    assert_eq!(sound.left, sound.right);
    assert!(snr(&tones(3_309).0, &sound.left) > 60.0);
}

#[test]
fn a_tag_before_the_sound_is_stepped_over() {
    let mut file = b"ID3\x04\0\0\0\x10\0\0".to_vec();
    file.resize(10 + (0x10 << 14), 0xFF);
    file.extend(MP3);
    assert_eq!(heard(&file), heard(MP3));
}

/// A WAV file of `channels`, each full of the value that `level` gives it.
fn wav(channels: u16, rate: u32, frames: usize, level: impl Fn(u16) -> i16) -> Vec<u8> {
    let data: Vec<u8> = (0..frames)
        .flat_map(|_| (0..channels).flat_map(|c| level(c).to_le_bytes()).collect::<Vec<_>>())
        .collect();
    let mut file = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(u32::from(channels)).wrapping_mul(2).to_le_bytes());
    file.extend(channels.wrapping_mul(2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

#[test]
fn surround_is_folded_without_clipping() {
    let sound = heard(&wav(6, 48_000, 2_000, |_| i16::MAX));
    assert_eq!((sound.left.len(), sound.sample_rate), (2_000, 48_000));
    assert!(sound.left.iter().chain(&sound.right).all(|&sample| (0.99..=1.0).contains(&sample)));
    let only_left = heard(&wav(6, 48_000, 2_000, |channel| if channel == 0 { 16_384 } else { 0 }));
    assert!(only_left.left[1_000] > 0.15 && only_left.right[1_000] == 0.0);
}

#[test]
fn sound_longer_than_allowed_is_refused() {
    let second = wav(2, 44_100, 44_100 * 2 + 1, |_| 100);
    let limits = Limits { max_seconds: 2, ..Limits::default() };
    assert_eq!(decode(&second, &limits), Err(MediaError::TooLong { max_seconds: 2 }));
    let limits = Limits { max_seconds: 3, ..Limits::default() };
    assert_eq!(decode(&second, &limits).unwrap().left.len(), 44_100 * 2 + 1);

    let (left, right) = music(44_100 + 1);
    let limits = Limits { max_seconds: 1, ..Limits::default() };
    for file in
        [m4a(&left, &right, 44_100, &Tags::default()).unwrap().bytes, flac(&left, &right, 44_100).unwrap()]
    {
        assert_eq!(decode(&file, &limits), Err(MediaError::TooLong { max_seconds: 1 }));
    }
}

#[test]
fn a_high_rate_does_not_buy_more_memory() {
    let second = wav(2, 192_000, 192_000, |_| 100);
    let limits = Limits { max_seconds: 10, max_samples: 191_999, max_channels: 2 };
    assert_eq!(decode(&second, &limits), Err(MediaError::TooLong { max_seconds: 0 }));
    assert!(decode(&second, &Limits { max_samples: 192_000, ..limits }).is_ok());
}

#[test]
fn an_edit_cannot_trim_forever() {
    let (left, right) = music(44_100 * 12);
    let mut file = m4a(&left, &right, 44_100, &Tags::default()).unwrap().bytes;
    let elst = file.windows(4).position(|four| four == b"elst").unwrap();
    let start = (44_100_u32 * 11 + 22_050).to_be_bytes();
    file[elst + 16..elst + 20].copy_from_slice(&start);
    let kept = decode(&file, &FEW_SECONDS).unwrap().left.len();
    assert!((22_000..27_000).contains(&kept), "{kept}");
    let limits = Limits { max_seconds: 1, ..FEW_SECONDS };
    assert_eq!(decode(&file, &limits), Err(MediaError::TooLong { max_seconds: 1 }));
}

#[test]
fn broken_floats_are_silence() {
    let values = [0.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.25];
    let mut file = wav(1, 44_100, values.len() * 2, |_| 0);
    file[20] = 3; // IEEE float
    file[28..35].copy_from_slice(&[0x10, 0xB1, 2, 0, 4, 0, 32]);
    let data = file.len() - values.len() * 4;
    file[data..].copy_from_slice(&values.map(f32::to_le_bytes).concat());
    assert_eq!(heard(&file).left, [0.5, 0.0, 0.0, 0.0, -0.25]);
}

#[test]
fn rates_and_channels_beyond_reason_are_refused() {
    let refused = |file: &[u8]| decode(file, &FEW_SECONDS).unwrap_err();
    assert!(matches!(refused(&wav(2, 4_000_000_000, 100, |_| 1)), MediaError::SampleRate { .. }));
    assert!(matches!(refused(&wav(2, 100, 100, |_| 1)), MediaError::SampleRate { found: 100, .. }));
    assert!(matches!(
        refused(&wav(9, 44_100, 100, |_| 1)),
        MediaError::TooManyChannels { found: 9, max_channels: 8 }
    ));
    assert!(decode(&wav(30_000, 44_100, 2, |_| 1), &FEW_SECONDS).is_err());
}

#[test]
fn bytes_that_are_no_sound_are_refused() {
    let texts: [&[u8]; 5] = [b"", b"hello", b"ID3\x04\0\0\x7F\x7F\x7F\x7F", b"RIFF\0\0\0\0WAVE", &[0; 5_000]];
    for bytes in texts {
        let error = decode(bytes, &FEW_SECONDS).unwrap_err();
        assert!(
            error.to_string().contains("expected") || matches!(error, MediaError::NoSound { .. }),
            "{error}"
        );
    }
}

/// Lengths and counts in the index that the bytes do not back.
#[test]
fn forged_lengths_cost_nothing() {
    for kind in [b"stsz", b"stts", b"stsc", b"stco", b"elst", b"esds", b"mdat", b"moov", b"stsd", b"ftyp"] {
        let at = M4A.windows(4).position(|four| four == kind).unwrap();
        for offset in [-4_isize, 4, 8, 12] {
            for forged in [u32::MAX, u32::MAX >> 1, 1 << 28, 0, 1] {
                let mut file = M4A.to_vec();
                let start = at.checked_add_signed(offset).unwrap();
                file[start..start + 4].copy_from_slice(&forged.to_be_bytes());
                assert_bounded(&file);
            }
        }
    }
}

/// Neither a panic nor more sound than allowed; whether it decodes is not the question.
fn assert_bounded(file: &[u8]) {
    if let Ok(sound) = decode(file, &FEW_SECONDS) {
        assert!(sound.left.len() as u64 <= 3 * u64::from(sound.sample_rate));
        assert!(sound.left.len() <= FEW_SECONDS.max_samples);
        assert_eq!(sound.left.len(), sound.right.len());
        assert!(sound.left.iter().chain(&sound.right).all(|sample| sample.is_finite()));
    }
}

#[test]
fn a_file_cut_anywhere_is_harmless() {
    for file in ALL {
        for end in (0..file.len()).step_by(61) {
            assert_bounded(&file[..end]);
        }
    }
}

fn any_file() -> impl Strategy<Value = &'static [u8]> {
    prop::sample::select(ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_are_harmless(
        file in any_file(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        near_the_start in any::<bool>(),
    ) {
        let mut file = file.to_vec();
        let reach = if near_the_start { 700.min(file.len()) } else { file.len() };
        for (place, value) in changes {
            file[place.index(reach)] = value;
        }
        assert_bounded(&file);
    }

    #[test]
    fn pieces_left_out_or_doubled_are_harmless(
        file in any_file(),
        from in any::<prop::sample::Index>(),
        length in 1_usize..600,
        doubled in any::<bool>(),
    ) {
        let start = from.index(file.len());
        let end = (start + length).min(file.len());
        let middle = if doubled { &file[start..end] } else { &[] };
        assert_bounded(&[&file[..end - if doubled { 0 } else { end - start }], middle, &file[end..]].concat());
    }

    #[test]
    fn noise_behind_a_true_beginning_is_harmless(
        file in any_file(),
        kept in 0_usize..400,
        noise in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        assert_bounded(&[&file[..kept.min(file.len())], &noise].concat());
    }
}

#[test]
fn a_file_that_nobody_wants_any_more_is_not_decoded_to_its_end() {
    let silence = vec![0.0; 44_100 * 2];
    let tags = Tags::default();
    for (format, file) in [
        ("FLAC", flac(&silence, &silence, 44_100).unwrap()),
        ("WAV", media::encode::wav(&silence, &silence, 44_100).unwrap()),
        ("M4A", m4a(&silence, &silence, 44_100, &tags).unwrap().bytes),
    ] {
        for asks in [0, 1, 20] {
            let asked = std::cell::Cell::new(0);
            let wanted = || asked.replace(asked.get() + 1) < asks;
            let stopped = decode_while(&wanted, &file, &Limits::default());
            assert_eq!(stopped, Err(MediaError::Stopped), "{format}");
            assert_eq!(asked.get(), asks + 1, "{format}");
        }
    }
}
