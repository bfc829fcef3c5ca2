//! A square cover drawn from the song itself: its loudness over time is the picture, its title is set upon it.
//!
//! The seed and the title choose one of several layouts and palettes; warmth and brightness lean the choice. Text is
//! always set on ground that keeps a contrast of at least 4.5:1 (WCAG 2.2, success criterion 1.4.3).

mod canvas;
mod dice;
mod envelope;
mod ground;
mod layouts;
mod lettering;
mod palette;

use canvas::Canvas;
use dice::Dice;
use envelope::Envelope;
use lettering::Lettering;
use palette::Palette;

use crate::MediaError;

/// Width and height of a cover in pixels.
pub const COVER_SIDE: u32 = 1_024;
const JPEG_QUALITY: u8 = 90;

/// What a cover is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct CoverBrief<'a> {
    /// Set on up to four lines, cut with an ellipsis when longer; characters without a glyph are skipped. May be empty.
    pub title: &'a str,
    /// Set small on one line below the title. May be empty.
    pub subtitle: &'a str,
    /// Chooses layout, palette and every detail.
    pub seed: u32,
    /// Loudness over time, 0..=1, of any length; values outside are clipped. Empty means a gentle swell.
    pub energy: &'a [f32],
    /// 0 (cool colours) to 1 (warm colours).
    pub warmth: f32,
    /// 0 (night) to 1 (day).
    pub brightness: f32,
}

/// Draws a cover as a JPEG file of [`COVER_SIDE`] pixels a side. The same brief gives the same bytes.
///
/// # Errors
/// [`MediaError::Cover`] when drawing fails, which no brief is known to cause.
pub fn cover(brief: &CoverBrief<'_>) -> Result<Vec<u8>, MediaError> {
    let (mut canvas, lettering) = paint(brief)?;
    lettering.draw(&mut canvas);
    canvas.into_jpeg(JPEG_QUALITY)
}

/// Everything but the letters, which come back beside it.
fn paint(brief: &CoverBrief<'_>) -> Result<(Canvas, Lettering), MediaError> {
    let mut dice = Dice::new(brief.seed, brief.title);
    let palette = Palette::choose(brief.warmth, brief.brightness, &mut dice);
    let layout = layouts::choose(&mut dice);
    let mut canvas = Canvas::new()?;
    let lettering = Lettering::set(brief.title, brief.subtitle, layout.text_zone(), &palette)?;
    layout.draw(&mut canvas, &palette, &Envelope::new(brief.energy), !lettering.has_title(), &mut dice);
    canvas.grain();
    if let Some(area) = lettering.area() {
        ground::calm(&mut canvas, area, &lettering.colours(), palette.ground);
    }
    Ok((canvas, lettering))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::contrast;

    fn brief(title: &str, seed: u32, brightness: f32) -> CoverBrief<'_> {
        CoverBrief { title, subtitle: "Backline", seed, energy: &[0.2, 0.9, 0.4], warmth: 0.5, brightness }
    }

    #[test]
    fn every_pixel_under_the_letters_keeps_its_contrast() {
        for seed in 0..40 {
            let (canvas, lettering) =
                paint(&brief("A fairly long title that needs its lines", seed, (seed % 3) as f32 / 2.0))
                    .unwrap();
            let area = lettering.area().expect("there is a title");
            for text in lettering.colours() {
                let worst = canvas.pixels(area).map(|ground| contrast(text, ground)).fold(f32::MAX, f32::min);
                assert!(worst >= 4.5, "seed {seed}: {worst:.2}:1");
            }
        }
    }

    #[test]
    fn a_chinese_title_leaves_ink_of_its_own() {
        let ink = |title: &str| {
            let (mut canvas, lettering) =
                paint(&CoverBrief { subtitle: "", ..brief(title, 5, 0.5) }).unwrap();
            let area = lettering.area().expect("there is a title");
            let before: Vec<_> = canvas.pixels(area).collect();
            lettering.draw(&mut canvas);
            let changed: Vec<bool> =
                canvas.pixels(area).zip(before).map(|(now, then)| contrast(now, then) > 2.0).collect();
            changed
        };
        let (sun, moon) = (ink("在陽光照耀下醒來"), ink("在月光照耀下醒來"));
        let share = sun.iter().filter(|&&inked| inked).count() as f32 / sun.len() as f32;
        assert!((0.15..0.6).contains(&share), "{share} of the title's area is ink");
        assert_ne!(sun, moon);
    }

    #[test]
    fn letters_stay_inside_the_picture() {
        for title in
            ["W".repeat(300), "漢".repeat(300), "word ".repeat(60), "「（".repeat(90), "Ａ、".repeat(90)]
        {
            for seed in 0..12 {
                let (_, lettering) = paint(&brief(&title, seed, 0.5)).unwrap();
                let area = lettering.area().expect("there is a title");
                assert!(area.left >= 40 && area.top >= 40, "{area:?}");
                assert!(area.right <= COVER_SIDE - 40 && area.bottom <= COVER_SIDE - 40, "{area:?}");
            }
        }
    }

    #[test]
    fn a_title_without_a_single_known_character_leaves_the_picture_alone() {
        let emoji = CoverBrief { subtitle: "", ..brief("🎸🔥\u{200D}\u{FE0F}", 3, 0.5) };
        let (_, lettering) = paint(&emoji).unwrap();
        assert_eq!(lettering.area(), None);
    }

    #[test]
    fn broken_numbers_still_give_a_picture() {
        let energy = [f32::NAN, f32::INFINITY, -7.0, 1e30];
        let broken = CoverBrief {
            energy: &energy,
            warmth: f32::NAN,
            brightness: f32::NEG_INFINITY,
            ..brief("x", 1, 0.0)
        };
        for seed in 0..12 {
            assert!(cover(&CoverBrief { seed, ..broken }).is_ok());
        }
    }
}
