//! Translucent ribbons that cross the picture; they swell where the song does.

use std::f32::consts::TAU;

use super::super::canvas::{Canvas, SIDE};
use super::super::dice::Dice;
use super::super::envelope::{Envelope, smooth};
use super::super::lettering::TextZone;
use super::super::palette::Palette;
use super::{Layout, top_zone};
use crate::colour::mix;

const RIBBONS: usize = 7;
const POINTS: usize = 120;

pub(super) struct Ribbons;

impl Layout for Ribbons {
    fn text_zone(&self) -> TextZone {
        top_zone(290.0)
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        palette: &Palette,
        envelope: &Envelope,
        untitled: bool,
        dice: &mut Dice,
    ) {
        canvas.wash((0.0, 260.0), (SIDE * 0.4, SIDE), [palette.ground, palette.sky]);
        canvas.glow((dice.between(250.0, 800.0), 700.0), 520.0, palette.accents[1], 0.3);
        let swell = smooth(&smooth(&envelope.bars(POINTS), 3), 3);
        let (turns, slant) = (dice.between(0.7, 1.3), dice.between(-90.0, 90.0));
        for ribbon in 0..RIBBONS {
            let share = ribbon as f32 / (RIBBONS - 1) as f32;
            let wave = Wave {
                phase: dice.between(0.0, 0.22) + share * 0.55,
                turns: turns + 0.25 * share,
                height: 50.0 + 34.0 * share,
                level: if untitled { 230.0 + 560.0 * share } else { 560.0 + 330.0 * share },
                slant,
            };
            let colour = mix(palette.accent_at(share), palette.ground, 0.06);
            canvas.shape(&wave.outline(&swell, 64.0 + 26.0 * share), colour, 0.72);
        }
    }
}

/// The middle line of a ribbon.
struct Wave {
    phase: f32,
    turns: f32,
    height: f32,
    level: f32,
    slant: f32,
}

impl Wave {
    fn at(&self, share: f32) -> f32 {
        let lean = self.slant * (share - 0.5);
        self.level + lean + self.height * (TAU * (self.phase + self.turns * share)).sin()
    }

    /// Along the upper edge and back along the lower one; `thickness` is reached where the song is loudest.
    fn outline(&self, swell: &[f32], thickness: f32) -> Vec<(f32, f32)> {
        let last = (swell.len() - 1) as f32;
        let edge = |side: f32| {
            swell.iter().enumerate().map(move |(point, loudness)| {
                let share = point as f32 / last;
                (share * (SIDE + 20.0) - 10.0, self.at(share) + side * (5.0 + thickness * loudness))
            })
        };
        edge(-1.0).chain(edge(1.0).collect::<Vec<_>>().into_iter().rev()).collect()
    }
}
