//! A video plays as long as its sound, begins anywhere, and shows what is sung.

use media::MediaError;
use media::cover::{CoverBrief, cover};
use media::decode::{Limits, decode};
use media::video::{TimedLine, VIDEO_HEIGHT, VIDEO_WIDTH, VideoBrief, video, video_while};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

use crate::boxes::{boxes, find, number};
use crate::measures::{best_lag, snr};
use crate::music::music;

/// A twelfth of a second.
const PICTURE_SAMPLES: usize = 3_675;

fn picture() -> Vec<u8> {
    let brief = CoverBrief { title: "Sun", subtitle: "", seed: 3, energy: &[], warmth: 0.5, brightness: 0.2 };
    cover(&brief).expect("a cover")
}

struct Song {
    cover: Vec<u8>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Song {
    fn of(samples: usize) -> Self {
        let (left, right) = music(samples);
        Self { cover: picture(), left, right }
    }

    fn brief<'a>(&'a self, lines: &'a [TimedLine<'a>]) -> VideoBrief<'a> {
        let Self { cover, left, right } = self;
        VideoBrief { title: "Morning Light", cover, lines, left, right, sample_rate: 44_100 }
    }
}

fn sung(text: &str, start_seconds: f64, end_seconds: f64) -> TimedLine<'_> {
    TimedLine { text, start_seconds, end_seconds }
}

/// The tracks in order: pictures, sound.
fn tracks(file: &[u8]) -> [&[u8]; 2] {
    let moov = find(file, &[(b"moov", 0)]).expect("an index");
    let traks: Vec<_> =
        boxes(moov).into_iter().filter(|(kind, _)| kind == b"trak").map(|(_, body)| body).collect();
    traks.try_into().expect("two tracks")
}

fn table<'a>(trak: &'a [u8], kind: &[u8; 4]) -> &'a [u8] {
    find(trak, &[(b"mdia", 0), (b"minf", 0), (b"stbl", 0), (kind, 4)]).expect("a table")
}

/// The numbers of a table after the first `skip`, `width` to a row.
fn rows(table: &[u8], skip: usize, width: usize) -> Vec<Vec<u32>> {
    let numbers: Vec<u32> = (skip..table.len() / 4).map(|at| number(table, at * 4)).collect();
    numbers.chunks(width).map(<[u32]>::to_vec).collect()
}

/// Where each frame of a track lies, and the chunk it is in.
fn frames(trak: &[u8]) -> Vec<(usize, usize, usize)> {
    let lengths = rows(table(trak, b"stsz"), 2, 1);
    let offsets = rows(table(trak, b"stco"), 1, 1);
    let runs = rows(table(trak, b"stsc"), 1, 3);
    let mut lengths = lengths.iter().map(|row| row[0] as usize);
    let mut frames = Vec::new();
    for (chunk, offset) in offsets.iter().enumerate() {
        let run = runs.iter().rfind(|run| run[0] as usize <= chunk + 1).expect("a run");
        let mut at = offset[0] as usize;
        for length in lengths.by_ref().take(run[1] as usize) {
            frames.push((chunk, at, length));
            at += length;
        }
    }
    assert_eq!(lengths.next(), None, "every frame lies in a chunk");
    frames
}

fn length(trak: &[u8]) -> u32 {
    rows(table(trak, b"stts"), 1, 2).iter().map(|run| run[0] * run[1]).sum()
}

#[test]
fn pictures_and_sound_last_equally_long() {
    for samples in [1, PICTURE_SAMPLES, PICTURE_SAMPLES + 1, 44_100 + 777] {
        let song = Song::of(samples);
        let file = video(&song.brief(&[])).unwrap();
        let [pictures, sound] = tracks(&file);
        let mvhd = find(&file, &[(b"moov", 0), (b"mvhd", 0)]).unwrap();
        assert_eq!((number(mvhd, 12), number(mvhd, 16)), (44_100, samples as u32));
        assert_eq!(length(pictures), samples as u32);
        assert_eq!(frames(pictures).len(), samples.div_ceil(PICTURE_SAMPLES));
        assert_eq!(length(sound), samples as u32 + 2_048, "the edit list leaves the priming out");
        let heard = decode(&file, &Limits::default()).unwrap();
        assert_eq!(heard.left.len(), samples);
        if samples > 40_000 {
            assert_eq!(best_lag(&song.left, &heard.left), 0);
            assert!(snr(&song.left, &heard.left) > 20.0);
        }
    }
}

