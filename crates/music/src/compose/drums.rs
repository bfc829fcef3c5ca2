//! Drums: the style's groove, its ghost notes, fills at section ends, a crash on arrival.

use super::arrange;
use super::context::{Context, Stroke};
use crate::plan::{Part, SectionKind};
use crate::random::Stream;
use crate::style::Drum::{self, Crash, Kick, Snare};
use crate::style::{Fill, Lane};

pub(super) fn write(context: &Context) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    for bar in 0..context.bars {
        if context.is_final_bar(bar) {
            land(context, bar, &mut strokes);
        } else {
            write_bar(context, bar, &mut strokes);
        }
    }
    strokes
}

/// The steps of a bar on which the kick falls, for the bass to lock with.
pub(super) fn kick_steps(context: &Context, bar: u32) -> Vec<usize> {
    let lane = context.groove().drums.iter().find(|(drum, _)| *drum == Kick);
    let Some((_, rhythm)) = lane.filter(|_| arrange::plays(context, Part::Drums, bar)) else {
        return Vec::new();
    };
    bar_of(rhythm, bar, context.steps())
        .enumerate()
        .filter(|(_, stroke)| *stroke != b'.')
        .map(|(step, _)| step)
        .collect()
}

/// One bar of a rhythm of one bar or two.
pub(super) fn bar_of(rhythm: &'static str, bar: u32, steps: usize) -> impl Iterator<Item = u8> {
    let start = bar as usize * steps % rhythm.len();
    rhythm.bytes().skip(start).take(steps)
}

fn write_bar(context: &Context, bar: u32, strokes: &mut Vec<Stroke>) {
    let mut stream = context.stream("drums", bar);
    let mut timing = context.stream("feel", bar);
    let steps = context.steps();
    let base = bar as usize * steps;
    let rises = rises(context, bar);
    // A drummer plays a verse as the one before; where nobody sings, there is room for something new.
    let mut fills = if context.section.lines.is_empty() {
        context.stream("fills", bar)
    } else {
        context.shared("fills", bar)
    };
    let fill_from = if rises { steps } else { fill_from(context, bar, &mut fills) };
    for (drum, rhythm) in context.groove().drums.iter().chain(kept_back(context)) {
        for (step, mark) in bar_of(rhythm, bar, steps).enumerate() {
            let Some(level) = level_of(mark, &mut stream) else { continue };
            if step >= fill_from && !matches!(drum, Drum::ClosedHat | Drum::Shaker | Drum::Ride) {
                continue;
            }
            strokes.push(stroke(context, *drum, base + step, level, &mut stream, &mut timing));
        }
    }
    whisper(context, bar, fill_from, strokes);
    if rises {
        for (drum, rhythm) in context.style.arrangement.build {
            for (step, mark) in bar_of(rhythm, bar + 2 - context.bars, steps).enumerate() {
                let Some(level) = level_of(mark, &mut stream) else { continue };
                strokes.push(stroke(context, *drum, base + step, level * 0.9, &mut stream, &mut timing));
            }
        }
    }
    if fill_from < steps {
        let fill = *fills.pick(context.style.arrangement.fills);
        write_fill(context, fill, base + fill_from, &mut stream, strokes);
    }
    let arrives = bar == 0 || (context.energy() > 0.95 && bar.is_multiple_of(8));
    if arrives && context.energy() >= 0.6 && context.style.arrangement.crashes {
        strokes.push(stroke(context, Crash, base, 0.8, &mut stream, &mut timing));
    }
}

/// What the drums keep for the song's height.
fn kept_back(context: &Context) -> &'static [Lane] {
    if context.is_peak() { context.style.arrangement.peak } else { &[] }
}

/// Whether the bar is one of the last two before a chorus and the style has something that rises there.
fn rises(context: &Context, bar: u32) -> bool {
    matches!(context.kind(), SectionKind::PreChorus | SectionKind::Bridge)
        && context.plan.knobs.layers
        && context.bars >= 4
        && bar + 2 >= context.bars
        && !context.style.arrangement.build.is_empty()
}

/// The step of the bar from which a fill is played; the bar's end if none is.
fn fill_from(context: &Context, bar: u32, stream: &mut Stream) -> usize {
    let rules = context.style.arrangement;
    let steps = context.steps();
    if !context.plan.knobs.fills || rules.fills.is_empty() || context.groove().drums.is_empty() {
        return steps;
    }
    match bar + 1 == context.bars && context.bars >= 4 {
        true => steps - 8,
        false if bar % 4 == 3 && stream.chance(rules.small_fills) => steps - 4,
        false => steps,
    }
}

/// Ghost notes of the snare on empty sixteenths around the backbeat.
fn whisper(context: &Context, bar: u32, until: usize, strokes: &mut Vec<Stroke>) {
    const AROUND: [usize; 4] = [7, 9, 10, 15];
    let snare = context.groove().drums.iter().find(|(drum, _)| *drum == Snare);
    let Some((_, rhythm)) = snare.filter(|_| context.human() > 0.6) else { return };
    let mut stream = context.stream("ghosts", bar);
    let mut timing = context.stream("feel-ghosts", bar);
    let marks: Vec<u8> = bar_of(rhythm, bar, context.steps()).collect();
    for at in AROUND {
        let drawn = stream.chance(context.style.feel.ghosts);
        if drawn && at < until && marks.get(at) == Some(&b'.') {
            let step = bar as usize * context.steps() + at;
            strokes.push(stroke(context, Snare, step, 0.3, &mut stream, &mut timing));
        }
    }
}

/// A fill, or its end if the bar has no room for more.
fn write_fill(context: &Context, fill: Fill, from: usize, stream: &mut Stream, strokes: &mut Vec<Stroke>) {
    let length = context.steps() - from % context.steps();
    let mut timing = context.stream("fill", 0);
    for (drum, rhythm) in fill {
        for (step, mark) in rhythm.bytes().skip(8 - length.min(8)).enumerate() {
            if let Some(level) = level_of(mark, stream) {
                let rising = 0.75 + 0.25 * step as f32 / 8.0;
                strokes.push(stroke(context, *drum, from + step, level * rising, stream, &mut timing));
            }
        }
    }
}

/// The last bar: one stroke together.
fn land(context: &Context, bar: u32, strokes: &mut Vec<Stroke>) {
    if context.groove().drums.is_empty() {
        return;
    }
    let step = f64::from(bar) * context.steps() as f64;
    let crash = context.style.arrangement.crashes.then_some((Crash, 0.7));
    for (drum, level) in [(Kick, 0.9)].into_iter().chain(crash) {
        strokes.push(Stroke::new(step, 2.0, i32::from(drum.key()), level));
    }
}

fn level_of(mark: u8, stream: &mut Stream) -> Option<f32> {
    match mark {
        b'X' => Some(1.0),
        b'x' => Some(0.78),
        b'g' => Some(0.38),
        b'?' => stream.chance(0.5).then_some(0.55),
        _ => None,
    }
}

fn stroke(
    context: &Context,
    drum: Drum,
    step: usize,
    level: f32,
    stream: &mut Stream,
    timing: &mut Stream,
) -> Stroke {
    // Kick and snare hold the grid; what fills the space between may stray.
    let looseness = if matches!(drum, Kick | Snare | Drum::Clap) { 0.3 } else { 1.0 };
    let unevenness = context.style.feel.unevenness * context.human();
    let velocity = level * context.force() * (1.0 + 0.15 * unevenness * stream.bell());
    Stroke {
        late: context.stray(timing) * looseness,
        variation: stream.bits(),
        ..Stroke::new(step as f64, 1.0, i32::from(drum.key()), velocity)
    }
}
