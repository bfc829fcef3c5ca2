//! Colours that go together, each set with the mood it suits.

use super::dice::Dice;
use crate::colour::{Rgb, mix};

/// The colours of one cover.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// Where the light comes from.
    pub(super) sky: Rgb,
    /// The base of the picture; text is set on it.
    pub(super) ground: Rgb,
    pub(super) accents: [Rgb; 3],
    pub(super) text: Rgb,
    warmth: f32,
    brightness: f32,
}

/// As many of the nearest palettes as the dice may choose from.
const CHOICES: usize = 4;

const PALETTES: [Palette; 14] = [
    palette(0x3B1D63, 0x130F2B, [0xFF5C8A, 0xFFB36B, 0x8C6BFF], 0xFFF6FA, 0.55, 0.1),
    palette(0x0E5A6B, 0x05202D, [0x2EC4B6, 0xA5EBDD, 0xF6AE2D], 0xF2FFFD, 0.2, 0.15),
    palette(0x66192B, 0x1C0811, [0xFF6B35, 0xFFC15E, 0xE63462], 0xFFF5EC, 0.95, 0.15),
    palette(0x23583F, 0x0B1D16, [0x8BD17C, 0xF2E394, 0x35A58B], 0xF6FFF2, 0.4, 0.25),
    palette(0x2346A0, 0x0A0F2E, [0x5DA9FF, 0xB7E3FF, 0xFF8FAB], 0xF4F9FF, 0.1, 0.2),
    palette(0x3A3844, 0x131318, [0xF2C14E, 0xF78154, 0xC9C9DC], 0xFFFBF0, 0.7, 0.3),
    palette(0x7A2F6B, 0x210A2A, [0xF79AD3, 0xFF7F51, 0x7FD1FF], 0xFFF2FC, 0.65, 0.35),
    palette(0x2C4A63, 0x0E1A26, [0xE8C07D, 0xCC704B, 0x7FB3C8], 0xFFF9EF, 0.45, 0.4),
    palette(0xFFD3B0, 0xFFF4E4, [0xE4572E, 0xF3A712, 0x2E5266], 0x2B1B17, 0.9, 0.85),
    palette(0xB5E4D2, 0xEEF9F4, [0x1B998B, 0xF46036, 0x2E294E], 0x12302B, 0.35, 0.8),
    palette(0xB9D5FE, 0xF0F6FF, [0x3457D5, 0xF76C82, 0x7FB7FF], 0x14204A, 0.05, 0.85),
    palette(0xFFC2D2, 0xFFF2F5, [0xC9184A, 0x7B2CBF, 0xFF9E6D], 0x3A0A22, 0.75, 0.8),
    palette(0xE7C99A, 0xFAF1E0, [0xA44A3F, 0x2A6F6B, 0xD98E04], 0x2E2014, 0.8, 0.7),
    palette(0xD0C1F7, 0xF5F2FF, [0x6A3FD1, 0xE85D9E, 0x3FA7D6], 0x221447, 0.3, 0.75),
];

const fn palette(
    sky: u32,
    ground: u32,
    accents: [u32; 3],
    text: u32,
    warmth: f32,
    brightness: f32,
) -> Palette {
    let accents = [rgb(accents[0]), rgb(accents[1]), rgb(accents[2])];
    Palette { sky: rgb(sky), ground: rgb(ground), accents, text: rgb(text), warmth, brightness }
}

const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

impl Palette {
    /// One of the palettes nearest to the mood, its accents in an order of their own.
    pub(super) fn choose(warmth: f32, brightness: f32, dice: &mut Dice) -> Self {
        let sane = |value: f32| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.5 };
        let (warmth, brightness) = (sane(warmth), sane(brightness));
        let distance =
            |palette: &Self| (palette.warmth - warmth).powi(2) + (palette.brightness - brightness).powi(2);
        let mut nearest = PALETTES;
        nearest.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        let mut chosen = nearest[dice.below(CHOICES)];
        chosen.accents.rotate_left(dice.below(3));
        chosen
    }

    /// A colour on the way through the accents, `share` from 0 to 1.
    pub(super) fn accent_at(&self, share: f32) -> Rgb {
        let [first, second, third] = self.accents;
        match share {
            share if share < 0.5 => mix(first, second, share * 2.0),
            share => mix(second, third, share * 2.0 - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::contrast;

    #[test]
    fn text_reads_on_the_ground_of_every_palette() {
        for palette in PALETTES {
            assert!(contrast(palette.text, palette.ground) >= 10.0, "{palette:?}");
        }
    }
}
