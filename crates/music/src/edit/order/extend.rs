//! More of a song: from the bar in which it is cut, on its grid, to an end of its own.

use super::ground::Ground;
use super::{EditRefusal, room, with};
use crate::brief::Brief;
use crate::edit::{Edit, Recipe, Splice};
use crate::plan::{InstrumentChoice, Lyric, Part, Patch, Plan, Section, SectionKind, Stanza};
use crate::style;
use SectionKind::{Bridge, Chorus, Instrumental, Intro, Outro, PreChorus, Verse};

/// The crossfade after the cut, in samples: 20 ms.
const FADE: u32 = 882;
/// An extension without words is at least so long, in seconds, if there is room.
const LEAST_SECONDS: f64 = 24.0;

pub(super) fn extend(
    recipe: &Recipe,
    ground: &Ground,
    place: usize,
    brief: &Brief,
    longest: f32,
) -> Result<Recipe, EditRefusal> {
    let (bar, within) = ground.bar_at(place);
    let rate = f64::from(crate::SAMPLE_RATE);
    // The last frame of the encoder may be filled up with silence.
    let most = f64::from(longest) * rate - place as f64 + within - 1024.0;
    let tail = (crate::compose::TAIL_SECONDS + 0.05) * rate;
    let room_bars = ((most - tail) / ground.bar).floor();
    let leads_in = within > 0.012 * rate;
    if room_bars < 1.0 + f64::from(u8::from(leads_in)) {
        return Err(EditRefusal::TooLong(longest as u32));
    }
    // A plan holds no more.
    let most_bars = (f64::from(crate::MAX_SECONDS) * rate / ground.bar) as u32;
    let room_bars = (room_bars as u32).min(most_bars) - u32::from(leads_in);
    let mut plan = template(ground, brief);
    let seconds = ground.seconds_of(bar);
    let mut sections = match words(ground, place, brief) {
        stanzas if stanzas.is_empty() => without_words(ground, &plan, seconds, brief.instrumental),
        stanzas => with_words(&plan, &stanzas),
    };
    shorten(&mut sections, room_bars);
    let lift = ground.section_at(seconds).map_or(0, |(_, section)| section.transposition);
    if leads_in {
        let energy = ground.section_at(seconds).map_or(0.7, |(_, section)| section.energy.min(0.8));
        sections.insert(0, room::section(Instrumental, 1, energy));
    }
    sections.iter_mut().for_each(|section| section.transposition = lift);
    room::number(&mut sections, &ground.plan.sections);
    voices(&mut plan, &sections, brief);
    plan.sections = sections;
    let lead = within.max(0.0).round() as u64;
    let splice = Splice { from: place as u64, until: None, lead, fade: FADE, plan };
    Ok(with(recipe, Edit::Spliced(Box::new(splice))))
}

/// The song's band and levels, with its tune and chords where sections of its kinds come again, and new chance.
pub(super) fn template(ground: &Ground, brief: &Brief) -> Plan {
    let mut plan = ground.plan.clone();
    if ground.is_known {
        let own = plan.writing();
        plan.melody = Some(plan.melody.unwrap_or(own));
        plan.harmony = Some(plan.harmony.unwrap_or(own));
        plan.seed = brief.seed;
    }
    plan.sections.clear();
    plan
}

/// Somebody to sing the words; without words nobody who would hum.
pub(super) fn voices(plan: &mut Plan, sections: &[Section], brief: &Brief) {
    let has_words = sections.iter().any(|section| !section.lines.is_empty());
    if has_words && plan.patch(Part::Lead).is_none() {
        plan.instruments.push(InstrumentChoice { part: Part::Lead, patch: Patch::SineLead });
    }
    if has_words && plan.singer.is_none() {
        let sung = Brief { instrumental: false, lyric: Some("la".to_owned()), ..brief.clone() };
        plan.singer = Plan::from_brief(&sung).singer.or_else(|| Some(crate::SINGERS[0].name.to_owned()));
    }
    if !has_words {
        plan.instruments.retain(|choice| !matches!(choice.part, Part::Lead | Part::Harmony));
        if plan.patch(Part::Counter).is_none() {
            let usual = style::style(plan.style).instruments.iter().find(|(part, _)| *part == Part::Counter);
            let patch = usual.and_then(|(_, patches)| patches.first()).copied();
            plan.instruments.extend(patch.map(|patch| InstrumentChoice { part: Part::Counter, patch }));
        }
    }
}

