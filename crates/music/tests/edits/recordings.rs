//! Edits of sound whose score nobody knows.

use crate::studio::*;
use music::{
    Change, EditRefusal, Recipe, RecipeError, SAMPLE_RATE, Stereo, listen, perform_recipe, recipe_stems,
};

/// A song as an upload: nothing but its sound.
fn upload(sound: Stereo) -> Song {
    let recipe = Recipe::recorded(sound.left.len() as u64, "00".repeat(32));
    Song { recipe, sound, plan: music::Plan::from_brief(&music::Brief::default()) }
}

fn recording(style: &str) -> (Song, f32) {
    let mut song = wordless(style, 2);
    // It begins in the middle of a bar.
    song.sound.left.drain(..30_000);
    song.sound.right.drain(..30_000);
    let tempo = song.plan.tempo_bpm;
    (upload(song.sound), tempo)
}

#[test]
fn a_recording_is_extended_in_its_own_tempo_and_on_its_bars() {
    let (song, tempo) = recording("house, 124 bpm");
    let from = 9.17;
    let longer = edited(&song, Change::Extend { from: Some(from) }, &brief("house", 3));
    assert_eq!(longer.sound.left[..samples(from)], song.sound.left[..samples(from)]);
    assert!(longer.sound.left.len() > samples(from + 15.0) && whole(&longer.sound));
    let cut = |sound: &Stereo| Stereo {
        left: sound.left[samples(from)..].to_vec(),
        right: sound.right[samples(from)..].to_vec(),
    };
    let rest = cut(&longer.sound);
    let heard = listen(&rest, rest.left.len() / 2);
    assert!((heard.tempo_bpm / tempo - 1.0).abs() < 0.015, "{heard:?}");
    // The recording's beats lie at whole beats less 30,000 samples. In house, what lies between them may be taken for them.
    let beat = 60.0 / f64::from(tempo) / 2.0;
    let beats = ((heard.bar_line + 30_000.0) / f64::from(SAMPLE_RATE) + from) / beat;
    let off = (beats - beats.round()).abs() * beat;
    assert!(off < 0.05, "{off} s off the grid");
    let loudness = |sound: &Stereo| listen(sound, 0).loudness.expect("loud");
    assert!((loudness(&rest) - loudness(&song.sound)).abs() < 2.0);
    // And once more.
    let again = edited(&longer, Change::Extend { from: None }, &brief("house", 4));
    assert_eq!(again.sound.left[..longer.sound.left.len()], longer.sound.left[..]);
    for threads in 1..=3 {
        let tree = perform_recipe(threads, &again.recipe, Some(&song.sound), &mut go_on).expect("a song");
        assert_eq!(sound(tree), again.sound);
    }
}

#[test]
fn words_can_be_sung_after_a_recording_and_within_it() {
    let (song, _) = recording("pop, 100 bpm");
    let order = music::Brief { lyric: Some("[Verse]\nNow we are alive again".to_owned()), ..brief("pop", 3) };
    let longer = edited(&song, Change::Extend { from: None }, &order);
    assert!(longer.recipe.lyric().contains("alive again"));
    let master = perform_recipe(2, &longer.recipe, Some(&song.sound), &mut go_on).expect("a song");
    assert!(master.words[0].start_seconds > song.sound.left.len() as f64 / f64::from(SAMPLE_RATE));
    let window = edited(&song, Change::Replace { start: 2.2, end: 11.0 }, &order);
    let (first, last) = differ(&song.sound, &window.sound).expect("something new");
    assert!(first >= samples(2.2) && last < samples(11.0));
    assert!(window.recipe.lyric().contains("alive again"), "{}", window.recipe.lyric());
}

#[test]
fn covers_and_variations_have_a_recordings_tempo_key_and_length() {
    let (song, tempo) = recording("house, 124 bpm");
    let heard = listen(&song.sound, song.sound.left.len() / 2);
    for change in [Change::Cover { strength: 1.0 }, Change::Variation] {
        let cover = edited(&song, change, &brief("synthwave", 3));
        let (plan, score) = cover.recipe.score().expect("a score");
        assert!((plan.tempo_bpm / tempo - 1.0).abs() < 0.01);
        assert_eq!(plan.key, heard.key);
        let seconds = |samples: usize| samples as f64 / f64::from(SAMPLE_RATE);
        assert!((seconds(score.samples as usize) - seconds(song.sound.left.len())).abs() < 3.0);
        assert!(level(&cover.sound.left) > 0.03);
    }
}

