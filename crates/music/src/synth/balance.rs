//! Brings every note of every patch near one level, so that a mix needs no setting by hand.

use super::{BLOCK, Block, RATE, from_db, patches};
use crate::compose::Note;
use crate::plan::Patch;
use std::sync::OnceLock;

/// The level of a usual note, in dB of its effective value.
const TARGET_DB: f32 = -20.0;
/// Keys at which a patch is tried, an octave apart.
const KEYS: [u8; 6] = [28, 40, 52, 64, 76, 88];
/// How much of a key's deviation from the patch's mean is taken away: some slope is the instrument's own.
const EVENED: f32 = 0.7;
/// No key is turned up or down further than this, in dB.
const MOST_DB: f32 = 10.0;
/// Patches whose trials are kept.
const PATCHES: usize = 128;

/// The gain for each key of a patch.
pub(super) struct Balance([f32; KEYS.len()]);

impl Balance {
    pub(super) fn of(patch: Patch, bass: bool) -> Self {
        static TRIED: [OnceLock<[f32; KEYS.len()]>; PATCHES] = [const { OnceLock::new() }; PATCHES];
        let levels = match TRIED.get(patch as usize) {
            Some(tried) => *tried.get_or_init(|| KEYS.map(|key| trial_db(patch, key))),
            None => KEYS.map(|key| trial_db(patch, key)),
        };
        // Basses are played two octaves below the others.
        let usual = if bass { &levels[..3] } else { &levels[2..5] };
        let mean = usual.iter().sum::<f32>() / 3.0;
        Self(levels.map(|level| {
            let evened = (EVENED * (mean - level)).clamp(-MOST_DB, MOST_DB);
            TARGET_DB - mean + evened
        }))
    }

    /// The factor for one key: between two trials in a straight line of decibels.
    pub(super) fn gain(&self, pitch: u8) -> f32 {
        let place = (f32::from(pitch) - f32::from(KEYS[0])) / 12.0;
        let place = place.clamp(0.0, (KEYS.len() - 1) as f32);
        let below = (place as usize).min(KEYS.len() - 2);
        let share = place - below as f32;
        from_db(self.0[below] * (1.0 - share) + self.0[below + 1] * share)
    }
}

/// The level of one usual note in its loudest third of a second or so, in dB.
fn trial_db(patch: Patch, pitch: u8) -> f32 {
    /// Blocks of the trial: 0.6 seconds.
    const BLOCKS: usize = (0.6 * RATE) as usize / BLOCK;
    const HEARD: usize = BLOCKS / 2;
    let length = (BLOCKS * BLOCK) as u32;
    let note = Note { start: 0, length, pitch, velocity: 0.8, slide_from: None, variation: 5 };
    let mut voice = patches::voice(patch, &note);
    let mut block = Block::SILENCE;
    let mut powers = [0.0_f32; BLOCKS];
    for power in &mut powers {
        let alive = voice.fill(&mut block);
        let pairs = block.left.iter().zip(&block.right);
        *power = pairs.map(|(left, right)| 0.5 * (left * left + right * right)).sum();
        if !alive {
            break;
        }
    }
    let loudest = powers.windows(HEARD).map(|window| window.iter().sum::<f32>()).fold(0.0, f32::max);
    10.0 * (loudest / (HEARD * BLOCK) as f32).max(1e-8).log10()
}
