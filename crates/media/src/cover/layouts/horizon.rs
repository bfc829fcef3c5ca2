//! A sun over ranges of hills; every range is the song, each smoother than the one before it.

use super::super::canvas::{Canvas, SIDE};
use super::super::dice::Dice;
use super::super::envelope::{Envelope, smooth};
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, bottom_zone};
use crate::colour::mix;

const RANGES: usize = 4;
const POINTS: usize = 97;

pub(super) struct Horizon;

impl Layout for Horizon {
    fn text_zone(&self) -> TextZone {
        bottom_zone(290.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        _untitled: bool,
        dice: &mut Dice,
    ) {
        let [sun, haze, _] = palette.accents;
        canvas.wash((0.0, 0.0), (0.0, 640.0), [palette.sky, mix(palette.sky, haze, 0.45)]);
        let centre = (dice.between(300.0, 724.0), dice.between(270.0, 350.0));
        let radius = dice.between(130.0, 190.0);
        canvas.glow(centre, radius * 3.2, sun, 0.55);
        canvas.shaded_disc(centre, radius, [mix(sun, [255; 3], 0.25), sun]);
        for range in 0..RANGES {
            let depth = range as f32 / (RANGES - 1) as f32;
            let colour = mix(mix(palette.accents[2], palette.sky, 0.45), palette.ground, 0.18 + 0.82 * depth);
            let outline = hills(envelope, range, dice.below(POINTS));
            canvas.shaded_shape(&outline, (380.0, 760.0), [mix(colour, haze, 0.25 * (1.0 - depth)), colour]);
        }
    }
}

/// The song as the outline of one range, turned by `shift` points so that no two ranges agree.
fn hills(envelope: &Envelope, range: usize, shift: usize) -> Vec<(f32, f32)> {
    let mut heights = envelope.bars(POINTS);
    heights.rotate_left(if range == 0 { 0 } else { shift });
    let heights = smooth(&smooth(&heights, 1 + range * 2), 1 + range * 2);
    let foot = 560.0 + 54.0 * range as f32;
    let rise = 250.0 - 48.0 * range as f32;
    let ridge = heights.iter().enumerate().map(|(point, height)| {
        let x = point as f32 / (POINTS - 1) as f32 * SIDE;
        (x, foot - rise * (height - 0.25))
    });
    ridge.chain([(SIDE, SIDE), (0.0, SIDE)]).collect()
}
