//! Drums: the style's groove, its ghost notes, fills at section ends, a crash on arrival.

use super::context::{Context, Stroke};
use crate::plan::SectionKind;
use crate::random::Stream;
use crate::style::Drum::{self, Crash, Kick, Snare, TomHigh, TomLow, TomMiddle};

/// The last two quarters of a fill bar: eight sixteenths each.
const FILLS: [&[(Drum, &str)]; 6] = [
    &[(Snare, "x.xxX.xx"), (Kick, "X...X...")],
    &[(TomHigh, "xx......"), (TomMiddle, "..xx...."), (TomLow, "....xxX.")],
    &[(Snare, "....xxXX"), (Kick, "X.X.....")],
    &[(Snare, "x..x..x."), (TomLow, ".xx.xx.X")],
    &[(Snare, "X..X..XX"), (TomMiddle, ".xx.....")],
    &[(Snare, "......xX"), (TomHigh, "....x..."), (Kick, "X...X...")],
];

pub(super) fn write(context: &Context) -> Vec<Stroke> {
    let mut strokes = Vec::new();
    for bar in 0..context.bars {
        if context.is_final_bar(bar) {
            land(context, bar, &mut strokes);
        } else if plays(context, bar) {
            write_bar(context, bar, &mut strokes);
        }
    }
    strokes
}

/// The steps of a bar on which the kick falls, for the bass to lock with.
pub(super) fn kick_steps(context: &Context, bar: u32) -> Vec<usize> {
    let lane = context.groove().drums.iter().find(|(drum, _)| *drum == Kick);
    let Some((_, rhythm)) = lane.filter(|_| plays(context, bar)) else { return Vec::new() };
    bar_of(rhythm, bar, context.steps())
        .enumerate()
        .filter(|(_, stroke)| *stroke != b'.')
        .map(|(step, _)| step)
        .collect()
}

/// Intros and bridges begin without drums; outros end without.
fn plays(context: &Context, bar: u32) -> bool {
    match context.kind() {
        SectionKind::Intro | SectionKind::Bridge => bar >= context.bars / 2,
        SectionKind::Outro => bar < context.bars.div_ceil(2),
        _ => true,
    }
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
    let last = bar + 1 == context.bars;
    let fills = context.plan.knobs.fills && !context.groove().drums.is_empty();
    let fill_from = match (fills && last && context.bars >= 4, fills && bar % 4 == 3) {
        (true, _) => steps - 8,
        (false, true) if stream.chance(0.35) => steps - 4,
        _ => steps,
    };
    for (drum, rhythm) in context.groove().drums {
        for (step, mark) in bar_of(rhythm, bar, steps).enumerate() {
            let Some(level) = level_of(mark, &mut stream) else { continue };
            if step >= fill_from && !matches!(drum, Drum::ClosedHat | Drum::Shaker | Drum::Ride) {
                continue;
            }
            strokes.push(stroke(context, *drum, base + step, level, &mut stream, &mut timing));
        }
    }
    if fill_from < steps {
        write_fill(context, base + fill_from, steps - fill_from, &mut stream, strokes);
    }
    let crashes = context.energy() >= 0.6 && (bar == 0 || (context.energy() > 0.95 && bar.is_multiple_of(8)));
    if crashes && !context.groove().drums.is_empty() {
        strokes.push(stroke(context, Crash, base, 0.8, &mut stream, &mut timing));
    }
}

fn write_fill(context: &Context, from: usize, length: usize, stream: &mut Stream, strokes: &mut Vec<Stroke>) {
    let fill = *stream.pick(&FILLS);
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
    for (drum, level) in [(Kick, 0.9), (Crash, 0.7)] {
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
    let velocity = level * context.force() * (1.0 + 0.09 * stream.bell());
    Stroke {
        late: context.stray(timing) * looseness,
        variation: stream.bits(),
        ..Stroke::new(step as f64, 1.0, i32::from(drum.key()), velocity)
    }
}
