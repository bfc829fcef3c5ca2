//! The picture under the brush, and what it is without anything moving on it.

use super::{VIDEO_HEIGHT, VIDEO_WIDTH};
use crate::colour::{Rgb, mix};

pub(super) const WIDTH: usize = VIDEO_WIDTH as usize;
pub(super) const HEIGHT: usize = VIDEO_HEIGHT as usize;

/// A rectangle of whole pixels; right and bottom lie outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Area {
    pub(super) const ALL: Self = Self { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };

    pub(super) fn width(&self) -> usize {
        self.right - self.left
    }

    pub(super) fn height(&self) -> usize {
        self.bottom - self.top
    }
}

pub(super) struct Canvas {
    pixels: Vec<Rgb>,
    still: Vec<Rgb>,
}

impl Canvas {
    /// Begins with a whole picture, row after row.
    pub(super) fn new(pixels: Vec<Rgb>) -> Self {
        Self { still: pixels.clone(), pixels }
    }

    /// Makes what was drawn so far part of the picture that [`Self::clear`] brings back.
    pub(super) fn keep(&mut self) {
        self.still.clone_from(&self.pixels);
    }

    /// Takes away what was drawn since.
    pub(super) fn clear(&mut self, area: Area) {
        for row in rows(area) {
            self.pixels[row.clone()].copy_from_slice(&self.still[row]);
        }
    }

    pub(super) fn fill(&mut self, area: Area, colour: Rgb) {
        rows(area).for_each(|row| self.pixels[row].fill(colour));
    }

    /// Lays a picture, row after row, over `area`.
    pub(super) fn lay(&mut self, area: Area, picture: &[Rgb]) {
        for (row, from) in rows(area).zip(picture.chunks_exact(area.width())) {
            self.pixels[row].copy_from_slice(from);
        }
    }

    /// Lays `colour` over one pixel, `alpha` from 0 to 1; points outside are ignored.
    pub(super) fn blend(&mut self, x: i32, y: i32, colour: Rgb, alpha: f32) {
        let inside = |at: i32, end: usize| usize::try_from(at).ok().filter(|&at| at < end);
        if let (Some(x), Some(y)) = (inside(x, WIDTH), inside(y, HEIGHT)) {
            let pixel = &mut self.pixels[y * WIDTH + x];
            *pixel = mix(*pixel, colour, alpha);
        }
    }

    pub(super) fn row(&self, y: usize) -> &[Rgb] {
        &self.pixels[y * WIDTH..(y + 1) * WIDTH]
    }
}

fn rows(area: Area) -> impl Iterator<Item = std::ops::Range<usize>> {
    (area.top..area.bottom).map(move |y| y * WIDTH + area.left..y * WIDTH + area.right)
}
