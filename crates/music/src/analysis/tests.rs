//! What is heard in sounds whose tempo, bars and key are known.

use super::*;
use crate::theory::Mode;
use crate::{Brief, Plan, SAMPLE_RATE, perform_on};
use std::ops::ControlFlow;

/// Clicks on every quarter, the first of four lower and louder, over a chord of a key.
fn metronome(bpm: f64, first: f64, seconds: f64, notes: &[f64]) -> Stereo {
    let rate = f64::from(SAMPLE_RATE);
    let mut sound = vec![0.0_f32; (seconds * rate) as usize];
    for (beat, start) in (0..).map(|beat| (beat, first + f64::from(beat) * 60.0 / bpm)) {
        let from = (start * rate) as usize;
        if from >= sound.len() {
            break;
        }
        let (hertz, level) = if beat % 4 == 0 { (70.0, 0.6) } else { (1_500.0, 0.25) };
        for (at, sample) in sound[from..].iter_mut().take(4_000).enumerate() {
            let phase = std::f64::consts::TAU * hertz * at as f64 / rate;
            *sample += (level * phase.sin() * (-(at as f64) / 600.0).exp()) as f32;
        }
    }
    for (at, sample) in sound.iter_mut().enumerate() {
        let tone = |hertz: &f64| (std::f64::consts::TAU * hertz * at as f64 / rate).sin();
        *sample += 0.05 * notes.iter().map(tone).sum::<f64>() as f32;
    }
    Stereo { left: sound.clone(), right: sound }
}

/// How far a bar line is from the nearest one that was meant, in seconds.
fn off(heard: &Heard, first: f64, bpm: f64) -> f64 {
    let bar = 240.0 / bpm;
    let bars = (heard.bar_line / f64::from(SAMPLE_RATE) - first) / bar;
    (bars - bars.round()).abs() * bar
}

#[test]
fn a_metronome_is_heard_as_it_beats() {
    for (bpm, first) in [(72.0, 0.3), (96.0, 1.0), (118.5, 0.11), (140.0, 0.0), (171.0, 0.7)] {
        let sound = metronome(bpm, first, 30.0, &[220.0, 261.63, 329.63]);
        let heard = listen(&sound, sound.left.len());
        assert!((f64::from(heard.tempo_bpm) - bpm).abs() < 0.004 * bpm, "{bpm}: {heard:?}");
        assert!(off(&heard, first, bpm) < 0.03, "{bpm}: {} s off, {heard:?}", off(&heard, first, bpm));
        assert!(heard.pulse > 0.5, "{heard:?}");
    }
}

#[test]
fn a_scale_has_its_key() {
    let scale = |tonic: i32, steps: [i32; 7]| -> Vec<f64> {
        steps.iter().map(|step| 440.0 * f64::from(tonic - 69 + step).exp2_of_twelfths()).collect()
    };
    for tonic in [48, 53, 57, 62] {
        // The tonic's chord is heard twice.
        let mut notes = scale(tonic, [0, 2, 4, 5, 7, 9, 11]);
        notes.extend(scale(tonic + 12, [0, 0, 4, 7, 7, 0, 4]));
        let key = listen(&metronome(100.0, 0.0, 12.0, &notes), 0).key;
        assert_eq!(key, Key { tonic: (tonic % 12) as u8, mode: Mode::Major });
    }
}

/// An interval as a ratio.
trait Twelfths {
    fn exp2_of_twelfths(self) -> f64;
}

impl Twelfths for f64 {
    fn exp2_of_twelfths(self) -> f64 {
        (self / 12.0).exp2()
    }
}

#[test]
fn silence_and_a_second_of_sound_have_no_pulse_to_speak_of() {
    let silence = Stereo { left: vec![0.0; 100_000], right: vec![0.0; 100_000] };
    let heard = listen(&silence, 0);
    assert_eq!((heard.pulse, heard.loudness), (0.0, None));
    for samples in [0, 1, 700, 44_100] {
        let tone: Vec<f32> = (0..samples).map(|at| 0.2 * (at as f32 * 0.05).sin()).collect();
        let heard = listen(&Stereo { left: tone.clone(), right: tone }, samples);
        assert!((50.0..=200.0).contains(&heard.tempo_bpm), "{heard:?}");
    }
}

#[test]
fn the_house_songs_are_heard_as_they_were_written() {
    const STYLES: [&str; 12] = [
        "pop",
        "house",
        "rock",
        "folk",
        "synthwave",
        "soul",
        "jazz",
        "ballad",
        "guofeng",
        "trance",
        "country",
        "reggae",
    ];
    let (mut tempos, mut beats, mut keys) = (0, 0, 0);
    for (seed, style) in (1..).zip(STYLES) {
        let brief = Brief { style: style.to_owned(), instrumental: true, seed, ..Brief::default() };
        let mut plan = Plan::from_brief(&brief);
        plan.sections.truncate(3);
        let master = perform_on(2, &plan, &mut |_| ControlFlow::Continue(())).expect("a song");
        let sound = Stereo { left: master.left, right: master.right };
        let heard = listen(&sound, sound.left.len() / 2);
        let ratio = heard.tempo_bpm / plan.tempo_bpm;
        let octave = [0.5, 1.0, 2.0].into_iter().find(|octave| (ratio / octave - 1.0).abs() < 0.005);
        // On a beat of the song, if not always on the first of the bar.
        let beat = 60.0 / f64::from(plan.tempo_bpm.max(heard.tempo_bpm));
        let place = heard.bar_line / f64::from(SAMPLE_RATE) / beat;
        let off = (place - place.round()).abs() * beat;
        println!(
            "{style}, {} in {}: heard {} in {}, {off:.3} s off",
            plan.tempo_bpm, plan.key, heard.tempo_bpm, heard.key
        );
        tempos += i32::from(octave.is_some());
        beats += i32::from(octave.is_some() && off < 0.035);
        keys += i32::from(heard.key == plan.key);
    }
    assert!(tempos >= 11 && beats >= 10 && keys >= 8, "{tempos} tempos, {beats} beats, {keys} keys of 12");
}
