//! Writes an MP4 file of moving pictures with sound: `ftyp`, then `moov`, then `mdat`, in which a second of pictures
//! and its sound take turns, so that playback can begin before the end arrives.

use super::boxes::Boxes;
use super::chapters::Chapters;
use super::headers::put_mvhd;
use super::m4a::check_size;
use super::picture::AvcTrack;
use super::samples::Chunk;
use super::sound::{AacTrack, FRAME_SAMPLES};
use super::tags::Tags;
use crate::MediaError;

const PICTURE_ID: u32 = 1;
const SOUND_ID: u32 = 2;

/// Writes the whole file; the pictures last as long as the sound, whose sample rate is the timescale of everything.
///
/// # Errors
/// [`MediaError::TagTooLarge`] and [`MediaError::CoverNotJpeg`] for tags, [`MediaError::FileTooLarge`] beyond 4 GiB.
pub(crate) fn write_mp4(
    pictures: &AvcTrack,
    sound: &AacTrack,
    tags: &Tags<'_>,
) -> Result<Vec<u8>, MediaError> {
    tags.check()?;
    let mut out = Boxes::default();
    out.put_box(b"ftyp", |ftyp| {
        ftyp.put_bytes(b"isom");
        ftyp.put_u32(0x200);
        ftyp.put_bytes(b"isomiso2avc1mp41");
    });

    let turns = turns(pictures, sound);
    // Chunk offsets stand in `moov` and depend on its length, which does not depend on them.
    let mut measured = Boxes::default();
    put_moov(&mut measured, pictures, sound, tags, &Places::new(&turns, 0));
    let payload_start = out.len() + measured.len() + 8;
    check_size(payload_start as u64 + (pictures.payload.len() + sound.payload.len()) as u64)?;
    put_moov(&mut out, pictures, sound, tags, &Places::new(&turns, payload_start as u32));
    out.put_box(b"mdat", |mdat| {
        let (mut shown, mut heard) = (&*pictures.payload, &*sound.payload);
        for turn in &turns {
            let (payload, bytes) = match turn.track {
                Track::Pictures => (&mut shown, turn.bytes as usize),
                Track::Sound => (&mut heard, turn.bytes as usize),
            };
            let (now, later) = payload.split_at(bytes);
            mdat.put_bytes(now);
            *payload = later;
        }
    });
    Ok(out.into_bytes())
}

fn put_moov(out: &mut Boxes, pictures: &AvcTrack, sound: &AacTrack, tags: &Tags<'_>, places: &Places) {
    out.put_box(b"moov", |moov| {
        put_mvhd(moov, sound.span(), SOUND_ID + 1);
        pictures.put_trak(moov, PICTURE_ID, sound.span(), &places.pictures);
        sound.put_trak(moov, SOUND_ID, &places.sound, |_| ());
        tags.put_udta(moov, &Chapters::new(&[], sound.sample_rate, sound.samples));
    });
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Track {
    Pictures,
    Sound,
}

/// The frames of one track that lie together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    track: Track,
    frames: u32,
    bytes: u32,
}

/// Second after second, first what is seen in it, then what is heard in it.
fn turns(pictures: &AvcTrack, sound: &AacTrack) -> Vec<Turn> {
    let rate = u64::from(sound.sample_rate.max(1));
    let mut seen = pictures.frame_lengths.iter().zip(0_u64..).peekable();
    let mut heard = sound.frame_lengths.iter().zip(0_u64..).peekable();
    let mut turns = Vec::new();
    for end in (1_u64..).map(|second| second * rate) {
        let bytes = |lengths: Vec<u32>, track| {
            (!lengths.is_empty()).then(|| Turn {
                track,
                frames: lengths.len() as u32,
                bytes: lengths.iter().sum(),
            })
        };
        let shown =
            std::iter::from_fn(|| seen.next_if(|(_, at)| at * u64::from(pictures.frame_duration) < end));
        turns.extend(bytes(shown.map(|(length, _)| *length).collect(), Track::Pictures));
        // What only primes the decoder is needed with the first second.
        let last = end + u64::from(sound.priming);
        let played = std::iter::from_fn(|| heard.next_if(|(_, at)| at * u64::from(FRAME_SAMPLES) < last));
        turns.extend(bytes(played.map(|(length, _)| *length).collect(), Track::Sound));
        if seen.peek().is_none() && heard.peek().is_none() {
            break;
        }
    }
    turns
}

/// Where each track's chunks lie.
#[derive(Default)]
struct Places {
    pictures: Vec<Chunk>,
    sound: Vec<Chunk>,
}

impl Places {
    fn new(turns: &[Turn], payload_start: u32) -> Self {
        let mut places = Self::default();
        let mut offset = payload_start;
        for turn in turns {
            let chunk = Chunk { offset, frames: turn.frames };
            match turn.track {
                Track::Pictures => places.pictures.push(chunk),
                Track::Sound => places.sound.push(chunk),
            }
            offset = offset.saturating_add(turn.bytes);
        }
        places
    }
}
