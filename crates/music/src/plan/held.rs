//! What an edit keeps of the song that it comes from.

use super::{Plan, StyleName};
use serde::{Deserialize, Serialize};

/// What decided a tune or a row of chords, besides key and form.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// The seed of the song that had it first.
    pub seed: u32,
    /// That song's style.
    pub style: StyleName,
    /// That song's tempo, in quarters per minute: chords change by the second, and words want time.
    pub tempo_bpm: f32,
    /// That song's weirdness, 0 to 1.
    pub weirdness: f32,
}

/// How loud the master is to be, where it is not to be found anew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Levels {
    /// These very gains, which the song or its parent came to.
    Held {
        /// What is left of the difference of the channels, as a factor.
        width: f32,
        /// What brings the mix to its loudness, as a factor.
        gain: f32,
    },
    /// An integrated loudness in LUFS, such as that of a recording beside which it is to stand.
    Loudness(f32),
}

impl Plan {
    /// Who wrote the song's own tune and chords.
    pub fn writing(&self) -> Writing {
        Writing {
            seed: self.seed,
            style: self.style,
            tempo_bpm: self.tempo_bpm,
            weirdness: self.knobs.weirdness,
        }
    }

    /// The same form and words as another song wrote them: with a tune and chords of its own.
    pub(crate) fn as_written(&self, writing: &Writing) -> Self {
        let mut plan = self.clone();
        plan.seed = writing.seed;
        plan.style = writing.style;
        plan.tempo_bpm = writing.tempo_bpm;
        plan.knobs.weirdness = writing.weirdness;
        (plan.melody, plan.harmony) = (None, None);
        plan
    }
}
