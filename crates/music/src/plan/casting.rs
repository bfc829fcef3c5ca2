//! Who plays on what.

use super::models::Means;
use super::reading::Wishes;
use super::{InstrumentChoice, Part, Patch, share};
use crate::brief::Brief;
use crate::random::Stream;
use crate::style::Style;

/// What nobody expects, whatever the style.
const ODD: [Patch; 8] = [
    Patch::Marimba,
    Patch::ChurchOrgan,
    Patch::Accordion,
    Patch::Koto,
    Patch::Pizzicato,
    Patch::MusicBox,
    Patch::Clarinet,
    Patch::Vibraphone,
];

pub(super) fn cast(brief: &Brief, wishes: &Wishes, style: &Style, means: &Means) -> Vec<InstrumentChoice> {
    let wordless = brief.instrumental || wishes.without.contains(&Part::Lead);
    let mut choices = Vec::new();
    for &part in means.parts {
        let sings = matches!(part, Part::Lead | Part::Harmony);
        if wishes.without.contains(&part) || (wordless && sings) {
            continue;
        }
        let asked = wishes.asked.iter().find(|(known, _)| *known == part).map(|(_, patch)| *patch);
        let own = || drawn(brief, wishes, style, part);
        let patch =
            if wishes.alone && !sings { asked.or_else(|| helping(wishes, part)) } else { asked.or_else(own) };
        choices.extend(patch.map(|patch| InstrumentChoice { part, patch }));
    }
    let nobody_leads = wordless && !choices.iter().any(|choice| choice.part == Part::Counter);
    if nobody_leads && !wishes.without.contains(&Part::Counter) {
        let usual = usual(style, Part::Counter).iter().find(|patch| !wishes.unwanted.contains(patch));
        let patch = helping(wishes, Part::Counter).or(usual.copied());
        choices.extend(patch.map(|patch| InstrumentChoice { part: Part::Counter, patch }));
    }
    choices
}

/// An instrument alone has its own bass, and the tune as well.
fn helping(wishes: &Wishes, part: Part) -> Option<Patch> {
    let first = wishes.asked.first().filter(|_| wishes.alone)?;
    matches!(part, Part::Bass | Part::Chords | Part::Counter).then_some(first.1)
}

fn usual(style: &Style, part: Part) -> &'static [Patch] {
    style.instruments.iter().find(|(known, _)| *known == part).map_or(&[], |(_, patches)| patches)
}

/// One of the style's patches: the most typical, unless the sound may stray; now and then an odd one.
fn drawn(brief: &Brief, wishes: &Wishes, style: &Style, part: Part) -> Option<Patch> {
    let allowed: Vec<Patch> =
        usual(style, part).iter().copied().filter(|patch| !wishes.unwanted.contains(patch)).collect();
    let mut stream = Stream::keyed(brief.seed, "song", part.key(), 0);
    let strays = stream.chance((1.0 - share(brief.sound_strength)) * 0.9);
    let choice = *stream.pick(&allowed);
    let odd = stream.chance((share(brief.weirdness) - 0.6) * 1.4);
    let other = *stream.pick(&ODD);
    if odd && matches!(part, Part::Arp | Part::Counter) && !wishes.unwanted.contains(&other) {
        return Some(other);
    }
    Some(if strays { choice } else { *allowed.first()? })
}
