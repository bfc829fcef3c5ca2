//! Who goes together: the voices, the drums, the bass and the band each have a bus with an equaliser and a compressor.

use super::biquad::Biquad;
use super::compressor::Setting;
use crate::plan::{Part, Plan};
use crate::style;

/// A bus of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Group {
    Voice,
    Drums,
    Bass,
    Band,
}

impl Group {
    /// In the order in which they are added up. The voice comes first, since the others listen to it.
    pub(crate) const ALL: [Self; 4] = [Self::Voice, Self::Drums, Self::Bass, Self::Band];

    pub(crate) fn of(part: Part) -> Self {
        match part {
            Part::Lead | Part::Harmony => Self::Voice,
            Part::Drums => Self::Drums,
            Part::Bass => Self::Bass,
            Part::Chords | Part::Arp | Part::Pad | Part::Counter => Self::Band,
        }
    }

    /// The two bands of the bus's equaliser.
    pub(super) fn equaliser(self, plan: &Plan) -> [Biquad; 2] {
        // Where words are understood, the band gives way to them.
        let pocket = if plan.patch(Part::Lead).is_some() { -3.0 } else { 0.0 };
        match self {
            Self::Voice => [Biquad::peak(300.0, -1.0, 0.8), Biquad::high_shelf(9000.0, 1.0)],
            Self::Drums => [Biquad::peak(65.0, 1.0, 0.9), Biquad::high_shelf(9000.0, 1.0)],
            Self::Bass => [Biquad::peak(85.0, 1.0, 0.8), Biquad::peak(800.0, 1.0, 0.8)],
            Self::Band => [Biquad::peak(2400.0, pocket, 0.6), Biquad::high_shelf(8000.0, 1.0)],
        }
    }

    pub(super) fn compressor(self, plan: &Plan) -> Setting {
        let gentle = Setting {
            threshold_db: -20.0,
            ratio: 2.0,
            attack: 0.015,
            release: 0.15,
            share: 1.0,
            lift_db: 0.0,
        };
        match self {
            Self::Voice => Setting { threshold_db: -19.0, attack: 0.008, ..gentle },
            // Crushed drums beside the open ones: more in styles whose drums stand in front.
            Self::Drums => {
                let front = 0.25 + 0.06 * style::style(plan.style).space.drums_db;
                let share = front.clamp(0.08, 0.35);
                Setting { threshold_db: -30.0, ratio: 6.0, attack: 0.004, release: 0.12, share, lift_db: 8.0 }
            }
            Self::Bass => Setting { ratio: 3.0, attack: 0.02, ..gentle },
            Self::Band => Setting { threshold_db: -18.0, ratio: 1.6, attack: 0.02, release: 0.25, ..gentle },
        }
    }
}
