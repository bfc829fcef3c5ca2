//! Which Chinese lines rhyme: by the final of their last syllable, in the thirteen classes of modern lyrics (十三辙).

/// Initials; two letters before one.
const INITIALS: [&str; 23] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c",
    "s", "y", "w",
];
/// Finals that rhyme, without their glides; the first class holds those after zh, ch, sh, r, z, c, s.
const CLASSES: [&[&str]; 13] = [
    &["-i"],
    &["a", "ia", "ua"],
    &["o", "e", "uo"],
    &["ie", "ue", "üe", "ve"],
    &["i", "ü", "v", "er"],
    &["u"],
    &["ai", "uai"],
    &["ei", "ui", "uei"],
    &["ao", "iao"],
    &["ou", "iu", "iou"],
    &["an", "ian", "uan", "üan"],
    &["en", "in", "un", "ün", "uen"],
    &["eng", "ing", "ong", "iong", "ueng"],
];
/// The class of ang, which no other final joins but its glides.
const ANG: usize = 13;

/// The rhyme class of a syllable of pinyin without tone; none if it is none.
pub(super) fn class(syllable: &str) -> Option<usize> {
    let initial = INITIALS.iter().find(|initial| syllable.starts_with(**initial)).copied().unwrap_or("");
    let end = &syllable[initial.len()..];
    let end = match (initial, end) {
        ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => "-i",
        ("j" | "q" | "x" | "y", "u") => "ü",
        ("j" | "q" | "x" | "y", "un") => "ün",
        ("y", "e") => "ie",
        (_, end) => end,
    };
    if ["ang", "iang", "uang"].contains(&end) {
        return Some(ANG);
    }
    CLASSES.iter().position(|class| class.contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finals_rhyme_by_their_class() {
        for (left, right) in
            [("guang", "yang"), ("tian", "huan"), ("xin", "men"), ("yue", "jie"), ("shi", "zi"), ("yu", "ni")]
        {
            assert_eq!(class(left), class(right), "{left} {right}");
            assert!(class(left).is_some());
        }
        for (left, right) in [("guang", "tian"), ("shi", "ni"), ("lu", "lü"), ("bu", "qu")] {
            assert_ne!(class(left), class(right), "{left} {right}");
        }
    }

    #[test]
    fn every_syllable_that_can_be_read_has_a_class() {
        let text: String = crate::lyricist::chinese::tables()
            .iter()
            .flat_map(|heading| heading.rows())
            .map(|(_, row)| row)
            .collect();
        for syllable in crate::words::pinyin(&text) {
            assert!(class(syllable).is_some(), "{syllable}");
        }
    }
}
