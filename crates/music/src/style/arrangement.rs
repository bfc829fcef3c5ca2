//! How styles treat the form of a song: who opens, who rests, what comes before a chorus, what only the end has.

use super::{Drum, Drum::*, Lane};
use crate::plan::{Part, Part::*};

/// The last two quarters of a fill bar: eight sixteenths each.
pub(crate) type Fill = &'static [(Drum, &'static str)];

/// A style's habits with sections.
#[derive(Clone, Copy)]
pub(crate) struct Arrangement {
    /// In the order in which they enter the intro and, backwards, leave the outro; who is not named waits outside.
    pub(crate) opening: &'static [Part],
    /// Who waits in the first verse, and for the second half of a later one.
    pub(crate) verse_rests: &'static [Part],
    /// Who stays for the first half of a bridge.
    pub(crate) breakdown: &'static [Part],
    /// What only the last chorus adds to the drums.
    pub(crate) peak: &'static [Lane],
    /// What the last two bars before a chorus add to the drums.
    pub(crate) build: &'static [Lane],
    /// How likely everybody stops before a chorus, and for how many sixteenths.
    pub(crate) stop: (f32, u32),
    /// How likely the last chorus stands higher, and by how many semitones.
    pub(crate) lift: (f32, i8),
    pub(crate) fills: &'static [Fill],
    /// How likely a small fill ends every fourth bar.
    pub(crate) small_fills: f32,
    /// Whether a crash marks arrivals.
    pub(crate) crashes: bool,
}

const BAND_FILLS: &[Fill] = &[
    &[(Snare, "x.xxX.xx"), (Kick, "X...X...")],
    &[(TomHigh, "xx......"), (TomMiddle, "..xx...."), (TomLow, "....xxX.")],
    &[(Snare, "....xxXX"), (Kick, "X.X.....")],
    &[(Snare, "x..x..x."), (TomLow, ".xx.xx.X")],
    &[(Snare, "X..X..XX"), (TomMiddle, ".xx.....")],
    &[(Snare, "......xX"), (TomHigh, "....x..."), (Kick, "X...X...")],
];
const HEAVY_FILLS: &[Fill] = &[
    &[(Snare, "XxXx...."), (TomHigh, "....xx.."), (TomLow, "......XX"), (Kick, "X.X.X.X.")],
    &[(TomHigh, "XXx....."), (TomMiddle, "...xXx.."), (TomLow, "......XX"), (Kick, "xxxxxxxx")],
    &[(Snare, "X..X..X."), (TomLow, ".xx.xx.X"), (Kick, "X..X..X.")],
    &[(Snare, "xxxxXXXX"), (Kick, "X...X...")],
];
const MACHINE_FILLS: &[Fill] = &[
    &[(Clap, "x..x..xx"), (Kick, "X.......")],
    &[(Snare, "x.x.xxXX")],
    &[(Clap, "....x.xX"), (TomMiddle, "x..x....")],
    &[(ClosedHat, "xxxxxxxx"), (Snare, "......XX")],
];
const SOFT_FILLS: &[Fill] = &[
    &[(Snare, "g.g.x.xg")],
    &[(TomHigh, "x......."), (TomMiddle, "..x....."), (TomLow, "....x.x.")],
    &[(Snare, "....g.xx")],
    &[(Rim, "x..x..x.")],
];
const JAZZ_FILLS: &[Fill] = &[
    &[(Snare, "g.x.g.x."), (Kick, "......x.")],
    &[(Snare, "x.gxx.g."), (TomLow, "......x.")],
    &[(TomHigh, "..x....."), (Snare, "x...x.x.")],
];
const HAND_FILLS: &[Fill] =
    &[&[(Conga, "x.xxx.xx")], &[(Conga, "xx.xx.xx"), (Rim, "....x.x.")], &[(Tambourine, "x.x.xxxx")]];
const TIMPANI_FILLS: &[Fill] = &[&[(TomLow, "ggxxxxXX")], &[(TomLow, "x..x..XX"), (Snare, "....ggxx")]];

