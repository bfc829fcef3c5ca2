//! Title and subtitle: how large, on which lines, where.

use super::canvas::{Area, Canvas};
use super::palette::Palette;
use crate::MediaError;
use crate::colour::{Rgb, mix};
use crate::lettering::fit::{self, Sizes};
use crate::lettering::{CoverFont, Punctuation};

/// More than any cover can show; the rest is not even looked at.
const MAX_CHARACTERS: usize = 200;
const TITLE_SIZES: Sizes = Sizes { largest: 150.0, smallest: 46.0 };
const SUBTITLE_SIZE: f32 = 34.0;
/// Between the title's last baseline and the top of the subtitle, in pixels.
const SUBTITLE_GAP: f32 = 30.0;

/// Where a layout wants its text, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextZone {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Whether the text grows upwards from the zone's bottom, or hangs from its top.
    pub(super) from_bottom: bool,
}

/// One line, ready to draw.
#[derive(Debug)]
struct Line {
    text: String,
    baseline: f32,
    size: f32,
    width: f32,
    colour: Rgb,
}

/// Set type.
pub(super) struct Lettering {
    font: CoverFont,
    left: f32,
    lines: Vec<Line>,
    has_title: bool,
    punctuation: Punctuation,
}

impl Lettering {
    /// Sets both texts in the zone; what the font lacks is skipped.
    pub(super) fn set(
        title: &str,
        subtitle: &str,
        zone: TextZone,
        palette: &Palette,
    ) -> Result<Self, MediaError> {
        let font = CoverFont::load()?;
        let title = font.readable(title, MAX_CHARACTERS);
        let subtitle = font.readable(subtitle, MAX_CHARACTERS);
        let subtitle_height = if subtitle.is_empty() { 0.0 } else { SUBTITLE_SIZE + SUBTITLE_GAP };
        let fitted = fit::title(&font, &title, (zone.width, zone.height - subtitle_height), TITLE_SIZES);
        let text_height = fitted.height() + subtitle_height;
        let top = if zone.from_bottom { zone.top + zone.height - text_height } else { zone.top };

        let mut lines = Vec::new();
        let mut add = |text: String, size: f32, baseline: f32, colour: Rgb| {
            let width = font.width(&text, size);
            lines.push(Line { text, baseline, size, width, colour });
        };
        let baselines = fitted.baselines(top);
        for (text, baseline) in fitted.lines.iter().zip(baselines) {
            add(text.clone(), fitted.size, baseline, palette.text);
        }
        if !subtitle.is_empty() {
            let text = fit::one_line(&font, &subtitle, SUBTITLE_SIZE, zone.width);
            let baseline = top + text_height - SUBTITLE_SIZE * (1.0 - fit::ASCENT);
            add(text, SUBTITLE_SIZE, baseline, mix(palette.text, palette.ground, 0.18));
        }
        let punctuation = Punctuation::of(&[title.as_str(), &subtitle].concat());
        Ok(Self { font, left: zone.left, lines, has_title: !title.is_empty(), punctuation })
    }

    /// Whether any character of the title can be shown.
    pub(super) fn has_title(&self) -> bool {
        self.has_title
    }

    /// What the letters cover, with a small margin; `None` when there are none.
    pub(super) fn area(&self) -> Option<Area> {
        const MARGIN: f32 = 8.0;
        let top = self.lines.iter().map(|line| line.baseline - line.size * fit::ASCENT).reduce(f32::min)?;
        let bottom =
            self.lines.iter().map(|line| line.baseline + line.size * fit::DESCENT).reduce(f32::max)?;
        let width = self.lines.iter().map(|line| line.width).fold(0.0, f32::max);
        Some(Area {
            left: (self.left - MARGIN).max(0.0) as u32,
            top: (top - MARGIN).max(0.0) as u32,
            right: ((self.left + width + MARGIN).ceil() as u32).min(super::COVER_SIDE),
            bottom: ((bottom + MARGIN).ceil() as u32).min(super::COVER_SIDE),
        })
    }

    /// The colours in use.
    pub(super) fn colours(&self) -> Vec<Rgb> {
        let mut colours: Vec<Rgb> = self.lines.iter().map(|line| line.colour).collect();
        colours.dedup();
        colours
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        for line in &self.lines {
            let place = |character| self.punctuation.offset(character);
            self.font.draw(&line.text, line.size, (self.left, line.baseline), place, |x, y, coverage| {
                canvas.blend(x, y, line.colour, coverage);
            });
        }
    }
}