#[test]
fn the_index_comes_first_and_pictures_take_turns_with_sound() {
    let song = Song::of(44_100 * 6 + 2_000);
    let file = video(&song.brief(&[])).unwrap();
    let kinds: Vec<&[u8]> = boxes(&file).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [b"ftyp", b"moov", b"mdat"]);
    let [pictures, sound] = tracks(&file).map(frames);
    let mut all: Vec<_> = pictures.iter().map(|&(_, at, length)| (at, length, 'p')).collect();
    all.extend(sound.iter().map(|&(_, at, length)| (at, length, 's')));
    all.sort();
    let payload = file.len() - find(&file, &[(b"mdat", 0)]).unwrap().len();
    let end = all.iter().fold(payload, |at, &(start, length, _)| {
        assert_eq!(start, at, "frames lie close");
        start + length
    });
    assert_eq!(end, file.len());
    let turns: Vec<_> =
        all.chunk_by(|one, next| one.2 == next.2).map(|turn| (turn[0].2, turn.len())).collect();
    assert_eq!(turns.len(), 14, "seven seconds begin: {turns:?}");
    assert!(turns.iter().all(|&(kind, frames)| frames <= if kind == 'p' { 12 } else { 46 }), "{turns:?}");
    let keyframes = rows(table(tracks(&file)[0], b"stss"), 1, 1).concat();
    assert_eq!(keyframes, [1, 61], "a player can begin every five seconds");
}

/// Every picture's brightness, decoded.
fn shown(file: &[u8]) -> Vec<Vec<u8>> {
    let pictures = tracks(file)[0];
    let entry = &table(pictures, b"stsd")[4..];
    let (kind, avc1) = boxes(entry)[0];
    assert_eq!((kind, &avc1[24..28]), (&b"avc1"[..], &[5, 0, 2, 0xD0][..]), "1280 x 720");
    let config = find(&avc1[78..], &[(b"avcC", 0)]).expect("a configuration");
    assert_eq!(config[..4], [1, 66, config[2], config[3]], "baseline, which everything plays");
    let sequence_length = usize::from(config[7]);
    let picture_parameters = &config[8 + sequence_length + 3..];
    let unit = |unit: &[u8]| [&[0, 0, 0, 1], unit].concat();
    let mut decoder = Decoder::new().expect("a decoder");
    let mut stream = [unit(&config[8..8 + sequence_length]), unit(picture_parameters)].concat();
    let mut shown = Vec::new();
    for (_, at, length) in frames(pictures) {
        let mut sample = &file[at..at + length];
        while !sample.is_empty() {
            let (one, rest) = sample[4..].split_at(number(sample, 0) as usize);
            stream.extend(unit(one));
            sample = rest;
        }
        let decoded = decoder.decode(&stream).expect("a stream").expect("each frame is a picture");
        assert_eq!(decoded.dimensions(), (VIDEO_WIDTH as usize, VIDEO_HEIGHT as usize));
        let (stride, _, _) = decoded.strides();
        shown.push(decoded.y().chunks(stride).flat_map(|row| &row[..1_280]).copied().collect());
        stream.clear();
    }
    shown
}

