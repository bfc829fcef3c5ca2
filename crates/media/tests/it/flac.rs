//! The lossless master gives back every sample as it was.

use media::MediaError;
use media::decode::{Limits, decode};
use media::encode::{Tags, flac, flac_while, m4a_while};

use crate::music::{Noise, music, sixteen_bit};

fn assert_exact(left: &[f32], right: &[f32]) {
    let file = flac(left, right, 44_100).expect("16-bit sound");
    let heard = decode(&file, &Limits::default()).expect("our own file");
    assert_eq!(heard.sample_rate, 44_100);
    assert!(heard.left == left, "left, {} samples", left.len());
    assert!(heard.right == right, "right, {} samples", right.len());
}

#[test]
fn music_of_any_length_comes_back_exactly() {
    for samples in [1, 2, 15, 16, 17, 4_095, 4_096, 4_097, 3 * 4_096, 44_100 * 2 + 7] {
        let (left, right) = music(samples);
        assert_exact(&left, &right);
    }
}

#[test]
fn silence_and_full_scale_come_back_exactly() {
    const TOP: f32 = 32_767.0 / 32_768.0;
    assert_exact(&[0.0; 10_000], &[0.0; 10_000]);
    assert_exact(&[-1.0; 5_000], &[TOP; 5_000]);
    let square: Vec<f32> = (0..9_999).map(|i| if i / 7 % 2 == 0 { TOP } else { -1.0 }).collect();
    let inverse: Vec<f32> = square.iter().map(|&s| if s > 0.0 { -1.0 } else { TOP }).collect();
    assert_exact(&square, &inverse);
}

#[test]
fn noise_comes_back_exactly() {
    let mut noise = Noise(5);
    let mut channel = || -> Vec<f32> { (0..20_001).map(|_| sixteen_bit(noise.next())).collect() };
    assert_exact(&channel(), &channel());
}

#[test]
fn a_master_is_much_smaller_than_its_samples_and_always_the_same() {
    let (left, right) = music(44_100 * 2);
    let file = flac(&left, &right, 44_100).unwrap();
    assert!(file.len() < left.len() * 4 / 2, "{} bytes", file.len());
    assert_eq!(file, flac(&left, &right, 44_100).unwrap());
}

#[test]
fn a_sample_between_two_steps_is_refused() {
    let refused = flac(&[0.0, 0.0, 0.3], &[0.0; 3], 44_100).unwrap_err();
    assert_eq!(refused, MediaError::NotSixteenBit { index: 2, value: 0.3 });
    assert!(matches!(flac(&[1.0], &[0.0], 44_100), Err(MediaError::NotSixteenBit { index: 0, .. })));
    assert_eq!(flac(&[], &[], 44_100), Err(MediaError::Empty));
}

#[test]
fn an_encoder_stops_when_nobody_wants_its_file_any_more() {
    let sound = vec![0.25; 44_100 * 20];
    for blocks in [0, 3, 40] {
        let asked = std::cell::Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < blocks;
        assert_eq!(flac_while(&wanted, &sound, &sound, 44_100), Err(MediaError::Stopped));
        assert!(asked.get() <= blocks + 8, "it was asked {} times", asked.get());
        asked.set(0);
        let stopped = m4a_while(&wanted, &sound, &sound, 44_100, &Tags::default());
        assert_eq!(stopped.unwrap_err(), MediaError::Stopped);
        assert_eq!(asked.get(), blocks + 1);
    }
}
