//! Second-order filters after Bristow-Johnson's "Audio EQ Cookbook", both channels at once.

use crate::synth::{BLOCK, RATE};

#[derive(Clone, Copy, Default)]
pub(super) struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    memory: [[f32; 2]; 2],
}

impl Biquad {
    fn from_raw(b: [f32; 3], a: [f32; 3]) -> Self {
        Self { b: b.map(|b| b / a[0]), a: [a[1] / a[0], a[2] / a[0]], memory: [[0.0; 2]; 2] }
    }

    /// Lets pass what is above `hertz`, 12 dB an octave, without a bump.
    pub(super) fn high_pass(hertz: f32) -> Self {
        let (cos, alpha) = angle(hertz, std::f32::consts::FRAC_1_SQRT_2);
        Self::from_raw(
            [(1.0 + cos) / 2.0, -1.0 - cos, (1.0 + cos) / 2.0],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    /// Lets pass what is below `hertz`, 12 dB an octave.
    pub(super) fn low_pass(hertz: f32) -> Self {
        let (cos, alpha) = angle(hertz, std::f32::consts::FRAC_1_SQRT_2);
        Self::from_raw(
            [(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    /// Lifts or lowers a band around `hertz`.
    pub(super) fn peak(hertz: f32, gain_db: f32, quality: f32) -> Self {
        let (cos, alpha) = angle(hertz, quality);
        let lift = 10.0_f32.powf(gain_db / 40.0);
        Self::from_raw(
            [1.0 + alpha * lift, -2.0 * cos, 1.0 - alpha * lift],
            [1.0 + alpha / lift, -2.0 * cos, 1.0 - alpha / lift],
        )
    }

    /// Lifts or lowers everything above `hertz`.
    pub(super) fn high_shelf(hertz: f32, gain_db: f32) -> Self {
        let (cos, alpha) = angle(hertz, std::f32::consts::FRAC_1_SQRT_2);
        let lift = 10.0_f32.powf(gain_db / 40.0);
        let root = 2.0 * lift.sqrt() * alpha;
        let (up, down) = (lift + 1.0, lift - 1.0);
        Self::from_raw(
            [
                lift * (up + down * cos + root),
                -2.0 * lift * (down + up * cos),
                lift * (up + down * cos - root),
            ],
            [up - down * cos + root, 2.0 * (down - up * cos), up - down * cos - root],
        )
    }

    #[inline(always)]
    pub(super) fn tick(&mut self, input: [f32; 2]) -> [f32; 2] {
        let mut out = [0.0; 2];
        for channel in 0..2 {
            out[channel] = self.b[0] * input[channel] + self.memory[0][channel];
            self.memory[0][channel] =
                self.b[1] * input[channel] - self.a[0] * out[channel] + self.memory[1][channel];
            self.memory[1][channel] = self.b[2] * input[channel] - self.a[1] * out[channel];
        }
        out
    }

    /// Forgets what nobody hears. Called after each block, it keeps the memory from numbers so small that processors are
    /// slow with them.
    pub(super) fn settle(&mut self) {
        for value in self.memory.as_flattened_mut() {
            if value.abs() < 1e-12 {
                *value = 0.0;
            }
        }
    }

    /// Forgets what was heard.
    pub(super) fn reset(&mut self) {
        self.memory = [[0.0; 2]; 2];
    }

    fn is_at_rest(&self) -> bool {
        self.memory.as_flattened().iter().all(|value| *value == 0.0)
    }
}

/// Filters a block in place, through one filter after the other.
pub(super) fn run<const N: usize>(
    filters: &mut [Biquad; N],
    left: &mut [f32; BLOCK],
    right: &mut [f32; BLOCK],
) {
    let silent = left.iter().chain(right.iter()).all(|sample| *sample == 0.0);
    if silent && filters.iter().all(Biquad::is_at_rest) {
        return;
    }
    // The compiler keeps a copy in registers, which it cannot know to be safe behind a reference.
    let mut own = *filters;
    for (left, right) in left.iter_mut().zip(right.iter_mut()) {
        let mut pair = [*left, *right];
        for filter in &mut own {
            pair = filter.tick(pair);
        }
        [*left, *right] = pair;
    }
    own.iter_mut().for_each(Biquad::settle);
    *filters = own;
}

fn angle(hertz: f32, quality: f32) -> (f32, f32) {
    let omega = std::f32::consts::TAU * hertz / RATE;
    (omega.cos(), omega.sin() / (2.0 * quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_hears_nothing_comes_to_rest() {
        let mut filters = [Biquad::high_pass(30.0), Biquad::high_shelf(6000.0, 3.0)];
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        (left[0], right[5]) = (1.0, -1.0);
        run(&mut filters, &mut left, &mut right);
        assert!(left[BLOCK - 1] != 0.0 && !filters[0].is_at_rest());
        for _ in 0..400 {
            (left, right) = ([0.0; BLOCK], [0.0; BLOCK]);
            run(&mut filters, &mut left, &mut right);
        }
        assert!(filters.iter().all(Biquad::is_at_rest) && left == [0.0; BLOCK]);
    }
}
