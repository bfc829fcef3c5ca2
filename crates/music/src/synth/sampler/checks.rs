//! Whether the bank is whole, in tune and without seams.

use super::bank::{STREAMS, recording, stream};
use super::index::index;
use super::{SampledTone, voice};
use crate::compose::Note;
use crate::synth::{Block, RATE, hertz};

fn plain(name: &'static str) -> SampledTone {
    SampledTone { name, dynamics: 2.0, vibrato: 0.0, spread: 0.0, release: 1.0 }
}

/// A note of a second, held.
fn held(tone: SampledTone, pitch: u8) -> Vec<f32> {
    let length = crate::SAMPLE_RATE * 2;
    let note = Note { start: 0, length, pitch, velocity: 0.8, slide_from: None, variation: 3 };
    let mut voice = voice(tone, &note).expect("an instrument of the bank");
    let mut samples = Vec::new();
    let mut block = Block::SILENCE;
    while samples.len() < crate::SAMPLE_RATE as usize && voice.fill(&mut block) {
        samples.extend(block.left);
    }
    samples
}

#[test]
fn every_stream_decodes_to_just_its_length_and_holds_its_zones() {
    let index = index().expect("an index");
    assert_eq!(index.instruments.len() + 1, STREAMS.len());
    for (name, instrument) in &index.instruments {
        let samples = recording(name).expect("a stream").samples;
        assert_eq!(samples.len(), instrument.samples, "{name}");
        let [low, high] = instrument.playable_keys;
        for key in low..=high {
            let zones = instrument.zones.iter().filter(|zone| (zone.keys[0]..=zone.keys[1]).contains(&key));
            assert_eq!(zones.count(), 1, "{name}: key {key}");
        }
        for zone in &instrument.zones {
            assert!(zone.start >= 8 && zone.start + zone.length + 8 <= samples.len(), "{name}");
            let loudest =
                samples[zone.start..zone.start + zone.length].iter().map(|s| s.unsigned_abs()).max();
            assert!(loudest.is_some_and(|peak| peak > 20_000), "{name}: {loudest:?}");
            if let Some((from, to)) = zone.looped {
                assert!(from < to && to + 16 <= zone.length, "{name}: {from} {to} {}", zone.length);
            }
        }
    }
    let drums = stream("drums").expect("a stream");
    assert_eq!(drums.len(), index.drums.samples);
    for stroke in index.drums.kits.values().flat_map(|kit| kit.values()) {
        assert!(stroke.start + stroke.length + 8 <= drums.len());
    }
}

/// Largest third difference.
fn jerk(samples: &[f32]) -> Vec<f32> {
    samples.windows(4).map(|w| (w[3] - 3.0 * w[2] + 3.0 * w[1] - w[0]).abs()).collect()
}

#[test]
fn loops_have_no_seam() {
    for (name, instrument) in &index().expect("an index").instruments {
        let samples = recording(name).expect("a stream").samples;
        for zone in &instrument.zones {
            let Some((from, to)) = zone.looped else { continue };
            let at = |place: usize| f32::from(samples[zone.start + place]);
            let around: Vec<f32> = (to - 3..to).chain(from..from + 3).map(at).collect();
            let seam = jerk(&around).into_iter().fold(0.0, f32::max);
            let mut inside = jerk(&(from..to).map(at).collect::<Vec<_>>());
            inside.sort_by(f32::total_cmp);
            let usual = inside[inside.len() * 999 / 1000];
            // Rounding to 16 bits moves a third difference by up to 8 / 2.
            assert!(seam <= 1.05 * usual + 4.0, "{name} {}: {seam} against {usual}", zone.root_key);
        }
    }
}

/// How far the pitch is from `expected`, in cents: the highest autocorrelation near one period, then near two, four and
/// eight, each closer to what was found before.
fn cents_off(samples: &[f32], expected: f32) -> f32 {
    let samples = &samples[3000..samples.len().min(30_000)];
    let likeness = |lag: usize| {
        let pairs = samples.iter().zip(&samples[lag..]);
        let (product, power) = pairs.fold((0.0_f64, 0.0_f64), |(product, power), (a, b)| {
            (product + f64::from(a * b), power + f64::from(a * a + b * b))
        });
        product / power.max(1e-12)
    };
    let mut off = 0.0_f32;
    for (periods, reach) in [(1.0, 80.0), (2.0, 50.0), (4.0, 30.0), (8.0, 20.0)] {
        let lag = |cents: f32| periods * RATE / expected * (-cents / 1200.0).exp2();
        let first = lag(off + reach).floor() as usize - 1;
        let heights: Vec<f64> = (first..=lag(off - reach).ceil() as usize + 1).map(likeness).collect();
        let best = (1..heights.len() - 1).max_by(|a, b| heights[*a].total_cmp(&heights[*b])).expect("lags");
        let (x, y, z) = (heights[best - 1], heights[best], heights[best + 1]);
        let found = (first + best) as f64 + 0.5 * (x - z) / (x - 2.0 * y + z);
        off = -1200.0 * (found as f32 * expected / RATE / periods).log2();
    }
    off
}

#[test]
fn instruments_are_in_tune() {
    let mut off_tune = Vec::new();
    for (name, instrument) in &index().expect("an index").instruments {
        let [low, high] = instrument.playable_keys;
        // Strokes of timpani have no clear period.
        if name == "timpani" {
            continue;
        }
        let mut worst = 0.0_f32;
        for step in 1..6u8 {
            let key = low + (high - low) * step / 6;
            let tone = plain(STREAMS.iter().find(|(known, _)| known == name).expect("a stream").0);
            let expected = hertz(f32::from(key));
            let cents = cents_off(&held(tone, key), expected);
            if cents.abs() > worst.abs() {
                worst = cents;
            }
            // A piano's partials are stretched and a section has many pitches: both read sharp or flat.
            let wide = matches!(name.as_str(), "acoustic_grand" | "pizzicato");
            if cents.abs() > if wide { 20.0 } else { 15.0 } {
                off_tune.push(format!("{name} {key}: {cents:.1}"));
            }
        }
        println!("{name}: {worst:+.1} cents at worst");
    }
    assert!(off_tune.is_empty(), "{off_tune:?}");
}
