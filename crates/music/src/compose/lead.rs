//! The lead voice, the second voice under it, and the instrument that answers.

use super::context::{Context, Stroke};
use super::melody::{self, Tone};
use super::{Delivery, SungLine};
use crate::plan::{Part, SectionKind};

/// The lead has a note for each syllable of the section's lines.
pub(super) fn write_lead(context: &Context) -> Vec<Stroke> {
    match context.kind() {
        SectionKind::Instrumental if context.section.lines.is_empty() => Vec::new(),
        _ => sung(context, &melody::tune(context), Part::Lead, 0.86),
    }
}

/// A third below, in the choruses that have grown.
pub(super) fn write_harmony(context: &Context) -> Vec<Stroke> {
    sung(context, &lower(context), Part::Harmony, 0.7)
}

fn lower(context: &Context) -> Vec<Tone> {
    if context.kind() != SectionKind::Chorus || context.energy() < 0.84 {
        return Vec::new();
    }
    let tune = melody::tune(context).into_iter();
    tune.map(|tone| Tone { pitch: third_below(context, &tone), ..tone }).collect()
}

/// The section's lines as a part sings them; none if it sings nothing.
pub(super) fn lines(context: &Context, part: Part) -> Vec<SungLine> {
    let tune = match part {
        Part::Lead => melody::tune(context),
        Part::Harmony => lower(context),
        _ => return Vec::new(),
    };
    let lines = context.section.lines.iter().zip(&context.said).enumerate();
    let sung = lines.map(|(index, (line, said))| {
        let tones = tune.iter().filter(|tone| tone.line == index);
        (
            index,
            line,
            said.syllable_count(),
            tones.map(|tone| vec![placed(context, tone)]).collect::<Vec<_>>(),
        )
    });
    sung.filter(|(_, _, syllables, tones)| *syllables > 0 && *syllables == tones.len())
        .map(|(line, text, _, tones)| SungLine {
            part,
            section: context.section.id.clone(),
            line,
            text: text.text.clone(),
            delivery: Delivery::Sung,
            tones,
        })
        .collect()
}

fn placed(context: &Context, tone: &Tone) -> crate::sing::Tone {
    let onset = context.seconds_at(tone.step as f64);
    let end = context.seconds_at((tone.step + tone.steps) as f64);
    crate::sing::Tone { onset, seconds: end - onset, pitch: tone.pitch as f32 }
}

/// The scale's third below; where that rubs against the chord, the chord's nearest note.
fn third_below(context: &Context, tone: &Tone) -> i32 {
    let tonic = i32::from(context.plan.key.tonic);
    let chord = context.chord_at(tone.step);
    let scale = context.plan.key.pitches(false, tone.pitch - 9, tone.pitch - 1);
    let third = scale.iter().rev().nth(1).copied().unwrap_or(tone.pitch - 4);
    if tone.steps < 3 || chord.contains(third - tonic + 120) {
        return third;
    }
    (tone.pitch - 9..tone.pitch - 2).rev().find(|pitch| chord.contains(pitch - tonic + 120)).unwrap_or(third)
}

/// Plays the tune where nobody sings; answers line ends where somebody does.
pub(super) fn write_counter(context: &Context) -> Vec<Stroke> {
    let has_lead = context.plan.patch(Part::Lead).is_some();
    let tune = melody::tune(context);
    match context.kind() {
        SectionKind::Intro | SectionKind::Outro => figure(context, context.bars),
        SectionKind::Instrumental => sung(context, &tune, Part::Counter, 0.8),
        SectionKind::Chorus | SectionKind::Bridge if !has_lead => sung(context, &tune, Part::Counter, 0.82),
        SectionKind::Verse if !has_lead => {
            // Every other phrase, so that the instrument breathes and the chords are heard.
            let phrase = 2 * context.steps();
            let heard: Vec<Tone> =
                tune.into_iter().filter(|tone| (tone.step / phrase).is_multiple_of(2)).collect();
            sung(context, &heard, Part::Counter, 0.72)
        }
        _ if context.energy() >= 0.5 => answers(context, &tune),
        _ => Vec::new(),
    }
}

