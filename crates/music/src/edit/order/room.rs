//! How many bars words want, and what fits into the bars that there are.

use crate::plan::{Delivery, Line, Plan, Section, SectionKind, bars_for_lines, syllables_in};
use crate::style;

/// Bars that hold these lines in a section of this kind.
pub(super) fn bars(plan: &Plan, kind: SectionKind, lines: &[String], hurried: bool) -> u32 {
    let style = style::style(plan.style);
    let bar_seconds = (60.0 / plan.tempo() * f64::from(style.beats)) as f32;
    let pace = Delivery::of(style, kind).pace();
    let pace = if hurried { pace.hurried() } else { pace };
    let counts: Vec<usize> = lines.iter().map(|line| syllables_in(line)).collect();
    bars_for_lines(&counts, pace, bar_seconds).iter().sum()
}

/// As many of the first lines as these bars can hold.
pub(super) fn fitting(plan: &Plan, kind: SectionKind, lines: &[String], room: u32) -> usize {
    (0..=lines.len()).rev().find(|count| bars(plan, kind, &lines[..*count], true) <= room).unwrap_or(0)
}

/// A section without place, number or words yet.
pub(super) fn section(kind: SectionKind, bars: u32, energy: f32) -> Section {
    Section { id: String::new(), kind, bars, lines: Vec::new(), energy, transposition: 0, stop: 0 }
}

pub(super) fn lines(texts: &[String]) -> Vec<Line> {
    texts.iter().map(|text| Line { text: text.clone() }).collect()
}

/// Numbers sections of each kind on from those that there are, so that each has its own chance and name.
pub(super) fn number(sections: &mut [Section], known: &[Section]) {
    let mut ids: Vec<String> = known.iter().map(|section| section.id.clone()).collect();
    for section in sections {
        let word = section.kind.word();
        let mut candidates = (1..).map(|number| format!("{word}-{number}"));
        section.id = candidates.find(|id| !ids.contains(id)).unwrap_or_default();
        ids.push(section.id.clone());
    }
}
