//! How wide a song is: side against middle.
//! Many wide parts and a long room add up to more than records have, and then one loudspeaker loses half the song.

use super::Stereo;

/// Wider than this, in dB of side against middle, is wider than most records.
const WIDE_DB: f32 = -10.0;
/// How much of what lies beyond is kept, so that wide styles stay the wider ones.
const KEPT: f32 = 0.25;

/// The factor for the side that makes a mix no wider than records are.
pub(super) fn of(mix: &Stereo) -> f32 {
    let (mut middle, mut side) = (0.0_f64, 0.0_f64);
    for (left, right) in mix.left.chunks(4096).zip(mix.right.chunks(4096)) {
        let both = |sign: f32| power(left, right, sign);
        (middle, side) = (middle + f64::from(both(1.0)), side + f64::from(both(-1.0)));
    }
    let found = 10.0 * ((side + 1e-12) / (middle + 1e-12)).log10() as f32;
    let beyond = (found - WIDE_DB).max(0.0);
    crate::synth::from_db((KEPT - 1.0) * beyond)
}

/// The energy of the left channel plus `sign` times the right one, in eight sums that do not wait for each other.
fn power(left: &[f32], right: &[f32], sign: f32) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (left, right) in left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += (left + sign * right) * (left + sign * right);
        }
    }
    sums.iter().sum()
}

/// Keeps so much of the side.
pub(super) fn apply(left: &mut [f32], right: &mut [f32], width: f32) {
    if width == 1.0 {
        return;
    }
    for (left, right) in left.iter_mut().zip(right) {
        let (middle, side) = (0.5 * (*left + *right), 0.5 * width * (*left - *right));
        (*left, *right) = (middle + side, middle - side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Noise;

    fn side_in_db(mix: &Stereo) -> f32 {
        10.0 * (power(&mix.left, &mix.right, -1.0) / power(&mix.left, &mix.right, 1.0)).log10()
    }

    #[test]
    fn what_is_too_wide_is_narrowed_and_the_rest_left_alone() {
        let (mut one, mut other) = (Noise::new(1), Noise::new(2));
        let left: Vec<f32> = (0..40_000).map(|_| one.next()).collect();
        let mut wide = Stereo { right: left.iter().map(|_| other.next()).collect(), left: left.clone() };
        let near = Stereo { right: left.iter().map(|left| 0.8 * left).collect(), left };
        assert_eq!(of(&near), 1.0);
        let width = of(&wide);
        apply(&mut wide.left, &mut wide.right, width);
        let found = side_in_db(&wide);
        assert!((-8.0..-7.0).contains(&found), "{found} dB after all of 0 dB");
    }
}
