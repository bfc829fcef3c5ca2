//! Edits as orders, from the master that is kept.

use std::ops::ControlFlow;

use domain::{Action, AudioOrder, Window};

use super::*;
use crate::{Song, Source, StemTrack, make_again};

const LYRIC: &str = "[Verse]\nWalking down the silver road\n[Chorus]\nStay with me until the morning comes";

pub(super) fn order(action: Action) -> AudioOrder {
    AudioOrder {
        action,
        model: domain::Model::Fuzz20Pro,
        prompt: None,
        lyric: None,
        custom: false,
        title: None,
        instrumental: false,
        style: None,
        style_negative: None,
        vocal_gender: None,
        lyrics_strength: 0.7,
        sound_strength: 0.7,
        weirdness: 0.5,
        audio_id: None,
        swap_audio_id: None,
        continue_at: None,
        window: None,
        cover_strength: 1.0,
        lyric_prompt: None,
        seed: 7,
    }
}

fn done(order: &AudioOrder, source: Option<Source>) -> Result<Made, EngineError> {
    within(order, source, music::MAX_EDITED_SECONDS, &Watch::default())
}

fn within(
    order: &AudioOrder,
    source: Option<Source>,
    longest_seconds: f32,
    watch: &Watch,
) -> Result<Made, EngineError> {
    make(order, Sources { song: source, swap: None }, longest_seconds, watch)
}

fn song(order: &AudioOrder, source: Option<Source>) -> Song {
    match done(order, source) {
        Ok(Made::Song(song)) => song,
        Ok(Made::Stems(_)) => panic!("stems instead of a song"),
        Err(error) => panic!("{:?}: {error}", order.action),
    }
}

fn stems(source: Source) -> Vec<StemTrack> {
    match done(&order(Action::Stems), Some(source)) {
        Ok(Made::Stems(stems)) => stems.tracks().expect("stems"),
        _ => panic!("no stems"),
    }
}

/// A song as it is kept.
fn kept(song: &Song) -> Source {
    Source {
        engine: song.engine.clone(),
        plan: Some(song.plan.clone()),
        title: "Silver".to_owned(),
        lyric: song.lyric.clone(),
        left: song.left.clone(),
        right: song.right.clone(),
        sample_rate: song.sample_rate,
        master_sha256: [9; 32],
    }
}

/// The same sound, of which nothing else is known.
fn upload(song: &Song) -> Source {
    Source { engine: "upload".to_owned(), plan: None, lyric: String::new(), ..kept(song) }
}

/// Two sections of four bars, as the engine would have made them.
fn original() -> Song {
    let lyric = Some(LYRIC.to_owned());
    let mut plan = music::Plan::from_brief(&music::Brief {
        style: "pop, 120 bpm".to_owned(),
        lyric,
        ..music::Brief::default()
    });
    plan.sections.retain(|section| !section.lines.is_empty());
    plan.sections.truncate(2);
    plan.sections.iter_mut().for_each(|section| section.bars = 4);
    let (master, curves) =
        music::perform_held(2, &plan, None, &mut |_| ControlFlow::Continue(())).expect("a song");
    plan.levels = Some(curves.levels());
    edits::song(&music::Recipe::fresh(plan), master, LYRIC.to_owned(), None).expect("a song")
}

#[test]
fn a_new_song_is_kept_with_what_makes_it_again() {
    let style = Some("lo-fi, instrumental, 180 bpm".to_owned());
    let made = song(&AudioOrder { style, instrumental: true, ..order(Action::Generate) }, None);
    assert_eq!(make_again(&made.plan, 1).expect("again"), (made.left, made.right));
    assert!(made.plan.contains("levels") && made.lyric == "[Instrumental]");
}

