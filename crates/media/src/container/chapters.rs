//! Chapters, told twice, since players know one or the other: as a track of text that the sound's track refers to
//! (QuickTime File Format, "Chapter Lists" and "Text Media"), and as the box `chpl`, which Nero's player brought.

use super::boxes::Boxes;
use super::headers::{LANGUAGE_UNDETERMINED, UNITY_MATRIX, put_dinf};

/// Where a chapter begins, and what it is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chapter<'a> {
    /// Its first moment.
    pub start_seconds: f64,
    /// Its name; shown up to 255 bytes of it.
    pub title: &'a str,
}

/// `chpl` counts chapters and the bytes of a title in one byte each.
const MOST: usize = 255;
/// `chpl` counts time in units of 100 ns.
const UNITS_PER_SECOND: u64 = 10_000_000;
pub(super) const TRACK_ID: u32 = 2;

/// The chapters of one file: the first begins with the sound, each lasts until the next.
pub(super) struct Chapters<'a> {
    list: Vec<(u32, &'a str)>,
    sample_rate: u32,
    samples: u32,
}

impl<'a> Chapters<'a> {
    /// In order; what begins with another one, or after the sound, is left out.
    pub(super) fn new(chapters: &[Chapter<'a>], sample_rate: u32, samples: u32) -> Self {
        let mut list: Vec<(u32, &str)> = Vec::new();
        for chapter in chapters.iter().take(MOST) {
            // The cast saturates, and takes what is no number for 0.
            let start = (chapter.start_seconds * f64::from(sample_rate)).round() as u32;
            let start = if list.is_empty() { 0 } else { start };
            if start < samples && list.last().is_none_or(|(before, _)| *before < start) {
                list.push((start, cut(chapter.title)));
            }
        }
        Self { list, sample_rate, samples }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The text track's samples, one after the other.
    pub(super) fn payload(&self) -> Vec<u8> {
        self.list.iter().flat_map(|(_, title)| sample(title)).collect()
    }

    /// How long each lasts, in samples of sound.
    fn lengths(&self) -> impl Iterator<Item = u32> {
        let ends = self.list.iter().skip(1).map(|(start, _)| *start).chain([self.samples]);
        ends.zip(&self.list).map(|(end, (start, _))| end - start)
    }

    /// Within the sound's track: which track has its chapters.
    pub(super) fn put_tref(&self, trak: &mut Boxes) {
        if !self.is_empty() {
            trak.put_box(b"tref", |tref| tref.put_box(b"chap", |chap| chap.put_u32(TRACK_ID)));
        }
    }

    /// The track of text; its samples lie together, from `payload_start` on.
    pub(super) fn put_trak(&self, moov: &mut Boxes, payload_start: u32) {
        if self.is_empty() {
            return;
        }
        moov.put_box(b"trak", |trak| {
            self.put_tkhd(trak);
            trak.put_box(b"mdia", |mdia| {
                mdia.put_full_box(b"mdhd", 0, |mdhd| {
                    mdhd.put_zeros(8);
                    mdhd.put_u32(self.sample_rate);
                    mdhd.put_u32(self.samples);
                    mdhd.put_u16(LANGUAGE_UNDETERMINED);
                    mdhd.put_u16(0);
                });
                mdia.put_full_box(b"hdlr", 0, |hdlr| {
                    hdlr.put_u32(0);
                    hdlr.put_bytes(b"text");
                    hdlr.put_zeros(12);
                    hdlr.put_bytes(b"ChapterHandler\0");
                });
                mdia.put_box(b"minf", |minf| {
                    put_gmhd(minf);
                    put_dinf(minf);
                    self.put_stbl(minf, payload_start);
                });
            });
        });
    }

    fn put_tkhd(&self, trak: &mut Boxes) {
        // Not enabled: nobody shows it as subtitles.
        const IN_MOVIE: u32 = 2;
        trak.put_full_box(b"tkhd", IN_MOVIE, |tkhd| {
            tkhd.put_zeros(8);
            tkhd.put_u32(TRACK_ID);
            tkhd.put_u32(0);
            tkhd.put_u32(self.samples);
            tkhd.put_zeros(16);
            UNITY_MATRIX.iter().for_each(|&entry| tkhd.put_u32(entry));
            tkhd.put_zeros(8);
        });
    }

    fn put_stbl(&self, minf: &mut Boxes, payload_start: u32) {
        let count = self.list.len() as u32;
        minf.put_box(b"stbl", |stbl| {
            put_stsd(stbl);
            stbl.put_full_box(b"stts", 0, |stts| {
                stts.put_u32(count);
                self.lengths().for_each(|length| {
                    stts.put_u32(1);
                    stts.put_u32(length);
                });
            });
            // All in one chunk.
            stbl.put_full_box(b"stsc", 0, |stsc| {
                [1, 1, count, 1].iter().for_each(|&number| stsc.put_u32(number))
            });
            stbl.put_full_box(b"stsz", 0, |stsz| {
                stsz.put_u32(0);
                stsz.put_u32(count);
                self.list.iter().for_each(|(_, title)| stsz.put_u32(sample(title).len() as u32));
            });
            stbl.put_full_box(b"stco", 0, |stco| {
                stco.put_u32(1);
                stco.put_u32(payload_start);
            });
        });
    }

    /// Within `udta`.
    pub(super) fn put_chpl(&self, udta: &mut Boxes) {
        if self.is_empty() {
            return;
        }
        udta.put_box(b"chpl", |chpl| {
            chpl.put_u32(0x0100_0000); // version 1
            chpl.put_u32(0);
            chpl.put_u8(self.list.len() as u8);
            for (start, title) in &self.list {
                let units = u64::from(*start) * UNITS_PER_SECOND / u64::from(self.sample_rate.max(1));
                chpl.put_bytes(&units.to_be_bytes());
                chpl.put_u8(title.len() as u8);
                chpl.put_bytes(title.as_bytes());
            }
        });
    }
}

/// As much of a title as one byte counts, in whole characters.
fn cut(title: &str) -> &str {
    &title[..title.floor_char_boundary(MOST)]
}

/// A text sample: its length, the text, and that it is in UTF-8 (`encd` of 256).
fn sample(title: &str) -> Vec<u8> {
    let mut sample = (title.len() as u16).to_be_bytes().to_vec();
    sample.extend_from_slice(title.as_bytes());
    sample.extend_from_slice(b"\0\0\0\x0Cencd\0\0\x01\0");
    sample
}

/// The header of media that is neither sound nor picture ("Base Media Information Atoms").
fn put_gmhd(minf: &mut Boxes) {
    const DITHER_COPY: u16 = 0x40;
    minf.put_box(b"gmhd", |gmhd| {
        gmhd.put_full_box(b"gmin", 0, |gmin| {
            [DITHER_COPY, 0x8000, 0x8000, 0x8000, 0, 0].iter().for_each(|&number| gmin.put_u16(number));
        });
        gmhd.put_box(b"text", |text| UNITY_MATRIX.iter().for_each(|&entry| text.put_u32(entry)));
    });
}

/// "Text Sample Description", with nothing chosen: no player draws it.
fn put_stsd(stbl: &mut Boxes) {
    stbl.put_full_box(b"stsd", 0, |stsd| {
        stsd.put_u32(1);
        stsd.put_box(b"text", |text| {
            text.put_zeros(6);
            text.put_u16(1); // data reference
            text.put_zeros(4 + 4 + 6 + 8 + 8); // display, justification, ground, box, reserved
            text.put_zeros(2 + 2 + 1 + 2 + 6); // font, face, reserved, colour
            text.put_u8(0); // the font's name: none
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_fill_the_sound_from_its_beginning() {
        let chapter = |start_seconds, title| Chapter { start_seconds, title };
        let told = [
            chapter(0.5, "Intro"),
            chapter(2.0, "Verse"),
            chapter(2.0, "again"),
            chapter(1.0, "back"),
            chapter(3.0, "Chorus"),
            chapter(9.0, "beyond"),
            chapter(f64::NAN, "never"),
        ];
        let chapters = Chapters::new(&told, 1_000, 4_000);
        assert_eq!(chapters.list, [(0, "Intro"), (2_000, "Verse"), (3_000, "Chorus")]);
        assert_eq!(chapters.lengths().collect::<Vec<_>>(), [2_000, 1_000, 1_000]);
        assert!(Chapters::new(&[], 1_000, 4_000).payload().is_empty());
    }

    #[test]
    fn a_long_title_is_cut_between_characters() {
        let long = "副".repeat(100);
        assert_eq!(cut(&long).len(), 255);
        assert_eq!(cut(&long[..252]).len(), 252);
        assert_eq!(cut(&format!("a{long}")).len(), 253);
    }
}
