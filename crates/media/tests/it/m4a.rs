//! The file a listener gets: exactly as long as what was put in, not shifted, and telling what it is.

use media::MediaError;
use media::cover::{CoverBrief, cover};
use media::decode::{Limits, decode};
use media::encode::{Chapter, Tags, m4a};

use crate::boxes::{boxes, find, number};
use crate::measures::{best_lag, snr, true_peak};
use crate::music::music;

#[test]
fn every_length_comes_back_exactly() {
    for samples in [1, 2, 1_023, 1_024, 1_025, 2_048, 4_096 - 2_048, 44_100 * 3 + 7] {
        let (left, right) = music(samples);
        let file = m4a(&left, &right, 44_100, &Tags::default()).unwrap();
        assert_eq!(file.samples, samples as u64);
        let heard = decode(&file.bytes, &Limits::default()).unwrap();
        assert_eq!((heard.left.len(), heard.right.len()), (samples, samples));
        assert_eq!(heard.sample_rate, 44_100);
    }
}

#[test]
fn the_sound_is_close_and_not_shifted() {
    let (left, right) = music(44_100 * 4);
    let file = m4a(&left, &right, 44_100, &Tags::default()).unwrap();
    let heard = decode(&file.bytes, &Limits::default()).unwrap();
    for (meant, heard) in [(&left, &heard.left), (&right, &heard.right)] {
        assert_eq!(best_lag(meant, heard), 0);
        let snr = snr(meant, heard);
        assert!(snr > 20.0, "{snr:.1} dB");
    }
    let kbit_per_second = file.bytes.len() as f64 * 8.0 / 4.0 / 1_000.0;
    assert!((180.0..204.0).contains(&kbit_per_second), "{kbit_per_second:.0} kbit/s");
}

#[test]
fn the_peak_between_the_samples_hardly_grows() {
    let (left, right) = music(44_100);
    let file = m4a(&left, &right, 44_100, &Tags::default()).unwrap();
    let heard = decode(&file.bytes, &Limits::default()).unwrap();
    let (before, after) = (true_peak(&left), true_peak(&heard.left));
    assert!(before > 0.3 && after < before * 1.12, "{before:.3} became {after:.3}");
}

#[test]
fn the_index_comes_first_and_counts_the_samples_heard() {
    let samples = 100_003;
    let (left, right) = music(samples);
    let file = m4a(&left, &right, 44_100, &Tags::default()).unwrap().bytes;
    let kinds: Vec<&[u8]> = boxes(&file).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [b"ftyp", b"moov", b"mdat"]);

    let mvhd = find(&file, &[(b"moov", 0), (b"mvhd", 0)]).unwrap();
    assert_eq!([number(mvhd, 4), number(mvhd, 8)], [0, 0], "no creation time");
    assert_eq!((number(mvhd, 12), number(mvhd, 16)), (44_100, samples as u32));
    let tkhd = find(&file, &[(b"moov", 0), (b"trak", 0), (b"tkhd", 0)]).unwrap();
    assert_eq!(number(tkhd, 20), samples as u32);
    let mdhd = find(&file, &[(b"moov", 0), (b"trak", 0), (b"mdia", 0), (b"mdhd", 0)]).unwrap();
    assert_eq!((number(mdhd, 12), number(mdhd, 16)), (44_100, samples as u32));
    let elst = find(&file, &[(b"moov", 0), (b"trak", 0), (b"edts", 0), (b"elst", 0)]).unwrap();
    let priming = number(elst, 12);
    assert_eq!((number(elst, 4), number(elst, 8), priming), (1, samples as u32, 2_048));

    let stbl = find(&file, &[(b"moov", 0), (b"trak", 0), (b"mdia", 0), (b"minf", 0), (b"stbl", 0)]).unwrap();
    let stts = find(stbl, &[(b"stts", 0)]).unwrap();
    assert_eq!(number(stts, 8) * number(stts, 12) + number(stts, 20), samples as u32 + priming);
    let stsz = find(stbl, &[(b"stsz", 0)]).unwrap();
    let payload: u32 = (0..number(stsz, 8) as usize).map(|frame| number(stsz, 12 + 4 * frame)).sum();
    let mdat = find(&file, &[(b"mdat", 0)]).unwrap();
    assert_eq!(payload as usize, mdat.len(), "every byte of sound belongs to a frame");
    let stco = find(stbl, &[(b"stco", 0)]).unwrap();
    assert_eq!(number(stco, 8) as usize, file.len() - mdat.len(), "the first chunk begins the sound");
}

