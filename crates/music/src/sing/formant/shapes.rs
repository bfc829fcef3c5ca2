//! The resonances of each sound. Vowels after Peterson and Barney (1952), means of women; consonants after Klatt (1980).

use crate::sing::sounds::{Kind, Sound};
use crate::words::Phoneme;

/// How the throat stands, and what sounds through it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The first three resonances, in Hz.
    pub(super) formants: [f32; 3],
    /// Level of the pulses, 1 in a vowel.
    pub(super) voice: f32,
    /// Level of noise, 1 in an s.
    pub(super) hiss: f32,
    /// Where the noise is strongest, and how wide it is, in Hz.
    pub(super) hiss_at: (f32, f32),
    /// Closed but for a burst at its end.
    pub(super) is_stop: bool,
}

/// So that a line is about as loud as the learnt voice's.
const VOICE_GAIN: f32 = 20.0;
const HISS_GAIN: f32 = 1.2;
/// Higher resonances, the same for all sounds, in Hz.
const UPPER: [f32; 2] = [3_900.0, 4_900.0];
/// The tilt of the cords' sound begins here, in Hz.
const TILT_FROM: f32 = 500.0;

impl Shape {
    /// Before anything sounds.
    pub(super) const SILENCE: Self = Self {
        formants: [500.0, 1_500.0, 2_500.0],
        voice: 0.0,
        hiss: 0.0,
        hiss_at: (4_000.0, 3_000.0),
        is_stop: false,
    };

    /// The level of a harmonic at a frequency in Hz.
    pub(super) fn resonance(&self, hertz: f32) -> f32 {
        let peaks: f32 = self.formants.iter().chain(&UPPER).map(|formant| peak(hertz, *formant)).sum();
        VOICE_GAIN * peaks / (1.0 + (hertz / TILT_FROM).powi(2)).sqrt()
    }

    /// The level of noise at a frequency in Hz.
    pub(super) fn hissing(&self, hertz: f32) -> f32 {
        let (centre, width) = self.hiss_at;
        HISS_GAIN * self.hiss * (-((hertz - centre) / width).powi(2)).exp()
    }
}

/// A resonance of a width that grows with its frequency.
fn peak(hertz: f32, formant: f32) -> f32 {
    let width = 50.0 + 0.03 * formant;
    1.0 / (1.0 + ((hertz - formant) / width).powi(2)).sqrt()
}

/// The shape of a sound, `share` of its way through.
pub(super) fn shape_of(phoneme: Phoneme, share: f32) -> Shape {
    let symbol = phoneme.symbol();
    match vowel(symbol) {
        Some((first, last)) => {
            // A diphthong stays on its first part and closes late.
            let moved = ((share - 0.5) / 0.4).clamp(0.0, 1.0);
            let formants = std::array::from_fn(|index| first[index] + (last[index] - first[index]) * moved);
            Shape { formants, voice: 1.0, ..Shape::SILENCE }
        }
        None => consonant(symbol),
    }
}

type Formants = [f32; 3];
const I: Formants = [310.0, 2_790.0, 3_310.0];
const IH: Formants = [430.0, 2_480.0, 3_070.0];
const EH: Formants = [610.0, 2_330.0, 2_990.0];
const AE: Formants = [860.0, 2_050.0, 2_850.0];
const AH: Formants = [850.0, 1_220.0, 2_810.0];
const AW: Formants = [590.0, 920.0, 2_710.0];
const UH: Formants = [470.0, 1_160.0, 2_680.0];
const U: Formants = [370.0, 950.0, 2_670.0];
const UP: Formants = [760.0, 1_400.0, 2_780.0];
const SCHWA: Formants = [550.0, 1_600.0, 2_800.0];
const ER: Formants = [500.0, 1_640.0, 1_960.0];

/// Where a vowel begins and ends.
fn vowel(symbol: char) -> Option<(Formants, Formants)> {
    Some(match symbol {
        'A' => (EH, I),
        'I' => (AH, IH),
        'O' => (AW, U),
        'W' => (AH, U),
        'Y' => (AW, IH),
        'i' => (I, I),
        'u' => (U, U),
        'ɑ' => (AH, AH),
        'æ' => (AE, AE),
        'ɔ' => (AW, AW),
        'ɛ' => (EH, EH),
        'ɜ' => (ER, ER),
        'ɪ' | 'ᵻ' => (IH, IH),
        'ʊ' => (UH, UH),
        'ʌ' => (UP, UP),
        'ə' | 'ɐ' | 'ᵊ' => (SCHWA, SCHWA),
        _ => return None,
    })
}

fn consonant(symbol: char) -> Shape {
    let voiced = |formants, voice| Shape { formants, voice, ..Shape::SILENCE };
    let hiss = |centre, width, hiss, voice| Shape { hiss_at: (centre, width), hiss, voice, ..Shape::SILENCE };
    let stop = |centre, hiss, voice| Shape {
        hiss_at: (centre, 1_500.0),
        hiss,
        voice,
        is_stop: true,
        ..Shape::SILENCE
    };
    match symbol {
        'm' => voiced([280.0, 1_100.0, 2_300.0], 0.35),
        'n' => voiced([280.0, 1_600.0, 2_600.0], 0.35),
        'ŋ' => voiced([280.0, 2_000.0, 2_700.0], 0.35),
        'l' => voiced([360.0, 1_200.0, 2_800.0], 0.6),
        'ɹ' => voiced([380.0, 1_250.0, 1_700.0], 0.6),
        'w' => voiced([320.0, 700.0, 2_400.0], 0.6),
        'j' => voiced([290.0, 2_500.0, 3_200.0], 0.6),
        's' => hiss(8_000.0, 2_500.0, 1.0, 0.0),
        'z' => hiss(8_000.0, 2_500.0, 0.6, 0.3),
        'ʃ' | 'ʧ' => hiss(4_000.0, 1_800.0, 1.0, 0.0),
        'ʒ' | 'ʤ' => hiss(4_000.0, 1_800.0, 0.6, 0.3),
        'f' => hiss(7_000.0, 5_000.0, 0.25, 0.0),
        'v' => hiss(7_000.0, 5_000.0, 0.12, 0.4),
        'θ' => hiss(6_500.0, 4_000.0, 0.25, 0.0),
        'ð' => hiss(6_500.0, 4_000.0, 0.1, 0.4),
        'h' => hiss(1_800.0, 2_000.0, 0.2, 0.0),
        'p' => stop(1_200.0, 0.5, 0.0),
        't' => stop(5_000.0, 0.9, 0.0),
        'k' => stop(2_300.0, 0.8, 0.0),
        'b' => stop(1_000.0, 0.25, 0.15),
        'd' | 'T' => stop(4_000.0, 0.4, 0.2),
        'ɡ' => stop(2_200.0, 0.4, 0.15),
        _ => Shape::SILENCE,
    }
}

/// How long a sound would be in speech, in steps of 25 ms.
pub(super) fn steps_of(sound: &Sound) -> usize {
    match (sound.kind, sound.phoneme.map(Phoneme::symbol)) {
        (Kind::Vowel(_), _) => 4,
        (Kind::Stress(_) | Kind::Gap, _) => 1,
        (Kind::Mark, _) => 4,
        (Kind::Consonant, Some('s' | 'ʃ' | 'ʧ' | 'f' | 'θ' | 'p' | 't' | 'k')) => 4,
        (Kind::Consonant, Some('T')) => 1,
        (Kind::Consonant, Some('l' | 'ɹ' | 'w' | 'j' | 'ð')) => 2,
        (Kind::Consonant, _) => 3,
    }
}
