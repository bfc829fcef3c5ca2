//! Samples as whole numbers of 16 bits.

use crate::MediaError;

/// Steps from silence to full scale.
const FULL_SCALE: f32 = 32_768.0;

/// The nearest 16-bit sample. The cast saturates and turns NaN into 0.
pub(super) fn nearest(sample: f32) -> i16 {
    (sample * FULL_SCALE).round() as i16
}

/// The 16-bit number that `sample` stands for, or `None` when it stands between two or outside.
pub(super) fn exact(sample: f32) -> Option<i16> {
    let scaled = sample * FULL_SCALE;
    let number = scaled as i16;
    (f32::from(number) == scaled).then_some(number)
}

/// Refuses sound that 16 bits would not give back as it was.
pub(super) fn check_exact(left: &[f32], right: &[f32]) -> Result<(), MediaError> {
    for channel in [left, right] {
        if let Some(index) = channel.iter().position(|&sample| exact(sample).is_none()) {
            return Err(MediaError::NotSixteenBit { index, value: channel[index] });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sixteen_bit_samples_are_exact() {
        assert_eq!(exact(-1.0), Some(-32_768));
        assert_eq!(exact(32_767.0 / FULL_SCALE), Some(32_767));
        for inexact in [1.0, -1.1, 0.5 / FULL_SCALE, f32::NAN, f32::INFINITY] {
            assert_eq!(exact(inexact), None, "{inexact}");
        }
    }

    #[test]
    fn samples_are_rounded_and_clipped() {
        let found = [0.0, 0.5, -1.0, 1.0, 7.0, -7.0, f32::NAN, 1.4 / FULL_SCALE].map(nearest);
        assert_eq!(found, [0, 16_384, -32_768, 32_767, 32_767, -32_768, 0, 1]);
    }
}
