//! Rings that spread from below like a sound from its source; each is a moment of the song, the wider the louder.

use super::super::canvas::{Canvas, SIDE};
use super::super::dice::Dice;
use super::super::envelope::Envelope;
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, top_zone};

const RINGS: usize = 17;

pub(super) struct Arcs;

impl Layout for Arcs {
    fn text_zone(&self) -> TextZone {
        top_zone(280.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    ) {
        let centre = (dice.between(330.0, 694.0), SIDE + dice.between(0.0, 60.0));
        canvas.wash((0.0, 200.0), (0.0, SIDE), [palette.ground, palette.sky]);
        canvas.glow(centre, 720.0, palette.accents[0], 0.45);
        let outermost = centre.1 - if untitled { 140.0 } else { 410.0 };
        let step = (outermost - 60.0) / RINGS as f32;
        for (ring, height) in envelope.bars(RINGS).into_iter().enumerate() {
            let share = ring as f32 / (RINGS - 1) as f32;
            let radius = 60.0 + step * (ring as f32 + 0.5);
            canvas.ring(
                centre,
                radius,
                step * (0.1 + 0.78 * height),
                palette.accent_at(share),
                1.0 - 0.35 * share,
            );
        }
        canvas.disc(centre, 52.0, palette.text, 0.9);
    }
}
