//! Another voice over the same band, or another band under the same voice.

use super::ground::another;
use super::{EditRefusal, known, room, with};
use crate::brief::{Brief, VocalGender};
use crate::edit::{Edit, NewBand, NewVoice, Recipe};
use crate::plan::{Line, Lyric, Part, Plan, Section, SectionKind};
use crate::random::Stream;
use crate::sing::{SINGERS, Timbre};
use crate::style;

pub(super) fn voice(recipe: &Recipe, other: Option<&Recipe>, brief: &Brief) -> Result<Recipe, EditRefusal> {
    let plan = known(recipe).ok_or(EditRefusal::NoParts)?.plan;
    let other = match other {
        Some(other) => Some(known(other).ok_or(EditRefusal::NoOtherPart)?.plan),
        None => None,
    };
    let stanzas = match (brief.lyric.as_deref(), &other) {
        (Some(lyric), _) => stanzas_of(lyric),
        (None, Some(other)) => other.sections.iter().map(stanza_of).collect(),
        (None, None) => Vec::new(),
    };
    let lines = laid(&plan, &stanzas);
    let has_words = plan.sections.iter().any(|section| !section.lines.is_empty());
    let sings = plan.patch(Part::Lead).is_some() && plan.singer.is_some();
    if lines.is_empty() && !(has_words && sings) {
        return Err(EditRefusal::NoVoice);
    }
    let singer = match other.as_ref().and_then(|other| other.singer.clone()) {
        Some(singer) => singer,
        None => another_singer(plan.singer.as_deref(), brief),
    };
    let melody = other.filter(|_| !lines.is_empty()).map(|other| other.melody.unwrap_or(other.writing()));
    Ok(with(recipe, Edit::Voice(Box::new(NewVoice { singer, seed: brief.seed, lines, melody }))))
}

type Words = (SectionKind, Vec<String>);

fn stanzas_of(lyric: &str) -> Vec<Words> {
    Lyric::parse(lyric).stanzas.into_iter().map(|stanza| (stanza.kind, stanza.lines)).collect()
}

fn stanza_of(section: &Section) -> Words {
    (section.kind, section.lines.iter().map(|line| line.text.clone()).collect())
}

/// The words laid over the song's sections: the first verse's over the first verse, and so on, as many as fit. Sections
/// for which there are none are silent. Nothing if there are no words at all.
fn laid(plan: &Plan, stanzas: &[Words]) -> Vec<(String, Vec<Line>)> {
    let worded: Vec<&Words> = stanzas.iter().filter(|(_, lines)| !lines.is_empty()).collect();
    if worded.is_empty() {
        return Vec::new();
    }
    let mut used = vec![false; worded.len()];
    let mut laid = Vec::new();
    for section in &plan.sections {
        let free = |used: &[bool], index: &usize| !used[*index] && worded[*index].0 == section.kind;
        let first = (0..worded.len()).find(|index| free(&used, index));
        // A chorus that comes once more than it was written is sung again.
        let again = (0..worded.len()).rev().find(|index| worded[*index].0 == section.kind);
        let had_words = !section.lines.is_empty();
        let any = (0..worded.len()).find(|index| !used[*index]).filter(|_| had_words);
        let texts = first.or(again).or(any).map(|index| {
            used[index] = true;
            &worded[index].1
        });
        let lines =
            texts.map_or(&[][..], |texts| &texts[..room::fitting(plan, section.kind, texts, section.bars)]);
        if had_words || !lines.is_empty() {
            laid.push((section.id.clone(), room::lines(lines)));
        }
    }
    laid
}

/// A singer other than the song's, of the kind that is asked for.
fn another_singer(now: Option<&str>, brief: &Brief) -> String {
    let said = Plan::from_brief(&Brief { instrumental: false, ..brief.clone() }).singer;
    let says_so = Plan::named_voice(brief);
    let is_male = |name: &str| Timbre::named(name).is_some_and(|timbre| timbre.sounds_male);
    let wanted = match (brief.vocal_gender, &said) {
        (Some(gender), _) => Some(gender == VocalGender::Male),
        (None, Some(said)) if says_so => Some(is_male(said)),
        _ => None,
    };
    let fits = |timbre: &&Timbre| {
        Some(timbre.name) != now && wanted.is_none_or(|is_male| timbre.sounds_male == is_male)
    };
    let fitting: Vec<&Timbre> = SINGERS.iter().filter(fits).collect();
    let chosen = said.filter(|said| says_so && Some(said.as_str()) != now);
    chosen.unwrap_or_else(|| Stream::keyed(brief.seed, "edit", "singer", 0).pick(&fitting).name.to_owned())
}

pub(super) fn band(recipe: &Recipe, other: Option<&Recipe>, brief: &Brief) -> Result<Recipe, EditRefusal> {
    let plan = known(recipe).ok_or(EditRefusal::NoParts)?.plan;
    let beats = |name| style::style(name).beats;
    let new = match other {
        Some(other) => {
            let other = known(other).ok_or(EditRefusal::NoOtherPart)?.plan;
            NewBand { style: other.style, seed: other.seed, instruments: other.instruments }
        }
        None => {
            let named = Plan::named_style(brief).filter(|name| beats(*name) == beats(plan.style));
            let name = named.unwrap_or_else(|| another(&plan, brief.seed));
            let asked = Brief { instrumental: plan.patch(Part::Lead).is_none(), ..brief.clone() };
            NewBand { style: name, seed: brief.seed, instruments: Plan::band(&asked, name) }
        }
    };
    let style = if beats(new.style) == beats(plan.style) { new.style } else { plan.style };
    Ok(with(recipe, Edit::Band(Box::new(NewBand { style, ..new }))))
}
