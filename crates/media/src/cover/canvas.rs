//! The picture under the brush: shapes in, JPEG out.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::COVER_SIDE;
use crate::MediaError;
use crate::colour::Rgb;

/// The side as a float, for geometry.
pub(super) const SIDE: f32 = COVER_SIDE as f32;

/// A rectangle of whole pixels; right and bottom lie outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) right: u32,
    pub(super) bottom: u32,
}

pub(super) struct Canvas {
    pixmap: Pixmap,
}

impl Canvas {
    pub(super) fn new() -> Result<Self, MediaError> {
        let pixmap = Pixmap::new(COVER_SIDE, COVER_SIDE)
            .ok_or_else(|| MediaError::Cover { cause: "there is no canvas of that size".to_owned() })?;
        Ok(Self { pixmap })
    }

    /// Covers everything with a gradient that runs from `start` to `end` points.
    pub(super) fn wash(&mut self, start: (f32, f32), end: (f32, f32), colours: [Rgb; 2]) {
        if let (Some(all), Some(gradient)) =
            (Rect::from_xywh(0.0, 0.0, SIDE, SIDE), linear(start, end, colours))
        {
            let paint = Paint { shader: gradient, ..Paint::default() };
            self.pixmap.fill_rect(all, &paint, Transform::identity(), None);
        }
    }

    /// Light that fades out from a centre; `alpha` is its strength in the middle.
    pub(super) fn glow(&mut self, centre: (f32, f32), radius: f32, colour: Rgb, alpha: f32) {
        let stops = vec![
            GradientStop::new(0.0, solid(colour, alpha)),
            GradientStop::new(0.45, solid(colour, alpha * 0.38)),
            GradientStop::new(1.0, solid(colour, 0.0)),
        ];
        let centre = Point::from_xy(centre.0, centre.1);
        let shader =
            RadialGradient::new(centre, 0.0, centre, radius, stops, SpreadMode::Pad, Transform::identity());
        let bounds = Rect::from_xywh(centre.x - radius, centre.y - radius, radius * 2.0, radius * 2.0);
        if let (Some(shader), Some(bounds)) = (shader, bounds) {
            let paint = Paint { shader, ..Paint::default() };
            self.pixmap.fill_rect(bounds, &paint, Transform::identity(), None);
        }
    }

    pub(super) fn disc(&mut self, centre: (f32, f32), radius: f32, colour: Rgb, alpha: f32) {
        if let Some(path) = PathBuilder::from_circle(centre.0, centre.1, radius) {
            self.fill(&path, Shader::SolidColor(solid(colour, alpha)));
        }
    }

    /// A disc whose colour runs from its top to its bottom.
    pub(super) fn shaded_disc(&mut self, centre: (f32, f32), radius: f32, colours: [Rgb; 2]) {
        let ends = ((centre.0, centre.1 - radius), (centre.0, centre.1 + radius));
        if let (Some(path), Some(shader)) =
            (PathBuilder::from_circle(centre.0, centre.1, radius), linear(ends.0, ends.1, colours))
        {
            self.fill(&path, shader);
        }
    }

    /// A closed outline filled with a colour.
    pub(super) fn shape(&mut self, outline: &[(f32, f32)], colour: Rgb, alpha: f32) {
        if let Some(path) = polygon(outline) {
            self.fill(&path, Shader::SolidColor(solid(colour, alpha)));
        }
    }

    /// A closed outline filled with a gradient from the top of the picture part `span` to its bottom.
    pub(super) fn shaded_shape(&mut self, outline: &[(f32, f32)], span: (f32, f32), colours: [Rgb; 2]) {
        if let (Some(path), Some(shader)) = (polygon(outline), linear((0.0, span.0), (0.0, span.1), colours))
        {
            self.fill(&path, shader);
        }
    }

