//! Writes an MP4 file of sound, and perhaps chapters: `ftyp`, then `moov`, then `mdat`, so that playback can begin
//! before the end arrives.
//!
//! Every time is counted in samples: the movie's and the media's timescale are both the sample rate, so the duration in
//! `mvhd`, `tkhd`, `mdhd` and `elst` is the exact number of samples a listener hears. All creation times are 0.

use super::boxes::Boxes;
use super::chapters::{self, Chapters};
use super::esds::put_esds;
use super::tags::Tags;
use crate::MediaError;

/// Samples in one AAC-LC frame (ISO/IEC 14496-3 §4.5.1.1).
pub(crate) const FRAME_SAMPLES: u32 = 1024;
/// About a second of sound lies together, so that a player can seek with few reads.
const FRAMES_PER_CHUNK: usize = 43;
const TRACK_ID: u32 = 1;
/// The unity matrix of `mvhd` and `tkhd`, in 16.16 and 2.30 fixed point.
pub(super) const UNITY_MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];
/// ISO 639-2 "und", three letters of five bits (§8.4.2.3).
pub(super) const LANGUAGE_UNDETERMINED: u16 = 0x55C4;

/// An encoded stereo track.
pub(crate) struct AacTrack {
    /// The `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1).
    pub(crate) audio_specific_config: Vec<u8>,
    /// The encoded frames, one after the other.
    pub(crate) payload: Vec<u8>,
    /// The length of each frame in bytes.
    pub(crate) frame_lengths: Vec<u32>,
    /// In Hz; also the timescale of the file.
    pub(crate) sample_rate: u32,
    /// Samples at the start that only prime the decoder.
    pub(crate) priming: u32,
    /// Samples that a listener hears.
    pub(crate) samples: u32,
    /// The bit rate asked for.
    pub(crate) bits_per_second: u32,
}

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
    if bytes > u64::from(u32::MAX) {
        return Err(MediaError::FileTooLarge { bytes, max_bytes: u64::from(u32::MAX) });
    }
    put_moov(&mut out, track, tags, &chapters, payload_start as u32);
    out.put_box(b"mdat", |mdat| {
        mdat.put_bytes(&track.payload);
        mdat.put_bytes(&titles);
    });
    Ok(out.into_bytes())
}

fn put_moov(out: &mut Boxes, track: &AacTrack, tags: &Tags<'_>, chapters: &Chapters<'_>, payload_start: u32) {
    out.put_box(b"moov", |moov| {
        let last_track = if chapters.is_empty() { TRACK_ID } else { chapters::TRACK_ID };
        put_mvhd(moov, track, last_track + 1);
        moov.put_box(b"trak", |trak| {
            put_tkhd(trak, track);
            put_edts(trak, track);
            chapters.put_tref(trak);
            trak.put_box(b"mdia", |mdia| {
                put_mdhd(mdia, track);
                put_sound_handler(mdia);
                mdia.put_box(b"minf", |minf| {
                    minf.put_full_box(b"smhd", 0, |smhd| smhd.put_zeros(4));
                    put_dinf(minf);
                    put_stbl(minf, track, payload_start);
                });
            });
        });
        // The titles lie behind the sound.
        chapters.put_trak(moov, payload_start + track.payload.len() as u32);
        tags.put_udta(moov, chapters);
    });
}

/// §8.2.2.
fn put_mvhd(moov: &mut Boxes, track: &AacTrack, next_track: u32) {
    moov.put_full_box(b"mvhd", 0, |mvhd| {
        mvhd.put_zeros(8); // creation and modification time
        mvhd.put_u32(track.sample_rate);
        mvhd.put_u32(track.samples);
        mvhd.put_u32(0x0001_0000); // rate 1.0
        mvhd.put_u16(0x0100); // volume 1.0
        mvhd.put_zeros(10);
        UNITY_MATRIX.iter().for_each(|&entry| mvhd.put_u32(entry));
        mvhd.put_zeros(24);
        mvhd.put_u32(next_track);
    });
}

/// §8.3.2.
fn put_tkhd(trak: &mut Boxes, track: &AacTrack) {
    const ENABLED_IN_MOVIE_AND_PREVIEW: u32 = 7;
    trak.put_full_box(b"tkhd", ENABLED_IN_MOVIE_AND_PREVIEW, |tkhd| {
        tkhd.put_zeros(8);
        tkhd.put_u32(TRACK_ID);
        tkhd.put_u32(0);
        tkhd.put_u32(track.samples);
        tkhd.put_zeros(12);
        tkhd.put_u16(0x0100); // volume 1.0
        tkhd.put_u16(0);
        UNITY_MATRIX.iter().for_each(|&entry| tkhd.put_u32(entry));
        tkhd.put_zeros(8); // no width, no height
    });
}

