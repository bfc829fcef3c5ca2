//! Korean: each block is one syllable; finals are carried over to vowels and change before other sounds.

use super::mandarin::mark_of;
use super::phoneme::{Stress, read};
use super::said::SaidWord;
use super::syllable::split;
use super::tables::{Korean, languages};

/// Places of some initials and of the vowel and final that matter to their neighbours (Unicode, section 3.12).
const G: usize = 0;
const N: usize = 2;
const D: usize = 3;
const R: usize = 5;
const M: usize = 6;
const B: usize = 7;
const SILENT: usize = 11;
const J: usize = 12;
const VOWEL_I: usize = 20;
const FINAL_H: usize = 27;

/// A block in its three parts.
#[derive(Clone, Copy)]
struct Block {
    initial: usize,
    vowel: usize,
    /// 0 is none.
    last: usize,
}

/// Says a stretch of Korean that begins at `offset` in its line.
pub(super) fn say(text: &str, offset: usize) -> Vec<SaidWord> {
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let blocks: Vec<Option<Block>> = characters.iter().map(|(_, character)| block(*character)).collect();
    let mut words: Vec<SaidWord> = Vec::new();
    for (index, (at, character)) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| blocks[before]);
        match (blocks[index], words.last_mut()) {
            (Some(block), _) => {
                let said = sounds(block, before, blocks.get(index + 1).copied().flatten());
                let span = offset + at..offset + at + character.len_utf8();
                words.push(SaidWord { is_joined: before.is_some(), ..word(span, &said) });
            }
            (None, Some(word)) => word.mark = word.mark.or(mark_of(*character).filter(|mark| *mark != ',')),
            (None, None) => (),
        }
    }
    words
}

fn word(span: std::ops::Range<usize>, said: &str) -> SaidWord {
    let mut sounds = read(said);
    if let Some(vowel) = sounds.iter_mut().find(|sound| sound.is_vowel()) {
        *vowel = vowel.with_stress(Stress::Primary);
    }
    SaidWord::of(span, split(&sounds))
}

fn block(character: char) -> Option<Block> {
    let place = u32::from(character).checked_sub(0xAC00).filter(|place| *place < 11_172)? as usize;
    Some(Block { initial: place / 588, vowel: place % 588 / 28, last: place % 28 })
}

fn sounds(block: Block, before: Option<Block>, after: Option<Block>) -> String {
    let korean = &languages().ko;
    let mut vowel = korean.vowel[block.vowel].as_str();
    let mut onset = onset(korean, block, before);
    if onset == "s" && (vowel.starts_with(['i', 'j']) || vowel == "wi") {
        onset = "ʃ".to_owned();
        vowel = vowel.trim_start_matches('j');
    }
    format!("{onset}{vowel}{}", coda(korean, block, after))
}

fn onset(korean: &Korean, block: Block, before: Option<Block>) -> String {
    let own = korean.initial[block.initial].replace('∅', "");
    let Some(before) = before else { return own };
    let closing = korean.last[before.last].as_str();
    let is_closed = before.last > 0;
    match block.initial {
        SILENT if is_closed && closing != "ŋ" => carried(korean, before.last, block.vowel),
        R if !is_closed => "T".to_owned(),
        R if ["k", "p", "m", "ŋ"].contains(&closing) => "n".to_owned(),
        N if closing == "l" => "l".to_owned(),
        G if before.last == FINAL_H => "k".to_owned(),
        D if before.last == FINAL_H => "t".to_owned(),
        B if before.last == FINAL_H => "p".to_owned(),
        J if before.last == FINAL_H => "ʧ".to_owned(),
        _ => own,
    }
}

/// What a final becomes before a vowel; d and t soften before i.
fn carried(korean: &Korean, last: usize, vowel: usize) -> String {
    match korean.carried[last].chars().last() {
        Some('d') if vowel == VOWEL_I => "ʤ".to_owned(),
        Some('t') if vowel == VOWEL_I => "ʧ".to_owned(),
        Some('∅') | None => String::new(),
        Some(sound) => sound.to_string(),
    }
}

fn coda(korean: &Korean, block: Block, after: Option<Block>) -> String {
    let own = korean.last[block.last].replace('∅', "");
    let Some(after) = after else { return own };
    let kept = match after.initial {
        SILENT if block.last > 0 && own != "ŋ" => {
            // Of two finals the first stays, the second goes to the vowel.
            let carried = &korean.carried[block.last];
            if carried.chars().count() == 1 { String::new() } else { carried.chars().take(1).collect() }
        }
        G | D | B | J if block.last == FINAL_H => String::new(),
        _ => own,
    };
    nasalised(kept, after.initial)
}

fn nasalised(coda: String, next: usize) -> String {
    let changed = match (coda.as_str(), next) {
        ("k", N | M | R) => "ŋ",
        ("t", N | M) => "n",
        ("p", N | M | R) => "m",
        ("n" | "t", R) => "l",
        _ => return coda,
    };
    changed.to_owned()
}
