//! The voice's numbers for sounds and marks (the vocabulary of Kokoro-82M).

use crate::words::Phoneme;

/// A sound or mark as the voice knows it.
pub(in crate::sing) type Id = i32;

/// Stands at both ends of a line.
pub(in crate::sing) const END: Id = 0;
/// Between words.
pub(in crate::sing) const SPACE: Id = 16;
/// Before a vowel: primary, secondary. Part of the vowel's start.
pub(in crate::sing) const STRESS: [Id; 2] = [156, 157];

const SOUNDS: [(char, Id); 44] = [
    ('A', 24),
    ('I', 25),
    ('O', 31),
    ('W', 39),
    ('Y', 41),
    ('i', 51),
    ('u', 63),
    ('ɑ', 69),
    ('æ', 72),
    ('ɔ', 76),
    ('ə', 83),
    ('ɛ', 86),
    ('ɜ', 87),
    ('ɪ', 102),
    ('ʊ', 135),
    ('ʌ', 138),
    ('ɐ', 70),
    ('ᵊ', 42),
    ('ᵻ', 177),
    ('b', 44),
    ('d', 46),
    ('f', 48),
    ('h', 50),
    ('j', 52),
    ('k', 53),
    ('l', 54),
    ('m', 55),
    ('n', 56),
    ('p', 58),
    ('s', 61),
    ('t', 62),
    ('v', 64),
    ('w', 65),
    ('z', 68),
    ('ð', 81),
    ('ŋ', 112),
    ('ɡ', 92),
    ('ɹ', 123),
    ('ʃ', 131),
    ('ʒ', 147),
    ('θ', 119),
    ('ʤ', 82),
    ('ʧ', 133),
    ('T', 36),
];

/// The number of a sound; every sound has one.
pub(in crate::sing) fn id_of(sound: Phoneme) -> Id {
    SOUNDS.iter().find(|(symbol, _)| *symbol == sound.symbol()).map_or(END, |(_, id)| *id)
}

/// The number of a mark after a word.
pub(in crate::sing) fn mark_id(mark: char) -> Id {
    match mark {
        ';' => 1,
        ':' => 2,
        '.' => 4,
        '!' => 5,
        '?' => 6,
        '…' => 10,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_has_a_number_of_its_own() {
        let mut ids: Vec<Id> = (1..=44).filter_map(Phoneme::from_code).map(id_of).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 44);
        assert!(!ids.contains(&END));
    }
}
