//! 119,201 English words and their sounds, made from the CMU Pronouncing Dictionary.

use crate::words::phoneme::Phoneme;

static WORDS: &[u8] = include_bytes!("../../../assets/g2p/english.bin");
/// "BLE1", then the number of words and of blocks, then an offset for each block.
const HEAD: usize = 12;
const LENGTH: u8 = 0x7F;

/// What the dictionary knows of a word.
pub(super) struct Entry {
    pub(super) sounds: Vec<Phoneme>,
    /// The word has another reading, which depends on its neighbours.
    pub(super) is_homograph: bool,
}

/// Looks a word of a-z and ' up.
pub(super) fn look_up(word: &str) -> Option<Entry> {
    let word = word.as_bytes();
    let (mut low, mut high) = (0, number(8));
    while low < high {
        let middle = (low + high) / 2;
        if first_word(middle) <= word { low = middle + 1 } else { high = middle }
    }
    scan(low.checked_sub(1)?, word)
}

/// Walks the up to 32 words of a block. Each gives how many letters it shares with the one before, and the rest.
fn scan(block: usize, word: &[u8]) -> Option<Entry> {
    let mut at = block_start(block);
    let end = if block + 1 < number(8) { block_start(block + 1) } else { WORDS.len() };
    let mut current = Vec::new();
    while at + 2 < end {
        let (shared, further) = (usize::from(WORDS[at]), usize::from(WORDS[at + 1]));
        current.truncate(shared);
        current.extend_from_slice(&WORDS[at + 2..at + 2 + further]);
        at += 2 + further;
        let sounds = at + 1..at + 1 + usize::from(WORDS[at] & LENGTH);
        if current == word {
            let is_homograph = WORDS[at] & !LENGTH != 0;
            let sounds = WORDS[sounds].iter().filter_map(|code| Phoneme::from_code(*code)).collect();
            return Some(Entry { sounds, is_homograph });
        }
        at = sounds.end;
    }
    None
}

fn first_word(block: usize) -> &'static [u8] {
    let at = block_start(block);
    &WORDS[at + 2..at + 2 + usize::from(WORDS[at + 1])]
}

fn block_start(block: usize) -> usize {
    HEAD + 4 * number(8) + number(HEAD + 4 * block)
}

fn number(at: usize) -> usize {
    u32::from_le_bytes([WORDS[at], WORDS[at + 1], WORDS[at + 2], WORDS[at + 3]]) as usize
}
