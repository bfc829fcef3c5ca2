//! What each model has. The table of docs/DESIGN.md says the same in words.

use super::{Mastering, Part, Part::*};
use crate::brief::Model;

/// A model's means.
pub(super) struct Means {
    /// Who may play.
    pub(super) parts: &'static [Part],
    /// Whether players come and go with the sections.
    pub(super) layers: bool,
    pub(super) fills: bool,
    /// Whether the band may stop before a chorus.
    pub(super) stops: bool,
    /// Whether the last chorus may stand higher.
    pub(super) lifts: bool,
    /// How far timing and loudness stray, 0 to 1.
    pub(super) human: f32,
    /// The share of the asked weirdness that it dares.
    pub(super) daring: f32,
    pub(super) mastering: Mastering,
}

/// The richest; the others lack something of it.
const PRO: Means = Means {
    parts: &Part::ALL,
    layers: true,
    fills: true,
    stops: true,
    lifts: true,
    human: 1.0,
    daring: 1.0,
    mastering: Mastering::Full,
};
const FULL: Means = Means { parts: &[Drums, Bass, Chords, Arp, Pad, Lead, Counter], lifts: false, ..PRO };
const RAW: Means = Means { mastering: Mastering::Raw, ..PRO };
const OLD_PRO: Means =
    Means { parts: &[Drums, Bass, Chords, Arp, Pad, Lead], lifts: false, human: 0.8, daring: 0.8, ..PRO };
const OLD: Means = Means { parts: &[Drums, Bass, Chords, Pad, Lead], stops: false, human: 0.65, ..OLD_PRO };
const FIRST_PRO: Means = Means { human: 0.4, daring: 0.6, layers: false, ..OLD };
const FIRST: Means = Means { parts: &[Drums, Bass, Chords, Lead], human: 0.3, ..FIRST_PRO };
const EARLY: Means = Means { fills: false, human: 0.0, daring: 0.3, ..FIRST };

pub(super) fn means(model: Model) -> &'static Means {
    match model {
        Model::Fuzz20Pro => &PRO,
        Model::Fuzz20 => &FULL,
        Model::Fuzz20Raw => &RAW,
        Model::Fuzz11Pro => &OLD_PRO,
        Model::Fuzz11 => &OLD,
        Model::Fuzz10Pro => &FIRST_PRO,
        Model::Fuzz10 => &FIRST,
        Model::Fuzz08 => &EARLY,
    }
}
