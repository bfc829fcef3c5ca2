//! The song as rays around a disc, from the top down, the same on both sides.

use std::f32::consts::{FRAC_PI_2, TAU};

use super::super::canvas::Canvas;
use super::super::dice::Dice;
use super::super::envelope::Envelope;
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, bottom_zone};
use crate::colour::mix;

const RAYS: usize = 120;
const CENTRE_X: f32 = 512.0;

pub(super) struct Ring;

impl Layout for Ring {
    fn text_zone(&self) -> TextZone {
        bottom_zone(270.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    ) {
        let centre = (CENTRE_X, if untitled { 512.0 } else { 358.0 });
        let scale = if untitled { 1.35 } else { 1.0 };
        canvas.wash((0.0, 0.0), (0.0, 800.0), [palette.sky, palette.ground]);
        canvas.glow(centre, 470.0 * scale, palette.accents[0], 0.4);
        let inner = dice.between(120.0, 156.0) * scale;
        let reach = 294.0 * scale - inner;
        let heights = envelope.bars(RAYS / 2);
        for ray in 0..RAYS {
            let share = (ray as f32 + 0.5) / RAYS as f32;
            let height = heights[ray.min(RAYS - 1 - ray)];
            let (sine, cosine) = (share * TAU - FRAC_PI_2).sin_cos();
            let at = |radius: f32| (centre.0 + cosine * radius, centre.1 + sine * radius);
            let there_and_back = 1.0 - (share * 2.0 - 1.0).abs();
            let (from, to) = (inner + 24.0, inner + 28.0 + reach * height);
            canvas.line(at(from), at(to), 6.5 * scale, palette.accent_at(there_and_back), 1.0);
        }
        let [first, second, third] = palette.accents;
        canvas.shaded_disc(centre, inner, [mix(first, second, 0.2), mix(third, palette.ground, 0.2)]);
        for groove in 1..5 {
            canvas.ring(centre, inner * (0.28 + 0.15 * groove as f32), 1.6, palette.ground, 0.28);
        }
        canvas.disc(centre, inner * 0.2, palette.ground, 0.92);
    }
}
