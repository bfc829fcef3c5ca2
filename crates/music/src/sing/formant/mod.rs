//! The singer without data: pulses through the resonances of a throat, and noise for what hisses.
//!
//! It is understood far worse than the learnt voice, but it sings any row of sounds.

mod shapes;

use super::air::add_air;
use super::curve::Curve;
use super::line::{LineToSing, SingError, Singer, Sung};
use super::sounds::{Kind, Sound, sounds};
use super::timing::{Timing, word_times};
use super::voice::{BINS, COLUMN_SECONDS, Column, Noise, Spectra, samples, to_song_rate};
use shapes::{Shape, shape_of, steps_of};

/// Columns on each side over which the throat moves from one shape to the next.
const MOVES_OVER: usize = 3;
/// The width of a bin, in Hz.
const BIN_HERTZ: f32 = 20.0;
/// Nothing is quieter, as a logarithm.
const SILENT: f32 = -20.0;
/// A burst lasts this many columns at the end of a stop.
const BURST: usize = 2;

/// Sings with formulas only.
#[derive(Clone, Copy, Debug, Default)]
pub struct FormantSinger;

impl Singer for FormantSinger {
    fn sing(&self, line: &LineToSing<'_>) -> Result<Sung, SingError> {
        line.check()?;
        let sounds = sounds(line);
        let steps: Vec<usize> = sounds.iter().map(steps_of).collect();
        let timing = Timing::new(&sounds, &steps, line);
        let curve = Curve::new(line);
        let shapes = smooth(&shapes(&sounds, &timing));
        let time = |column: usize| timing.start() + (column as f64 + 0.5) * COLUMN_SECONDS;
        let f0: Vec<f32> = (0..shapes.len())
            .map(|column| if shapes[column].voice > 0.01 { curve.hertz(time(column)) as f32 } else { 0.0 })
            .collect();
        let columns = shapes.iter().enumerate().map(|(column, shape)| {
            column_of(shape, line.timbre.formants_at(curve.pitch(time(column)) as f32))
        });
        let mut spectra = Spectra { columns: columns.collect() };
        let mut samples = to_song_rate(&samples(&mut spectra, &f0, Some(Noise::new(line.seed))));
        add_air(&mut samples, line.timbre.air, line.seed);
        Ok(Sung { samples, start: timing.start(), words: word_times(line, &sounds, &timing) })
    }
}

/// The shape of the throat in each column, without transitions.
fn shapes(sounds: &[Sound], timing: &Timing) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::new();
    for (index, sound) in sounds.iter().enumerate() {
        let count = 2 * timing.steps_of(index);
        for column in 0..count {
            let share = (column as f32 + 0.5) / count as f32;
            let shape = sound.phoneme.map(|phoneme| shape_of(phoneme, share));
            let silence = Shape { voice: 0.0, hiss: 0.0, ..shapes.last().copied().unwrap_or(Shape::SILENCE) };
            let mut shape = shape.unwrap_or(silence);
            if sound.kind == Kind::Consonant && shape.is_stop && column + BURST < count {
                shape.hiss = 0.0;
            }
            shapes.push(shape);
        }
    }
    shapes
}

/// Formants and the level of the voice move; hisses begin and end at once.
fn smooth(shapes: &[Shape]) -> Vec<Shape> {
    (0..shapes.len())
        .map(|column| {
            let near =
                &shapes[column.saturating_sub(MOVES_OVER)..(column + MOVES_OVER + 1).min(shapes.len())];
            let mean = |value: fn(&Shape) -> f32| near.iter().map(value).sum::<f32>() / near.len() as f32;
            let own = shapes[column];
            let voice = if own.voice > 0.0 { mean(|shape| shape.voice) } else { 0.0 };
            let formants = [
                mean(|shape| shape.formants[0]),
                mean(|shape| shape.formants[1]),
                mean(|shape| shape.formants[2]),
            ];
            Shape { formants, voice, ..own }
        })
        .collect()
}

fn column_of(shape: &Shape, alpha: f32) -> Column {
    let hertz = |bin: usize| bin as f32 * BIN_HERTZ;
    let level = |value: f32| if value > 1e-8 { value.ln().max(SILENT) } else { SILENT };
    Column {
        harmonics: (0..BINS).map(|bin| level(shape.voice * shape.resonance(hertz(bin) / alpha))).collect(),
        theta: vec![0.0; BINS],
        noise: (0..BINS).map(|bin| level(shape.hissing(hertz(bin)))).collect(),
        free: vec![SILENT; BINS],
        phi: vec![0.0; BINS],
    }
}
