//! Covers: always a picture, always the same one, and the title is on it.

use media::MediaError;
use media::cover::{COVER_SIDE, CoverBrief, cover};
use media::decode::{MAX_PICTURE_SIDE, picture_size};

const ENERGY: [f32; 6] = [0.1, 0.4, 0.9, 0.5, 1.0, 0.2];

fn brief(title: &str, seed: u32) -> CoverBrief<'_> {
    CoverBrief { title, subtitle: "Backline", seed, energy: &ENERGY, warmth: 0.5, brightness: 0.5 }
}

#[test]
fn every_brief_gives_a_large_square_picture() {
    for (seed, title) in
        ["", "Sun", "在陽光照耀下醒來", "🎸", "a\u{0}\u{202E}b", &"long ".repeat(500)].into_iter().enumerate()
    {
        for energy in [&[][..], &[0.5], &ENERGY] {
            let jpeg = cover(&CoverBrief { energy, ..brief(title, seed as u32) }).unwrap();
            assert_eq!(picture_size(&jpeg), Ok((COVER_SIDE, COVER_SIDE)));
            assert!(jpeg.len() < 600_000, "{} bytes", jpeg.len());
        }
    }
    const { assert!(COVER_SIDE >= 1_024) };
}

#[test]
fn the_same_brief_gives_the_same_bytes() {
    for seed in 0..8 {
        assert_eq!(cover(&brief("Sun", seed)).unwrap(), cover(&brief("Sun", seed)).unwrap());
    }
}

#[test]
fn seed_title_and_energy_are_seen() {
    let first = cover(&brief("Sun", 1)).unwrap();
    assert_ne!(first, cover(&brief("Sun", 2)).unwrap());
    assert_ne!(first, cover(&brief("Moon", 1)).unwrap());
    assert_ne!(first, cover(&CoverBrief { energy: &[1.0, 0.1, 0.1], ..brief("Sun", 1) }).unwrap());
    assert_ne!(first, cover(&CoverBrief { subtitle: "", ..brief("Sun", 1) }).unwrap());
}

#[test]
fn a_picture_is_only_what_decodes() {
    let jpeg = cover(&brief("Sun", 1)).unwrap();
    for end in [0, 2, 100, 700, jpeg.len() / 2, jpeg.len() - 2] {
        assert!(matches!(picture_size(&jpeg[..end]), Err(MediaError::Picture { .. })), "{end} bytes");
    }
    assert!(picture_size(b"GIF89a\x01\0\x01\0\0\0\0").is_err());
}

/// A PNG header that claims `width` x `height` pixels and holds none.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([16, 6, 0, 0, 0]);
    let crc = chunk.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    [b"\x89PNG\r\n\x1A\n\0\0\0\x0D".as_slice(), &chunk, &(!crc).to_be_bytes()].concat()
}

#[test]
fn a_claimed_size_is_refused_before_memory_is_given() {
    for (width, height) in
        [(MAX_PICTURE_SIDE + 1, 10), (10, MAX_PICTURE_SIDE + 1), (u32::MAX >> 1, u32::MAX >> 1)]
    {
        assert!(picture_size(&png_header(width, height)).is_err());
    }
}
