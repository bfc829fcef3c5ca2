//! What stands still behind everything: the cover large, blurred and dark, and the cover itself. And the colours that
//! go with it.

use image::imageops::{FilterType, resize};
use image::{DynamicImage, RgbImage};

use super::canvas::{Area, Canvas, HEIGHT, WIDTH};
use super::scene::COVER;
use crate::MediaError;
use crate::colour::{Rgb, contrast, luminance, mix};
use crate::decode::read_picture;

/// What is left of the cover's light; white on the lightest backdrop keeps a contrast of 9:1.
const LIGHT: f32 = 0.27;
/// The cover is shrunk to so many pixels, and grown again: that is a blur.
const BLURRED: (u32, u32) = (16, 9);
const WHITE: Rgb = [255; 3];

/// The colours of one video, all of which read upon its backdrop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colours {
    /// For what is read first.
    pub(super) text: Rgb,
    /// For what is read second.
    pub(super) quiet: Rgb,
    /// For what moves.
    pub(super) accent: Rgb,
    /// For what has not come yet.
    pub(super) faint: Rgb,
}

pub(super) struct Backdrop {
    pub(super) pixels: Vec<Rgb>,
    pub(super) colours: Colours,
}

impl Backdrop {
    pub(super) fn of(cover: &[u8]) -> Result<Self, MediaError> {
        let cover = read_picture(cover)?;
        let small = cover.resize_to_fill(BLURRED.0, BLURRED.1, FilterType::Triangle).to_rgb8();
        let large = resize(&small, WIDTH as u32, HEIGHT as u32, FilterType::CatmullRom);
        let pixels: Vec<Rgb> = large.pixels().map(|pixel| mix([6; 3], pixel.0, LIGHT)).collect();
        let lightest = pixels.iter().copied().max_by(|a, b| luminance(*a).total_cmp(&luminance(*b)));
        let colours = Colours::of(&small, lightest.unwrap_or_default());
        let mut canvas = Canvas::new(pixels);
        lay_cover(&mut canvas, &cover);
        let pixels = (0..HEIGHT).flat_map(|y| canvas.row(y)).copied().collect();
        Ok(Self { pixels, colours })
    }
}

fn lay_cover(canvas: &mut Canvas, cover: &DynamicImage) {
    let Area { left, top, right, bottom } = COVER;
    let side = COVER.width() as u32;
    let picture = cover.resize_to_fill(side, side, FilterType::Triangle).to_rgb8();
    let edge = Area { left: left - 2, top: top - 2, right: right + 2, bottom: bottom + 2 };
    canvas.fill(edge, [40; 3]);
    canvas.lay(COVER, &picture.pixels().map(|pixel| pixel.0).collect::<Vec<_>>());
}

impl Colours {
    /// The most vivid colour of the cover, made as light as reading needs on the `lightest` backdrop.
    fn of(cover: &RgbImage, lightest: Rgb) -> Self {
        let vividness = |[r, g, b]: Rgb| r.max(g).max(b) - r.min(g).min(b);
        let vivid =
            cover.pixels().map(|pixel| pixel.0).max_by_key(|pixel| vividness(*pixel)).unwrap_or(WHITE);
        let shades = (0..=10).map(|step| mix(vivid, WHITE, step as f32 / 10.0));
        let accent = shades.into_iter().find(|shade| contrast(*shade, lightest) >= 5.0).unwrap_or(WHITE);
        let text = mix(WHITE, accent, 0.06);
        Self { text, quiet: mix(text, lightest, 0.3), accent, faint: mix(accent, lightest, 0.6) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_keeps_its_contrast_on_any_cover() {
        for colour in [[0; 3], [255; 3], [255, 0, 0], [0, 0, 255], [255, 255, 0], [90, 200, 120]] {
            let cover = RgbImage::from_pixel(16, 9, image::Rgb(colour));
            let backdrop = mix([6; 3], colour, LIGHT);
            let colours = Colours::of(&cover, backdrop);
            assert!(contrast(colours.text, backdrop) >= 8.0, "{colour:?}");
            assert!(contrast(colours.quiet, backdrop) >= 4.5, "{colour:?}");
            assert!(contrast(colours.accent, backdrop) >= 5.0, "{colour:?}");
        }
    }
}
