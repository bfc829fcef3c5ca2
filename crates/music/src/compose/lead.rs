//! The lead voice, the second voice under it, and the instrument that answers.

use super::SungLine;
use super::context::{Context, Stroke};
use super::melody::Tone;
use super::second;
use crate::plan::{Part, SectionKind};

/// The lead has a note for each syllable of the section's lines.
pub(super) fn write_lead(context: &Context) -> Vec<Stroke> {
    match context.kind() {
        SectionKind::Instrumental if context.section.lines.is_empty() => Vec::new(),
        _ => sung(context, context.tune(), Part::Lead, 0.86),
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
    second::under(context, context.tune())
}

/// The section's lines as a part sings them; none if it sings nothing.
pub(super) fn lines(context: &Context, part: Part) -> Vec<SungLine> {
    let tune = match part {
        Part::Lead => context.tune().to_vec(),
        Part::Harmony => lower(context),
        _ => return Vec::new(),
    };
    let lines = context.section.lines.iter().enumerate();
    let sung = lines.map(|(index, line)| SungLine {
        part,
        section: context.section.id.clone(),
        line: index,
        text: line.text.clone(),
        delivery: context.delivery(),
        tones: tune
            .iter()
            .filter(|tone| tone.line == index)
            .map(|tone| placed(context, part, tone))
            .collect(),
    });
    let mut lines: Vec<SungLine> = sung.filter(|line| !line.tones.is_empty()).collect();
    lines.iter_mut().for_each(|line| part_tones(&mut line.tones));
    lines
}

/// Ends each tone where the next one begins, which may be early.
fn part_tones(syllables: &mut [Vec<crate::sing::Tone>]) {
    let mut next = f64::INFINITY;
    for tone in syllables.iter_mut().flatten().rev() {
        tone.seconds = tone.seconds.min(next - tone.onset);
        next = tone.onset;
    }
}

/// One syllable in seconds: its note, and the lower one that a falling syllable ends on.
fn placed(context: &Context, part: Part, tone: &Tone) -> Vec<crate::sing::Tone> {
    let onset = context.seconds_at(tone.step) + strays(context, part, tone);
    let seconds = (context.seconds_at(tone.end()) - onset).max(0.03);
    let pitch = tone.pitch as f32;
    if tone.falls == 0 {
        return vec![crate::sing::Tone { onset, seconds, pitch }];
    }
    let half = seconds / 2.0;
    let lower = pitch - tone.falls as f32;
    vec![
        crate::sing::Tone { onset, seconds: half, pitch },
        crate::sing::Tone { onset: onset + half, seconds: half, pitch: lower },
    ]
}

/// How far a voice strays from the grid, in seconds: the style's looseness, but near enough to follow.
fn strays(context: &Context, part: Part, tone: &Tone) -> f64 {
    let place = (tone.step * 8.0) as u32;
    // A crowded line has no room to stray.
    let most = (tone.steps * context.step_seconds() * 0.1).min(0.012);
    (context.stray(&mut context.stream(part.key(), place)) * 0.7).clamp(-most, most)
}

/// Plays the tune where nobody sings; answers line ends where somebody does.
pub(super) fn write_counter(context: &Context) -> Vec<Stroke> {
    let has_lead = context.plan.patch(Part::Lead).is_some();
    match context.kind() {
        SectionKind::Intro | SectionKind::Outro if context.section.lines.is_empty() => {
            figure(context, context.bars)
        }
        SectionKind::Instrumental => sung(context, &played(context), Part::Counter, 0.8),
        SectionKind::Chorus | SectionKind::PreChorus | SectionKind::Bridge if !has_lead => {
            sung(context, &played(context), Part::Counter, 0.82)
        }
        SectionKind::Verse if !has_lead => {
            // Every other phrase, so that the instrument breathes and the chords are heard.
            let phrase = 2 * context.steps();
            let mut heard = played(context);
            heard.retain(|tone| (tone.place() / phrase).is_multiple_of(2));
            sung(context, &heard, Part::Counter, 0.72)
        }
        _ if context.energy() >= 0.5 => answers(context, context.tune()),
        _ => Vec::new(),
    }
}

/// The tune where an instrument likes it: an octave above the voice.
fn played(context: &Context) -> Vec<Tone> {
    context.tune().iter().map(|tone| Tone { pitch: tone.pitch + 12, falls: 0, ..*tone }).collect()
}

/// A two-bar figure from the chords, which opens and closes the song.
fn figure(context: &Context, bars: u32) -> Vec<Stroke> {
    const RHYTHMS: [&[usize]; 4] = [&[0, 6, 12, 20], &[0, 4, 8, 14, 18], &[0, 3, 6, 12, 22], &[4, 8, 12, 16]];
    let mut shape = crate::random::Stream::keyed(context.plan.seed, "song", "figure", 0);
    let rhythm = *shape.pick(&RHYTHMS);
    let turns: Vec<i32> = rhythm.iter().map(|_| (shape.unit() * 5.0) as i32 - 2).collect();
    let tonic = i32::from(context.key().tonic);
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
    let tonic = i32::from(context.key().tonic);
    let mut strokes = Vec::new();
    for (index, tone) in tune.iter().enumerate().filter(|(_, tone)| tone.ends_line) {
        let next = tune.get(index + 1).map_or(end, |next| next.place());
        // After the voice has let go, not over its last note.
        let from = (tone.place() + 4).max(tone.end() as usize).next_multiple_of(2);
        let mut stream = context.stream("counter", (tone.place() / context.steps()) as u32);
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
        let lands = context.is_final_bar((tone.place() / context.steps()) as u32);
        if lands && context.section.lines.is_empty() && !tone.place().is_multiple_of(context.steps()) {
            break;
        }
        let mut stream = context.stream(part.key(), 1 << 20 | (tone.step * 8.0) as u32);
        let accent = if tone.place().is_multiple_of(4) { 1.0 } else { 0.88 };
        let joined = before.filter(|before| before.end() >= tone.step - 0.01 && before.pitch != tone.pitch);
        let slides = stream.chance(0.3);
        let share = if tone.ends_line { 0.98 } else { 0.93 };
        strokes.push(Stroke {
            step: tone.step,
            steps: tone.steps * share,
            late: strays(context, part, tone),
            pitch: tone.pitch,
            velocity: level * (0.9 + 0.1 * context.energy()) * accent * (1.0 + 0.06 * stream.bell()),
            slide_from: joined.filter(|_| slides).map(|before| before.pitch.clamp(0, 127) as u8),
            variation: stream.bits(),
        });
        before = Some(*tone);
    }
    strokes
}