/// The share of an area's pixels that differ clearly.
fn changed(one: &[u8], other: &[u8], columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> f64 {
    let pixels = (columns.len() * rows.len()) as f64;
    let differ = |at: &usize| one[*at].abs_diff(other[*at]) > 60;
    let places = rows.flat_map(|y| columns.clone().map(move |x| y * 1_280 + x));
    places.filter(differ).count() as f64 / pixels
}

#[test]
fn the_line_being_sung_is_shown_and_the_levels_move() {
    let song = Song::of(44_100 * 3);
    let lines = [sung("醒來 and sing along", 2.0, 2.9), sung("Sun", 1.0, 1.9), sung("never", 2.0, f64::NAN)];
    let shown = shown(&video(&song.brief(&lines)).unwrap());
    assert_eq!(shown.len(), 36);
    let lyric = |one: usize, other: usize| changed(&shown[one], &shown[other], 600..1_216, 272..500);
    assert!(lyric(11, 12) > 0.008, "the first line begins with its second");
    assert!(lyric(13, 21) < 0.001, "it stays");
    assert!(lyric(11, 23) < 0.001, "it goes when it has been sung");
    assert!(lyric(13, 25) > 0.02, "the second is another one");
    let title = |one: usize, other: usize| changed(&shown[one], &shown[other], 600..1_216, 60..220);
    assert!(title(0, 35) < 0.001);
    let levels = |one: usize, other: usize| changed(&shown[one], &shown[other], 72..1_208, 580..668);
    assert!((1..36).all(|now| levels(now - 1, now) > 0.005));
}

#[test]
fn title_and_cover_are_shown() {
    let song = Song::of(PICTURE_SAMPLES);
    let brief = song.brief(&[]);
    let first = |brief: &VideoBrief<'_>| shown(&video(brief).unwrap()).remove(0);
    let (usual, untitled) = (first(&brief), first(&VideoBrief { title: "", ..brief }));
    assert!(changed(&usual, &untitled, 600..1_216, 60..500) > 0.03);
    let other = CoverBrief { title: "", subtitle: "", seed: 9, energy: &[], warmth: 1.0, brightness: 1.0 };
    let light = first(&VideoBrief { cover: &cover(&other).unwrap(), ..brief });
    assert!(changed(&usual, &light, 72..552, 72..552) > 0.3);
}

#[test]
fn the_same_brief_gives_the_same_bytes() {
    let song = Song::of(44_100);
    let lines = [sung("Sun", 0.2, 0.7)];
    assert_eq!(video(&song.brief(&lines)).unwrap(), video(&song.brief(&lines)).unwrap());
}

#[test]
fn odd_briefs_still_give_a_video_and_wrong_ones_an_error() {
    let song = Song::of(PICTURE_SAMPLES * 2);
    let long = "Ａ、「long」 ".repeat(200);
    let odd = [
        sung("", f64::NEG_INFINITY, f64::INFINITY),
        sung("🎸🔥\u{200D}\u{202E}", -1.0, 0.1),
        sung(&long, 0.05, 1e300),
        sung("back", 0.1, 0.05),
    ];
    let brief = song.brief(&odd);
    assert!(video(&brief).is_ok());
    assert!(video(&VideoBrief { title: &long, lines: &[], ..brief }).is_ok());
    let noise = [f32::NAN, f32::INFINITY, -7.0, 1e30].repeat(1_000);
    assert!(video(&VideoBrief { left: &noise, right: &noise, ..brief }).is_ok());
    assert!(matches!(video(&VideoBrief { cover: b"GIF89a", ..brief }), Err(MediaError::Picture { .. })));
    assert_eq!(video(&VideoBrief { left: &[], right: &[], ..brief }), Err(MediaError::Empty));
    assert!(matches!(
        video(&VideoBrief { sample_rate: 48_000, ..brief }),
        Err(MediaError::SampleRate { found: 48_000, .. })
    ));
}

#[test]
fn a_video_stops_when_nobody_wants_it_any_more() {
    let song = Song::of(44_100 * 2);
    // 90 frames of sound come first.
    for asks in [0, 50, 100] {
        let asked = std::cell::Cell::new(0);
        let wanted = || asked.replace(asked.get() + 1) < asks;
        assert_eq!(video_while(&wanted, &song.brief(&[])), Err(MediaError::Stopped));
        assert_eq!(asked.get(), asks + 1);
    }
}
