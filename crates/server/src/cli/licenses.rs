//! Shows under which licences the binary and the works in it are: whoever passes it on has to pass these texts on too.

use super::{Failure, say};

/// Each text with the name of the file that it is, `NOTICE` first, which says whose the others are.
const TEXTS: [(&str, &str); 9] = [
    ("NOTICE", include_str!("../../../../NOTICE")),
    ("LICENSE", include_str!("../../../../LICENSE")),
    ("crates/media/LICENSE-fdk-aac.txt", include_str!("../../../media/LICENSE-fdk-aac.txt")),
    ("crates/media/LICENSE-openh264.txt", include_str!("../../../media/LICENSE-openh264.txt")),
    ("crates/media/assets/NOTICE", include_str!("../../../media/assets/NOTICE")),
    ("crates/media/assets/OFL.txt", include_str!("../../../media/assets/OFL.txt")),
    ("crates/music/assets/g2p/LICENSE", include_str!("../../../music/assets/g2p/LICENSE")),
    ("crates/music/assets/samples/LICENSE", include_str!("../../../music/assets/samples/LICENSE")),
    ("crates/music/assets/samples/NOTICE", include_str!("../../../music/assets/samples/NOTICE")),
];

/// Prints all of them.
pub(super) fn run() -> Result<(), Failure> {
    for (name, text) in TEXTS {
        say(&format!("==== {name}\n\n{}\n", text.trim_end()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::TEXTS;

    #[test]
    fn every_text_that_the_notice_names_is_shown() {
        let (_, notice) = TEXTS[0];
        let named = notice.split(|mark: char| mark.is_whitespace() || ",;()".contains(mark));
        let named = named.map(|word| word.trim_end_matches('.'));
        let texts: Vec<&str> = named
            .filter(|word| word.starts_with("crates/"))
            .filter(|word| ["LICENSE", "NOTICE", "OFL"].iter().any(|name| word.contains(name)))
            .collect();
        assert!(texts.len() >= 5, "{texts:?}");
        for text in texts.into_iter().filter(|text| *text != "crates/music/assets/voice/LICENSE") {
            assert!(TEXTS.iter().any(|(name, _)| *name == text), "{text}");
        }
        // That of the voice is the Apache License too.
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let ours = TEXTS.iter().find(|(name, _)| *name == "LICENSE").map(|(_, text)| words(text));
        assert_eq!(ours, Some(words(include_str!("../../../music/assets/voice/LICENSE"))));
    }
}
