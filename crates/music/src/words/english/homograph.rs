//! Words with two readings, told apart by their neighbours: "I read it" or "have read it".

use super::dictionary;
use crate::words::phoneme::{Phoneme, read};
use crate::words::tables::{Homograph, text};

/// What stands before a verb.
const BEFORE_VERBS: &str = "to will i'll you'll we'll they'll can can't could would should don't didn't won't i you we they \
     let's never must may might";
/// What stands before a noun.
const BEFORE_NOUNS: &str = "a an the my your our his her their this that no any some every another one";
/// Words that ask for the other reading when they stand before or after; the rest goes by the class of the other reading.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("read", "have has had been was were i've you've we've they've he's she's", "yesterday"),
    ("live", "is are go was", "music show band tv on"),
    ("lives", "our their my your all two nine three many", ""),
    ("wind", "", "up down it around"),
    ("winds", "", "up down it around"),
    ("tear", "", "me it us you them apart down up away this"),
    ("tears", "", "me us apart it you"),
    ("close", "so too get hold come stay getting coming", "to enough together"),
    ("use", "no the any what", ""),
    ("used", "", "to"),
    ("learned", "a the", ""),
    ("blessed", "", "be are"),
];

/// The less frequent reading of a word, if its neighbours ask for it.
pub(super) fn other_reading(word: &str, before: &str, after: &str) -> Option<Vec<Phoneme>> {
    dictionary::look_up(word).filter(|entry| entry.is_homograph)?;
    let homograph = text().homographs.get(word)?;
    is_other(word, homograph, before, after).then(|| read(&homograph.1))
}

fn is_other(word: &str, homograph: &Homograph, before: &str, after: &str) -> bool {
    let has = |list: &str, word: &str| !word.is_empty() && list.split(' ').any(|known| known == word);
    if let Some((_, earlier, later)) = NEIGHBOURS.iter().find(|(known, ..)| *known == word) {
        return has(earlier, before) || has(later, after);
    }
    match homograph.2.as_str() {
        "verb" => has(BEFORE_VERBS, before),
        "noun" => has(BEFORE_NOUNS, before),
        _ => false,
    }
}
