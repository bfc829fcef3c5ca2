//! The song as a row of capsules, mirrored at a line, in a colour that travels.

use super::super::canvas::{Canvas, SIDE};
use super::super::dice::Dice;
use super::super::envelope::Envelope;
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, MARGIN, bottom_zone};

pub(super) struct Bars;

impl Layout for Bars {
    fn text_zone(&self) -> TextZone {
        bottom_zone(300.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    ) {
        let (middle, reach) = if untitled { (512.0, 330.0) } else { (340.0, 225.0) };
        canvas.wash((0.0, 0.0), (SIDE * 0.3, SIDE * 0.9), [palette.sky, palette.ground]);
        let light = dice.between(0.25, 0.75) * SIDE;
        canvas.glow((light, middle), 560.0, palette.accents[2], 0.35);
        let count = 21 + 4 * dice.below(4);
        let step = (SIDE - 2.0 * MARGIN) / count as f32;
        let width = step * dice.between(0.52, 0.68);
        for (bar, height) in envelope.bars(count).into_iter().enumerate() {
            let x = MARGIN + step * (bar as f32 + 0.5);
            let half = (reach * height - width / 2.0).max(0.5);
            let colour = palette.accent_at(bar as f32 / (count - 1) as f32);
            canvas.line((x, middle - half), (x, middle + half), width, colour, 1.0);
        }
    }
}
