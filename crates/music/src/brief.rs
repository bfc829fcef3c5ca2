//! What was ordered, in the customer's own words.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An order for one song. Every text may be empty and may hold anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// A free description, such as "a slow waltz in D minor".
    pub prompt: String,
    /// Words of style, such as "synthwave, 100 bpm, no drums".
    pub style: String,
    /// Words of what must not be heard, such as "drums, piano".
    pub style_negative: String,
    /// The words to sing, with or without marks such as `[Chorus]`.
    pub lyric: Option<String>,
    /// The song's name; it is kept and steers nothing.
    pub title: String,
    /// Without a lead voice.
    pub instrumental: bool,
    /// How the voice is to sound; else words of style and the seed decide.
    pub vocal_gender: Option<VocalGender>,
    /// Another seed gives another song from the same words.
    pub seed: u32,
    /// How rich the arrangement and how finished the sound is; docs/DESIGN.md has the table.
    pub model: Model,
    /// 0 (what everybody expects) to 1 (borrowed chords, syncopation, leaps, odd instruments).
    pub weirdness: f32,
    /// 0 to 1: how far the lead stands in front, and the band behind it.
    pub lyrics_strength: f32,
    /// 0 to 1: how closely instruments and tempo keep to what is typical of the style.
    pub sound_strength: f32,
    /// The longest song wanted, in seconds; taken as 10 to [`crate::MAX_SECONDS`].
    pub max_seconds: f32,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            prompt: String::new(),
            style: String::new(),
            style_negative: String::new(),
            lyric: None,
            title: String::new(),
            instrumental: false,
            vocal_gender: None,
            seed: 0,
            model: Model::Fuzz20Pro,
            weirdness: 0.5,
            lyrics_strength: 0.5,
            sound_strength: 0.5,
            max_seconds: crate::MAX_SECONDS,
        }
    }
}

impl Brief {
    /// Is there to be a voice that has no words yet?
    pub fn wants_words(&self) -> bool {
        let has_words = self.lyric.as_deref().is_some_and(|lyric| !lyric.trim().is_empty());
        !has_words && !self.instrumental && !crate::plan::is_wordless(self)
    }
}

/// As a listener would guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum VocalGender {
    Female,
    Male,
}

/// The models on offer, from the richest to the plainest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Model {
    /// Every part, players that come and go, stops, a last chorus that may stand higher; full mastering.
    #[default]
    #[serde(rename = "FUZZ-2.0 Pro")]
    Fuzz20Pro,
    /// Every part but the second voice; one key throughout.
    #[serde(rename = "FUZZ-2.0")]
    Fuzz20,
    /// As 2.0 Pro, without compression and limiting: only a safe peak.
    #[serde(rename = "FUZZ-2.0 Raw")]
    Fuzz20Raw,
    /// Without second voice and answering instrument; fewer borrowed chords, stiffer timing.
    #[serde(rename = "FUZZ-1.1 Pro")]
    Fuzz11Pro,
    /// As 1.1 Pro, without arpeggio and stops.
    #[serde(rename = "FUZZ-1.1")]
    Fuzz11,
    /// Drums, bass, chords, pad and lead, all of them all the time.
    #[serde(rename = "FUZZ-1.0 Pro")]
    Fuzz10Pro,
    /// Drums, bass, chords and lead, with fills.
    #[serde(rename = "FUZZ-1.0")]
    Fuzz10,
    /// Drums, bass, chords and lead, on the grid and straight through.
    #[serde(rename = "FUZZ-0.8")]
    Fuzz08,
}

impl Model {
    /// All models, richest first.
    pub const ALL: [Self; 8] = [
        Self::Fuzz20Pro,
        Self::Fuzz20,
        Self::Fuzz20Raw,
        Self::Fuzz11Pro,
        Self::Fuzz11,
        Self::Fuzz10Pro,
        Self::Fuzz10,
        Self::Fuzz08,
    ];

    /// The name that customers use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fuzz20Pro => "FUZZ-2.0 Pro",
            Self::Fuzz20 => "FUZZ-2.0",
            Self::Fuzz20Raw => "FUZZ-2.0 Raw",
            Self::Fuzz11Pro => "FUZZ-1.1 Pro",
            Self::Fuzz11 => "FUZZ-1.1",
            Self::Fuzz10Pro => "FUZZ-1.0 Pro",
            Self::Fuzz10 => "FUZZ-1.0",
            Self::Fuzz08 => "FUZZ-0.8",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// No model has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown model {0:?}")]
pub struct UnknownModel(pub String);

impl FromStr for Model {
    type Err = UnknownModel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|model| model.name() == name).ok_or_else(|| UnknownModel(name.to_owned()))
    }
}