/// A band of five: guitars or keys first, drums from the middle of the intro.
pub(super) const BAND: Arrangement = Arrangement {
    opening: &[Chords, Counter, Bass, Drums],
    verse_rests: &[Pad, Arp],
    breakdown: &[Pad, Chords, Counter],
    peak: &[(Tambourine, "x.X.x.X.x.X.x.X."), (Ride, "x...x...x...x...")],
    build: &[(Snare, "x...x...x...x...x.x.x.x.xxxxXXXX")],
    stop: (0.5, 4),
    lift: (0.3, 2),
    fills: BAND_FILLS,
    small_fills: 0.6,
    crashes: true,
};

/// Loud guitars: riff alone, then everybody at once.
pub(super) const LOUD: Arrangement = Arrangement {
    opening: &[Chords, Drums, Bass, Counter],
    verse_rests: &[Pad, Arp, Counter],
    breakdown: &[Drums, Bass],
    peak: &[(Crash, "x.......x......."), (Kick, ".x...x...x...x..")],
    build: &[(TomLow, "x.x.x.x.x.x.x.x.xxxxxxxxXXXXXXXX")],
    stop: (0.5, 4),
    lift: (0.0, 0),
    fills: HEAVY_FILLS,
    small_fills: 0.8,
    crashes: true,
};

/// Rock bands sing their verses over bass, drums and a picked guitar; the loud ones come with the chorus.
pub(super) const STAGE: Arrangement = Arrangement { verse_rests: &[Pad, Counter, Chords], ..LOUD };

/// Unplugged: one instrument opens, the others sit down with it.
pub(super) const PORCH: Arrangement = Arrangement {
    opening: &[Chords, Arp, Counter],
    verse_rests: &[Pad, Counter],
    breakdown: &[Chords, Pad],
    peak: &[(Tambourine, "..x...x...x...x.")],
    build: &[],
    stop: (0.25, 4),
    lift: (0.15, 2),
    fills: SOFT_FILLS,
    small_fills: 0.35,
    crashes: false,
};

/// Country and blues: the band is there from the count-in on.
pub(super) const BAR_BAND: Arrangement = Arrangement {
    opening: &[Chords, Counter, Drums, Bass],
    verse_rests: &[Pad, Arp],
    breakdown: &[Chords, Bass],
    stop: (0.6, 4),
    lift: (0.35, 2),
    ..BAND
};

/// Clubs: kick and hats first, so that it can be mixed in; a break without kick, a roll, the drop.
pub(super) const CLUB: Arrangement = Arrangement {
    opening: &[Drums, Arp, Bass, Chords],
    verse_rests: &[Pad, Counter],
    breakdown: &[Pad, Chords, Arp],
    peak: &[(Ride, "x.x.x.x.x.x.x.x."), (Tambourine, "..x...x...x...x.")],
    build: &[(Snare, "x...x...x...x...x.x.x.x.xxxxXXXX"), (Clap, "................x...x...x.x.xxxx")],
    stop: (0.75, 4),
    lift: (0.0, 0),
    fills: MACHINE_FILLS,
    small_fills: 0.5,
    crashes: true,
};

/// Machines in the dark: kick, bass and one line from the beginning on; what comes and goes is little.
pub(super) const WAREHOUSE: Arrangement = Arrangement {
    opening: &[Drums, Bass, Arp, Chords],
    verse_rests: &[Counter],
    breakdown: &[Drums, Bass, Arp],
    ..CLUB
};

/// Neon: bass, drums and a running line in verses; the wide chords wait for the chorus.
pub(super) const NEON: Arrangement =
    Arrangement { opening: &[Arp, Bass, Drums, Chords], verse_rests: &[Chords, Pad, Counter], ..CLUB };

/// Beats made of loops: the sample first, the beat drops in; stops of half a bar.
pub(super) const LOOPS: Arrangement = Arrangement {
    opening: &[Chords, Pad, Arp, Drums],
    verse_rests: &[Pad, Counter],
    breakdown: &[Chords, Pad, Arp],
    peak: &[(Tambourine, "....x.......x...")],
    build: &[],
    stop: (0.7, 8),
    lift: (0.0, 0),
    fills: MACHINE_FILLS,
    small_fills: 0.4,
    crashes: false,
};

/// A loop that is left to run: the beat is there soon, and stays.
pub(super) const TAPE: Arrangement = Arrangement {
    opening: &[Chords, Drums, Bass, Pad],
    verse_rests: &[Counter],
    breakdown: &[Chords, Pad, Drums],
    ..LOOPS
};

