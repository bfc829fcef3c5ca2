//! Machines that dream of 1984: synthwave.

use super::arrangement::NEON;
use super::feel::MACHINE;
use super::harmony::ANTHEM;
use super::{Comping, Drum::*, Groove, Manner::*, Space, Style, StyleName, Swing};
use crate::plan::{Part, Patch};

pub(super) const STYLES: &[Style] = &[Style {
    name: StyleName::Synthwave,
    keywords: &[
        "synthwave",
        "retrowave",
        "vaporwave",
        "retro",
        "80s",
        "1980s",
        "synth",
        "synthpop",
        "synth pop",
        "new wave",
        "neon",
        "cyberpunk",
        "outrun",
        "八十年代",
        "复古",
        "合成器",
        "蒸汽波",
        "赛博朋克",
        "霓虹",
    ],
    tempo: (84.0, 104.0),
    minor: 0.8,
    beats: 4,
    swing: Swing { amount: 0.0, sixteenths: false },
    feel: MACHINE,
    round: 2,
    harmony: &ANTHEM,
    sevenths: false,
    pentatonic: false,
    low: Groove {
        drums: &[(Kick, "X.......X......."), (Snare, "....X.......X..."), (ClosedHat, "..x...x...x...x.")],
        bass: &["R.R.R.R.R.R.R.R."],
        chords: &[Comping { manner: Block, rhythm: "X---------------" }],
        arp: &["1.2.3.2.4.2.3.2."],
    },
    full: Groove {
        drums: &[
            (Kick, "X...X...X...X..."),
            (Snare, "....X.......X..."),
            (Clap, "....x.......x..."),
            (ClosedHat, "x.xxx.xxx.xxx.xx"),
            (OpenHat, "..............?."),
        ],
        bass: &["R.RRR.RRR.RRR.RR", "R.8.R.8.R.8.R.8."],
        chords: &[
            Comping { manner: Block, rhythm: "X-----X-----X---" },
            Comping { manner: Block, rhythm: "X-----------X-X-" },
        ],
        arp: &["1234321234321232", "4.3.2.3.4.3.2.1."],
    },
    arrangement: &NEON,
    instruments: &[
        (Part::Drums, &[Patch::House909Kit]),
        (Part::Bass, &[Patch::SynthBass]),
        (Part::Chords, &[Patch::SawPad, Patch::Supersaw]),
        (Part::Arp, &[Patch::PluckSynth]),
        (Part::Pad, &[Patch::SawPad, Patch::WarmPad]),
        (Part::Lead, &[Patch::SquareLead, Patch::SawLead]),
        (Part::Harmony, &[Patch::SquareLead]),
        (Part::Counter, &[Patch::Bell, Patch::PluckSynth]),
    ],
    space: Space {
        reverb_seconds: 2.4,
        reverb_db: -5.0,
        delay_db: -8.0,
        ducking_db: 2.5,
        drums_db: 0.5,
        air_db: 0.0,
        width: 0.95,
    },
}];
