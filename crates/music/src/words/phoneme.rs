//! The sounds of the voice: 19 vowels, 25 consonants, and the stress of a vowel.

use std::fmt;

/// Index of each sound in [`Phoneme`]; 1 to 19 are vowels. The alphabet of misaki, one character a sound.
const SYMBOLS: [char; 45] = [
    ' ', 'A', 'I', 'O', 'W', 'Y', 'i', 'u', 'ɑ', 'æ', 'ɔ', 'ə', 'ɛ', 'ɜ', 'ɪ', 'ʊ', 'ʌ', 'ɐ', 'ᵊ', 'ᵻ', 'b',
    'd', 'f', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 's', 't', 'v', 'w', 'z', 'ð', 'ŋ', 'ɡ', 'ɹ', 'ʃ', 'ʒ', 'θ',
    'ʤ', 'ʧ', 'T',
];
const VOWELS: u8 = 19;
const SOUND: u8 = 0x3F;

/// How strongly a vowel is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stress {
    /// Weak.
    None,
    /// The strongest of its word.
    Primary,
    /// Between the two.
    Secondary,
}

/// One sound; one byte. Bits 0 to 5 are its place among the 44 sounds, bits 6 and 7 the stress of a vowel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phoneme(u8);

impl Phoneme {
    /// The sound of a symbol.
    ///
    /// # Panics
    /// If the symbol is none of the 44: call it in constants only, where the compiler refuses.
    pub(crate) const fn of(symbol: char) -> Self {
        let mut index = 1;
        while index < SYMBOLS.len() {
            if SYMBOLS[index] == symbol {
                return Self(index as u8);
            }
            index += 1;
        }
        panic!("no such sound")
    }

    /// Reads a symbol.
    pub(crate) fn read(symbol: char) -> Option<Self> {
        let index = SYMBOLS.iter().skip(1).position(|known| *known == symbol)?;
        Some(Self(index as u8 + 1))
    }

    /// A byte of the dictionary, if it is a sound.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        let sound = code & SOUND;
        (1..SYMBOLS.len() as u8).contains(&sound).then_some(Self(code))
    }

    /// The symbol without its stress.
    pub fn symbol(self) -> char {
        SYMBOLS[usize::from(self.0 & SOUND)]
    }

    /// Vowels carry syllables.
    pub fn is_vowel(self) -> bool {
        (1..=VOWELS).contains(&(self.0 & SOUND))
    }

    /// Of a vowel; [`Stress::None`] for consonants.
    pub fn stress(self) -> Stress {
        match self.0 >> 6 {
            1 => Stress::Primary,
            2 => Stress::Secondary,
            _ => Stress::None,
        }
    }

    /// The same sound, stressed otherwise.
    pub(crate) fn with_stress(self, stress: Stress) -> Self {
        Self((self.0 & SOUND) | ((stress as u8) << 6))
    }

    /// The same sound without stress.
    pub(crate) fn plain(self) -> Self {
        Self(self.0 & SOUND)
    }

    /// Is this, but for the stress, one of the given symbols?
    pub(crate) fn is_one_of(self, symbols: &str) -> bool {
        symbols.contains(self.symbol())
    }
}

impl fmt::Display for Phoneme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stress() {
            Stress::None => write!(out, "{}", self.symbol()),
            Stress::Primary => write!(out, "ˈ{}", self.symbol()),
            Stress::Secondary => write!(out, "ˌ{}", self.symbol()),
        }
    }
}

impl fmt::Debug for Phoneme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// Reads sounds with ˈ or ˌ before a stressed vowel. What is no sound is left out.
pub(crate) fn read(text: &str) -> Vec<Phoneme> {
    let mut sounds = Vec::new();
    let mut stress = Stress::None;
    for symbol in text.chars() {
        match symbol {
            'ˈ' => stress = Stress::Primary,
            'ˌ' => stress = Stress::Secondary,
            _ => {
                sounds.extend(Phoneme::read(symbol).map(|sound| sound.with_stress(stress)));
                stress = Stress::None;
            }
        }
    }
    sounds
}

/// Makes primary stresses secondary, as for all but the strongest part of a compound.
pub(crate) fn weaken(sounds: &mut [Phoneme]) {
    for sound in sounds.iter_mut().filter(|sound| sound.stress() == Stress::Primary) {
        *sound = sound.with_stress(Stress::Secondary);
    }
}

/// How many syllables these sounds are.
pub(crate) fn vowels(sounds: &[Phoneme]) -> usize {
    sounds.iter().filter(|sound| sound.is_vowel()).count()
}

/// Sounds as text, with stresses.
#[cfg(test)]
pub(crate) fn show(sounds: &[Phoneme]) -> String {
    sounds.iter().map(Phoneme::to_string).collect()
}
