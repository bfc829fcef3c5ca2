//! What a song's sound is made from: a plan or a recording, and the edits since, in order.

use crate::plan::{InstrumentChoice, Line, Part, Patch, Plan, StyleName};
use crate::style;
use serde::{Deserialize, Serialize};

/// No song is the result of more edits.
pub const MAX_EDITS: usize = 32;

/// Everything that decides how an edited song sounds. As JSON, a song that nobody edited is its bare [`Plan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Recipe {
    /// What there was first.
    pub origin: Origin,
    /// What was done to it, at most [`MAX_EDITS`].
    pub edits: Vec<Edit>,
}

/// What an edited song began as.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A song of this version of the engine, which can be performed again.
    Plan(Box<Plan>),
    /// Sound that is handed in: an upload, or the master of a song that this version cannot perform.
    Recorded(Recorded),
}

/// Sound from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its length.
    pub samples: u64,
    /// The hash of its samples, in hexadecimal, as whoever keeps them finds it. Nothing here looks at it.
    pub sha256: String,
    /// What is known of its form, if another version of the engine made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<Plan>>,
}

/// One edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// New material from one place on, to the end or to another place.
    Spliced(Box<Splice>),
    /// Another voice over the same band.
    Voice(Box<NewVoice>),
    /// Another band under the same voice.
    Band(Box<NewBand>),
}

/// New material within a song, or after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Splice {
    /// The first sample that is new.
    pub from: u64,
    /// The first sample that is the old one again; with `None` the song ends with the new material.
    pub until: Option<u64>,
    /// The sample of the material that falls on `from`.
    pub lead: u64,
    /// The length of each crossfade, which lies within the new stretch, in samples.
    pub fade: u32,
    /// The material.
    pub plan: Plan,
}

/// Who sings from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewVoice {
    /// The name of one of [`crate::SINGERS`].
    pub singer: String,
    /// Chance in how the lines are sung.
    pub seed: u32,
    /// The words of sections by their ids; others keep theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<(String, Vec<Line>)>,
    /// Whose tune is sung, if it is not the song's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub melody: Option<crate::plan::Writing>,
}

/// Who plays from now on, on the same bars and chords.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewBand {
    /// Groove and room; its bars have as many beats as the song's.
    pub style: StyleName,
    /// Chance in what is played.
    pub seed: u32,
    /// Everybody but the voices.
    pub instruments: Vec<InstrumentChoice>,
}

/// Two shapes of JSON: the tree, and the bare plan of a song that is as it was ordered.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Edited { origin: Origin, edits: Vec<Edit> },
    Fresh(Box<Plan>),
}

impl From<Stored> for Recipe {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Edited { origin, edits } => Self { origin, edits },
            Stored::Fresh(plan) => Self { origin: Origin::Plan(plan), edits: Vec::new() },
        }
    }
}

impl From<Recipe> for Stored {
    fn from(recipe: Recipe) -> Self {
        match recipe {
            Recipe { origin: Origin::Plan(plan), edits } if edits.is_empty() => Self::Fresh(plan),
            Recipe { origin, edits } => Self::Edited { origin, edits },
        }
    }
}

impl Recipe {
    /// A song as it was ordered.
    pub fn fresh(plan: Plan) -> Self {
        Self { origin: Origin::Plan(Box::new(plan)), edits: Vec::new() }
    }

    /// A recording as it came.
    pub fn recorded(samples: u64, sha256: String) -> Self {
        Self { origin: Origin::Recorded(Recorded { samples, sha256, plan: None }), edits: Vec::new() }
    }

    /// Whether all of it can be performed again, so that it has stems.
    pub fn is_own(&self) -> bool {
        matches!(self.origin, Origin::Plan(_))
    }

    /// Every plan in it, in the order in which they are performed.
    pub(super) fn plans(&self) -> impl Iterator<Item = &Plan> {
        let first = match &self.origin {
            Origin::Plan(plan) => Some(&**plan),
            Origin::Recorded(_) => None,
        };
        first.into_iter().chain(self.edits.iter().filter_map(|edit| match edit {
            Edit::Spliced(splice) => Some(&splice.plan),
            _ => None,
        }))
    }

    /// The same song before its last so many edits.
    pub(super) fn before(&self, edits: usize) -> Self {
        let kept = self.edits.len().saturating_sub(edits);
        Self { origin: self.origin.clone(), edits: self.edits[..kept].to_vec() }
    }
}

impl NewVoice {
    /// A plan as this voice sings it.
    pub(super) fn over(&self, plan: &Plan) -> Plan {
        let mut sung = plan.clone();
        let own = plan.writing();
        sung.melody = Some(self.melody.or(plan.melody).unwrap_or(own));
        sung.harmony = Some(plan.harmony.unwrap_or(own));
        sung.seed = self.seed;
        sung.singer = Some(self.singer.clone());
        for (id, lines) in &self.lines {
            let sections = sung.sections.iter_mut().filter(|section| section.id == *id);
            sections.for_each(|section| section.lines.clone_from(lines));
        }
        if sung.patch(Part::Lead).is_none() {
            sung.instruments.push(InstrumentChoice { part: Part::Lead, patch: Patch::SineLead });
        }
        sung
    }
}

impl NewBand {
    /// A plan as this band plays it.
    pub(super) fn under(&self, plan: &Plan) -> Plan {
        let mut played = plan.clone();
        let own = plan.writing();
        played.melody = Some(plan.melody.unwrap_or(own));
        played.harmony = Some(plan.harmony.unwrap_or(own));
        if style::style(self.style).beats == style::style(plan.style).beats {
            played.style = self.style;
        }
        played.seed = self.seed;
        let sings = |choice: &&InstrumentChoice| matches!(choice.part, Part::Lead | Part::Harmony);
        let voices = plan.instruments.iter().filter(sings);
        let players = self.instruments.iter().filter(|choice| !sings(choice));
        played.instruments = Part::ALL
            .iter()
            .filter_map(|part| players.clone().chain(voices.clone()).find(|choice| choice.part == *part))
            .copied()
            .collect();
        played
    }
}