    /// A straight line with round ends.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Rgb, alpha: f32) {
        let mut builder = PathBuilder::new();
        builder.move_to(from.0, from.1);
        builder.line_to(to.0, to.1);
        self.stroke(builder.finish(), width, colour, alpha);
    }

    /// A circle's outline.
    pub(super) fn ring(&mut self, centre: (f32, f32), radius: f32, width: f32, colour: Rgb, alpha: f32) {
        self.stroke(PathBuilder::from_circle(centre.0, centre.1, radius), width, colour, alpha);
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, colour: Rgb, alpha: f32) {
        if let Some(path) = path {
            let paint = Paint { shader: Shader::SolidColor(solid(colour, alpha)), ..Paint::default() };
            let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
        }
    }

    fn fill(&mut self, path: &Path, shader: Shader<'_>) {
        let paint = Paint { shader, ..Paint::default() };
        self.pixmap.fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// A fine grain, the same on every picture: gradients of 8 bits would show their steps without it.
    pub(super) fn grain(&mut self) {
        for (index, pixel) in self.pixmap.data_mut().chunks_exact_mut(4).enumerate() {
            let mixed = (index as u32).wrapping_mul(0x9E37_79B9);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85EB_CA6B);
            let step = ((mixed >> 16) % 5) as i16 - 2;
            for channel in &mut pixel[..3] {
                *channel = (i16::from(*channel) + step).clamp(0, 255) as u8;
            }
        }
    }

    /// The colours inside `area`, row after row. The canvas is opaque once washed.
    pub(super) fn pixels(&self, area: Area) -> impl Iterator<Item = Rgb> {
        let row_bytes = COVER_SIDE as usize * 4;
        let columns = area.left as usize * 4..area.right as usize * 4;
        self.pixmap
            .data()
            .chunks_exact(row_bytes)
            .take(area.bottom as usize)
            .skip(area.top as usize)
            .flat_map(move |row| {
                row[columns.clone()].chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]])
            })
    }

    /// Lays `colour` over one pixel, `alpha` from 0 to 1; points outside are ignored.
    pub(super) fn blend(&mut self, x: i32, y: i32, colour: Rgb, alpha: f32) {
        let side = COVER_SIDE as i32;
        if !(0..side).contains(&x) || !(0..side).contains(&y) {
            return;
        }
        let start = (y * side + x) as usize * 4;
        for (channel, &over) in self.pixmap.data_mut()[start..start + 3].iter_mut().zip(&colour) {
            let under = f32::from(*channel);
            *channel = (under + (f32::from(over) - under) * alpha.clamp(0.0, 1.0)).round() as u8;
        }
    }

    pub(super) fn into_jpeg(self, quality: u8) -> Result<Vec<u8>, MediaError> {
        let rgb: Vec<u8> = self.pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        let mut jpeg = Vec::with_capacity(256 * 1024);
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .write_image(&rgb, COVER_SIDE, COVER_SIDE, ExtendedColorType::Rgb8)
            .map_err(|error| MediaError::Cover { cause: error.to_string() })?;
        Ok(jpeg)
    }
}

fn solid(colour: Rgb, alpha: f32) -> Color {
    let [r, g, b] = colour;
    Color::from_rgba8(r, g, b, (alpha.clamp(0.0, 1.0) * 255.0).round() as u8)
}

fn linear(start: (f32, f32), end: (f32, f32), colours: [Rgb; 2]) -> Option<Shader<'static>> {
    let stops =
        vec![GradientStop::new(0.0, solid(colours[0], 1.0)), GradientStop::new(1.0, solid(colours[1], 1.0))];
    let (start, end) = (Point::from_xy(start.0, start.1), Point::from_xy(end.0, end.1));
    LinearGradient::new(start, end, stops, SpreadMode::Pad, Transform::identity())
}

fn polygon(outline: &[(f32, f32)]) -> Option<Path> {
    let (&(x, y), rest) = outline.split_first()?;
    let mut builder = PathBuilder::new();
    builder.move_to(x, y);
    rest.iter().for_each(|&(x, y)| builder.line_to(x, y));
    builder.close();
    builder.finish()
}