#[test]
fn every_action_does_to_a_song_what_it_says_and_can_be_made_again() {
    let first = original();
    let window = Some(Window { start: 4.0, end: 9.0 });
    let cases = [
        AudioOrder { continue_at: Some(12.0), ..order(Action::Extend) },
        AudioOrder { window, ..order(Action::ReplaceSection) },
        order(Action::Cover),
        AudioOrder { seed: 8, ..order(Action::Variation) },
        order(Action::SwapVocals),
        order(Action::SwapInstrumentals),
    ];
    for case in cases {
        let made = song(&case, Some(kept(&first)));
        let action = case.action;
        assert_ne!(made.left, first.left, "{action:?}");
        assert_eq!(
            make_again(&made.plan, 2).expect("again"),
            (made.left.clone(), made.right.clone()),
            "{action:?}"
        );
        assert_eq!(made.title.as_deref(), Some("Silver"), "{action:?}");
        assert!(made.lyric.contains("silver road"), "{action:?}: {}", made.lyric);
        assert!(made.extras.files.iter().any(|file| file.name == "song.mid"), "{action:?}");
        let chapters = &made.extras.chapters;
        assert!(
            chapters.len() >= 2
                && chapters.windows(2).all(|pair| pair[0].start_seconds < pair[1].start_seconds)
        );
        let same = made.left.iter().zip(&first.left).take_while(|(one, other)| one == other).count();
        match action {
            Action::Extend => assert!((12 * 44_100..12 * 44_100 + 1_323).contains(&same), "{same}"),
            Action::ReplaceSection => {
                assert!(same >= 4 * 44_100 && made.left.len() == first.left.len());
                assert_eq!(made.left[9 * 44_100..], first.left[9 * 44_100..]);
            }
            _ => (),
        }
    }
    assert_eq!(make_again(&first.plan, 1).expect("again"), (first.left, first.right));
}

#[test]
fn a_swap_leaves_the_other_stem_as_it_was() {
    let first = original();
    let of = |stems: &[StemTrack], name: &str| {
        let track = stems.iter().find(|track| track.name == name).expect("a stem");
        (track.left.clone(), track.right.clone())
    };
    let old = stems(kept(&first));
    for (action, held, new) in [
        (Action::SwapVocals, "instrumental", "vocals"),
        (Action::SwapInstrumentals, "vocals", "instrumental"),
    ] {
        let swapped = stems(kept(&song(&order(action), Some(kept(&first)))));
        assert!(of(&old, held) == of(&swapped, held), "{action:?} changed the {held}");
        assert!(of(&old, new) != of(&swapped, new), "{action:?} left the {new}");
    }
    let all = done(&order(Action::AllStems), Some(kept(&first)));
    let Ok(Made::Stems(all)) = all else { panic!("no stems") };
    let all = all.tracks().expect("stems");
    assert!(all.iter().any(|track| track.name == "lead") && all.iter().any(|track| track.name == "chords"));
    for at in (0..first.left.len()).step_by(97) {
        let sum: i32 = all.iter().map(|track| i32::from(track.left[at])).sum();
        assert_eq!(sum, (first.left[at] * 32_768.0) as i32);
    }
}

#[test]
fn an_upload_can_be_edited_but_not_taken_apart() {
    let first = original();
    let window = Some(Window { start: 4.0, end: 9.0 });
    let cases = [
        AudioOrder { continue_at: Some(12.0), ..order(Action::UploadExtend) },
        AudioOrder { window, ..order(Action::UploadReplaceSection) },
        order(Action::UploadCover),
        order(Action::Variation),
    ];
    for case in cases {
        assert!(Embedded::default().can(case.action, Origin::OtherSound));
        let made = song(&case, Some(upload(&first)));
        assert_ne!(made.left, first.left);
        assert!(made.extras.files.iter().any(|file| file.name == "waveform.json"));
        if matches!(case.action, Action::UploadExtend) {
            assert_eq!(made.left[..12 * 44_100], first.left[..12 * 44_100]);
            let again = make_again(&made.plan, 1);
            assert!(matches!(again, Err(EngineError::Refused(_))));
            // Nor can what was made of it be taken apart, and that is known beforehand.
            assert_eq!(
                Embedded::default().origin(Embedded::default().version(), &made.plan),
                Origin::OtherSound
            );
            let swap = done(&order(Action::SwapVocals), Some(kept(&made)));
            assert!(matches!(swap, Err(EngineError::NotImplemented(_))));
        }
    }
    assert_eq!(Embedded::default().origin(Embedded::default().version(), &first.plan), Origin::OwnSong);
    assert_eq!(Embedded::default().origin("upload", ""), Origin::OtherSound);
    for action in [Action::Stems, Action::AllStems, Action::SwapVocals, Action::SwapInstrumentals] {
        assert!(!Embedded::default().can(action, Origin::OtherSound));
        let refused = done(&order(action), Some(upload(&first)));
        assert!(matches!(refused, Err(EngineError::NotImplemented(_))), "{action:?}");
    }
}

