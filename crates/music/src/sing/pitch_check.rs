//! Is what is sung in tune? Measured from the samples alone, by autocorrelation.

use super::*;
use crate::Delivery;
use crate::SAMPLE_RATE;
use crate::words::say;

const RATE: f32 = SAMPLE_RATE as f32;
/// Half a window, 25 ms.
const HALF: usize = SAMPLE_RATE as usize / 40;
/// The pitches that are looked for, in Hz.
const PITCHES: (f32, f32) = (70.0, 600.0);

/// The pitch around a place in Hz; `None` where nothing repeats clearly.
pub(crate) fn pitch_at(samples: &[f32], at: usize) -> Option<f32> {
    let window = samples.get(at.checked_sub(HALF)?..at + HALF)?;
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>();
    if power(window) / window.len() as f32 <= 1e-4 {
        return None;
    }
    let (shortest, longest) = ((RATE / PITCHES.1) as usize, (RATE / PITCHES.0) as usize);
    let likeness = |lag: usize| {
        let (early, late) = (&window[..window.len() - lag], &window[lag..]);
        let product: f32 = early.iter().zip(late).map(|(early, late)| early * late).sum();
        product / (power(early) * power(late)).sqrt().max(1e-9)
    };
    let curve: Vec<f32> = (shortest - 1..=longest + 1).map(likeness).collect();
    let best = curve.iter().copied().fold(0.0, f32::max);
    // The first peak that is nearly as high as the highest: later ones are whole multiples of it.
    let is_peak =
        |at: &usize| curve[*at] >= curve[at - 1] && curve[*at] >= curve[at + 1] && curve[*at] > 0.95 * best;
    let peak = (1..curve.len() - 1).find(is_peak).filter(|_| best > 0.75)?;
    let (left, top, right) = (curve[peak - 1], curve[peak], curve[peak + 1]);
    let nudge = (left - right) / (2.0 * (left - 2.0 * top + right)).min(-1e-6);
    Some(RATE / ((peak + shortest - 1) as f32 + nudge))
}

#[test]
fn most_of_what_is_sung_is_within_35_cents_of_its_note() {
    let said = say("Walking home beneath the silver light");
    let pitches = [57.0, 59.0, 61.0, 62.0, 61.0, 64.0, 66.0, 64.0, 61.0];
    let singers: [Box<dyn Singer>; 2] = [Box::new(NeuralSinger::new().unwrap()), Box::new(FormantSinger)];
    for (timbre, singer) in
        SINGERS.iter().flat_map(|timbre| singers.iter().map(move |singer| (timbre, singer)))
    {
        let tone = |at: usize| Tone {
            onset: at as f64 * 0.55,
            seconds: 0.55,
            pitch: pitches[at] + f32::from(timbre.transposition),
        };
        let tones: Vec<Vec<Tone>> = (0..9).map(|at| vec![tone(at)]).collect();
        let line = LineToSing { said: &said, tones: &tones, timbre, delivery: Delivery::Sung, seed: 2 };
        let sung = singer.sing(&line).unwrap();
        let (mut voiced, mut in_tune) = (0, 0);
        for tone in tones.iter().flatten() {
            for hundredth in 0..(tone.seconds * 100.0) as usize {
                let time = tone.onset + hundredth as f64 / 100.0;
                let at = ((time - sung.start) * f64::from(RATE)) as usize;
                let Some(hertz) = pitch_at(&sung.samples, at) else { continue };
                let cents = 1200.0 * (hertz / 440.0).log2() + 6900.0 - 100.0 * tone.pitch;
                voiced += 1;
                in_tune += usize::from(cents.abs() < 35.0);
            }
        }
        let share = f64::from(in_tune as u32) / f64::from(voiced);
        assert!(voiced > 200, "{}: only {voiced} voiced frames", timbre.name);
        assert!(share > 0.85, "{}: {share}", timbre.name);
    }
}
