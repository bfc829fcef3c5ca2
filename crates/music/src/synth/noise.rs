//! White noise from a number: the same number gives the same noise.

/// Marsaglia's 32-bit xorshift (2003): cheap, and good enough for what is only heard.
#[derive(Clone, Copy)]
pub(crate) struct Noise(u32);

impl Noise {
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9) | 1)
    }

    /// The next 32 bits.
    #[inline(always)]
    pub(crate) fn bits(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// Evenly spread over [-1, 1).
    #[inline(always)]
    pub(crate) fn next(&mut self) -> f32 {
        self.bits() as i32 as f32 * (1.0 / 2_147_483_648.0)
    }
}
