//! What a listener's file promises, measured by others: the song goes through the encoder and back first.

use ebur128::{EbuR128, Mode};
use media::decode::{Limits, decode};
use media::encode::{Tags, m4a};
use music::{
    Brief, Change, Master, Model, Plan, Recipe, SAMPLE_RATE, Stereo, edit, perform, perform_edit,
    perform_held,
};
use std::ops::ControlFlow;

/// Loudness in LUFS and true peak in dBTP of what comes out of the file.
fn heard(master: &Master) -> (f64, f64) {
    let file = m4a(&master.left, &master.right, SAMPLE_RATE, &Tags::default()).expect("a file");
    let sound = decode(&file.bytes, &Limits::default()).expect("our own file");
    assert_eq!(sound.left.len(), master.left.len());
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::I | Mode::TRUE_PEAK).expect("a meter");
    meter.add_frames_planar_f32(&[&sound.left, &sound.right]).expect("frames");
    let peak = meter.true_peak(0).expect("a peak").max(meter.true_peak(1).expect("a peak"));
    (meter.loudness_global().expect("a loudness"), 20.0 * peak.log10())
}

/// The loudest half minute of a song.
fn song(style: &str, model: Model) -> Master {
    let brief = Brief { style: style.to_owned(), model, seed: 6, ..Brief::default() };
    let mut plan = Plan::from_brief(&brief);
    plan.sections.retain(|section| section.energy > 0.5);
    plan.sections.truncate(2);
    assert!(!plan.sections.is_empty());
    perform(&plan, &mut |_| ControlFlow::Continue(())).expect("a song")
}

#[test]
fn the_decoded_file_is_as_loud_as_others_and_never_near_full_scale() {
    for style in ["rock", "house", "trap", "jazz"] {
        let (loudness, peak) = heard(&song(style, Model::Fuzz20Pro));
        assert!(peak <= -1.0, "{style}: {peak} dBTP after the encoder");
        assert!((loudness + 14.0).abs() <= 0.5, "{style}: {loudness} LUFS");
    }
}

#[test]
fn the_raw_model_keeps_its_peaks_through_the_encoder_too() {
    let (loudness, peak) = heard(&song("drum and bass", Model::Fuzz20Raw));
    assert!(peak <= -1.0 && loudness < -14.0, "{loudness} LUFS, {peak} dBTP");
}

/// A song of a verse and a chorus, with another voice over its band and another band under its voice.
#[test]
fn a_swapped_song_is_never_near_full_scale_either() {
    let mut peaks = Vec::new();
    for (style, seed) in [("pop", 4), ("rock", 11), ("trap", 23)] {
        let (song, sound) = sung(style, seed);
        for (half, change) in
            [("voice", Change::SwapVoice { other: None }), ("band", Change::SwapBand { other: None })]
        {
            let brief = Brief { seed: seed + 1, ..Brief::default() };
            let recipe = edit(&song, &sound, change, &brief, 600.0).expect("an edit");
            let swapped = perform_edit(2, &recipe, sound.clone(), &mut |_| ControlFlow::Continue(()));
            peaks.push((style, half, heard(&swapped.expect("a song")).1));
        }
    }
    // In dBTP after the encoder.
    assert!(peaks.iter().all(|(_, _, peak)| *peak <= -1.0), "{peaks:?}");
    assert!(peaks.iter().any(|(_, _, peak)| *peak > -4.0), "nothing comes near the ceiling: {peaks:?}");
}

fn sung(style: &str, seed: u32) -> (Recipe, Stereo) {
    let lyric = "[Verse]\nWalking down the silver road\nEvery light is burning low\n\
                 [Chorus]\nStay with me until the morning comes\nHold me while the river runs";
    let brief = Brief { style: style.to_owned(), lyric: Some(lyric.to_owned()), seed, ..Brief::default() };
    let mut plan = Plan::from_brief(&brief);
    plan.sections.retain(|section| !section.lines.is_empty());
    plan.sections.truncate(2);
    let song = perform_held(2, &plan, None, &mut |_| ControlFlow::Continue(()));
    let (master, curves) = song.expect("a song");
    plan.levels = Some(curves.levels());
    (Recipe::fresh(plan), Stereo { left: master.left, right: master.right })
}
