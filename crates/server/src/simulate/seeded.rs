//! Chance that can be had again: the same seed gives the same numbers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::ids::Random;

/// Numbers from a seed. Each kind of thing has a row of its own, so that one more request changes no task's id.
pub struct SeededRandom {
    seed: [u8; 32],
    drawn: Mutex<HashMap<&'static str, u64>>,
}

impl SeededRandom {
    /// The numbers of `seed` for a server whose clock begins at `begin`: one that goes on in an old folder does not
    /// give its ids again.
    #[must_use]
    pub fn new(seed: u64, begin: Timestamp) -> Self {
        let digest =
            Sha256::new().chain_update(seed.to_be_bytes()).chain_update(begin.as_millis().to_be_bytes());
        Self { seed: digest.finalize().into(), drawn: Mutex::default() }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.fill_next("", bytes);
    }

    fn fill_next(&self, kind: &'static str, bytes: &mut [u8]) {
        let number = {
            let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            let number = drawn.entry(kind).or_default();
            *number += 1;
            *number
        };
        self.fill_for(&[kind.as_bytes(), &number.to_be_bytes()].concat(), bytes);
    }

    fn fill_for(&self, thing: &[u8], bytes: &mut [u8]) {
        for (at, part) in (0_u64..).zip(bytes.chunks_mut(32)) {
            let digest = Sha256::new()
                .chain_update(self.seed)
                .chain_update(at.to_be_bytes())
                .chain_update(thing)
                .finalize();
            part.copy_from_slice(&digest[..part.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_for_each_kind_of_thing() {
        let draw = |seed, others: usize| {
            let random = SeededRandom::new(seed, Timestamp::from_millis(0));
            let mut bytes = [0; 40];
            (0..others).for_each(|_| random.fill_next("trace", &mut bytes));
            random.fill_next("task", &mut bytes);
            bytes
        };
        assert_eq!(draw(7, 0), draw(7, 3));
        assert_ne!(draw(7, 0), draw(8, 0));
        let random = SeededRandom::new(7, Timestamp::from_millis(0));
        let (mut one, mut other) = ([0; 16], [0; 16]);
        random.fill_next("task", &mut one);
        random.fill_next("task", &mut other);
        assert_ne!(one, other);
        random.fill_for(b"jitter", &mut one);
        random.fill_for(b"jitter", &mut other);
        assert_eq!(one, other);
    }
}
