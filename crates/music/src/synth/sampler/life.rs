//! How loud a recorded note is over its life: what the recording does not do of itself.

use super::index::{Instrument, Zone};
use crate::synth::{BLOCK, RATE, from_db};

/// Attack, hold, decay to a sustained level, release. Levels move in straight lines within a block.
pub(super) struct Life {
    attack: f32,
    /// Until the decay begins, in seconds from the note's beginning.
    held: f32,
    decay_db_per_s: f32,
    sustain_db: f32,
    /// By how much a block of the release is softer than the one before.
    fall: f32,
    released: f32,
    /// Samples until the key is let go; negative after.
    gate: i64,
    age: f32,
    level: f32,
}

/// Below this nothing is heard: -62 dB.
const SILENT: f32 = 0.0008;
const BLOCK_SECONDS: f32 = BLOCK as f32 / RATE;

impl Life {
    pub(super) fn new(about: &Instrument, zone: &Zone, gate: u32, release: f32) -> Self {
        // Recordings begin with a ramp of their own: an attack of less than a block would only dull them.
        let attack = if about.attack_s < BLOCK_SECONDS { 0.0 } else { about.attack_s };
        Self {
            attack,
            held: attack + zone.hold_s,
            decay_db_per_s: zone.decay_db_per_s.unwrap_or(0.0),
            sustain_db: zone.sustain_db.unwrap_or(-200.0),
            fall: (-6.9 * BLOCK_SECONDS / (about.release_s * release).max(0.02)).exp(),
            released: 1.0,
            gate: i64::from(gate),
            age: 0.0,
            level: if attack > 0.0 { 0.0 } else { 1.0 },
        }
    }

    /// The level at the start of the next block and its change for each sample.
    pub(super) fn next(&mut self) -> (f32, f32) {
        let before = self.level;
        self.age += BLOCK_SECONDS;
        if self.gate <= 0 {
            self.released *= self.fall;
        }
        let risen = if self.age < self.attack { self.age / self.attack } else { 1.0 };
        let decayed = -self.decay_db_per_s * (self.age - self.held).max(0.0);
        let settled = if decayed < 0.0 { from_db(decayed.max(self.sustain_db)) } else { 1.0 };
        self.level = risen * settled * self.released;
        self.gate -= BLOCK as i64;
        (before, (self.level - before) / BLOCK as f32)
    }

    /// Whether nothing more will be heard.
    pub(super) fn is_over(&self) -> bool {
        self.level < SILENT && self.age > self.attack
    }
}
