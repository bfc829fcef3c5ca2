//! Whose voice it is: four singers made from one.

/// How a singer sounds, and where in the scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Timbre {
    /// To choose one by.
    pub name: &'static str,
    /// As a listener would guess.
    pub sounds_male: bool,
    /// Semitones to add to a tune that is written for A3 to F#4, so that it lies well.
    pub transposition: i8,
    /// The lowest and the highest MIDI note to write for this voice.
    pub range: (u8, u8),
    /// What frequencies of formants are multiplied by, low and high in the range; below 1 sounds larger.
    pub formants: (f32, f32),
    /// Depth of vibrato in cents, and its rate in Hz.
    pub vibrato: (f32, f32),
    /// What is added to the logarithm of breath between the harmonics.
    pub breath: f32,
    /// Level of the air above 10 kHz, as a share of what sounds between 6 and 11 kHz.
    pub air: f32,
}

/// The house's singers. Measured word recall is best at about these settings; stay within 0.85 to 1.0 for formants.
pub const SINGERS: [Timbre; 4] = [
    Timbre {
        name: "lena",
        sounds_male: false,
        transposition: 0,
        range: (55, 71),
        formants: (0.95, 0.93),
        vibrato: (26.0, 5.6),
        breath: 0.0,
        air: 1.2,
    },
    Timbre {
        name: "mara",
        sounds_male: false,
        transposition: -3,
        range: (52, 68),
        formants: (0.92, 0.91),
        vibrato: (22.0, 5.2),
        breath: 0.25,
        air: 1.5,
    },
    Timbre {
        name: "theo",
        sounds_male: true,
        transposition: -9,
        range: (45, 62),
        formants: (0.85, 0.85),
        vibrato: (23.0, 5.4),
        breath: 0.0,
        air: 1.0,
    },
    Timbre {
        name: "bruno",
        sounds_male: true,
        transposition: -12,
        range: (41, 58),
        formants: (0.85, 0.86),
        vibrato: (20.0, 5.0),
        breath: -0.2,
        air: 0.8,
    },
];

impl Timbre {
    /// The singer of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SINGERS.iter().find(|timbre| timbre.name == name)
    }

    /// What formants are multiplied by at a pitch: from the low value in the lower half of the range to the high one.
    pub(super) fn formants_at(&self, pitch: f32) -> f32 {
        let (low, high) = (f32::from(self.range.0), f32::from(self.range.1));
        let middle = (low + high) / 2.0;
        let share = ((pitch - middle + 3.0) / 6.0).clamp(0.0, 1.0);
        self.formants.0 + (self.formants.1 - self.formants.0) * share
    }
}
