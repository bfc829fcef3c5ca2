//! How many notes a line of text wants.

/// Counts the syllables of a line: English words by their vowels, one for each Chinese, Japanese or Korean character.
/// A line with letters of any kind has at least one.
pub(crate) fn syllables_in(text: &str) -> usize {
    let mut count = 0;
    let mut word = String::new();
    for character in text.chars() {
        if is_cjk(character) {
            count += word_syllables(&word) + 1;
            word.clear();
        } else if character.is_alphanumeric() || character == '\'' || character == '’' {
            word.extend(character.to_lowercase());
        } else {
            count += word_syllables(&word);
            word.clear();
        }
    }
    count + word_syllables(&word)
}

/// Characters that are sung as one syllable each.
pub(super) fn is_cjk(character: char) -> bool {
    matches!(u32::from(character), 0x3041..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0x20000..=0x2FA1F)
}

/// The vowel groups of a word, less the silent ones.
fn word_syllables(word: &str) -> usize {
    if word.is_empty() {
        return 0;
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.len().min(6);
    }
    let letters: Vec<char> = word.chars().filter(|character| character.is_alphabetic()).collect();
    let is_vowel = |character: char| "aeiouyáàâäéèêëíìîïóòôöúùûüåæøаеёиоуыэюя".contains(character);
    let mut groups = 0;
    let mut after_vowel = false;
    for &letter in &letters {
        let vowel = is_vowel(letter);
        groups += usize::from(vowel && !after_vowel);
        after_vowel = vowel;
    }
    let ends = |ending: &str| word.ends_with(ending);
    let silent_e = letters.len() > 2 && ends("e") && !ends("le") && !ends("ee") && !ends("ie") && !ends("ue");
    let silent_ed = letters.len() > 3 && ends("ed") && !ends("ted") && !ends("ded") && !ends("eed");
    let silent_es = letters.len() > 3
        && ends("es")
        && !["ses", "zes", "ches", "shes", "ces", "ges", "xes", "ies"].iter().any(|ending| ends(ending));
    groups -= usize::from(groups > 1 && (silent_e || silent_ed || silent_es));
    // "li-on", "cre-ate", "du-el": two vowels that are sung apart.
    groups += ["io", "ia", "eo", "ua"]
        .iter()
        .filter(|pair| {
            word.contains(*pair)
                && !word.contains("tio")
                && !word.contains("sio")
                && !word.contains("cia")
                && !word.contains("qua")
                && !word.contains("peo")
        })
        .count();
    if letters.is_empty() { 0 } else { groups.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_lines_are_counted_as_they_are_sung() {
        for (text, count) in [
            ("Woke up with the sun in my eyes", 8),
            ("Happy days are rolling in", 7),
            ("Let the joy beneath my skin", 7),
            ("loved and wanted", 4),
            ("a little people station", 7),
            ("Don't stop", 2),
        ] {
            assert_eq!(syllables_in(text), count, "{text}");
        }
    }

    #[test]
    fn each_chinese_character_is_one_syllable() {
        assert_eq!(syllables_in("月亮代表我的心"), 7);
        assert_eq!(syllables_in("我爱 music 啊"), 5);
        assert_eq!(syllables_in("?! …"), 0);
    }
}
