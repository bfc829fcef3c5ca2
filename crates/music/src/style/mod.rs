//! Styles as data: what a band knows before it plays. A new style is one more entry in a table.
//!
//! Rhythms are strings of sixteenths, one bar or two: the length is 12 steps for each bar of three quarters and 16 for
//! each bar of four.

mod arrangement;
mod band;
mod beats;
mod club;
mod colours;
mod electric;
mod feel;
mod harmony;
mod neon;
mod quiet;
mod roots;
mod stage;
mod swing;
mod world;

pub(crate) use arrangement::{Arrangement, Fill};
pub(crate) use feel::Feel;
pub(crate) use harmony::Harmony;

use crate::plan::{Part, Patch};
use serde::{Deserialize, Serialize};

/// The styles that the engine plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name is the style's own")]
pub enum StyleName {
    Pop,
    Rock,
    Folk,
    Funk,
    Soul,
    House,
    Trance,
    Synthwave,
    Trap,
    LoFi,
    DrumAndBass,
    Ballad,
    Ambient,
    Jazz,
    Waltz,
    Bossa,
    Reggae,
    Guofeng,
    Country,
    Blues,
    HipHop,
    Techno,
    Orchestral,
    Christmas,
    Metal,
}

/// One voice of the drum kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drum {
    Kick,
    Snare,
    Clap,
    Rim,
    ClosedHat,
    OpenHat,
    Shaker,
    Tambourine,
    Ride,
    Crash,
    TomLow,
    TomMiddle,
    TomHigh,
    Conga,
}

impl Drum {
    pub(crate) const ALL: [Self; 14] = [
        Self::Kick,
        Self::Snare,
        Self::Clap,
        Self::Rim,
        Self::ClosedHat,
        Self::OpenHat,
        Self::Shaker,
        Self::Tambourine,
        Self::Ride,
        Self::Crash,
        Self::TomLow,
        Self::TomMiddle,
        Self::TomHigh,
        Self::Conga,
    ];

    /// The key of General MIDI's percussion map (MIDI 1.0, GM level 1).
    pub(crate) fn key(self) -> u8 {
        match self {
            Self::Kick => 36,
            Self::Rim => 37,
            Self::Snare => 38,
            Self::Clap => 39,
            Self::TomLow => 41,
            Self::ClosedHat => 42,
            Self::TomMiddle => 45,
            Self::OpenHat => 46,
            Self::TomHigh => 48,
            Self::Crash => 49,
            Self::Ride => 51,
            Self::Tambourine => 54,
            Self::Conga => 63,
            Self::Shaker => 70,
        }
    }

    /// The drum of a percussion key, if the kits have it.
    pub(crate) fn of_key(key: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|drum| drum.key() == key)
    }
}

/// A drum and its rhythm: `X` accent, `x` stroke, `g` ghost note, `?` a stroke every other time, `.` rest.
pub(crate) type Lane = (Drum, &'static str);

/// How a chord instrument turns a chord into notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// All notes at once.
    Block,
    /// All notes, one shortly after the other, down and up in turn.
    Strum,
    /// Root, fifth and octave, low.
    Power,
    /// One note at a time, as a picking hand rolls through the chord.
    Broken,
}

/// A manner and its rhythm: `X` accent, `x` stroke, `-` keep sounding, `.` rest.
pub(crate) struct Comping {
    pub(crate) manner: Manner,
    pub(crate) rhythm: &'static str,
}

/// What the rhythm section plays at one level of energy.
pub(crate) struct Groove {
    pub(crate) drums: &'static [Lane],
    /// `R` root, `3`, `5`, `8` above it, `a` approach to the next root, `k` root where the kick is, `-` hold, `.` rest.
    pub(crate) bass: &'static [&'static str],
    pub(crate) chords: &'static [Comping],
    /// `1` to `4` chord notes from below, `-` hold, `.` rest.
    pub(crate) arp: &'static [&'static str],
}

/// How far offbeats come late.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swing {
    /// 0 (straight) to 0.34 (triplets), as a share of half the pair's length.
    pub(crate) amount: f32,
    /// Whether sixteenths swing; otherwise eighths do.
    pub(crate) sixteenths: bool,
}

/// The room and the balance of a style.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space {
    /// Time until the reverb has fallen by 60 dB, in seconds.
    pub(crate) reverb_seconds: f32,
    /// Level of the reverb's return, in dB.
    pub(crate) reverb_db: f32,
    /// Level of the delay's return, in dB.
    pub(crate) delay_db: f32,
    /// How far the kick pushes down bass, chords and pad, in dB.
    pub(crate) ducking_db: f32,
    /// Level of the drums against the usual balance, in dB.
    pub(crate) drums_db: f32,
    /// Gain of the whole mix above 5 kHz, in dB: how bright the style is.
    pub(crate) air_db: f32,
    /// Width of the whole mix: 1 leaves the sides as they are.
    pub(crate) width: f32,
}

