//! A grid of dots: each column is a moment of the song, and the louder it is the higher its dots stay large.

use super::super::canvas::{Canvas, SIDE};
use super::super::dice::Dice;
use super::super::envelope::{Envelope, smooth};
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, top_zone};

const COLUMNS: usize = 27;

pub(super) struct Halftone;

impl Layout for Halftone {
    fn text_zone(&self) -> TextZone {
        top_zone(300.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    ) {
        canvas.wash((0.0, 300.0), (0.0, SIDE), [palette.ground, palette.sky]);
        let rows = if untitled { 24 } else { 16 };
        let step = SIDE / COLUMNS as f32;
        let heights = smooth(&envelope.bars(COLUMNS), 1);
        let turned = dice.below(2) == 1;
        for (column, height) in heights.iter().enumerate() {
            let share = column as f32 / (COLUMNS - 1) as f32;
            for row in 0..rows {
                let rise = (row as f32 + 0.5) / rows as f32;
                let size = ((height * 1.15 + 0.12 - rise) * 1.6).clamp(0.0, 1.0);
                let offset = if row % 2 == 0 { 0.25 } else { 0.75 };
                let centre = (step * (column as f32 + offset), SIDE - step * (row as f32 + 0.5));
                let colour = palette.accent_at(if turned { rise } else { (share + rise * 0.5) / 1.5 });
                if size > 0.06 {
                    canvas.disc(centre, step * 0.47 * size.sqrt(), colour, 0.95);
                }
            }
        }
    }
}
