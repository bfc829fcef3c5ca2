//! Chord instrument, arpeggio and pad.

use super::context::{Context, Stroke};
use super::drums;
use super::voicing::{self, Voicing};
use crate::plan::{Part, Patch};
use crate::random::Stream;
use crate::style::{Comping, Manner};

pub(super) fn write_chords(context: &Context) -> Vec<Stroke> {
    let mut comping = context.choose("chords", context.groove().chords);
    let sustained = matches!(
        context.plan.patch(Part::Chords),
        Some(Patch::WarmPad | Patch::SawPad | Patch::Strings | Patch::Choir)
    );
    if sustained && comping.manner == Manner::Broken {
        comping = &Comping { manner: Manner::Block, rhythm: "X---------------" };
    }
    let mut before = Voicing::default();
    let mut strokes = Vec::new();
    for bar in 0..context.bars {
        if context.is_final_bar(bar) {
            land(context, bar, &before, &mut strokes);
        } else {
            write_bar(context, comping, bar, &mut before, &mut strokes);
        }
    }
    strokes
}

/// Chords climb with the energy, from about A sharp 3 to E4 (MIDI).
fn register(context: &Context) -> i32 {
    (56.0 + 8.0 * context.energy()).round() as i32
}

fn write_bar(
    context: &Context,
    comping: &'static Comping,
    bar: u32,
    before: &mut Voicing,
    strokes: &mut Vec<Stroke>,
) {
    let mut stream = context.stream("chords", bar);
    let marks: Vec<u8> = drums::bar_of(comping.rhythm, bar, context.steps()).collect();
    for (number, (at, end, accent)) in struck(context, &marks, bar).into_iter().enumerate() {
        let chord = context.chord_at(at);
        let centre = register(context);
        let mut voices = match comping.manner {
            Manner::Power => {
                let root = 40 + (i32::from(context.key().tonic) + chord.root - 40).rem_euclid(12);
                vec![root, root + 7, root + 12]
            }
            _ => voicing::nearest(chord, context.key(), centre, before),
        };
        *before = Voicing { root: chord.root, voices: voices.clone() };
        if context.is_peak() && matches!(comping.manner, Manner::Block | Manner::Strum) {
            voices.insert(0, voices[0] - 12);
        }
        let held = end - at;
        let stroke = Stroke {
            late: context.stray(&mut stream),
            ..Stroke::new(at as f64, held as f64 * 0.96, 0, accent * context.force())
        };
        sound(comping.manner, &voices, stroke, number, &mut stream, strokes);
    }
}

/// Where the rhythm strikes, until when it holds, and how hard. What is held over a change of chord is struck again.
fn struck(context: &Context, marks: &[u8], bar: u32) -> Vec<(usize, usize, f32)> {
    let mut struck = Vec::new();
    for step in (0..marks.len()).filter(|step| matches!(marks[*step], b'X' | b'x')) {
        let mut at = bar as usize * context.steps() + step;
        let end = at + 1 + marks[step + 1..].iter().take_while(|mark| **mark == b'-').count();
        let mut accent = if marks[step] == b'X' { 0.92 } else { 0.76 };
        while let Some(change) = context.change_after(at, end) {
            struck.push((at, change, accent));
            (at, accent) = (change, accent * 0.88);
        }
        struck.push((at, end, accent));
    }
    struck
}

