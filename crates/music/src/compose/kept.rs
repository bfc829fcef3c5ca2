//! A tune under other chords, or in bars of other lengths: the same contour, as near to the same notes as sounds well.

use super::context::Context;
use super::melody::{RANGE, Tone};
use super::path::cheapest;
use super::rhythm::strength;

/// The tune as this section has it. `steps` are the sixteenths of a bar where it comes from.
pub(super) fn tune(context: &Context, tune: &[Tone], steps: usize) -> Vec<Tone> {
    let moved: Vec<Tone> = tune.iter().map(|tone| placed(context, tone, steps)).collect();
    let low = RANGE.0 + context.transposition();
    let options = (RANGE.1 - RANGE.0 + 1) as usize;
    let pitch = |option: usize| low + option as i32;
    let row = cheapest(
        moved.len(),
        options,
        |at, option| fit(context, &moved[at], pitch(option)),
        |at, before, option| {
            // Where the tune rises, it is to rise, and about as far.
            let wanted = moved[at].pitch - moved[at - 1].pitch;
            let found = option as i32 - before as i32;
            let turned = wanted.signum() * found.signum() < 0;
            0.8 * (found - wanted).abs() as f32 + if turned { 3.0 } else { 0.0 }
        },
    );
    moved.into_iter().zip(row).map(|(tone, option)| Tone { pitch: pitch(option), ..tone }).collect()
}

/// The tone at its share of the bar.
fn placed(context: &Context, tone: &Tone, steps: usize) -> Tone {
    if steps == context.steps() {
        return *tone;
    }
    let stretch = context.steps() as f64 / steps as f64;
    // On the sixteenths of the bar, but never two at once.
    let step = (tone.step * stretch * 2.0).round() / 2.0;
    Tone { step, steps: (tone.steps * stretch).max(0.4), ..*tone }
}

/// What a pitch costs in this place.
fn fit(context: &Context, tone: &Tone, pitch: i32) -> f32 {
    let above = (pitch - i32::from(context.key().tonic)).rem_euclid(12);
    let chord = context.chord_at(tone.place());
    let in_chord = chord.contains(above + 120);
    let in_scale = context.key().scale(false).contains(&above);
    let far = (pitch - tone.pitch).abs() as f32;
    if !in_chord && !in_scale {
        // Out of key, but never without a note.
        return 40.0 + far;
    }
    let long = (tone.steps * context.step_seconds()).min(0.8) as f32;
    let rubs = [1, 11].iter().any(|by| chord.contains(above + by + 120));
    let weight = 0.6 * strength(tone.place(), context.steps()) + long;
    let off = if in_chord { 0.0 } else { weight * (0.8 + if rubs { 1.0 } else { 0.0 }) };
    1.1 * far + off
}
