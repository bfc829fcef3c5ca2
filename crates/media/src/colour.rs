//! Colours and how well one reads upon another.

use std::sync::LazyLock;

/// sRGB, 0 to 255 each.
pub(crate) type Rgb = [u8; 3];

/// Between `from` (0) and `to` (1).
pub(crate) fn mix(from: Rgb, to: Rgb, share: f32) -> Rgb {
    std::array::from_fn(|i| {
        (f32::from(from[i]) + (f32::from(to[i]) - f32::from(from[i])) * share.clamp(0.0, 1.0)).round() as u8
    })
}

/// The light that each sRGB value stands for (IEC 61966-2-1 §5.2).
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = value as f32 / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
pub(crate) fn luminance(colour: Rgb) -> f32 {
    let [r, g, b] = colour.map(|channel| LINEAR[usize::from(channel)]);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// 1 (the same) to 21 (black on white) (WCAG 2.2, "contrast ratio").
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_has_its_known_ends() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
        assert_eq!(contrast([9, 99, 199], [9, 99, 199]), 1.0);
        assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01);
    }
}
