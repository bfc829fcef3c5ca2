//! Writes an MP4 file of sound, and perhaps chapters: `ftyp`, then `moov`, then `mdat`, so that playback can begin
//! before the end arrives.

use super::boxes::Boxes;
use super::chapters::{self, Chapters};
use super::headers::put_mvhd;
use super::samples::Chunk;
use super::sound::AacTrack;
use super::tags::Tags;
use crate::MediaError;

/// About a second of sound lies together, so that a player can seek with few reads.
const FRAMES_PER_CHUNK: usize = 43;
const TRACK_ID: u32 = 1;

/// Writes the whole file.
///
/// # Errors
/// [`MediaError::TagTooLarge`] and [`MediaError::CoverNotJpeg`] for tags, [`MediaError::FileTooLarge`] beyond 4 GiB.
pub(crate) fn write_m4a(track: &AacTrack, tags: &Tags<'_>) -> Result<Vec<u8>, MediaError> {
    tags.check()?;
    let mut out = Boxes::default();
    out.put_box(b"ftyp", |ftyp| {
        ftyp.put_bytes(b"M4A ");
        ftyp.put_u32(0);
        ftyp.put_bytes(b"M4A mp42isom");
    });

    // Chunk offsets stand in `moov` and depend on its length, which does not depend on them.
    let mut measured = Boxes::default();
    let chapters = Chapters::new(tags.chapters, track.sample_rate, track.samples);
    put_moov(&mut measured, track, tags, &chapters, 0);
    let payload_start = out.len() + measured.len() + 8;
    let titles = chapters.payload();
    let bytes = payload_start as u64 + track.payload.len() as u64 + titles.len() as u64;
    check_size(bytes)?;
    put_moov(&mut out, track, tags, &chapters, payload_start as u32);
    out.put_box(b"mdat", |mdat| {
        mdat.put_bytes(&track.payload);
        mdat.put_bytes(&titles);
    });
    Ok(out.into_bytes())
}

/// Every size and place is a number of 32 bits.
pub(super) fn check_size(bytes: u64) -> Result<(), MediaError> {
    let max_bytes = u64::from(u32::MAX);
    if bytes > max_bytes { Err(MediaError::FileTooLarge { bytes, max_bytes }) } else { Ok(()) }
}

fn put_moov(out: &mut Boxes, track: &AacTrack, tags: &Tags<'_>, chapters: &Chapters<'_>, payload_start: u32) {
    let chunks = chunks(&track.frame_lengths, payload_start);
    out.put_box(b"moov", |moov| {
        let last_track = if chapters.is_empty() { TRACK_ID } else { chapters::TRACK_ID };
        put_mvhd(moov, track.span(), last_track + 1);
        track.put_trak(moov, TRACK_ID, &chunks, |trak| chapters.put_tref(trak));
        // The titles lie behind the sound.
        chapters.put_trak(moov, payload_start + track.payload.len() as u32);
        tags.put_udta(moov, chapters);
    });
}

/// Equal chunks, and perhaps a shorter last one.
fn chunks(frame_lengths: &[u32], payload_start: u32) -> Vec<Chunk> {
    let place = |offset: &mut u32, frames: &[u32]| {
        let chunk = Chunk { offset: *offset, frames: frames.len() as u32 };
        *offset += frames.iter().sum::<u32>();
        Some(chunk)
    };
    frame_lengths.chunks(FRAMES_PER_CHUNK).scan(payload_start, place).collect()
}