/// One edit that starts after the priming and ends with the last sample heard (§8.6.6).
fn put_edts(trak: &mut Boxes, track: &AacTrack) {
    trak.put_box(b"edts", |edts| {
        edts.put_full_box(b"elst", 0, |elst| {
            elst.put_u32(1);
            elst.put_u32(track.samples);
            elst.put_u32(track.priming);
            elst.put_u32(0x0001_0000); // rate 1.0
        });
    });
}

/// §8.4.2. The duration is the one heard: simple players read it here and know nothing of edit lists, while those
/// that know them take the media's full length from `stts`.
fn put_mdhd(mdia: &mut Boxes, track: &AacTrack) {
    mdia.put_full_box(b"mdhd", 0, |mdhd| {
        mdhd.put_zeros(8);
        mdhd.put_u32(track.sample_rate);
        mdhd.put_u32(track.samples);
        mdhd.put_u16(LANGUAGE_UNDETERMINED);
        mdhd.put_u16(0);
    });
}

/// §8.4.3.
fn put_sound_handler(mdia: &mut Boxes) {
    mdia.put_full_box(b"hdlr", 0, |hdlr| {
        hdlr.put_u32(0);
        hdlr.put_bytes(b"soun");
        hdlr.put_zeros(12);
        hdlr.put_bytes(b"SoundHandler\0");
    });
}

/// The sound lies in this same file (§8.7.2).
pub(super) fn put_dinf(minf: &mut Boxes) {
    const SAME_FILE: u32 = 1;
    minf.put_box(b"dinf", |dinf| {
        dinf.put_full_box(b"dref", 0, |dref| {
            dref.put_u32(1);
            dref.put_full_box(b"url ", SAME_FILE, |_| ());
        });
    });
}

fn put_stbl(minf: &mut Boxes, track: &AacTrack, payload_start: u32) {
    let frames = track.frame_lengths.len() as u32;
    minf.put_box(b"stbl", |stbl| {
        put_stsd(stbl, track);
        put_stts(stbl, track);
        put_stsc(stbl, track.frame_lengths.len());
        stbl.put_full_box(b"stsz", 0, |stsz| {
            stsz.put_u32(0); // the sizes differ
            stsz.put_u32(frames);
            track.frame_lengths.iter().for_each(|&length| stsz.put_u32(length));
        });
        stbl.put_full_box(b"stco", 0, |stco| {
            let chunks = track.frame_lengths.chunks(FRAMES_PER_CHUNK);
            stco.put_u32(chunks.len() as u32);
            chunks.fold(payload_start, |offset, chunk| {
                stco.put_u32(offset);
                offset + chunk.iter().sum::<u32>()
            });
        });
    });
}

/// §8.6.1.2: every frame lasts 1024 samples; the last one is counted only up to the end of the sound, by which players
/// know how much of it is padding.
fn put_stts(stbl: &mut Boxes, track: &AacTrack) {
    let frames = track.frame_lengths.len() as u32;
    let before_last = frames.saturating_sub(1) * FRAME_SAMPLES;
    let last = (track.priming + track.samples).saturating_sub(before_last);
    stbl.put_full_box(b"stts", 0, |stts| {
        [2, frames.saturating_sub(1), FRAME_SAMPLES, 1, last].iter().for_each(|&number| stts.put_u32(number));
    });
}

/// The sample entry `mp4a` (§12.2.3 and ISO/IEC 14496-14 §5.6).
fn put_stsd(stbl: &mut Boxes, track: &AacTrack) {
    stbl.put_full_box(b"stsd", 0, |stsd| {
        stsd.put_u32(1);
        stsd.put_box(b"mp4a", |mp4a| {
            mp4a.put_zeros(6);
            mp4a.put_u16(1); // data reference
            mp4a.put_zeros(8);
            mp4a.put_u16(2); // channels
            mp4a.put_u16(16); // bits
            mp4a.put_zeros(4);
            mp4a.put_u32(track.sample_rate << 16);
            let largest = track.frame_lengths.iter().copied().max().unwrap_or(0);
            put_esds(mp4a, &track.audio_specific_config, largest, track.bits_per_second);
        });
    });
}

/// §8.7.4: equal chunks, and perhaps a shorter last one.
fn put_stsc(stbl: &mut Boxes, frames: usize) {
    let full_chunks = (frames / FRAMES_PER_CHUNK) as u32;
    let rest = (frames % FRAMES_PER_CHUNK) as u32;
    let mut runs = Vec::with_capacity(2);
    if full_chunks > 0 {
        runs.push([1, FRAMES_PER_CHUNK as u32, 1]);
    }
    if rest > 0 {
        runs.push([full_chunks + 1, rest, 1]);
    }
    stbl.put_full_box(b"stsc", 0, |stsc| {
        stsc.put_u32(runs.len() as u32);
        runs.iter().flatten().for_each(|&number| stsc.put_u32(number));
    });
}
