//! The kits that are recorded, each as it comes or as an engineer would treat it.

use super::bank::stream;
use super::index::{Stroke, index};
use super::sinc::{ONE, added, read, table};
use super::treatment::{crush, drive, filter, room, shorten};
use crate::plan::Patch;
use crate::style::Drum;
use crate::synth::filter::Pass;
use crate::synth::from_db;
use crate::synth::noise::Noise;

/// How a kit is made of a recorded one.
struct Recipe {
    /// The recorded kit's name.
    kit: &'static str,
    /// Drums that are taken from another key of it.
    instead: &'static [(Drum, u8)],
    /// How much lower or higher drums of skin sound, in semitones.
    semitones: f32,
    /// Saturation; 0 is none.
    drive: f32,
    /// Rate and bits of an old sampler.
    crush: Option<(f32, i32)>,
    /// Everything above, in hertz, goes.
    dull: Option<f32>,
    /// How soon drums of skin die away, in seconds.
    short: Option<f32>,
    /// Seconds and level of the room.
    room: Option<(f32, f32)>,
    /// The bass drum's level against the others, in dB.
    kick_db: f32,
    /// What makes all kits equally loud, in dB.
    level_db: f32,
}

const PLAIN: Recipe = Recipe {
    kit: "standard",
    instead: &[],
    semitones: 0.0,
    drive: 0.0,
    crush: None,
    dull: None,
    short: None,
    room: None,
    kick_db: 0.0,
    level_db: 0.0,
};

fn recipe(patch: Patch) -> Option<Recipe> {
    let recipe = match patch {
        Patch::AcousticKit => Recipe { drive: 0.4, level_db: 2.9, ..PLAIN },
        // Small drums, tuned high, their bass drum felt more than heard.
        Patch::JazzKit => {
            Recipe { kit: "jazz", semitones: 3.0, drive: 0.3, kick_db: -4.0, level_db: 5.0, ..PLAIN }
        }
        Patch::BrushKit => Recipe { kit: "brush", drive: 0.3, kick_db: -10.0, level_db: 8.0, ..PLAIN },
        Patch::RockKit => Recipe {
            instead: &[(Drum::Snare, 40), (Drum::Crash, 57)],
            semitones: -2.5,
            drive: 3.5,
            room: Some((0.5, 0.13)),
            level_db: -2.5,
            ..PLAIN
        },
        // Claves for the cross-stick, cabasa for the shaker.
        Patch::LatinKit => Recipe {
            instead: &[(Drum::Rim, 75), (Drum::Shaker, 69), (Drum::TomHigh, 65), (Drum::TomMiddle, 66)],
            semitones: 2.5,
            drive: 0.3,
            short: Some(0.3),
            level_db: 4.0,
            ..PLAIN
        },
        Patch::LoFiKit => Recipe {
            kit: "jazz",
            semitones: -1.5,
            drive: 1.6,
            crush: Some((18_000.0, 9)),
            dull: Some(3800.0),
            short: Some(0.5),
            level_db: 5.0,
            ..PLAIN
        },
        // The rate and the bits of the samplers that this music was made on, whose images were never filtered.
        Patch::BoomBapKit => Recipe {
            instead: &[(Drum::Snare, 40)],
            semitones: -2.5,
            drive: 3.0,
            crush: Some((26_040.0, 12)),
            dull: Some(9500.0),
            short: Some(0.42),
            level_db: 1.0,
            ..PLAIN
        },
        // A concert bass drum is the largest tom, much lower; hats are triangles.
        Patch::OrchestralKit => Recipe {
            instead: &[
                (Drum::Kick, 41),
                (Drum::ClosedHat, 80),
                (Drum::OpenHat, 81),
                (Drum::Ride, 59),
                (Drum::Crash, 57),
                (Drum::Clap, 38),
                (Drum::Shaker, 83),
            ],
            semitones: -4.0,
            room: Some((0.9, 0.07)),
            level_db: -0.5,
            ..PLAIN
        },
        _ => return None,
    };
    Some(recipe)
}

/// Whether the kit's strokes are recorded.
pub(in crate::synth) fn is_recorded(patch: Patch) -> bool {
    recipe(patch).is_some()
}

fn has_skin(drum: Drum) -> bool {
    matches!(drum, Drum::Kick | Drum::Snare | Drum::TomLow | Drum::TomMiddle | Drum::TomHigh)
}

/// One stroke of a recorded drum; each variant is tuned and hit a little otherwise. `None` if the kit is not recorded.
pub(in crate::synth) fn strike(patch: Patch, drum: Drum, variant: u32) -> Option<Vec<f32>> {
    let recipe = recipe(patch)?;
    let key = recipe.instead.iter().find(|(known, _)| *known == drum).map_or(drum.key(), |(_, key)| *key);
    let stroke = index()?.drums.kits.get(recipe.kit)?.get(&key)?;
    let mut noise = Noise::new(variant + 977 * u32::from(drum.key()));
    let bent = if has_skin(drum) { recipe.semitones } else { 0.0 };
    let semitones = bent + stroke.tune_cents / 100.0 + 0.1 * noise.next();
    let kick_db = if drum == Drum::Kick { recipe.kick_db } else { 0.0 };
    let level = from_db(stroke.gain_db + kick_db + recipe.level_db + 0.4 * noise.next());
    let mut samples = resampled(stream("drums")?, stroke, semitones, level);
    if let Some(seconds) = recipe.short.filter(|_| has_skin(drum)) {
        shorten(&mut samples, seconds);
    }
    drive(&mut samples, recipe.drive);
    if let Some((hertz, bits)) = recipe.crush {
        crush(&mut samples, hertz, bits);
    }
    if let Some(hertz) = recipe.dull {
        filter(&mut samples, hertz, Pass::Low);
    }
    if let Some((seconds, share)) = recipe.room {
        room(&mut samples, seconds, share, u32::from(drum.key()));
    }
    Some(samples)
}

/// The stroke at another pitch; the stream has our sample rate.
fn resampled(stream: &[i16], stroke: &Stroke, semitones: f32, level: f32) -> Vec<f32> {
    let step = f64::from(semitones / 12.0).exp2();
    let table = table();
    let scale = level / 32_767.0;
    (0..(stroke.length as f64 / step) as usize)
        .map(|at| ((stroke.start as f64 + at as f64 * step) * ONE) as u64)
        .map(|position| scale * added(read(stream, table, position)))
        .collect()
}
