//! Calms the picture under the letters as far as reading needs, and no further.

use super::canvas::{Area, Canvas};
use crate::colour::{Rgb, contrast, mix};

/// A little above 4.5:1, for the rounding of the pixels.
const WANTED_CONTRAST: f32 = 4.7;
/// The veil ends this many pixels outside the letters, softly.
const SOFT_EDGE: f32 = 56.0;
const STEPS: u32 = 20;

/// Lays a veil of `ground` over `area`, just dense enough for every colour of `text` on every pixel.
pub(super) fn calm(canvas: &mut Canvas, area: Area, text: &[Rgb], ground: Rgb) {
    let density = canvas.pixels(area).map(|pixel| density_for(pixel, text, ground)).max().unwrap_or(0);
    if density > 0 {
        veil(canvas, area, ground, density as f32 / STEPS as f32);
    }
}

/// How many of `STEPS` towards the ground a pixel must go.
fn density_for(pixel: Rgb, text: &[Rgb], ground: Rgb) -> u32 {
    let reads = |step: u32| {
        let under = mix(pixel, ground, step as f32 / STEPS as f32);
        text.iter().all(|&colour| contrast(colour, under) >= WANTED_CONTRAST)
    };
    (0..STEPS).find(|&step| reads(step)).unwrap_or(STEPS)
}

fn veil(canvas: &mut Canvas, area: Area, ground: Rgb, density: f32) {
    let reach = SOFT_EDGE as i32;
    let (left, right) = (area.left as i32, area.right as i32 - 1);
    let (top, bottom) = (area.top as i32, area.bottom as i32 - 1);
    for y in top - reach..=bottom + reach {
        for x in left - reach..=right + reach {
            let outside_x = (left - x).max(x - right).max(0) as f32;
            let outside_y = (top - y).max(y - bottom).max(0) as f32;
            let nearness = (1.0 - outside_x.hypot(outside_y) / SOFT_EDGE).max(0.0);
            let soft = nearness * nearness * (3.0 - 2.0 * nearness);
            canvas.blend(x, y, ground, density * soft);
        }
    }
}