#[test]
fn a_recordings_parts_cannot_be_told_apart() {
    let (song, _) = recording("pop");
    for change in [Change::SwapVoice { other: None }, Change::SwapBand { other: None }] {
        assert_eq!(try_edit(&song, change, &brief("", 1)).map(|_| ()), Err(EditRefusal::NoParts));
    }
    let own = self::song("pop", 4);
    let refused = try_edit(&own, Change::SwapBand { other: Some(&song.recipe) }, &brief("", 1)).map(|_| ());
    assert_eq!(refused, Err(EditRefusal::NoOtherPart));
    let stems = recipe_stems(1, &song.recipe, &mut go_on);
    assert_eq!(stems.map(|_| ()), Err(RecipeError::NoScore));
    let none = perform_recipe(1, &song.recipe, None, &mut go_on);
    assert_eq!(none.map(|_| ()), Err(RecipeError::NoRecording));
}

#[test]
fn silence_noise_and_a_second_of_sound_can_be_edited_too() {
    let noise = |at: usize| ((at * 7_919 % 65_536) as f32 - 32_768.0).trunc() / 65_536.0;
    let noise = move |at: usize| (noise(at) * 32_768.0).trunc() / 32_768.0;
    let silence = |_: usize| 0.0;
    let kinds: [(&dyn Fn(usize) -> f32, usize); 5] =
        [(&silence, 200_000), (&noise, 44_100), (&noise, 300_000), (&silence, 1), (&noise, 2_000)];
    for (kind, length) in kinds {
        let channel: Vec<f32> = (0..length).map(kind).collect();
        let song = upload(Stereo { left: channel.clone(), right: channel });
        let longer = edited(&song, Change::Extend { from: None }, &brief("", 1));
        assert_eq!(longer.sound.left[..length], song.sound.left[..]);
        assert!(longer.sound.left.len() > length + samples(10.0) && whole(&longer.sound));
        let end = length as f64 / f64::from(SAMPLE_RATE);
        let window = edited(&song, Change::Replace { start: 0.0, end }, &brief("", 1));
        assert_eq!(window.sound.left.len(), length);
        let cover = edited(&song, Change::Cover { strength: 1.0 }, &brief("", 1));
        assert!(whole(&cover.sound) && level(&cover.sound.left) > 0.005);
    }
}

#[test]
fn a_song_of_another_version_is_edited_as_it_is_kept() {
    // Its plan tells bars and form, its sound is not made again.
    let song = song("pop", 4);
    let mut recipe = Recipe::recorded(song.sound.left.len() as u64, "00".repeat(32));
    if let music::Origin::Recorded(recorded) = &mut recipe.origin {
        recorded.plan = Some(Box::new(song.plan.clone()));
    }
    let old = Song { recipe, ..song };
    let longer = edited(&old, Change::Extend { from: Some(6.0) }, &brief("", 1));
    assert_eq!(longer.sound.left[..samples(6.0)], old.sound.left[..samples(6.0)]);
    let music::Edit::Spliced(splice) = &longer.recipe.edits[0] else { panic!("no splice") };
    assert_eq!(splice.plan.tempo_bpm, old.plan.tempo_bpm);
    let again = edited(&longer, Change::Replace { start: 8.0, end: 12.0 }, &brief("", 1));
    let music::Edit::Spliced(splice) = &again.recipe.edits[1] else { panic!("no splice") };
    assert_eq!(splice.plan.tempo_bpm, old.plan.tempo_bpm);
    assert!(again.recipe.score().is_none());
    let cover =
        music::edit(&old.recipe, &old.sound, Change::Cover { strength: 0.4 }, &brief("rock", 1), LONGEST);
    assert_eq!(cover.expect("a cover").lyric(), Recipe::fresh(old.plan).lyric());
}
