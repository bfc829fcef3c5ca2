//! A track of AAC. Every time in it is counted in samples, in the movie too: so the duration in `mvhd`, `tkhd`, `mdhd`
//! and `elst` is the exact number of samples a listener hears.

use super::boxes::Boxes;
use super::esds::put_esds;
use super::headers::{Shows, Span, put_dinf, put_hdlr, put_mdhd, put_tkhd};
use super::samples::{Chunk, put_places, put_stts};

/// Samples in one AAC-LC frame (ISO/IEC 14496-3 §4.5.1.1).
pub(crate) const FRAME_SAMPLES: u32 = 1024;

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

impl AacTrack {
    /// The time heard, which is that of the movie too.
    pub(super) fn span(&self) -> Span {
        Span { timescale: self.sample_rate, duration: self.samples }
    }

    /// The whole track; `references` writes what it refers to.
    ///
    /// The duration in `mdhd` is the one heard: simple players read it here and know nothing of edit lists, while
    /// those that know them take the media's full length from `stts`.
    pub(super) fn put_trak(
        &self,
        moov: &mut Boxes,
        track_id: u32,
        chunks: &[Chunk],
        references: impl FnOnce(&mut Boxes),
    ) {
        moov.put_box(b"trak", |trak| {
            put_tkhd(trak, track_id, self.samples, Shows::Sound);
            self.put_edts(trak);
            references(trak);
            trak.put_box(b"mdia", |mdia| {
                put_mdhd(mdia, self.span());
                put_hdlr(mdia, b"soun", b"SoundHandler\0");
                mdia.put_box(b"minf", |minf| {
                    minf.put_full_box(b"smhd", 0, |smhd| smhd.put_zeros(4));
                    put_dinf(minf);
                    minf.put_box(b"stbl", |stbl| {
                        self.put_stsd(stbl);
                        self.put_times(stbl);
                        put_places(stbl, &self.frame_lengths, chunks);
                    });
                });
            });
        });
    }

    /// One edit that starts after the priming and ends with the last sample heard (§8.6.6).
    fn put_edts(&self, trak: &mut Boxes) {
        trak.put_box(b"edts", |edts| {
            edts.put_full_box(b"elst", 0, |elst| {
                elst.put_u32(1);
                elst.put_u32(self.samples);
                elst.put_u32(self.priming);
                elst.put_u32(0x0001_0000); // rate 1.0
            });
        });
    }

    /// The last frame is counted only up to the end of the sound, by which players know how much of it is padding.
    fn put_times(&self, stbl: &mut Boxes) {
        let frames = self.frame_lengths.len() as u32;
        let before_last = frames.saturating_sub(1) * FRAME_SAMPLES;
        let last = (self.priming + self.samples).saturating_sub(before_last);
        put_stts(stbl, frames, FRAME_SAMPLES, last);
    }

    /// The sample entry `mp4a` (§12.2.3 and ISO/IEC 14496-14 §5.6).
    fn put_stsd(&self, stbl: &mut Boxes) {
        stbl.put_full_box(b"stsd", 0, |stsd| {
            stsd.put_u32(1);
            stsd.put_box(b"mp4a", |mp4a| {
                mp4a.put_zeros(6);
                mp4a.put_u16(1); // data reference
                mp4a.put_zeros(8);
                mp4a.put_u16(2); // channels
                mp4a.put_u16(16); // bits
                mp4a.put_zeros(4);
                mp4a.put_u32(self.sample_rate << 16);
                let largest = self.frame_lengths.iter().copied().max().unwrap_or(0);
                put_esds(mp4a, &self.audio_specific_config, largest, self.bits_per_second);
            });
        });
    }
}
