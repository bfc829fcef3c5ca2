//! How sounds change beside each other: syllabic l and n, the flap of "city", and what endings sound like.

use crate::words::phoneme::Phoneme;

const SCHWA: Phoneme = Phoneme::of('ə');
const SYLLABIC: Phoneme = Phoneme::of('ᵊ');
const WEAK_I: Phoneme = Phoneme::of('ᵻ');
const FLAP: Phoneme = Phoneme::of('T');
const HISSES: &str = "szʃʒʧʤ";

/// Turns the dictionary's broad sounds into those that the voice learnt.
pub(super) fn settle(sounds: &mut [Phoneme], word: &str) {
    make_syllabic(sounds);
    weaken_endings(sounds, word);
    flap(sounds);
}

/// "little": əl is ᵊl after most consonants; "button": ən is ᵊn after t, d, s, z.
fn make_syllabic(sounds: &mut [Phoneme]) {
    for at in 1..sounds.len().saturating_sub(1) {
        let before = sounds[at - 1];
        let opens = sounds.get(at + 2).is_some_and(|sound| sound.is_vowel());
        if sounds[at] != SCHWA || before.is_vowel() || opens {
            continue;
        }
        let syllabic = match sounds[at + 1].symbol() {
            'l' => !before.is_one_of("ɹwjh"),
            'n' => before.is_one_of("tdsz") && !is_crowded(&sounds[..at]),
            _ => false,
        };
        if syllabic {
            sounds[at] = SYLLABIC;
        }
    }
}

/// "doesn't" and "wooden" have ᵊn, "Boston" with its second consonant before t has not.
fn is_crowded(before: &[Phoneme]) -> bool {
    match before {
        [.., earlier, last] => last.is_one_of("td") && !earlier.is_vowel() && !earlier.is_one_of("nɹl"),
        _ => false,
    }
}

/// -ed after t and d, -es after a hiss.
fn weaken_endings(sounds: &mut [Phoneme], word: &str) {
    let [.., stem, vowel, last] = sounds else { return };
    if *vowel != SCHWA && *vowel != Phoneme::of('ɪ') {
        return;
    }
    let is_past = word.ends_with("ed") && last.is_one_of("d") && stem.is_one_of("td");
    let is_hiss = ["es", "'s", "s'"].iter().any(|ending| word.ends_with(ending));
    if is_past || (is_hiss && last.is_one_of("z") && stem.is_one_of(HISSES)) {
        *vowel = WEAK_I;
    }
}

/// "city", "party": t between a vowel (or vowel and r) and a weak vowel, but not in "button".
fn flap(sounds: &mut [Phoneme]) {
    for at in 1..sounds.len().saturating_sub(1) {
        let is_vowel = |at: usize| sounds.get(at).is_some_and(|sound| sound.is_vowel());
        let next = sounds[at + 1];
        let weak = next.is_vowel() && next == next.plain();
        let after_r = sounds[at - 1].is_one_of("ɹ") && at > 1 && is_vowel(at - 2);
        let button = next == SYLLABIC && sounds.get(at + 2).is_some_and(|sound| sound.is_one_of("n"));
        if sounds[at].is_one_of("t") && weak && (is_vowel(at - 1) || after_r) && !button {
            sounds[at] = FLAP;
        }
    }
}

/// The plural, or 's.
pub(super) fn add_s(sounds: &mut Vec<Phoneme>) {
    match sounds.last() {
        Some(last) if last.is_one_of(HISSES) => sounds.extend([WEAK_I, Phoneme::of('z')]),
        Some(last) if last.is_one_of("ptkfθ") => sounds.push(Phoneme::of('s')),
        _ => sounds.push(Phoneme::of('z')),
    }
}

/// The past.
pub(super) fn add_ed(sounds: &mut Vec<Phoneme>) {
    match sounds.last() {
        Some(last) if last.is_one_of("td") => sounds.extend([WEAK_I, Phoneme::of('d')]),
        Some(last) if last.is_one_of("pkfθsʃʧ") => sounds.push(Phoneme::of('t')),
        _ => sounds.push(Phoneme::of('d')),
    }
}
