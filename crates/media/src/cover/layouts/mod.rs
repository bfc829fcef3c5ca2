//! The pictures: each shows the song's loudness in its own way and leaves a calm place for the title.

mod arcs;
mod bars;
mod halftone;
mod horizon;
mod ribbons;
mod ring;

use super::canvas::{Canvas, SIDE};
use super::dice::Dice;
use super::envelope::Envelope;
use super::lettering::TextZone;
use super::palette::Palette;

/// One way to picture a song.
pub(super) trait Layout {
    fn text_zone(&self) -> TextZone;

    /// `untitled` pictures may use the whole square.
    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    );
}

static LAYOUTS: [&(dyn Layout + Sync); 6] =
    [&arcs::Arcs, &bars::Bars, &halftone::Halftone, &horizon::Horizon, &ribbons::Ribbons, &ring::Ring];

pub(super) fn choose(dice: &mut Dice) -> &'static dyn Layout {
    LAYOUTS[dice.below(LAYOUTS.len())]
}

/// From the edge of the picture to its text, in pixels.
const MARGIN: f32 = 76.0;

/// A zone of `height` that ends at the bottom margin; short text sits at its bottom.
const fn bottom_zone(height: f32) -> TextZone {
    TextZone {
        left: MARGIN,
        top: SIDE - MARGIN - height,
        width: SIDE - 2.0 * MARGIN,
        height,
        from_bottom: true,
    }
}

/// A zone of `height` that begins at the top margin.
const fn top_zone(height: f32) -> TextZone {
    TextZone { left: MARGIN, top: MARGIN - 8.0, width: SIDE - 2.0 * MARGIN, height, from_bottom: false }
}
