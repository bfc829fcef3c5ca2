//! The boxes that every movie and every track begins with (ISO/IEC 14496-12 §8). All creation times are 0, so that the
//! same media give the same bytes.

use super::boxes::Boxes;

/// The unity matrix of `mvhd` and `tkhd`, in 16.16 and 2.30 fixed point.
pub(super) const UNITY_MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];
/// ISO 639-2 "und", three letters of five bits (§8.4.2.3).
pub(super) const LANGUAGE_UNDETERMINED: u16 = 0x55C4;

/// How long something lasts: units of time, and how many of them make a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) timescale: u32,
    pub(super) duration: u32,
}

/// What a track shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shows {
    Sound,
    /// A picture of that many pixels.
    Picture {
        width: u16,
        height: u16,
    },
}

/// §8.2.2.
pub(super) fn put_mvhd(moov: &mut Boxes, span: Span, next_track: u32) {
    moov.put_full_box(b"mvhd", 0, |mvhd| {
        mvhd.put_zeros(8); // creation and modification time
        mvhd.put_u32(span.timescale);
        mvhd.put_u32(span.duration);
        mvhd.put_u32(0x0001_0000); // rate 1.0
        mvhd.put_u16(0x0100); // volume 1.0
        mvhd.put_zeros(10);
        UNITY_MATRIX.iter().for_each(|&entry| mvhd.put_u32(entry));
        mvhd.put_zeros(24);
        mvhd.put_u32(next_track);
    });
}

/// §8.3.2; the duration is in the movie's units.
pub(super) fn put_tkhd(trak: &mut Boxes, track_id: u32, duration: u32, shows: Shows) {
    const ENABLED_IN_MOVIE_AND_PREVIEW: u32 = 7;
    let (volume, width, height) = match shows {
        Shows::Sound => (0x0100, 0, 0),
        Shows::Picture { width, height } => (0, width, height),
    };
    trak.put_full_box(b"tkhd", ENABLED_IN_MOVIE_AND_PREVIEW, |tkhd| {
        tkhd.put_zeros(8);
        tkhd.put_u32(track_id);
        tkhd.put_u32(0);
        tkhd.put_u32(duration);
        tkhd.put_zeros(12);
        tkhd.put_u16(volume);
        tkhd.put_u16(0);
        UNITY_MATRIX.iter().for_each(|&entry| tkhd.put_u32(entry));
        [width, height].iter().for_each(|&side| tkhd.put_u32(u32::from(side) << 16));
    });
}

/// §8.4.2.
pub(super) fn put_mdhd(mdia: &mut Boxes, span: Span) {
    mdia.put_full_box(b"mdhd", 0, |mdhd| {
        mdhd.put_zeros(8);
        mdhd.put_u32(span.timescale);
        mdhd.put_u32(span.duration);
        mdhd.put_u16(LANGUAGE_UNDETERMINED);
        mdhd.put_u16(0);
    });
}

/// §8.4.3; the name ends with a zero.
pub(super) fn put_hdlr(mdia: &mut Boxes, kind: &[u8; 4], name: &[u8]) {
    mdia.put_full_box(b"hdlr", 0, |hdlr| {
        hdlr.put_u32(0);
        hdlr.put_bytes(kind);
        hdlr.put_zeros(12);
        hdlr.put_bytes(name);
    });
}

/// The media lie in this same file (§8.7.2).
pub(super) fn put_dinf(minf: &mut Boxes) {
    const SAME_FILE: u32 = 1;
    minf.put_box(b"dinf", |dinf| {
        dinf.put_full_box(b"dref", 0, |dref| {
            dref.put_u32(1);
            dref.put_full_box(b"url ", SAME_FILE, |_| ());
        });
    });
}
