//! Noise as a pure function of seed, column and bin: where a line is cut into columns changes nothing.

use std::f32::consts::TAU;

/// The noise of one line.
#[derive(Clone, Copy)]
pub(in crate::sing) struct Noise(u64);

impl Noise {
    pub(in crate::sing) fn new(seed: u32) -> Self {
        Self(mix_bits(u64::from(seed) ^ 0x51A6_E55E_ED00))
    }

    /// A complex number from nearly a bell curve of variance 1 in each component: sums of four even draws of a byte.
    #[inline(always)]
    pub(super) fn bell(self, column: usize, bin: usize) -> (f32, f32) {
        /// The mean of such a sum, and its standard deviation: the root of 4 times (256 squared less 1) over 12.
        const SUM: (f32, f32) = (510.0, 147.8);
        // Bytes are added in pairs within the word.
        let bits = self.bits(column, bin, 0);
        let pairs = (bits & 0x00FF_00FF_00FF_00FF) + ((bits >> 8) & 0x00FF_00FF_00FF_00FF);
        let fours = pairs + (pairs >> 16);
        let component = |sum: u64| ((sum & 0xFFFF) as f32 - SUM.0) / SUM.1;
        (component(fours), component(fours >> 32))
    }

    /// A phase from -pi to pi.
    pub(in crate::sing) fn phase(self, column: usize, bin: usize) -> f32 {
        TAU * (unit(self.bits(column, bin, 1) as u32) - 0.5)
    }

    fn bits(self, column: usize, bin: usize, purpose: u64) -> u64 {
        mix_bits(self.0 ^ ((column as u64) << 20) ^ ((bin as u64) << 4) ^ purpose)
    }
}

/// Evenly spread over [0, 1).
fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 / (1 << 24) as f32
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn mix_bits(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
