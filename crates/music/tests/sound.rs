//! What the finished samples promise.

use ebur128::{EbuR128, Mode};
use music::{Brief, Cancelled, Master, Model, Part, Plan, SAMPLE_RATE, perform, perform_on, render};
use std::ops::ControlFlow;

fn plan(style: &str, seed: u32) -> Plan {
    Plan::from_brief(&Brief { style: style.to_owned(), seed, max_seconds: 62.0, ..Brief::default() })
}

fn play(plan: &Plan) -> Master {
    perform(plan, &mut |_| ControlFlow::Continue(())).expect("a finished song")
}

/// Integrated loudness in LUFS and true peak in dBTP.
fn measure(master: &Master) -> (f64, f64) {
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK).expect("a finished song");
    meter.add_frames_planar_f32(&[&master.left, &master.right]).expect("a finished song");
    let peak = meter.true_peak(0).expect("a finished song").max(meter.true_peak(1).expect("a finished song"));
    (meter.loudness_global().expect("a finished song"), 20.0 * peak.log10())
}

fn level(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

fn correlation(left: &[f32], right: &[f32]) -> f64 {
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    sum(left, right) / (sum(left, left) * sum(right, right)).sqrt()
}

#[test]
fn one_plan_is_one_sound_on_any_number_of_threads() {
    let plan = plan("house", 3);
    let master = play(&plan);
    assert_eq!(master, play(&plan));
    let mut report = |_| ControlFlow::Continue(());
    assert_eq!(master, perform_on(2, &plan, &mut report).expect("a finished song"));
    assert_eq!(master, perform_on(5, &plan, &mut report).expect("a finished song"));
}

#[test]
fn another_seed_sounds_different() {
    let words = "pop, 100 bpm, in C major";
    let (one, two) = (play(&plan(words, 1)), play(&plan(words, 2)));
    let length = one.left.len().min(two.left.len());
    let alike = correlation(&one.left[..length], &two.left[..length]);
    assert!(alike.abs() < 0.3, "{alike}");
}

#[test]
fn a_master_is_loud_enough_and_keeps_its_peaks() {
    for style in ["rock", "ambient", "jazz, no drums", "trap"] {
        let master = play(&plan(style, 5));
        let (loudness, peak) = measure(&master);
        assert!((loudness + 14.0).abs() <= 0.5, "{style}: {loudness} LUFS");
        assert!(peak <= -2.3, "{style}: {peak} dBTP");
        for channel in [&master.left, &master.right] {
            assert!(channel.iter().all(|sample| (sample * 32_768.0).fract() == 0.0), "{style}: not 16 bits");
            let offset = channel.iter().map(|sample| f64::from(*sample)).sum::<f64>() / channel.len() as f64;
            assert!(offset.abs() < 1e-3, "{style}: DC {offset}");
        }
        let alike = correlation(&master.left, &master.right);
        assert!((0.6..0.985).contains(&alike), "{style}: stereo correlation {alike}");
    }
}

#[test]
fn the_raw_model_is_only_turned_to_a_safe_peak() {
    let brief =
        Brief { style: "rock".to_owned(), model: Model::Fuzz20Raw, max_seconds: 62.0, ..Brief::default() };
    let (loudness, peak) = measure(&play(&Plan::from_brief(&brief)));
    assert!(peak <= -2.3 && loudness < -14.3, "{loudness} LUFS, {peak} dBTP");
}

#[test]
fn a_song_is_never_silent_inside_and_ends_in_silence() {
    for style in ["folk", "lofi", "bossa nova, no drums"] {
        let master = play(&plan(style, 8));
        assert_eq!(master.left.len() % 1024, 0);
        assert_eq!(master.left.len(), master.right.len());
        let second = SAMPLE_RATE as usize;
        let seconds: Vec<f32> = master.left.chunks(second).map(level).collect();
        assert!(seconds[..seconds.len() - 4].iter().all(|level| *level > 0.004), "{style}: {seconds:?}");
        let end = &master.left[master.left.len() - 512..];
        assert!(end.iter().all(|sample| *sample == 0.0), "{style} does not end");
        assert!(level(&master.left[master.left.len() - second / 2..]) < 0.02, "{style} breaks off");
    }
}

#[test]
fn low_tones_stay_in_the_middle() {
    let master = play(&plan("house", 4));
    let low = |sign: f32| {
        let (mut first, mut second) = (0.0_f32, 0.0_f32);
        let filtered = master.left.iter().zip(&master.right).map(|(left, right)| {
            first += 0.008 * (left + sign * right - first);
            second += 0.008 * (first - second);
            second
        });
        level(&filtered.collect::<Vec<_>>())
    };
    assert!(low(-1.0) < 0.1 * low(1.0), "side {} of middle {}", low(-1.0), low(1.0));
}

#[test]
fn a_break_stops_the_work_and_progress_never_goes_back() {
    let plan = plan("pop", 1);
    let mut heard = Vec::new();
    let stopped = perform(&plan, &mut |done| {
        heard.push(done);
        if done > 0.3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped, Err(Cancelled));
    assert!(heard.last().is_some_and(|done| *done < 0.4));
    heard.clear();
    perform(&plan, &mut |done| {
        heard.push(done);
        ControlFlow::Continue(())
    })
    .expect("a finished song");
    assert!(heard.len() >= 20 && heard.windows(2).all(|pair| pair[0] <= pair[1]), "{heard:?}");
    assert_eq!(heard.last(), Some(&1.0));
}

#[test]
fn a_cancel_acts_while_mastering_too() {
    let plan = plan("pop", 1);
    for at in [0.78, 0.9, 0.99] {
        let stopped = perform(&plan, &mut |done| {
            if done > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(stopped, Err(Cancelled), "{at}");
    }
}

#[test]
fn a_part_can_be_heard_alone() {
    let plan = plan("pop, no drums", 1);
    assert!(level(&render(&plan, Part::Bass).left) > 0.01);
    assert_eq!(level(&render(&plan, Part::Drums).left), 0.0);
}
