//! What listeners call the sections.

use crate::compose::{Score, SectionSpan};

/// A name for each section, such as `Verse 2`; the only one of its kind has no number.
pub fn section_names(score: &Score) -> Vec<String> {
    let of_kind = |span: &SectionSpan| score.sections.iter().filter(|other| other.kind == span.kind).count();
    let mut names = Vec::with_capacity(score.sections.len());
    for (index, span) in score.sections.iter().enumerate() {
        let word = capitals(span.kind.word());
        let number = score.sections[..=index].iter().filter(|other| other.kind == span.kind).count();
        names.push(if of_kind(span) > 1 { format!("{word} {number}") } else { word });
    }
    names
}

/// `pre-chorus` as `Pre-Chorus`.
fn capitals(word: &str) -> String {
    let mut begins = true;
    let letters = word.chars().map(|letter| {
        let shown = if begins { letter.to_ascii_uppercase() } else { letter };
        begins = letter == '-';
        shown
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::tests_support::song;

    #[test]
    fn sections_of_one_kind_are_numbered() {
        let (_, score) =
            song("[Verse]\nOne\n[Pre-Chorus]\nTwo\n[Chorus]\nThree\n[Verse]\nFour\n[Chorus]\nFive");
        let names = section_names(&score);
        for name in ["Intro", "Verse 1", "Pre-Chorus", "Chorus 1", "Verse 2", "Chorus 2"] {
            assert!(names.iter().any(|found| found == name), "no {name} in {names:?}");
        }
    }
}
