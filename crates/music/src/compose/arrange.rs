//! Who plays when, how hard, and how far off the grid: a style's habits laid over what the players wrote.

use super::context::{Context, Stroke};
use crate::plan::{Part, SectionKind};
use crate::style::Drum;

/// Whether the part plays in this bar of the section.
pub(super) fn plays(context: &Context, part: Part, bar: u32) -> bool {
    if !context.plan.knobs.layers || matches!(part, Part::Lead | Part::Harmony) {
        return true;
    }
    let rules = context.style.arrangement;
    let bars = context.bars;
    match context.kind() {
        SectionKind::Intro => turn(context, part).is_none_or(|(place, all)| bar * all >= bars * place),
        SectionKind::Outro => turn(context, part).is_none_or(|(place, all)| bar * all < bars * (all - place)),
        SectionKind::Verse if waits(context, part) => context.energy() >= 0.55 && bar * 2 >= bars,
        SectionKind::Bridge if bar * 2 < bars && bars > 1 => {
            let left = rules.breakdown;
            left.contains(&part) || !left.iter().any(|part| context.plan.patch(*part).is_some())
        }
        _ => true,
    }
}

/// Whether the part rests in verses. Somebody has to stay.
fn waits(context: &Context, part: Part) -> bool {
    let rests = context.style.arrangement.verse_rests;
    let background = [Part::Bass, Part::Chords, Part::Arp, Part::Pad, Part::Drums];
    let stays = |part: &Part| !rests.contains(part) && context.plan.patch(*part).is_some();
    let crowded = part == Part::Arp && words_come_first(context);
    (rests.contains(&part) || crowded) && background.iter().any(stays)
}

/// The place of the part in the order of entry, and how many enter. Who has no place comes after all of them; `None`
/// when nobody of the order is in the band.
fn turn(context: &Context, part: Part) -> Option<(u32, u32)> {
    let opening = context.style.arrangement.opening;
    let present: Vec<Part> =
        opening.iter().copied().filter(|part| context.plan.patch(*part).is_some()).collect();
    let all = present.len() as u32;
    let place = present.iter().position(|known| *known == part).map_or(all, |place| place as u32);
    (all > 0).then_some((place, all))
}

fn words_come_first(context: &Context) -> bool {
    context.plan.knobs.lyrics_strength > 0.75 && !context.section.lines.is_empty()
}

/// The first sixteenth of the silence that ends the section; its end if there is none.
fn stop(context: &Context) -> f64 {
    let end = context.bars as usize * context.steps();
    let silent = (context.section.stop as usize).min(context.steps());
    if context.is_last { end as f64 } else { (end - silent) as f64 }
}

/// What the part really plays of what was written for it.
pub(super) fn shaped(context: &Context, part: Part, strokes: Vec<Stroke>) -> Vec<Stroke> {
    let sung = matches!(part, Part::Lead | Part::Harmony);
    let mut shaped = Vec::with_capacity(strokes.len());
    for stroke in strokes {
        let kept = if sung { Some(stroke) } else { kept(context, part, stroke) };
        let Some(mut stroke) = kept else { continue };
        if part == Part::Drums {
            lean(context, &mut stroke);
        }
        if !sung {
            stroke.velocity *= swell(context, stroke.step) * behind(context, part);
            stroke.late = (stroke.late + late(context, part)) * f64::from(context.human());
        }
        shaped.push(stroke);
    }
    shaped
}

/// The stroke without what falls into rests; `None` if nothing is left.
fn kept(context: &Context, part: Part, mut stroke: Stroke) -> Option<Stroke> {
    let steps = context.steps() as f64;
    let bar_of = |step: f64| ((step / steps) as u32).min(context.bars - 1);
    let mut bar = bar_of(stroke.step);
    let heard = |bar: u32| plays(context, part, bar) || context.is_final_bar(bar);
    let end = (stroke.step + stroke.steps).min(stop(context));
    if !heard(bar) && part == Part::Pad {
        // A held chord is joined where the part comes in.
        bar = (bar..=bar_of(end)).find(|bar| heard(*bar))?;
        let from = f64::from(bar) * steps;
        (stroke.step, stroke.steps) = (from, stroke.step + stroke.steps - from);
    }
    if !heard(bar) || stroke.step >= stop(context) || hushed(context, part, bar) {
        return None;
    }
    if context.section.stop > 0 || part == Part::Pad {
        let silent = (bar..=bar_of(end)).find(|bar| !heard(*bar));
        let until = silent.map_or(end, |bar| f64::from(bar) * steps);
        if !context.is_final_bar(bar) {
            stroke.steps = stroke.steps.min(until - stroke.step);
        }
    }
    (stroke.steps > 0.05).then_some(stroke)
}

/// Strong words leave the answering instrument less to say.
fn hushed(context: &Context, part: Part, bar: u32) -> bool {
    let strength = context.plan.knobs.lyrics_strength;
    part == Part::Counter
        && !context.section.lines.is_empty()
        && context.stream("hushed", bar / 2).chance((strength - 0.5) * 1.5)
}

/// Intros, pre-choruses and bridges grow towards what follows; outros sink.
fn swell(context: &Context, step: f64) -> f32 {
    let through = (step / (f64::from(context.bars) * context.steps() as f64)) as f32;
    let (from, to) = match context.kind() {
        _ if !context.plan.knobs.layers => (1.0, 1.0),
        SectionKind::Intro => (0.85, 1.1),
        SectionKind::PreChorus => (0.88, 1.14),
        SectionKind::Bridge => (0.85, 1.2),
        SectionKind::Outro => (1.0, 0.72),
        _ => (1.0, 1.0),
    };
    from + (to - from) * through
}

/// How far the accompaniment steps back behind sung words.
fn behind(context: &Context, part: Part) -> f32 {
    match part {
        Part::Chords | Part::Arp | Part::Pad | Part::Counter if !context.section.lines.is_empty() => {
            1.12 - 0.24 * context.plan.knobs.lyrics_strength
        }
        _ => 1.0,
    }
}

/// How late a part lies in this style, in seconds.
fn late(context: &Context, part: Part) -> f64 {
    let feel = &context.style.feel;
    let milliseconds = match part {
        Part::Bass => feel.bass_ms,
        Part::Chords => feel.chords_ms,
        _ => 0.0,
    };
    f64::from(milliseconds) / 1000.0
}

/// Backbeat and hats have their own place, hats their own accents.
fn lean(context: &Context, stroke: &mut Stroke) {
    let feel = &context.style.feel;
    let milliseconds = match Drum::of_key(stroke.pitch.clamp(0, 127) as u8) {
        Some(Drum::Snare | Drum::Clap | Drum::Rim) => feel.snare_ms,
        Some(Drum::ClosedHat | Drum::OpenHat | Drum::Ride | Drum::Shaker | Drum::Tambourine) => {
            stroke.velocity *= feel.accents[stroke.step as usize % 4];
            feel.hats_ms
        }
        _ => 0.0,
    };
    stroke.late += f64::from(milliseconds) / 1000.0;
}
