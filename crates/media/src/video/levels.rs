//! How loud the sound is while each picture is shown.

/// Quieter than this even at its loudest is silence: -60 dB.
const SILENCE: f64 = 0.001;

pub(super) struct Levels(Vec<f32>);

impl Levels {
    /// One level for each `step` samples, the last of which may be fewer: 0 (silence) to 1 (the loudest).
    pub(super) fn of(left: &[f32], right: &[f32], step: usize) -> Self {
        let power = |samples: &[f32]| -> f64 {
            samples.iter().filter(|s| s.is_finite()).map(|s| f64::from(s.clamp(-1.0, 1.0)).powi(2)).sum()
        };
        let pairs = left.chunks(step).zip(right.chunks(step));
        let loudness: Vec<f64> =
            pairs.map(|(l, r)| ((power(l) + power(r)) / (2 * l.len()) as f64).sqrt()).collect();
        let loudest = loudness.iter().copied().fold(SILENCE, f64::max);
        Self(loudness.iter().map(|level| (level / loudest) as f32).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The level `ahead` steps after `now`; silence before the beginning and after the end.
    pub(super) fn around(&self, now: usize, ahead: isize) -> Option<f32> {
        self.0.get(now.checked_add_signed(ahead)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_sound() {
        let left = [0.0, 0.0, 0.5, -0.5, 1.0, f32::NAN, 0.25];
        let levels = Levels::of(&left, &left, 2);
        assert_eq!(levels.len(), 4);
        assert_eq!(levels.around(0, 0), Some(0.0));
        assert!((levels.around(2, -1).unwrap() - 0.707).abs() < 0.001);
        assert_eq!(levels.around(1, 1), Some(1.0));
        assert_eq!((levels.around(0, -1), levels.around(3, 1)), (None, None));
        assert_eq!(Levels::of(&[0.0; 9], &[0.0; 9], 2).around(0, 4), Some(0.0));
    }
}
