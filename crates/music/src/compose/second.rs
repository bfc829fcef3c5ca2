//! The second voice: a third or a sixth below the tune, above it where the tune is low.

use super::context::Context;
use super::melody::{self, Tone};
use super::path::cheapest;

/// What the second voice may be from the tune, in semitones, and what each costs. No seconds, no tritones.
const INTERVALS: [(i32, f32); 9] =
    [(-3, 0.0), (-4, 0.0), (-5, 0.7), (-7, 1.3), (-8, 0.8), (-9, 0.8), (3, 1.6), (4, 1.6), (5, 2.4)];

/// A second voice under (or over) the whole tune.
pub(super) fn under(context: &Context, tune: &[Tone]) -> Vec<Tone> {
    let key = context.key();
    let scale = key.scale(false);
    let above_tonic = |pitch: i32| (pitch - i32::from(key.tonic)).rem_euclid(12);
    let low = melody::RANGE.0 + context.transposition();
    let row = cheapest(
        tune.len(),
        INTERVALS.len(),
        |at, option| {
            let tone = &tune[at];
            let (interval, cost) = INTERVALS[option];
            let pitch = tone.pitch + interval;
            let above = above_tonic(pitch);
            let chord = context.chord_at(tone.place());
            let in_chord = chord.contains(above + 120);
            if pitch < low || pitch > low + 14 || !(in_chord || scale.contains(&above)) {
                // Out of reach or key, but never without a note.
                return 50.0;
            }
            let long = (tone.steps * context.step_seconds()).min(0.6) as f32;
            let rubs = [1, 11].iter().any(|by| chord.contains(above + by + 120));
            cost + if in_chord { 0.0 } else { (1.2 + if rubs { 3.0 } else { 0.0 }) * (long + 0.15) }
        },
        |at, before, option| {
            let (was, is) = (INTERVALS[before].0, INTERVALS[option].0);
            let moved = (tune[at].pitch + is - tune[at - 1].pitch - was).abs();
            let parallel = was == is && matches!(is, -7 | -5 | 5) && moved > 0;
            let crosses = (was < 0) != (is < 0) && tune[at].line == tune[at - 1].line;
            0.12 * (moved - 2).max(0) as f32
                + if parallel { 4.0 } else { 0.0 }
                + if crosses { 6.0 } else { 0.0 }
        },
    );
    let voice = tune.iter().zip(row);
    voice.map(|(tone, option)| Tone { pitch: tone.pitch + INTERVALS[option].0, ..*tone }).collect()
}