/// From one instrument to all of them and back.
pub(super) const SLOW_RISE: Arrangement = Arrangement {
    opening: &[Chords, Counter],
    verse_rests: &[Drums, Arp, Bass, Pad],
    breakdown: &[Chords, Pad],
    peak: &[(Tambourine, "....x.......x..."), (Ride, "x.x.x.x.x.x.x.x.")],
    build: &[(TomLow, "................x...x...x.x.xxXX")],
    stop: (0.3, 4),
    lift: (0.45, 2),
    fills: BAND_FILLS,
    small_fills: 0.3,
    crashes: true,
};

/// Nothing begins or ends; layers come and go.
pub(super) const DRIFT: Arrangement = Arrangement {
    opening: &[Pad, Chords, Arp, Bass],
    verse_rests: &[],
    breakdown: &[Pad, Chords, Counter],
    peak: &[],
    build: &[],
    stop: (0.0, 0),
    lift: (0.0, 0),
    fills: &[],
    small_fills: 0.0,
    crashes: false,
};

/// A small jazz group: trio first, then the horns.
pub(super) const COMBO: Arrangement = Arrangement {
    opening: &[Chords, Bass, Drums, Counter],
    verse_rests: &[Pad, Arp],
    breakdown: &[Bass, Drums],
    peak: &[(Rim, "....x.......x...")],
    build: &[],
    stop: (0.45, 4),
    lift: (0.0, 0),
    fills: JAZZ_FILLS,
    small_fills: 0.6,
    crashes: false,
};

/// Latin grooves: a guitar and a bass under the first verse, percussion under the rest.
pub(super) const HANDS: Arrangement = Arrangement {
    opening: &[Chords, Bass],
    verse_rests: &[Pad, Arp, Counter, Drums],
    breakdown: &[Drums, Chords],
    peak: &[(Tambourine, "..x...x...x...x.")],
    build: &[],
    stop: (0.35, 4),
    lift: (0.0, 0),
    fills: HAND_FILLS,
    small_fills: 0.5,
    crashes: false,
};

/// Island bands answer with a drum fill before everything.
pub(super) const ISLAND: Arrangement = Arrangement {
    opening: &[Drums, Bass, Chords, Arp],
    verse_rests: &[Pad, Counter],
    breakdown: &[Drums, Bass],
    fills: BAND_FILLS,
    small_fills: 0.6,
    stop: (0.6, 8),
    ..HANDS
};

/// An orchestra: strings whisper, winds answer, brass and timpani wait for the height.
pub(super) const ORCHESTRA: Arrangement = Arrangement {
    opening: &[Arp, Pad, Chords, Bass],
    verse_rests: &[Drums, Chords],
    breakdown: &[Pad, Counter],
    peak: &[(Crash, "X..............."), (Snare, "x.ggx.ggx.ggxxxx")],
    build: &[(TomLow, "g.g.g.g.x.x.x.x.xxxxxxxxXXXXXXXX"), (Snare, "................ggggggggxxxxXXXX")],
    stop: (0.5, 4),
    lift: (0.35, 2),
    fills: TIMPANI_FILLS,
    small_fills: 0.3,
    crashes: true,
};

/// Dances in three.
pub(super) const BALLROOM: Arrangement = Arrangement {
    opening: &[Chords, Bass, Arp],
    verse_rests: &[Drums, Arp],
    breakdown: &[Pad, Counter],
    peak: &[(Tambourine, "x...x...x...")],
    build: &[],
    stop: (0.4, 4),
    lift: (0.25, 2),
    fills: SOFT_FILLS,
    small_fills: 0.3,
    crashes: false,
};

/// Chinese pop: zither and flute alone, drums and strings for the chorus.
pub(super) const PALACE: Arrangement = Arrangement {
    opening: &[Chords, Counter, Arp],
    verse_rests: &[Drums, Pad, Bass],
    breakdown: &[Chords, Counter],
    peak: &[(TomLow, "X..x..x.X..x..xx")],
    build: &[(TomLow, "................x...x...x.x.xxXX")],
    ..SLOW_RISE
};
