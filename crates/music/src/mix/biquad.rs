//! Second-order filters after Bristow-Johnson's "Audio EQ Cookbook", both channels at once.

use super::Stereo;
use crate::synth::RATE;

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

    /// Filters in place.
    pub(super) fn run(&mut self, bus: &mut Stereo) {
        for (left, right) in bus.left.iter_mut().zip(bus.right.iter_mut()) {
            [*left, *right] = self.tick([*left, *right]);
        }
    }
}

fn angle(hertz: f32, quality: f32) -> (f32, f32) {
    let omega = std::f32::consts::TAU * hertz / RATE;
    (omega.cos(), omega.sin() / (2.0 * quality))
}
