//! What the encoder sees: brightness for each pixel, colour for each four (BT.709, limited range; ITU-R BT.709-6 §3).

use openh264::formats::YUVSource;

use super::canvas::{Area, Canvas, HEIGHT, WIDTH};
use crate::colour::Rgb;

pub(super) struct Planes {
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Planes {
    pub(super) fn new() -> Self {
        let quarter = vec![128; WIDTH * HEIGHT / 4];
        Self { y: vec![16; WIDTH * HEIGHT], u: quarter.clone(), v: quarter }
    }

    /// Takes over what the canvas shows in `area`, widened to whole blocks of four pixels.
    pub(super) fn take(&mut self, canvas: &Canvas, area: Area) {
        let columns = area.left & !1..area.right.next_multiple_of(2);
        for top in (area.top & !1..area.bottom).step_by(2) {
            let [upper, lower] = [top, top + 1].map(|y| &canvas.row(y)[columns.clone()]);
            for (y, row) in [(top, upper), (top + 1, lower)] {
                let brightness = &mut self.y[y * WIDTH..][columns.clone()];
                brightness.iter_mut().zip(row).for_each(|(out, pixel)| *out = luma(*pixel));
            }
            let start = top / 2 * (WIDTH / 2) + columns.start / 2;
            let chroma = self.u[start..].iter_mut().zip(&mut self.v[start..]);
            let blocks = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            for ((u, v), (above, below)) in chroma.zip(blocks) {
                (*u, *v) = colour_of([above[0], above[1], below[0], below[1]]);
            }
        }
    }
}

/// The matrix of BT.709 in parts of 256, for 219 steps from black (16) to white (235).
fn luma([r, g, b]: Rgb) -> u8 {
    (16 + ((47 * u32::from(r) + 157 * u32::from(g) + 16 * u32::from(b) + 128) >> 8)) as u8
}

/// Blue and red differences of the mean of four pixels, around 128.
fn colour_of(pixels: [Rgb; 4]) -> (u8, u8) {
    let sum = |channel: usize| pixels.iter().map(|pixel| i32::from(pixel[channel])).sum::<i32>();
    let (r, g, b) = (sum(0), sum(1), sum(2));
    let scaled = |difference: i32| (128 + ((difference + 512) >> 10)).clamp(16, 240) as u8;
    (scaled(112 * b - 26 * r - 86 * g), scaled(112 * r - 102 * g - 10 * b))
}

impl YUVSource for Planes {
    fn dimensions(&self) -> (usize, usize) {
        (WIDTH, HEIGHT)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (WIDTH, WIDTH / 2, WIDTH / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.u
    }

    fn v(&self) -> &[u8] {
        &self.v
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_have_their_known_numbers() {
        let told = |colour: Rgb| (luma(colour), colour_of([colour; 4]));
        assert_eq!(told([0; 3]), (16, (128, 128)));
        assert_eq!(told([255; 3]), (235, (128, 128)));
        assert_eq!(told([255, 0, 0]), (63, (102, 240)));
        assert_eq!(told([0, 0, 255]), (32, (240, 118)));
    }

    #[test]
    fn only_what_changed_is_taken() {
        let mut canvas = Canvas::new(vec![[0; 3]; WIDTH * HEIGHT]);
        canvas.fill(Area::ALL, [255; 3]);
        let mut planes = Planes::new();
        planes.take(&canvas, Area { left: 11, top: 21, right: 13, bottom: 22 });
        let white = |(at, _): (usize, &u8)| (at % WIDTH, at / WIDTH);
        let taken: Vec<_> = planes.y.iter().enumerate().filter(|(_, y)| **y == 235).map(white).collect();
        assert_eq!(taken.len(), 8);
        assert!(taken.iter().all(|(x, y)| (10..14).contains(x) && (20..22).contains(y)));
    }
}
