//! Files that promise much more than they hold, or hold much that nobody hears.

use super::FILES;

/// A WAV file of 8 bits a sample.
pub fn wav(channels: u16, rate: u32, data: &[u8]) -> Vec<u8> {
    let mut file = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0".to_vec();
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(u32::from(channels)).to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(8_u16.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn fixture(name: &str) -> &'static [u8] {
    FILES.iter().find(|(found, _)| *found == name).map(|(_, file)| *file).expect("a fixture")
}

/// Seven bits a byte, as ID3v2 counts.
fn syncsafe(length: u32) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift) as u8 & 0x7F)
}

fn id3(frames: &[u8], told: u32) -> Vec<u8> {
    [b"ID3\x04\0\0", &syncsafe(told)[..], frames].concat()
}

/// A picture frame that tells `told` bytes and holds `held`.
fn picture(told: u32, held: usize) -> Vec<u8> {
    [b"APIC", &syncsafe(told)[..], b"\0\0\0image/jpeg\0\x03\0", &vec![0xFF; held]].concat()
}

/// A FLAC metadata block of `kind` in front of the first frame's own blocks.
fn flac_with(kind: u8, body: &[u8], told: u32) -> Vec<u8> {
    let file = fixture("flac");
    let head = 4 + 4 + 34;
    let length = &told.to_be_bytes()[1..];
    [&file[..head], &[kind], length, body, &file[head..]].concat()
}

/// The fixture with four bytes behind `mark` replaced.
fn forged(name: &str, mark: &[u8], skip: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = fixture(name).to_vec();
    let at =
        file.windows(mark.len()).position(|window| window == mark).expect("the mark") + mark.len() + skip;
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mp3 = fixture("mp3");
    let comment =
        [&8_u32.to_le_bytes()[..], b"hostile!", &u32::MAX.to_le_bytes(), &u32::MAX.to_le_bytes()].concat();
    let art = [&6_u32.to_be_bytes()[..], &u32::MAX.to_be_bytes(), b"image/"].concat();
    vec![
        ("a tag without an end", [id3(&picture(0x0FFF_FFFF, 10), 0x0FFF_FFFF), mp3.to_vec()].concat()),
        ("a tag behind a tag", [id3(&[], 0), id3(&picture(0x0FFF_FFFF, 10), 1_000), mp3.to_vec()].concat()),
        ("a thousand tags", [id3(&[0; 20], 20).repeat(1_000), mp3.to_vec()].concat()),
        (
            "a large picture",
            [id3(&[], 0), id3(&picture(9_000_000, 9_000_000), 9_000_024), mp3.to_vec()].concat(),
        ),
        ("an endless comment in FLAC", flac_with(4, &comment, comment.len() as u32)),
        ("an endless picture in FLAC", flac_with(6, &art, art.len() as u32)),
        ("endless padding in FLAC", flac_with(1, &[], 0xFF_FFFF)),
        ("the longest block in FLAC", forged("flac", b"fLaC", 4, &[0xFF, 0xFF, 0xFF, 0xFF])),
        ("a wide description in FLAC", forged("flac", b"fLaC", 14, &[0xFF, 0xFF, 0xFF, 0xFF])),
        ("an endless comment in Ogg", forged("ogg", b"\x03vorbis", 0, &[0xFF; 4])),
        ("the largest blocks in Ogg", forged("ogg", b"\x01vorbis", 21, &[0xDD])),
        ("many channels in Ogg", forged("ogg", b"\x01vorbis", 4, &[0xFF])),
        ("many channels in AIFF", forged("aiff", b"COMM", 4, &[0xFF, 0xFF])),
        ("endless frames in AIFF", forged("aiff", b"COMM", 6, &[0xFF; 4])),
        ("an endless chunk in AIFF", forged("aiff", b"SSND", 0, &[0x7F, 0xFF, 0xFF, 0xFF])),
        (
            "an endless chunk in CAF",
            forged("caf", b"desc", 0, &[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        ),
        ("many channels in CAF", forged("caf", b"lpcm", 8, &[0, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF])),
        ("endless packets in CAF", forged("caf", b"lpcm", 4, &[0xFF, 0xFF, 0xFF, 0xFF])),
        ("immense packets in CAF", forged("caf", b"lpcm", 8, &[0x20, 0xFF, 0xFF, 0xFF])),
        ("many channels in WAV", wav(u16::MAX, 44_100, &[0; 70_000])),
        ("an endless table in MP4", forged("m4a", b"stsz", 4, &[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("endless times in MP4", forged("m4a", b"stts", 4, &[0xFF; 4])),
        ("an endless sample in MP4", forged("m4a", b"stsz", 4, &[0x7F, 0xFF, 0xFF, 0xFF])),
        ("an endless descriptor in MP4", forged("m4a", b"esds", 4, &[3, 0xFF, 0xFF, 0xFF])),
        ("silence without end", wav(1, 8_000, &vec![128; 8_000_000])),
        ("boxes in boxes", nested_boxes(20_000)),
    ]
}

/// Each box holds nothing but the next one.
fn nested_boxes(depth: u32) -> Vec<u8> {
    let mut file = b"\0\0\0\x10ftypM4A \0\0\0\0".to_vec();
    for level in (1..=depth).rev() {
        file.extend((level * 8).to_be_bytes());
        file.extend(if level % 2 == 0 { b"moov" } else { b"udta" });
    }
    file
}