/// The words that are to be sung: those of the order, without those before the cut if it begins with all of them.
fn words(ground: &Ground, place: usize, brief: &Brief) -> Vec<Stanza> {
    let Some(lyric) = brief.lyric.as_deref().filter(|_| !brief.instrumental) else { return Vec::new() };
    let mut stanzas = Lyric::parse(lyric).stanzas;
    if stanzas.iter().all(|stanza| stanza.lines.is_empty()) {
        return Vec::new();
    }
    let cut = place as f64 / f64::from(crate::SAMPLE_RATE);
    let before: Vec<String> =
        ground.sung.iter().filter(|line| line.start < cut).map(|line| plain(&line.text)).collect();
    let asked: Vec<String> =
        stanzas.iter().flat_map(|stanza| &stanza.lines).map(|line| plain(line)).collect();
    // A song may sing its chorus once more than its lyric says: what counts is what was ordered.
    let said = before.iter().zip(&asked).take_while(|(one, other)| one == other).count();
    let holds_all = said == before.len() || (said >= 4 && said * 2 > asked.len());
    let mut skipped = if holds_all { said } else { 0 };
    for stanza in &mut stanzas {
        let here = skipped.min(stanza.lines.len());
        stanza.lines.drain(..here);
        skipped -= here;
        if here > 0 && stanza.lines.is_empty() {
            stanza.kind = Intro;
        }
    }
    stanzas.retain(|stanza| stanza.kind != Intro || !stanza.lines.is_empty());
    if stanzas.iter().all(|stanza| stanza.lines.is_empty()) { Vec::new() } else { stanzas }
}

/// A line without case and punctuation.
fn plain(line: &str) -> String {
    line.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn with_words(plan: &Plan, stanzas: &[Stanza]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let last_chorus = stanzas.iter().rposition(|stanza| stanza.kind == Chorus);
    for (index, stanza) in stanzas.iter().enumerate() {
        let bars = match stanza.lines.len() {
            0 => 4,
            _ => room::bars(plan, stanza.kind, &stanza.lines, false).next_multiple_of(2),
        };
        let energy = energy(stanza.kind, last_chorus == Some(index));
        let bars = bars + if stanza.kind == Outro && !stanza.lines.is_empty() { 2 } else { 0 };
        let lines = room::lines(&stanza.lines);
        sections.push(Section { lines, ..room::section(stanza.kind, bars, energy) });
    }
    if sections.last().is_some_and(|section| section.kind != Outro) {
        sections.push(room::section(Outro, 4, energy(Outro, false)));
    }
    sections
}

/// What the form asks for next: a chorus if one is due, else a break and the chorus once more.
fn without_words(ground: &Ground, plan: &Plan, seconds: f64, instrumental: bool) -> Vec<Section> {
    let chorus = ground.plan.sections.iter().rev().find(|section| section.kind == Chorus);
    let verse = ground.plan.sections.iter().rev().find(|section| !section.lines.is_empty());
    let again = |kind: SectionKind, known: Option<&Section>| {
        let mut section = room::section(kind, 8, energy(kind, true));
        if let Some(known) = known.filter(|_| !instrumental) {
            section.lines.clone_from(&known.lines);
            section.bars = known.bars;
        }
        section
    };
    let before = ground.section_at(seconds).map_or(Verse, |(_, section)| section.kind);
    let mut sections = match before {
        Verse | PreChorus | Bridge | Instrumental => vec![again(Chorus, chorus.or(verse))],
        _ => vec![room::section(Bridge, 4, energy(Bridge, false)), again(Chorus, chorus.or(verse))],
    };
    let bar_seconds = 60.0 / plan.tempo() * f64::from(style::style(plan.style).beats);
    while f64::from(sections.iter().map(|section| section.bars).sum::<u32>() + 4) * bar_seconds
        < LEAST_SECONDS
    {
        sections.insert(sections.len() - 1, room::section(Instrumental, 4, energy(Instrumental, false)));
    }
    sections.push(room::section(Outro, 4, energy(Outro, false)));
    sections
}

pub(super) fn energy(kind: SectionKind, is_last: bool) -> f32 {
    match kind {
        Intro => 0.4,
        Verse => 0.57,
        PreChorus => 0.65,
        Chorus if is_last => 1.0,
        Chorus => 0.86,
        Bridge => 0.5,
        Instrumental => 0.75,
        Outro => 0.5,
    }
}

/// Takes away what does not fit: first bars without words, then the last words.
fn shorten(sections: &mut Vec<Section>, most: u32) {
    let total = |sections: &[Section]| sections.iter().map(|section| section.bars).sum::<u32>();
    if total(sections) > most {
        sections.retain(|section| section.kind != Instrumental || !section.lines.is_empty());
        for section in sections.iter_mut().filter(|section| section.lines.is_empty()) {
            section.bars = (section.bars / 2).max(1);
        }
    }
    while total(sections) > most && sections.len() > 1 {
        let worded = sections.iter().rposition(|section| !section.lines.is_empty());
        let worded =
            worded.filter(|_| sections.iter().filter(|section| !section.lines.is_empty()).count() > 1);
        let rest = sections.iter().rposition(|section| section.lines.is_empty());
        sections.remove(worded.or(rest).unwrap_or(sections.len() - 1));
    }
    if let Some(only) = sections.first_mut().filter(|only| only.bars > most) {
        let kept = only.lines.len() * most as usize / only.bars as usize;
        only.lines.truncate(kept);
        only.bars = most;
    }
}
