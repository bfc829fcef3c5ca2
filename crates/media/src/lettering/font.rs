//! The one font of the covers: Noto Sans CJK TC Bold, cut to the common characters (see `assets/NOTICE`).

use ab_glyph::{Font, FontRef, GlyphId, PxScale, point};

use crate::MediaError;

static FONT: &[u8] = include_bytes!("../../assets/BacklineCoverSans-Bold.otf");

/// Large bold letters stand a little closer than the font asks for, in parts of the type size.
const TRACKING: f32 = -0.012;

/// No space stands after the one, and none before the other.
const OPENING: [char; 8] = ['(', '[', '{', '“', '‘', '«', '¿', '¡'];
const CLOSING: [char; 13] = [')', ']', '}', '”', '’', '»', ',', '.', '!', '?', ';', ':', '…'];

pub(crate) struct CoverFont {
    font: FontRef<'static>,
    units_per_em: f32,
}

impl CoverFont {
    pub(crate) fn load() -> Result<Self, MediaError> {
        let unusable = || MediaError::Cover { cause: "the embedded font is unusable".to_owned() };
        let font = FontRef::try_from_slice(FONT).map_err(|_| unusable())?;
        let units_per_em = font.units_per_em().ok_or_else(unusable)?;
        Ok(Self { font, units_per_em })
    }

    pub(crate) fn has(&self, character: char) -> bool {
        self.font.glyph_id(character) != GlyphId(0)
    }

    /// At most `max` characters of `text` that the font can show, runs of white space as one space, none at the ends and
    /// none that a character left behind which is not shown: before what closes, or after what opens.
    pub(crate) fn readable(&self, text: &str, max: usize) -> String {
        let mut readable = String::new();
        let mut is_after_skipped = false;
        for character in text.chars().take(max * 4) {
            if character.is_whitespace() {
                let is_stray = is_after_skipped && readable.ends_with(OPENING);
                if !readable.is_empty() && !readable.ends_with(' ') && !is_stray {
                    readable.push(' ');
                }
            } else if !character.is_control() && self.has(character) {
                if is_after_skipped && CLOSING.contains(&character) && readable.ends_with(' ') {
                    readable.pop();
                }
                readable.push(character);
                is_after_skipped = false;
            } else {
                is_after_skipped = true;
            }
        }
        let shown: String = readable.chars().take(max).collect();
        shown.trim_end().to_owned()
    }

    /// The width of `text` in pixels at `size` pixels to the em.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.advance(self.font.glyph_id(character), size)).sum()
    }

    fn advance(&self, glyph: GlyphId, size: f32) -> f32 {
        (self.font.h_advance_unscaled(glyph) / self.units_per_em + TRACKING) * size
    }

    /// Gives every pixel that `text` touches, with the share it covers. `at` is where the first letter stands, and
    /// `offset` moves single characters, in parts of the type size.
    pub(crate) fn draw(
        &self,
        text: &str,
        size: f32,
        at: (f32, f32),
        offset: impl Fn(char) -> (f32, f32),
        mut put: impl FnMut(i32, i32, f32),
    ) {
        // The crate scales by the font's line height, not by its em.
        let scale = PxScale::from(size * self.font.height_unscaled() / self.units_per_em);
        let (mut x, baseline) = at;
        for character in text.chars() {
            let id = self.font.glyph_id(character);
            let (aside, down) = offset(character);
            let place = point(x + aside * size, baseline + down * size);
            if let Some(outline) = self.font.outline_glyph(id.with_scale_and_position(scale, place)) {
                let corner = outline.px_bounds().min;
                outline.draw(|column, row, coverage| {
                    put(corner.x as i32 + column as i32, corner.y as i32 + row as i32, coverage);
                });
            }
            x += self.advance(id, size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_titles_are_covered() {
        let titles = [
            "The Quick Brown Fox — “Déjà Vu” & Œuvre № 5…",
            "在陽光照耀下醒來，夢裡的臺灣與鄉愁",
            "阳光照耀下醒来，梦里的乡愁与爱情",
            "さくら、ありがとう　カタカナ・ラブソング「夜空」",
            "월광 소나타 사랑해",
            "Αθηνα Москва Việt Nam",
        ];
        let font = CoverFont::load().unwrap();
        for title in titles {
            let missing: String =
                title.chars().filter(|&c| !c.is_whitespace() && c != '№' && !font.has(c)).collect();
            assert_eq!(missing, "", "{title}");
        }
    }

    #[test]
    fn what_cannot_be_shown_is_skipped() {
        let font = CoverFont::load().unwrap();
        assert_eq!(font.readable("  🎸 Rock\n\t& Roll 🔥\u{200D}\u{FE0F} ", 200), "Rock & Roll");
        assert_eq!(font.readable("cafe\u{301}", 200), "cafe");
        assert_eq!(font.readable("Rock 🎸, (🔥 now 🎸) & then 🔥!", 200), "Rock, (now) & then!");
        assert_eq!(font.readable("Rock 🎸 & ( now )", 200), "Rock & ( now )");
        assert_eq!(font.readable("abcdef", 3), "abc");
    }

    #[test]
    fn ink_lies_where_the_letter_stands() {
        let font = CoverFont::load().unwrap();
        let mut bounds = (i32::MAX, i32::MIN);
        font.draw(
            "H",
            100.0,
            (10.0, 200.0),
            |_| (0.0, 0.0),
            |_, y, coverage| {
                if coverage > 0.5 {
                    bounds = (bounds.0.min(y), bounds.1.max(y));
                }
            },
        );
        assert!((199..=200).contains(&bounds.1), "{bounds:?}");
        assert!((122..=132).contains(&bounds.0), "a capital is about 0.73 em high: {bounds:?}");
    }
}
