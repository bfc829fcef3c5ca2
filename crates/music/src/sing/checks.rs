//! What every singer promises.

use super::*;
use crate::Delivery;
use crate::SAMPLE_RATE;
use crate::words::say;

/// A tune on a line: a note for each syllable from the pitches in turn, `seconds` apart.
fn tune(text: &str, pitches: &[f32], seconds: f64) -> (crate::words::SaidLine, Vec<Vec<Tone>>) {
    let said = say(text);
    let tone = |at: usize| Tone { onset: at as f64 * seconds, seconds, pitch: pitches[at % pitches.len()] };
    let tones = (0..said.syllable_count()).map(|at| vec![tone(at)]).collect();
    (said, tones)
}

const LINE: &str = "Walking home beneath the silver light";
const PITCHES: [f32; 6] = [60.0, 62.0, 64.0, 65.0, 64.0, 60.0];

fn singers() -> [Box<dyn Singer>; 2] {
    [Box::new(NeuralSinger::new().unwrap()), Box::new(FormantSinger)]
}

#[test]
fn the_same_line_gives_the_same_samples_on_any_thread_and_another_seed_does_not() {
    let (said, tones) = tune(LINE, &PITCHES, 0.4);
    let line =
        LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 5 };
    for (first, second) in singers().into_iter().zip(singers()) {
        let one = first.sing(&line).unwrap();
        let other = std::thread::scope(|scope| scope.spawn(|| second.sing(&line)).join().unwrap().unwrap());
        assert_eq!(one, other);
        assert_ne!(one.samples, first.sing(&LineToSing { seed: 6, ..line }).unwrap().samples);
    }
}

#[test]
fn words_sound_when_they_are_said_to() {
    let (said, tones) = tune(LINE, &PITCHES, 0.5);
    let line =
        LineToSing { said: &said, tones: &tones, timbre: &SINGERS[2], delivery: Delivery::Sung, seed: 5 };
    for singer in singers() {
        let sung = singer.sing(&line).unwrap();
        assert_eq!(sung.words.len(), 6);
        assert!(sung.start < 0.0 && sung.start > -0.6, "{}", sung.start);
        assert!(sung.words.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-9));
        let end = sung.start + sung.samples.len() as f64 / f64::from(SAMPLE_RATE);
        assert!(sung.words[5].end <= end && end < 9.0 * 0.5 + 1.0, "{end}");
        // "home" is the third syllable: its h begins before the note, its vowel on it.
        assert!((0.7..1.0).contains(&sung.words[1].start), "{:?}", sung.words[1]);
    }
}

#[test]
fn a_singer_is_neither_silent_nor_too_loud() {
    let (said, tones) = tune(LINE, &PITCHES, 0.45);
    for timbre in &SINGERS {
        let tones: Vec<Vec<Tone>> =
            tones.iter().map(|tones| transposed(tones, timbre.transposition)).collect();
        let line = LineToSing { said: &said, tones: &tones, timbre, delivery: Delivery::Sung, seed: 5 };
        for singer in singers() {
            let sung = singer.sing(&line).unwrap();
            let peak = sung.samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            let power =
                sung.samples.iter().map(|sample| sample * sample).sum::<f32>() / sung.samples.len() as f32;
            let level = 10.0 * power.log10();
            assert!((0.1..1.0).contains(&peak), "{}: peak {peak}", timbre.name);
            assert!((-32.0..-16.0).contains(&level), "{}: {level} dB", timbre.name);
        }
    }
}

fn transposed(tones: &[Tone], semitones: i8) -> Vec<Tone> {
    tones.iter().map(|tone| Tone { pitch: tone.pitch + f32::from(semitones), ..*tone }).collect()
}

#[test]
fn what_does_not_fit_is_refused_and_the_second_singer_takes_over() {
    let (said, tones) = tune(LINE, &PITCHES, 0.4);
    let line = LineToSing {
        said: &said,
        tones: &tones[1..],
        timbre: &SINGERS[0],
        delivery: Delivery::Sung,
        seed: 5,
    };
    let error = SingError::Tones { syllables: 9, tones: 8 };
    let [neural, formant] = singers();
    assert_eq!(neural.sing(&line), Err(error));
    let (said, tones) = tune(&"extraordinary ".repeat(40), &PITCHES, 0.2);
    let line =
        LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 5 };
    assert!(matches!(neural.sing(&line), Err(SingError::TooLong(_))));
    assert!(sing_or(neural.as_ref(), formant.as_ref(), &line).is_ok());
}

#[test]
fn long_notes_short_notes_and_rests_are_sung() {
    for seconds in [0.08, 0.3, 3.0] {
        let (said, tones) = tune("Strengths, oh my", &PITCHES, seconds);
        let tones: Vec<Vec<Tone>> = tones
            .iter()
            .map(|tones| tones.iter().map(|tone| Tone { seconds: seconds * 0.6, ..*tone }).collect())
            .collect();
        let line =
            LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 5 };
        for singer in singers() {
            let sung = singer.sing(&line).unwrap();
            assert!(sung.samples.iter().all(|sample| sample.is_finite() && sample.abs() < 1.5));
        }
    }
}

#[test]
fn further_notes_of_a_syllable_stay_on_its_vowel() {
    let said = say("love");
    let tone = |onset, pitch| Tone { onset, seconds: 0.5, pitch };
    let tones = vec![vec![tone(0.0, 60.0), tone(0.5, 62.0), tone(1.0, 64.0)]];
    let line =
        LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 5 };
    for singer in singers() {
        let sung = singer.sing(&line).unwrap();
        assert!((1.4..1.6).contains(&sung.words[0].end), "{:?}", sung.words);
    }
}

#[test]
fn the_last_note_of_a_line_is_held_to_its_end() {
    let singer = NeuralSinger::new().unwrap();
    for text in ["My grandmother planted tomatoes in May", "Burn through my doubt", "We cover the ground"] {
        let (said, tones) = tune(text, &PITCHES, 0.5);
        let mut tones = tones;
        let last = tones.last_mut().and_then(|tones| tones.last_mut()).unwrap();
        last.seconds = 1.5;
        let onset = last.onset;
        let line =
            LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 5 };
        let sung = singer.sing(&line).unwrap();
        let level = |from: f64, to: f64| {
            let at = |time: f64| ((time - sung.start) * f64::from(SAMPLE_RATE)) as usize;
            let samples = &sung.samples[at(from)..at(to)];
            let power = samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32;
            10.0 * power.log10()
        };
        let before = level(0.0, onset);
        for tenth in 2..11 {
            let from = onset + f64::from(tenth) / 10.0;
            let found = level(from, from + 0.1);
            assert!(found > before - 12.0, "{text}: {found} dB after {tenth} tenths, {before} dB before");
        }
    }
}