#[test]
fn the_file_tells_what_it_is() {
    let energy = [0.3, 0.8, 0.5];
    let brief = CoverBrief {
        title: "在陽光照耀下醒來",
        subtitle: "",
        seed: 7,
        energy: &energy,
        warmth: 0.6,
        brightness: 0.4,
    };
    let picture = cover(&brief).unwrap();
    let tags = Tags {
        title: "在陽光照耀下醒來",
        artist: "Backline",
        tool: "Backline 0.1",
        lyrics: "first line\nsecond line",
        comment: "made by a machine",
        cover: Some(&picture),
        chapters: &[],
    };
    let (left, right) = music(5_000);
    let file = m4a(&left, &right, 44_100, &tags).unwrap().bytes;
    let ilst = find(&file, &[(b"moov", 0), (b"udta", 0), (b"meta", 4), (b"ilst", 0)]).unwrap();
    let value = |key: &[u8; 4]| find(ilst, &[(key, 0), (b"data", 0)]).unwrap();
    for (key, text) in [
        (b"\xA9nam", tags.title),
        (b"\xA9ART", tags.artist),
        (b"\xA9too", tags.tool),
        (b"\xA9lyr", tags.lyrics),
        (b"\xA9cmt", tags.comment),
    ] {
        assert_eq!((number(value(key), 0), &value(key)[8..]), (1, text.as_bytes()));
    }
    assert_eq!((number(value(b"covr"), 0), &value(b"covr")[8..]), (13, picture.as_slice()));
    assert_eq!(decode(&file, &Limits::default()).unwrap().left.len(), 5_000, "tags do not disturb the sound");
}

#[test]
fn the_same_sound_gives_the_same_bytes() {
    let (left, right) = music(30_000);
    let encode = || m4a(&left, &right, 44_100, &Tags { title: "again", ..Tags::default() }).unwrap();
    assert_eq!(encode(), encode());
}

#[test]
fn what_cannot_be_encoded_is_refused_with_its_reason() {
    let encode =
        |left: &[f32], right: &[f32], rate, tags: &Tags<'_>| m4a(left, right, rate, tags).unwrap_err();
    let (sound, none) = ([0.0; 10], Tags::default());
    assert_eq!(encode(&[], &[], 44_100, &none), MediaError::Empty);
    assert_eq!(
        encode(&sound, &sound[..9], 44_100, &none),
        MediaError::UnequalChannels { left: 10, right: 9 }
    );
    assert!(matches!(encode(&sound, &sound, 48_000, &none), MediaError::SampleRate { found: 48_000, .. }));
    let png = Tags { cover: Some(b"\x89PNG"), ..none };
    assert_eq!(encode(&sound, &sound, 44_100, &png), MediaError::CoverNotJpeg);
    let long = "la ".repeat(100_000);
    let endless = Tags { lyrics: &long, ..none };
    assert!(matches!(
        encode(&sound, &sound, 44_100, &endless),
        MediaError::TagTooLarge { tag: "lyrics", .. }
    ));
}

#[test]
fn wild_samples_are_clipped_not_fatal() {
    let wild: Vec<f32> = [f32::NAN, f32::INFINITY, -9e9, 2.0, -2.0].into_iter().cycle().take(9_000).collect();
    let file = m4a(&wild, &wild, 44_100, &Tags::default()).unwrap();
    let heard = decode(&file.bytes, &Limits::default()).unwrap();
    assert_eq!(heard.left.len(), 9_000);
    assert!(heard.left.iter().all(|sample| sample.is_finite()));
}

#[test]
fn chapters_are_told_twice_and_do_not_disturb_the_sound() {
    let (left, right) = music(44_100 * 2 + 5);
    let chapter = |start_seconds, title| Chapter { start_seconds, title };
    let chapters = [chapter(0.0, "Intro"), chapter(0.5, "Verse 1"), chapter(1.25, "副歌")];
    let plain = m4a(&left, &right, 44_100, &Tags::default()).unwrap().bytes;
    let file = m4a(&left, &right, 44_100, &Tags { chapters: &chapters, ..Tags::default() }).unwrap().bytes;

    let chpl = find(&file, &[(b"moov", 0), (b"udta", 0), (b"chpl", 8)]).unwrap();
    let starts = [0_u64, 5_000_000, 12_500_000];
    let mut told = vec![3];
    for (start, chapter) in starts.iter().zip(&chapters) {
        told.extend(start.to_be_bytes());
        told.push(chapter.title.len() as u8);
        told.extend(chapter.title.as_bytes());
    }
    assert_eq!(chpl, told);

    let moov = find(&file, &[(b"moov", 0)]).unwrap();
    let tracks: Vec<&[u8]> =
        boxes(moov).into_iter().filter(|(kind, _)| kind == b"trak").map(|(_, body)| body).collect();
    let [sound, text] = tracks[..] else { panic!("{} tracks", tracks.len()) };
    assert_eq!(number(find(sound, &[(b"tref", 0), (b"chap", 0)]).unwrap(), 0), 2);
    assert_eq!(number(find(text, &[(b"tkhd", 0)]).unwrap(), 12), 2, "the track that is referred to");
    let stbl = find(text, &[(b"mdia", 0), (b"minf", 0), (b"stbl", 0)]).unwrap();
    let stts = find(stbl, &[(b"stts", 0)]).unwrap();
    let lengths: Vec<u32> = (0..3).map(|entry| number(stts, 12 + 8 * entry)).collect();
    assert_eq!(lengths, [22_050, 33_075, 33_080]);
    let stsz = find(stbl, &[(b"stsz", 0)]).unwrap();
    let mut at = number(find(stbl, &[(b"stco", 0)]).unwrap(), 8) as usize;
    for (entry, chapter) in chapters.iter().enumerate() {
        assert_eq!(&file[at + 2..at + 2 + chapter.title.len()], chapter.title.as_bytes());
        at += number(stsz, 12 + 4 * entry) as usize;
    }
    assert_eq!(at, file.len(), "the titles end the file");
    assert_eq!(decode(&file, &Limits::default()), decode(&plain, &Limits::default()));
}
