//! What an edited song tells of itself.

use super::whole::Whole;
use super::{Origin, Recipe};
use crate::compose::Score;
use crate::plan::{Plan, Section};

impl Recipe {
    /// The song's name.
    pub fn title(&self) -> &str {
        self.plans().last().map_or("", |plan| &plan.title)
    }

    /// Names the song, in every plan of it.
    pub fn set_title(&mut self, title: &str) {
        if let Origin::Plan(plan) = &mut self.origin {
            title.clone_into(&mut plan.title);
        }
        for edit in &mut self.edits {
            if let super::Edit::Spliced(splice) = edit {
                title.clone_into(&mut splice.plan.title);
            }
        }
    }

    /// The whole song as one plan with its score, from which notes, sections and chapters can be told. None if it began
    /// as a recording, whose score nobody knows.
    pub fn score(&self) -> Option<(Plan, Score)> {
        let whole = self.is_own().then(|| Whole::of(self))?;
        let mut plan = whole.plan;
        self.title().clone_into(&mut plan.title);
        Some((plan, whole.score))
    }

    /// The words of what is known of the song, section by section with their marks; empty if nobody sings.
    pub fn lyric(&self) -> String {
        lyric(&Whole::of(self).plan.sections)
    }
}

/// Sections with words as a lyric with marks.
pub(super) fn lyric(sections: &[Section]) -> String {
    let worded = sections.iter().filter(|section| !section.lines.is_empty());
    let stanzas = worded.map(|section| {
        let lines: Vec<&str> = section.lines.iter().map(|line| line.text.as_str()).collect();
        format!("[{}]\n{}", mark(section), lines.join("\n"))
    });
    stanzas.collect::<Vec<_>>().join("\n\n")
}

/// The section's kind as marks have it, such as `Pre-Chorus`.
fn mark(section: &Section) -> String {
    let words = section.kind.word().split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}
