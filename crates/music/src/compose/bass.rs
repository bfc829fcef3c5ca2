//! Bass: roots where the kick is, a way to the next root at the bar's end.

use super::context::{Context, Stroke};
use super::drums;
use crate::plan::{Part, Patch};
use crate::random::Stream;

pub(super) fn write(context: &Context) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    for bar in 0..context.bars {
        if context.is_final_bar(bar) {
            let root = root_pitch(context, bar as usize * context.steps());
            let step = f64::from(bar) * context.steps() as f64;
            strokes.push(Stroke::new(step, context.steps() as f64, root, 0.85));
        } else {
            write_bar(context, bar, &mut strokes);
        }
    }
    strokes
}

fn write_bar(context: &Context, bar: u32, strokes: &mut Vec<Stroke>) {
    let mut stream = context.stream("bass", bar);
    let mut timing = context.stream("feel", bar);
    let pattern = context.choose("bass", context.groove().bass);
    let marks: Vec<u8> = drums::bar_of(pattern, bar, context.steps()).collect();
    let kicks = drums::kick_steps(context, bar);
    for step in 0..marks.len() {
        let at = bar as usize * context.steps() + step;
        let Some(pitch) = pitch_of(context, marks[step], at, kicks.contains(&step), &mut stream) else {
            continue;
        };
        let held = marks[step + 1..].iter().take_while(|mark| **mark == b'-').count();
        let end = at + 1 + held;
        let change = context.change_after(at, end);
        let accent = if kicks.contains(&step) { 1.0 } else { 0.88 };
        let velocity = context.force() * accent * (1.0 + 0.07 * stream.bell());
        let slides = context.plan.patch(Part::Bass) == Some(Patch::SubBass) && marks[step] == b'8';
        strokes.push(Stroke {
            late: context.stray(&mut timing) * 0.3,
            slide_from: slides.then_some((pitch - 12).clamp(0, 127) as u8),
            variation: stream.bits(),
            ..Stroke::new(at as f64, (change.unwrap_or(end) - at) as f64 - 0.14, pitch, velocity)
        });
        follow(context, change, end, velocity, strokes);
    }
}

/// A note that is held over a change of chord goes with it.
fn follow(context: &Context, change: Option<usize>, end: usize, velocity: f32, strokes: &mut Vec<Stroke>) {
    let mut from = change;
    while let Some(at) = from {
        from = context.change_after(at, end);
        let steps = (from.unwrap_or(end) - at) as f64 - 0.14;
        let variation = context.stream("bass-follows", at as u32).bits();
        let pitch = root_pitch(context, at);
        strokes.push(Stroke { variation, ..Stroke::new(at as f64, steps, pitch, velocity * 0.92) });
    }
}

fn pitch_of(context: &Context, mark: u8, at: usize, on_kick: bool, stream: &mut Stream) -> Option<i32> {
    let root = root_pitch(context, at);
    let chord = context.chord_at(at);
    match mark {
        b'R' => Some(root),
        b'k' => on_kick.then_some(root),
        b'8' => Some(root + 12),
        b'5' => Some(root + chord.fifth() - if root > 38 { 12 } else { 0 }),
        b'3' => Some(root + chord.third()),
        b'a' => Some(approach(context, at, root, stream)),
        _ => None,
    }
}

/// A step below or above the root that comes next.
fn approach(context: &Context, at: usize, root: i32, stream: &mut Stream) -> i32 {
    let next_bar = (at / context.steps() + 1) % context.bars as usize;
    let next = root_pitch(context, next_bar * context.steps());
    if next == root {
        return root + context.chord_at(at).fifth() - if root > 38 { 12 } else { 0 };
    }
    let from_below = stream.chance(0.6);
    let scale = context.key().pitches(false, next - 3, next + 3);
    let neighbours =
        scale.iter().copied().filter(|pitch| if from_below { *pitch < next } else { *pitch > next });
    let nearest = neighbours.min_by_key(|pitch| (pitch - next).abs());
    nearest.unwrap_or(next - 1)
}

/// The chord's root between E1 (28) and D sharp 2 (39).
fn root_pitch(context: &Context, at: usize) -> i32 {
    let class = (i32::from(context.key().tonic) + context.chord_at(at).root) % 12;
    28 + (class - 28).rem_euclid(12)
}