#[test]
fn a_song_of_an_earlier_version_keeps_its_sound() {
    let first = original();
    let old = || Source { engine: "embedded-0.1".to_owned(), ..kept(&first) };
    let longer = song(&AudioOrder { continue_at: Some(12.0), ..order(Action::Extend) }, Some(old()));
    assert_eq!(longer.left[..12 * 44_100], first.left[..12 * 44_100]);
    let cover = song(&order(Action::Cover), Some(old()));
    assert!(cover.lyric.contains("silver road"), "{}", cover.lyric);
    assert!(matches!(done(&order(Action::Stems), Some(old())), Err(EngineError::NotImplemented(_))));
    // A master that is not what this version makes is not taken apart either.
    let mut changed = kept(&first);
    changed.left[1_000] += 1.0 / 32_768.0;
    let Ok(Made::Stems(refused)) = done(&order(Action::Stems), Some(changed)) else { panic!("no stems") };
    let refused = refused.tracks();
    assert!(matches!(refused, Err(EngineError::NotImplemented(why)) if why.contains("changed")));
}

#[test]
fn an_extension_may_be_written_about_a_subject() {
    let order = AudioOrder { lyric_prompt: Some("two grey owls".to_owned()), ..order(Action::Extend) };
    let longer = song(&order, Some(kept(&original())));
    assert!(longer.lyric.contains("silver road") && longer.lyric.contains("grey owls"), "{}", longer.lyric);
}

#[test]
fn what_would_be_too_long_is_refused_before_anything_is_performed() {
    let first = original();
    let length = first.left.len() as f32 / music::SAMPLE_RATE as f32;
    let window = Some(Window { start: 4.0, end: 9.0 });
    let replace = AudioOrder { window, ..order(Action::ReplaceSection) };
    let others = [Action::Cover, Action::Variation, Action::SwapVocals, Action::SwapInstrumentals];
    for case in others.map(order).iter().chain([&replace, &order(Action::Extend)]) {
        let watch = Watch::default();
        // A cover may be faster by 22 %, and an extension may begin with a cut.
        let refused = within(case, Some(kept(&first)), 0.8 * length, &watch);
        let why = if let Err(EngineError::Refused(why)) = refused { why } else { String::new() };
        assert!(why.contains("too long"), "{:?}: {why}", case.action);
        assert_eq!(watch.percent(), 0, "{:?}", case.action);
    }
    let cut = AudioOrder { continue_at: Some(4.0), ..order(Action::Extend) };
    let shorter = within(&cut, Some(kept(&first)), 0.8 * length, &Watch::default());
    let Ok(Made::Song(shorter)) = shorter else { panic!("not extended") };
    assert!(shorter.left.len() as f32 <= 0.8 * length * music::SAMPLE_RATE as f32);
    // A song that is written to the length of a recording leaves out what is too long.
    let arranged = within(&order(Action::Cover), Some(upload(&first)), 0.8 * length, &Watch::default());
    let Ok(Made::Song(arranged)) = arranged else { panic!("not covered") };
    assert!(arranged.left.len() as f32 <= 0.8 * length * music::SAMPLE_RATE as f32);
}
