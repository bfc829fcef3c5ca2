//! The whole song again: in another arrangement, or by other chance.

use super::extend::{energy, voices};
use super::ground::{Ground, another};
use super::room;
use crate::brief::{Brief, VocalGender};
use crate::plan::{InstrumentChoice, Lyric, Part, Plan, Section, SectionKind};
use crate::sing::Timbre;
use crate::style;

/// In which order parts get new instruments as a cover moves away from the song.
const TAKEN: [Part; 6] = [Part::Chords, Part::Drums, Part::Pad, Part::Bass, Part::Arp, Part::Counter];
/// From these strengths on a cover has another groove, and other chords.
const GROOVE: f32 = 0.4;
const CHORDS: f32 = 0.8;
/// A cover is so much slower or faster at most: the words have to fit into the same bars.
const TEMPO: (f64, f64) = (0.82, 1.22);

/// The same words, sections and tune; `strength` 0.2 to 1 says how much of the arrangement is another.
pub(super) fn cover(ground: &Ground, strength: f32, brief: &Brief, longest: f32) -> Plan {
    if !ground.is_known {
        return arranged(ground, brief, longest);
    }
    let strength = if strength.is_nan() { 1.0 } else { strength.clamp(0.2, 1.0) };
    let own = &ground.plan;
    let writing = own.writing();
    let mut plan = own.clone();
    let named = Plan::named_style(brief).filter(|name| beats(*name) == style::style(own.style).beats);
    let name = named.unwrap_or_else(|| another(own, brief.seed));
    let asked = Brief { instrumental: own.patch(Part::Lead).is_none(), ..brief.clone() };
    plan.instruments = mixed(&own.instruments, &Plan::band(&asked, name), strength);
    plan.seed = brief.seed;
    plan.melody = Some(own.melody.unwrap_or(writing));
    plan.harmony = (strength < CHORDS).then(|| own.harmony.unwrap_or(writing));
    if strength >= GROOVE {
        plan.style = name;
    }
    plan.tempo_bpm = tempo(own, name, strength, brief);
    plan.knobs.mastering = Plan::from_brief(brief).knobs.mastering;
    plan.levels = None;
    plan.singer = own.singer.as_ref().map(|singer| singer_of(singer, brief));
    silenced(plan, brief)
}

/// The song without its words, if the order wants none.
fn silenced(mut plan: Plan, brief: &Brief) -> Plan {
    if brief.instrumental {
        plan.sections.iter_mut().for_each(|section| section.lines.clear());
        let sections = std::mem::take(&mut plan.sections);
        voices(&mut plan, &sections, brief);
        plan.sections = sections;
    }
    plan
}

fn beats(name: crate::StyleName) -> u32 {
    style::style(name).beats
}

/// The old band with as many of the new one's instruments as the strength says.
fn mixed(old: &[InstrumentChoice], new: &[InstrumentChoice], strength: f32) -> Vec<InstrumentChoice> {
    let count = (strength * TAKEN.len() as f32).ceil() as usize;
    let taken = &TAKEN[..count.min(TAKEN.len())];
    let of = |part: Part| {
        let from = if taken.contains(&part) { new } else { old };
        from.iter().find(|choice| choice.part == part).copied()
    };
    // The voices stay in any case.
    Part::ALL.into_iter().filter_map(of).collect()
}

/// On the way from the song's tempo to the new style's, as far as the words can go along.
fn tempo(own: &Plan, name: crate::StyleName, strength: f32, brief: &Brief) -> f32 {
    let style = style::style(name);
    let now = own.tempo();
    let usual = now.clamp(f64::from(style.tempo.0), f64::from(style.tempo.1));
    let asked = f64::from(Plan::from_brief(brief).tempo_bpm);
    let says_so = Plan::named_tempo(brief);
    let wanted = if says_so { asked } else { now + (usual - now) * f64::from(strength) };
    wanted.clamp(now * TEMPO.0, now * TEMPO.1).round() as f32
}

/// The same singer, unless the order asks for another kind of voice.
fn singer_of(singer: &str, brief: &Brief) -> String {
    let is_male = Timbre::named(singer).is_some_and(|timbre| timbre.sounds_male);
    match brief.vocal_gender {
        Some(gender) if (gender == VocalGender::Male) != is_male => {
            Plan::from_brief(&Brief { instrumental: false, ..brief.clone() }).singer.unwrap_or_default()
        }
        _ => singer.to_owned(),
    }
}

/// The same words, form, style, tempo, key, band and singer, by other chance: another tune over other chords.
pub(super) fn variation(ground: &Ground, brief: &Brief, longest: f32) -> Plan {
    if !ground.is_known {
        return arranged(ground, brief, longest);
    }
    let mut plan = ground.plan.clone();
    plan.seed = brief.seed;
    (plan.melody, plan.harmony, plan.levels) = (None, None, None);
    silenced(plan, brief)
}

/// A song of a recording's tempo and key, and of its length if that is not too long, which has its own tune: nobody here can write down another's.
fn arranged(ground: &Ground, brief: &Brief, longest: f32) -> Plan {
    let mut plan = ground.plan.clone();
    plan.levels = None;
    let tail = crate::compose::TAIL_SECONDS * f64::from(crate::SAMPLE_RATE);
    let bars = ((ground.samples as f64 - tail) / ground.bar).round().max(2.0) as u32;
    // The last frame of the encoder may be filled up with silence.
    let room = f64::from(longest) * f64::from(crate::SAMPLE_RATE) - tail - 1024.0;
    let most = ((room / ground.bar) as u32).max(1);
    let mut sections = form(&plan, bars.min(most), brief);
    room::number(&mut sections, &[]);
    voices(&mut plan, &sections, brief);
    plan.sections = sections;
    plan
}

/// Sections that fill so many bars, with the order's words if there are any.
fn form(plan: &Plan, bars: u32, brief: &Brief) -> Vec<Section> {
    use SectionKind::{Bridge, Chorus, Intro, Outro, Verse};
    let lyric = brief.lyric.as_deref().filter(|_| !brief.instrumental).map(Lyric::parse).unwrap_or_default();
    let mut sections = Vec::new();
    let mut left = bars;
    let mut take = |section: Section, left: &mut u32| {
        let bars = section.bars.min(*left);
        *left -= bars;
        if bars > 0 {
            sections.push(Section { bars, ..section });
        }
    };
    if bars >= 16 {
        take(room::section(Intro, 4, energy(Intro, false)), &mut left);
    }
    for stanza in &lyric.stanzas {
        let count = room::fitting(plan, stanza.kind, &stanza.lines, left);
        let texts = &stanza.lines[..count];
        let bars = if texts.is_empty() { 4 } else { room::bars(plan, stanza.kind, texts, false) };
        let lines = room::lines(texts);
        take(Section { lines, ..room::section(stanza.kind, bars, energy(stanza.kind, false)) }, &mut left);
    }
    for kind in [Verse, Chorus, Verse, Chorus, Bridge, Chorus].into_iter().cycle() {
        if left == 0 {
            break;
        }
        let (kind, bars) = if left <= 6 { (Outro, left) } else { (kind, 8) };
        take(room::section(kind, bars, energy(kind, left <= 16)), &mut left);
    }
    sections
}