/// A two-bar figure from the chords, which opens and closes the song.
fn figure(context: &Context, bars: u32) -> Vec<Stroke> {
    const RHYTHMS: [&[usize]; 4] = [&[0, 6, 12, 20], &[0, 4, 8, 14, 18], &[0, 3, 6, 12, 22], &[4, 8, 12, 16]];
    let mut shape = crate::random::Stream::keyed(context.plan.seed, "song", "figure", 0);
    let rhythm = *shape.pick(&RHYTHMS);
    let turns: Vec<i32> = rhythm.iter().map(|_| (shape.unit() * 5.0) as i32 - 2).collect();
    let tonic = i32::from(context.plan.key.tonic);
    let centre = 67 + (tonic - 67).rem_euclid(12).min(7);
    let mut strokes = Vec::new();
    for bar in (0..bars).step_by(2).filter(|bar| !context.is_final_bar(*bar)) {
        let mut timing = context.stream("counter", bar);
        for (index, (&onset, turn)) in rhythm.iter().zip(&turns).enumerate() {
            let at = bar as usize * context.steps() + onset;
            if at >= (bars as usize - usize::from(context.is_last)) * context.steps() {
                break;
            }
            let chord = context.chord_at(at);
            let wanted = centre + 2 * turn;
            let pitch = (wanted - 6..wanted + 7)
                .filter(|pitch| chord.contains(pitch - tonic + 120))
                .min_by_key(|pitch| (pitch - wanted).abs())
                .unwrap_or(wanted);
            let length = rhythm.get(index + 1).map_or(8, |next| next - onset);
            strokes.push(Stroke {
                late: context.stray(&mut timing),
                variation: timing.bits(),
                ..Stroke::new(at as f64, length as f64 * 0.95, pitch, 0.72)
            });
        }
    }
    strokes
}

/// Two or three notes of the chord in the rest after a line.
fn answers(context: &Context, tune: &[Tone]) -> Vec<Stroke> {
    let end = context.bars as usize * context.steps();
    let tonic = i32::from(context.plan.key.tonic);
    let mut strokes = Vec::new();
    for (index, tone) in tune.iter().enumerate().filter(|(_, tone)| tone.ends_line) {
        let next = tune.get(index + 1).map_or(end, |next| next.step);
        let from = (tone.step + 4).next_multiple_of(2);
        let mut stream = context.stream("counter", (tone.step / context.steps()) as u32);
        if next < from + 4 || !stream.chance(0.35 + 0.4 * context.energy()) {
            continue;
        }
        let rising = stream.chance(0.5);
        let mut pitch = tone.pitch + 7;
        for at in (from..next).step_by(2).take(3) {
            let chord = context.chord_at(at);
            let mut onward = if rising {
                (pitch + 1..pitch + 12).collect::<Vec<_>>()
            } else {
                (pitch - 11..pitch).rev().collect()
            };
            onward.retain(|candidate| chord.contains(candidate - tonic + 120));
            pitch = onward.first().copied().unwrap_or(pitch).clamp(60, 88);
            strokes.push(Stroke {
                late: context.stray(&mut stream),
                variation: stream.bits(),
                ..Stroke::new(at as f64, 3.0, pitch, 0.62 * (1.0 + 0.1 * stream.bell()))
            });
        }
    }
    strokes
}

/// Tones as a player sounds them: accents on the beat, a slide into some notes, a slight delay.
fn sung(context: &Context, tones: &[Tone], part: Part, level: f32) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    let mut before: Option<Tone> = None;
    for tone in tones {
        if context.is_final_bar((tone.step / context.steps()) as u32) && tone.step % context.steps() > 0 {
            break;
        }
        let mut stream = context.stream(part.key(), tone.step as u32);
        let accent = if tone.step.is_multiple_of(4) { 1.0 } else { 0.88 };
        let joined =
            before.filter(|before| before.step + before.steps >= tone.step && before.pitch != tone.pitch);
        let slides = stream.chance(0.3);
        let share = if tone.ends_line { 0.98 } else { 0.93 };
        strokes.push(Stroke {
            step: tone.step as f64,
            steps: tone.steps as f64 * share,
            late: context.stray(&mut stream) + 0.004,
            pitch: tone.pitch,
            velocity: level * (0.9 + 0.1 * context.energy()) * accent * (1.0 + 0.06 * stream.bell()),
            slide_from: joined.filter(|_| slides).map(|before| before.pitch.clamp(0, 127) as u8),
            variation: stream.bits(),
        });
        before = Some(*tone);
    }
    strokes
}
