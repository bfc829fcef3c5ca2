//! A track of H.264 (ISO/IEC 14496-15 §5): the parameter sets stand in its description, its frames hold the slices.

use super::boxes::Boxes;
use super::headers::{Shows, Span, put_dinf, put_hdlr, put_mdhd, put_tkhd};
use super::samples::{Chunk, put_places, put_stts};

/// An encoded track of pictures, in the order in which they are shown.
pub(crate) struct AvcTrack {
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// The sequence parameter set, a NAL unit without start code; at least four bytes.
    pub(crate) sequence_parameters: Vec<u8>,
    /// The picture parameter set, likewise.
    pub(crate) picture_parameters: Vec<u8>,
    /// The frames one after the other, each NAL unit behind its length in four bytes.
    pub(crate) payload: Vec<u8>,
    /// The length of each frame in bytes.
    pub(crate) frame_lengths: Vec<u32>,
    /// The frames that need no other, from 0.
    pub(crate) keyframes: Vec<u32>,
    /// How long each is shown, in the movie's units.
    pub(crate) frame_duration: u32,
}

impl AvcTrack {
    /// The whole track; it lasts as long as the movie, in the movie's own units.
    pub(super) fn put_trak(&self, moov: &mut Boxes, track_id: u32, movie: Span, chunks: &[Chunk]) {
        let frames = self.frame_lengths.len() as u32;
        moov.put_box(b"trak", |trak| {
            let shows = Shows::Picture { width: self.width, height: self.height };
            put_tkhd(trak, track_id, movie.duration, shows);
            trak.put_box(b"mdia", |mdia| {
                put_mdhd(mdia, movie);
                put_hdlr(mdia, b"vide", b"VideoHandler\0");
                mdia.put_box(b"minf", |minf| {
                    const ALWAYS_SET: u32 = 1;
                    minf.put_full_box(b"vmhd", ALWAYS_SET, |vmhd| vmhd.put_zeros(8));
                    put_dinf(minf);
                    minf.put_box(b"stbl", |stbl| {
                        self.put_stsd(stbl);
                        let before_last = frames.saturating_sub(1) * self.frame_duration;
                        let last = movie.duration.saturating_sub(before_last);
                        put_stts(stbl, frames, self.frame_duration, last);
                        self.put_stss(stbl);
                        put_places(stbl, &self.frame_lengths, chunks);
                    });
                });
            });
        });
    }

    /// The frames at which a player may begin (§8.6.2 of 14496-12), counted from 1.
    fn put_stss(&self, stbl: &mut Boxes) {
        stbl.put_full_box(b"stss", 0, |stss| {
            stss.put_u32(self.keyframes.len() as u32);
            self.keyframes.iter().for_each(|frame| stss.put_u32(frame + 1));
        });
    }

    /// The sample entry `avc1` (14496-12 §12.1.3, 14496-15 §5.4.2).
    fn put_stsd(&self, stbl: &mut Boxes) {
        const DOTS_PER_INCH: u32 = 72 << 16;
        stbl.put_full_box(b"stsd", 0, |stsd| {
            stsd.put_u32(1);
            stsd.put_box(b"avc1", |avc1| {
                avc1.put_zeros(6);
                avc1.put_u16(1); // data reference
                avc1.put_zeros(16);
                avc1.put_u16(self.width);
                avc1.put_u16(self.height);
                avc1.put_u32(DOTS_PER_INCH);
                avc1.put_u32(DOTS_PER_INCH);
                avc1.put_u32(0);
                avc1.put_u16(1); // frames in a sample
                avc1.put_zeros(32); // no compressor's name
                avc1.put_u16(24); // bits of colour
                avc1.put_u16(0xFFFF); // no colour table
                self.put_avc_c(avc1);
                avc1.put_box(b"colr", |colr| {
                    colr.put_bytes(b"nclx");
                    // BT.709 primaries, transfer and matrix, limited range (ISO/IEC 23091-2 §8).
                    [1, 1, 1].iter().for_each(|&code| colr.put_u16(code));
                    colr.put_u8(0);
                });
            });
        });
    }

    /// 14496-15 §5.3.3.1.
    fn put_avc_c(&self, avc1: &mut Boxes) {
        const LENGTHS_OF_FOUR_BYTES: u8 = 0xFC | 3;
        avc1.put_box(b"avcC", |config| {
            config.put_u8(1);
            // Profile, constraints and level stand behind the NAL unit's own first byte.
            config.put_bytes(self.sequence_parameters.get(1..4).unwrap_or(&[66, 0, 31]));
            config.put_u8(LENGTHS_OF_FOUR_BYTES);
            config.put_u8(0xE0 | 1);
            put_unit(config, &self.sequence_parameters);
            config.put_u8(1);
            put_unit(config, &self.picture_parameters);
        });
    }
}

fn put_unit(config: &mut Boxes, unit: &[u8]) {
    config.put_u16(unit.len() as u16);
    config.put_bytes(unit);
}