/// All that a style is.
pub(crate) struct Style {
    pub(crate) name: StyleName,
    /// In lower case, with spaces for punctuation; Chinese ones are found inside words too.
    pub(crate) keywords: &'static [&'static str],
    /// Slowest and fastest usual tempo, in quarters per minute.
    pub(crate) tempo: (f32, f32),
    /// How likely the song is in minor when no word decides, 0 to 1.
    pub(crate) minor: f32,
    /// Quarters in a bar: 3 or 4.
    pub(crate) beats: u32,
    pub(crate) swing: Swing,
    pub(crate) feel: Feel,
    /// Bars in one round of the form, of which sections are whole multiples: 12 for blues.
    pub(crate) round: u32,
    pub(crate) harmony: &'static Harmony,
    pub(crate) sevenths: bool,
    pub(crate) pentatonic: bool,
    pub(crate) low: Groove,
    pub(crate) full: Groove,
    pub(crate) arrangement: &'static Arrangement,
    /// Usual patches of each part, the most typical first.
    pub(crate) instruments: &'static [(Part, &'static [Patch])],
    pub(crate) space: Space,
}

impl Style {
    /// Whether its verses are rapped: if somebody who asks for rap gets it.
    pub(crate) fn raps(&self) -> bool {
        self.keywords.iter().any(|word| ["rap", "hip hop", "trap"].contains(word))
    }
}

/// All styles in the order in which they are looked up.
pub(crate) fn all() -> impl Iterator<Item = &'static Style> {
    [
        band::STYLES,
        electric::STYLES,
        roots::STYLES,
        club::STYLES,
        neon::STYLES,
        beats::STYLES,
        quiet::STYLES,
        swing::STYLES,
        stage::STYLES,
        world::STYLES,
    ]
    .into_iter()
    .flatten()
}

/// The style of that name.
pub(crate) fn style(name: StyleName) -> &'static Style {
    all().find(|style| style.name == name).unwrap_or(&band::STYLES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_rhythm(style: &Style, rhythm: &str, allowed: &str) {
        let steps = style.beats as usize * 4;
        assert!(rhythm.len() == steps || rhythm.len() == 2 * steps, "{:?}: {rhythm:?}", style.name);
        assert!(rhythm.chars().all(|step| allowed.contains(step)), "{:?}: {rhythm:?}", style.name);
    }

    #[test]
    fn every_rhythm_fills_its_bars() {
        for style in all() {
            for groove in [&style.low, &style.full] {
                groove.drums.iter().for_each(|(_, rhythm)| check_rhythm(style, rhythm, "Xxg?."));
                groove.bass.iter().for_each(|rhythm| check_rhythm(style, rhythm, "R358ak-."));
                groove.chords.iter().for_each(|comping| check_rhythm(style, comping.rhythm, "Xx-."));
                groove.arp.iter().for_each(|rhythm| check_rhythm(style, rhythm, "1234-."));
                style.arrangement.peak.iter().for_each(|(_, rhythm)| check_rhythm(style, rhythm, "Xxg?."));
                style.arrangement.build.iter().for_each(|(_, rhythm)| check_rhythm(style, rhythm, "Xxg?."));
                assert!(!groove.bass.is_empty() && !groove.chords.is_empty() && !groove.arp.is_empty());
            }
        }
    }

    #[test]
    fn every_name_has_one_entry_with_all_parts() {
        let names: Vec<StyleName> = all().map(|style| style.name).collect();
        assert_eq!(names.len(), 25);
        for style in all() {
            assert_eq!(names.iter().filter(|name| **name == style.name).count(), 1);
            assert!(Part::ALL.iter().all(|part| style.instruments.iter().any(|(known, _)| known == part)));
        }
    }

    #[test]
    fn chords_change_about_as_often_as_in_real_songs() {
        for style in all().filter(|style| style.name != StyleName::Ambient) {
            let bars_per_minute = (style.tempo.0 + style.tempo.1) / 2.0 / style.beats as f32;
            for family in [&style.harmony.major, &style.harmony.minor] {
                let progressions = [family.verse, family.chorus, family.bridge].into_iter().flatten();
                let (mut changes, mut bars) = (0, 0);
                for progression in progressions {
                    let chords: Vec<_> = crate::theory::bars_of(progression).into_iter().flatten().collect();
                    let next = chords.iter().cycle().skip(1);
                    changes += chords.iter().zip(next).filter(|(one, two)| one != two).count();
                    bars += chords.len() / 2;
                }
                let rate = changes as f32 / bars as f32 * bars_per_minute;
                assert!((18.0..=60.0).contains(&rate), "{:?}: {rate}", style.name);
            }
        }
    }
}
