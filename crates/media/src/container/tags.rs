//! The words and the picture that travel inside an `.m4a`: `udta/meta/ilst`, as Apple's music software defined it
//! (QuickTime File Format, "Metadata"; the keys are those that every player reads).

use super::boxes::Boxes;
use super::chapters::{Chapter, Chapters};
use crate::MediaError;

const MAX_TEXT_BYTES: usize = 256 * 1024;
const MAX_COVER_BYTES: usize = 16 * 1024 * 1024;
/// Well-known data type 1: UTF-8 text.
const UTF8: u32 = 1;
/// Well-known data type 13: JPEG.
const JPEG: u32 = 13;

/// What a file says about itself; an empty text is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tags<'a> {
    /// The song's name (`©nam`).
    pub title: &'a str,
    /// Who made it (`©ART`).
    pub artist: &'a str,
    /// The program that wrote the file (`©too`).
    pub tool: &'a str,
    /// The words that are sung (`©lyr`).
    pub lyrics: &'a str,
    /// Anything else worth saying (`©cmt`).
    pub comment: &'a str,
    /// A JPEG file (`covr`).
    pub cover: Option<&'a [u8]>,
    /// The parts of the song, in order.
    pub chapters: &'a [Chapter<'a>],
}

impl<'a> Tags<'a> {
    fn texts(&self) -> [(&'static str, &'static [u8; 4], &'a str); 5] {
        [
            ("title", b"\xA9nam", self.title),
            ("artist", b"\xA9ART", self.artist),
            ("tool", b"\xA9too", self.tool),
            ("lyrics", b"\xA9lyr", self.lyrics),
            ("comment", b"\xA9cmt", self.comment),
        ]
    }

    /// Refuses what would bloat the file or is not what it claims to be.
    pub(super) fn check(&self) -> Result<(), MediaError> {
        for (tag, _, text) in self.texts() {
            if text.len() > MAX_TEXT_BYTES {
                return Err(MediaError::TagTooLarge { tag, bytes: text.len(), max_bytes: MAX_TEXT_BYTES });
            }
        }
        match self.cover {
            Some(cover) if cover.len() > MAX_COVER_BYTES => {
                Err(MediaError::TagTooLarge { tag: "cover", bytes: cover.len(), max_bytes: MAX_COVER_BYTES })
            }
            Some(cover) if !cover.starts_with(&[0xFF, 0xD8, 0xFF]) => Err(MediaError::CoverNotJpeg),
            _ => Ok(()),
        }
    }

    /// Writes `udta`, or nothing when every tag is empty.
    pub(super) fn put_udta(&self, out: &mut Boxes, chapters: &Chapters<'_>) {
        let untold = self.cover.is_none() && self.texts().iter().all(|(_, _, text)| text.is_empty());
        if untold && chapters.is_empty() {
            return;
        }
        out.put_box(b"udta", |udta| {
            if !untold {
                self.put_meta(udta);
            }
            chapters.put_chpl(udta);
        });
    }

    fn put_meta(&self, udta: &mut Boxes) {
        udta.put_full_box(b"meta", 0, |meta| {
            meta.put_full_box(b"hdlr", 0, |hdlr| {
                hdlr.put_u32(0);
                hdlr.put_bytes(b"mdirappl");
                hdlr.put_zeros(9);
            });
            meta.put_box(b"ilst", |ilst| self.put_items(ilst));
        });
    }

    fn put_items(&self, ilst: &mut Boxes) {
        for (_, key, text) in self.texts() {
            if !text.is_empty() {
                put_item(ilst, key, UTF8, text.as_bytes());
            }
        }
        if let Some(cover) = self.cover {
            put_item(ilst, b"covr", JPEG, cover);
        }
    }
}

fn put_item(ilst: &mut Boxes, key: &[u8; 4], data_type: u32, value: &[u8]) {
    ilst.put_box(key, |item| {
        item.put_full_box(b"data", data_type, |data| {
            data.put_u32(0); // any locale
            data.put_bytes(value);
        });
    });
}
