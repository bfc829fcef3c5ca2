//! How a band holds the beat: who pushes, who lies back, where the hats lean.

/// The human side of a groove. Times are in milliseconds against the grid; below 0 is early.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feel {
    /// How far strokes stray by chance.
    pub(crate) looseness_ms: f32,
    /// Where the backbeat lies.
    pub(crate) snare_ms: f32,
    pub(crate) bass_ms: f32,
    pub(crate) hats_ms: f32,
    pub(crate) chords_ms: f32,
    /// Loudness of hats and shakers on the four sixteenths of a beat.
    pub(crate) accents: [f32; 4],
    /// How likely the snare whispers on an empty sixteenth around the backbeat, 0 to 1.
    pub(crate) ghosts: f32,
    /// How far strokes of one drum differ in loudness, 0 (a machine) to 1.
    pub(crate) unevenness: f32,
}

/// A sequencer: on the grid, the offbeat hat as loud as the beat's.
pub(super) const MACHINE: Feel = Feel {
    looseness_ms: 1.0,
    snare_ms: 0.0,
    bass_ms: 0.0,
    hats_ms: 0.0,
    chords_ms: 0.0,
    accents: [1.0, 0.72, 1.0, 0.72],
    ghosts: 0.0,
    unevenness: 0.15,
};

/// A studio band that plays to a click.
pub(super) const STUDIO: Feel = Feel {
    looseness_ms: 5.0,
    snare_ms: 3.0,
    bass_ms: 1.0,
    hats_ms: -1.0,
    chords_ms: 2.0,
    accents: [1.0, 0.6, 0.8, 0.6],
    ghosts: 0.05,
    unevenness: 0.6,
};

/// Rock on stage: the snare drives, the hats lean hard on the beat.
pub(super) const DRIVING: Feel = Feel {
    snare_ms: -3.0,
    bass_ms: -2.0,
    hats_ms: -2.0,
    chords_ms: -1.0,
    accents: [1.0, 0.5, 0.7, 0.5],
    unevenness: 0.8,
    ..STUDIO
};

/// Soul, hip hop, lo-fi: the snare and the bass come late, ghosts between.
pub(super) const LAID_BACK: Feel = Feel {
    looseness_ms: 8.0,
    snare_ms: 13.0,
    bass_ms: 9.0,
    hats_ms: 2.0,
    chords_ms: 11.0,
    accents: [1.0, 0.5, 0.82, 0.58],
    ghosts: 0.2,
    unevenness: 0.9,
};

/// Funk: everything on top of the beat, the ghosts make the groove.
pub(super) const TIGHT: Feel = Feel {
    looseness_ms: 4.0,
    snare_ms: 2.0,
    bass_ms: -3.0,
    hats_ms: -2.0,
    chords_ms: -2.0,
    accents: [1.0, 0.55, 0.75, 0.6],
    ghosts: 0.4,
    unevenness: 0.8,
};

/// Jazz: the ride pushes, the bass walks ahead of the piano.
pub(super) const SWINGING: Feel = Feel {
    looseness_ms: 8.0,
    snare_ms: 6.0,
    bass_ms: -4.0,
    hats_ms: -3.0,
    chords_ms: 7.0,
    accents: [0.85, 0.6, 0.72, 0.6],
    ghosts: 0.12,
    unevenness: 1.0,
};

/// Unplugged people in one room.
pub(super) const LOOSE: Feel = Feel {
    looseness_ms: 10.0,
    snare_ms: 4.0,
    bass_ms: 3.0,
    hats_ms: 0.0,
    chords_ms: 4.0,
    accents: [1.0, 0.62, 0.85, 0.62],
    ghosts: 0.0,
    unevenness: 1.0,
};
