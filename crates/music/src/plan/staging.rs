//! What happens between sections: stops before choruses, a last chorus that stands higher.

use super::models::Means;
use super::{Section, SectionKind};
use crate::random::Stream;
use crate::style::Style;

/// Writes stops and lifts into the sections. `may_lift` is false when the order names a key.
pub(super) fn stage(sections: &mut [Section], seed: u32, style: &Style, means: &Means, may_lift: bool) {
    let rules = style.arrangement;
    let (likely, length) = rules.stop;
    for index in 1..sections.len() {
        let (before, after) = sections.split_at_mut(index);
        let (Some(before), Some(after)) = (before.last_mut(), after.first()) else { continue };
        let leads_up =
            after.kind == SectionKind::Chorus && before.bars >= 4 && before.kind != SectionKind::Chorus;
        // The last chorus is worth holding one's breath for.
        let likely = if after.energy >= 0.95 { likely * 1.5 } else { likely };
        if means.stops && leads_up && Stream::keyed(seed, &before.id, "stop", 0).chance(likely) {
            before.stop = length;
        }
    }
    let (likely, semitones) = rules.lift;
    let choruses = sections.iter().filter(|section| section.kind == SectionKind::Chorus).count();
    let last = sections.iter().rposition(|section| section.kind == SectionKind::Chorus);
    let lifts =
        means.lifts && may_lift && choruses >= 2 && Stream::keyed(seed, "song", "lift", 0).chance(likely);
    if let Some(last) = last.filter(|_| lifts) {
        sections[last..].iter_mut().for_each(|section| section.transposition = semitones);
    }
}
