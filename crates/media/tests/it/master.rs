//! Whatever was uploaded becomes a master: at our rate, in 16-bit steps, not shifted.

use media::MediaError;
use media::decode::{Sound, to_master, to_master_while};
use media::encode::{flac, wav};

use crate::measures::snr;
use crate::music::music;

fn tone(hertz: f64, level: f64, sample_rate: u32, samples: usize) -> Vec<f32> {
    let turn = std::f64::consts::TAU * hertz / f64::from(sample_rate);
    (0..samples).map(|at| (level * (turn * at as f64).sin()) as f32).collect()
}

fn is_master(sound: &Sound) -> bool {
    sound.sample_rate == 44_100 && flac(&sound.left, &sound.right, 44_100).is_ok()
}

#[test]
fn every_rate_becomes_ours_without_a_shift() {
    for sample_rate in [8_000, 11_025, 22_050, 32_000, 44_099, 47_999, 48_000, 88_200, 96_000, 192_000] {
        let samples = sample_rate as usize * 2 + 7;
        let (left, right) =
            (tone(997.0, 0.5, sample_rate, samples), tone(1_499.0, 0.5, sample_rate, samples));
        let heard = to_master(Sound { left, right, sample_rate }).unwrap();
        assert!(is_master(&heard), "{sample_rate} Hz");
        let meant = (samples as f64 * 44_100.0 / f64::from(sample_rate)).ceil() as usize;
        assert_eq!((heard.left.len(), heard.right.len()), (meant, meant), "{sample_rate} Hz");
        for (hertz, channel) in [(997.0, &heard.left), (1_499.0, &heard.right)] {
            // The ends ring, since the tone begins and ends abruptly.
            let inner = 4_410..meant - 4_410;
            let found = snr(&tone(hertz, 0.5, 44_100, meant)[inner.clone()], &channel[inner]);
            assert!(found > 85.0, "{found:.1} dB from {sample_rate} Hz");
        }
    }
}

#[test]
fn what_our_rate_cannot_hold_is_left_out_and_what_can_be_heard_stays() {
    let level = |hertz: f64| {
        let high = tone(hertz, 0.5, 96_000, 96_000);
        let heard = to_master(Sound { left: high.clone(), right: high, sample_rate: 96_000 }).unwrap();
        heard.left[4_410..39_690].iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
    };
    assert!(level(26_000.0) < 0.0001, "it comes back as an alias");
    assert!((0.495..0.505).contains(&level(20_000.0)));
}

#[test]
fn what_nobody_wants_any_more_is_not_brought_to_its_end() {
    for sample_rate in [44_100, 48_000] {
        let sound = || Sound { left: vec![0.1; 100_000], right: vec![0.1; 100_000], sample_rate };
        let asked = std::cell::Cell::new(0_u32);
        let count = || asked.replace(asked.get() + 1) < u32::MAX;
        to_master_while(&count, sound()).unwrap();
        let in_all = asked.get();
        assert!(in_all >= 2 * 100_000 / 4_800, "{in_all} looks at {sample_rate} Hz");
        for asks in [0, 1, in_all / 2, in_all - 1] {
            asked.set(0);
            let wanted = || asked.replace(asked.get() + 1) < asks;
            assert_eq!(to_master_while(&wanted, sound()), Err(MediaError::Stopped), "{sample_rate} Hz");
            assert_eq!(asked.get(), asks + 1, "{sample_rate} Hz");
        }
    }
}

#[test]
fn a_master_comes_back_as_it_was() {
    let (left, right) = music(44_100);
    let sound = Sound { left, right, sample_rate: 44_100 };
    assert_eq!(to_master(sound.clone()).unwrap(), sound);
}

#[test]
fn what_lies_outside_is_clipped_and_what_is_no_number_is_silence() {
    let left = vec![1.7, -1.7, f32::NAN, f32::INFINITY, 0.3, 0.000_01];
    let heard = to_master(Sound { right: left.clone(), left, sample_rate: 44_100 }).unwrap();
    const TOP: f32 = 32_767.0 / 32_768.0;
    assert_eq!(heard.left, [TOP, -1.0, 0.0, TOP, 9_830.0 / 32_768.0, 0.0]);
    assert!(wav(&heard.left, &heard.right, 44_100).is_ok());
}

#[test]
fn sound_beyond_reason_is_resampled_too() {
    let extremes = [f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e38, 3.0, -1e-40];
    let left = extremes.repeat(1_500);
    for sample_rate in [48_000, 22_050] {
        let heard = to_master(Sound { right: left.clone(), left: left.clone(), sample_rate }).unwrap();
        assert!(is_master(&heard));
        assert!(heard.left.iter().any(|sample| sample.abs() > 0.5));
    }
}

#[test]
fn the_shortest_sound_is_enough_and_none_is_refused() {
    let sound = |samples: usize, sample_rate| Sound {
        left: vec![0.25; samples],
        right: vec![-0.25; samples],
        sample_rate,
    };
    assert_eq!(to_master(sound(1, 48_000)).unwrap().left.len(), 1);
    assert_eq!(to_master(sound(1, 8_000)).unwrap().left.len(), 6);
    assert_eq!(to_master(sound(0, 48_000)), Err(MediaError::Empty));
    assert!(matches!(to_master(sound(9, 4_000)), Err(MediaError::SampleRate { found: 4_000, .. })));
    let uneven = Sound { left: vec![0.0; 3], ..sound(2, 48_000) };
    assert_eq!(to_master(uneven), Err(MediaError::UnequalChannels { left: 3, right: 2 }));
}
