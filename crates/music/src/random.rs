//! The only source of chance: one stream per key.
//! Two streams with different keys are independent, so that drawing more in one bar changes nothing in another.

use rand_pcg::{Pcg32, rand_core::Rng};

/// A stream of draws that depends on its key alone.
pub(crate) struct Stream(Pcg32);

impl Stream {
    /// The stream of one bar of one part in one section (or of any purpose named in `part`).
    pub(crate) fn keyed(seed: u32, section: &str, part: &str, bar: u32) -> Self {
        let mut hash = Fnv::new();
        hash.write(&seed.to_le_bytes());
        hash.write(section.as_bytes());
        hash.write(&[0]);
        hash.write(part.as_bytes());
        hash.write(&[0]);
        hash.write(&bar.to_le_bytes());
        let state = mix_bits(hash.0);
        Self(Pcg32::new(state, mix_bits(state ^ 0x9E37_79B9_7F4A_7C15)))
    }

    /// 32 random bits.
    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Evenly spread over [0, 1).
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 / (1 << 24) as f32
    }

    /// Evenly spread over [-1, 1).
    pub(crate) fn bipolar(&mut self) -> f32 {
        self.unit() * 2.0 - 1.0
    }

    /// Gathered around 0 within (-1, 1): the mean of three even draws, near enough to a bell curve for timing.
    pub(crate) fn bell(&mut self) -> f32 {
        (self.bipolar() + self.bipolar() + self.bipolar()) / 3.0
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of the items, each as likely; the first if there is only one.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let draw = (self.unit() * items.len() as f32) as usize;
        &items[draw.min(items.len() - 1)]
    }
}

/// The 64-bit FNV-1a hash (Fowler, Noll, Vo): stable over versions and machines, unlike the standard hasher.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads near keys over all bits.
fn mix_bits(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_key_gives_another_stream() {
        let first = |seed, section, part, bar| Stream::keyed(seed, section, part, bar).bits();
        let base = first(1, "verse-1", "bass", 0);
        assert_eq!(base, first(1, "verse-1", "bass", 0));
        assert_ne!(base, first(2, "verse-1", "bass", 0));
        assert_ne!(base, first(1, "verse-2", "bass", 0));
        assert_ne!(base, first(1, "verse-1", "lead", 0));
        assert_ne!(base, first(1, "verse-1", "bass", 1));
    }

    #[test]
    fn even_draws_fill_their_range() {
        let mut stream = Stream::keyed(7, "a", "b", 0);
        let draws: Vec<f32> = (0..4000).map(|_| stream.unit()).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        let mean = draws.iter().sum::<f32>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.02, "mean {mean}");
    }
}