/// Turns one stroke of the rhythm into notes.
fn sound(
    manner: Manner,
    voices: &[i32],
    stroke: Stroke,
    number: usize,
    stream: &mut Stream,
    strokes: &mut Vec<Stroke>,
) {
    /// The order in which a picking hand takes the voices.
    const PICKING: [usize; 8] = [0, 2, 1, 2, 3, 2, 1, 2];
    if manner == Manner::Broken {
        let voice = PICKING[number % 8] % (voices.len() + 1);
        let pitch = if voice == voices.len() { voices[0] + 12 } else { voices[voice] };
        let velocity = stroke.velocity * (0.95 + 0.1 * stream.bell());
        strokes.push(Stroke {
            pitch,
            velocity,
            steps: stroke.steps + 2.0,
            variation: stream.bits(),
            ..stroke
        });
        return;
    }
    let spread = if manner == Manner::Strum { 0.011 } else { 0.0015 };
    let upward = number % 2 == 1;
    for (index, &pitch) in voices.iter().enumerate() {
        let order = if upward { voices.len() - 1 - index } else { index };
        let velocity = stroke.velocity * (1.0 + 0.08 * stream.bell()) * if upward { 0.85 } else { 1.0 };
        let late = stroke.late + spread * order as f64;
        strokes.push(Stroke { pitch, velocity, late, variation: stream.bits(), ..stroke });
    }
}

/// The last chord, rolled and held.
fn land(context: &Context, bar: u32, before: &Voicing, strokes: &mut Vec<Stroke>) {
    let at = bar as usize * context.steps();
    let voices = voicing::nearest(context.chord_at(at), context.key(), 58, before);
    for (index, pitch) in voices.into_iter().enumerate() {
        let late = 0.018 * index as f64;
        strokes.push(Stroke { late, ..Stroke::new(at as f64, context.steps() as f64 * 1.2, pitch, 0.7) });
    }
}

pub(super) fn write_arp(context: &Context) -> Vec<Stroke> {
    let centre = if context.is_peak() { 74 } else { 69 };
    let pattern = context.choose("arp", context.groove().arp);
    let mut before = Voicing::default();
    let mut strokes = Vec::new();
    for bar in (0..context.bars).filter(|bar| !context.is_final_bar(*bar)) {
        let mut stream = context.stream("arp", bar);
        let marks: Vec<u8> = drums::bar_of(pattern, bar, context.steps()).collect();
        for step in 0..marks.len() {
            let Some(number) = marks[step].checked_sub(b'1').filter(|number| *number < 4) else { continue };
            let at = bar as usize * context.steps() + step;
            let voices = voicing::nearest(context.chord_at(at), context.key(), centre, &before);
            let number = usize::from(number);
            let pitch = voices[number % voices.len()] + if number >= voices.len() { 12 } else { 0 };
            before = Voicing { root: context.chord_at(at).root, voices };
            let held = 1 + marks[step + 1..].iter().take_while(|mark| **mark == b'-').count();
            let beat = if step % 4 == 0 { 0.85 } else { 0.68 };
            strokes.push(Stroke {
                late: context.stray(&mut stream),
                variation: stream.bits(),
                ..Stroke::new(
                    at as f64,
                    held as f64 * 0.95,
                    pitch,
                    beat * context.force() * (1.0 + 0.1 * stream.bell()),
                )
            });
        }
    }
    strokes
}

pub(super) fn write_pad(context: &Context) -> Vec<Stroke> {
    let beat = 4;
    let mut before = Voicing::default();
    let mut strokes: Vec<Stroke> = Vec::new();
    let mut step = 0;
    let end = context.bars as usize * context.steps();
    while step < end {
        let chord = context.chord_at(step);
        let same = (step..end).step_by(beat).take_while(|at| context.chord_at(*at) == chord).count();
        let length = same.min(16) * beat;
        let voices = voicing::nearest(chord, context.key(), 62, &before);
        let level = 0.4 + 0.45 * context.energy();
        for pitch in spread(context, &voices) {
            let mut stream = context.stream("pad", step as u32 * 128 + pitch as u32);
            let stroke = Stroke::new(step as f64, length as f64 * 0.99, pitch, level);
            strokes.push(Stroke { variation: stream.bits(), ..stroke });
        }
        before = Voicing { root: chord.root, voices };
        step += length;
    }
    strokes
}

/// A pad's voices: open, and with the lowest doubled on top at the song's height.
fn spread(context: &Context, voices: &[i32]) -> Vec<i32> {
    let mut spread = voicing::opened(voices.to_vec());
    if context.is_peak() {
        spread.extend(voices.first().map(|lowest| lowest + 12));
    }
    spread
}
