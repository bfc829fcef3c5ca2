//! More of a song.

use crate::studio::*;
use music::{Change, EditRefusal, SAMPLE_RATE, Stereo, edit, listen, perform_recipe};

/// No crossfade is longer, in samples.
const FADE: usize = 30 * SAMPLE_RATE as usize / 1000;

fn beat(song: &Song) -> f64 {
    60.0 / f64::from(song.plan.tempo_bpm)
}

#[test]
fn what_was_there_stays_sample_for_sample_and_more_follows() {
    let song = song("pop", 4);
    let words = "[Verse]\nNow the winter is behind us\n[Chorus]\nSing it out across the water";
    let order = music::Brief { lyric: Some(words.to_owned()), ..brief("", 77) };
    let from = 9.3;
    let longer = edited(&song, Change::Extend { from: Some(from) }, &order);
    let (first, _) = differ(&song.sound, &longer.sound).expect("something new");
    assert!(first >= samples(from), "{first} is before the cut");
    assert!(first < samples(from) + FADE, "nothing new until {first}");
    assert!(longer.sound.left.len() > samples(from + 15.0));
    assert!(longer.sound.left.len().is_multiple_of(1024) && whole(&longer.sound));
    // It rings out and ends in silence, and has no hole where the new begins.
    let end = longer.sound.left.len();
    assert_eq!(level(&longer.sound.left[end - 900..]), 0.0);
    let after = &longer.sound.left[samples(from)..samples(from) + 22_050];
    assert!(level(after) > 0.02, "{} after the cut", level(after));
    let text = longer.recipe.lyric();
    assert!(text.contains("winter is behind us") && text.contains("across the water"), "{text}");
}

#[test]
fn an_edit_of_the_master_is_what_the_recipe_gives_on_any_number_of_threads() {
    let song = song("soul", 9);
    let twice = |song: &Song| {
        let once = edited(song, Change::Extend { from: Some(8.0) }, &brief("", 3));
        edited(&once, Change::Extend { from: None }, &brief("", 5))
    };
    let longer = twice(&song);
    for threads in 1..=3 {
        let again = perform_recipe(threads, &longer.recipe, None, &mut go_on).expect("a song");
        assert_eq!(sound(again), longer.sound, "{threads} threads");
    }
}

#[test]
fn the_new_part_goes_on_in_tempo_on_the_bars_and_as_loud() {
    for (style, seed) in [("house, 124 bpm", 2), ("rock, 140 bpm", 6), ("pop, 100 bpm", 8)] {
        let song = wordless(style, seed);
        let from = 7.0 * beat(&song) + 0.11;
        let longer = edited(&song, Change::Extend { from: Some(from) }, &brief("", 21));
        let new = &longer.sound.left[samples(from)..];
        let rest = Stereo { left: new.to_vec(), right: longer.sound.right[samples(from)..].to_vec() };
        let heard = listen(&rest, rest.left.len() / 2);
        let ratio = heard.tempo_bpm / song.plan.tempo_bpm;
        assert!(
            [0.5, 1.0, 2.0].iter().any(|octave| (ratio / octave - 1.0).abs() < 0.01),
            "{style}: {heard:?}"
        );
        // The beats lie where the song's own do, or halfway between.
        let half = beat(&song) / 2.0;
        let beats = (heard.bar_line / f64::from(SAMPLE_RATE) + from) / half;
        let off = (beats - beats.round()).abs() * half;
        assert!(off < 0.04, "{style}: {off} s off the grid");
        let loudness = |sound: &Stereo| listen(sound, 0).loudness.expect("loud");
        let step = loudness(&rest) - loudness(&song.sound);
        assert!(step.abs() < 4.0, "{style}: {step} LU louder");
    }
}

#[test]
fn it_may_begin_anew_or_go_on_after_the_end() {
    let song = song("folk", 5);
    let end = song.sound.left.len() as f64 / f64::from(SAMPLE_RATE);
    for from in [Some(0.0), None, Some(end), Some(end + 100.0), Some(f64::NAN), Some(-3.0)] {
        let longer = edited(&song, Change::Extend { from }, &brief("", 1));
        let kept = samples(from.unwrap_or(end).max(0.0).min(end)).min(song.sound.left.len());
        assert_eq!(longer.sound.left[..kept], song.sound.left[..kept], "{from:?}");
        assert!(longer.sound.left.len() > kept + samples(10.0), "{from:?}");
        assert!(whole(&longer.sound));
    }
}

#[test]
fn nothing_becomes_longer_than_it_may() {
    let song = song("pop", 4);
    let length = song.sound.left.len() as f32 / SAMPLE_RATE as f32;
    let refused = edit(&song.recipe, &song.sound, Change::Extend { from: None }, &brief("", 1), length + 2.0);
    assert_eq!(refused, Err(EditRefusal::TooLong((length + 2.0) as u32)));
    for room in [9.0, 14.0, 30.0] {
        let longest = length + room;
        let order = music::Brief { lyric: Some(LYRIC.repeat(5)), ..brief("", 1) };
        let recipe = edit(&song.recipe, &song.sound, Change::Extend { from: None }, &order, longest);
        let longer = performed(&recipe.expect("an edit"), &song.sound);
        let seconds = longer.left.len() as f32 / SAMPLE_RATE as f32;
        assert!(seconds <= longest && seconds > length + 3.0, "{seconds} s of {longest}");
    }
}

#[test]
fn words_that_were_sung_already_are_not_sung_again() {
    let song = song("pop", 4);
    let order = music::Brief {
        lyric: Some(format!("{LYRIC}\n[Bridge]\nNothing that we ever lost is gone")),
        ..brief("", 2)
    };
    let longer = edited(&song, Change::Extend { from: None }, &order);
    let text = longer.recipe.lyric();
    assert_eq!(text.matches("Walking down").count(), 1, "{text}");
    assert_eq!(text.matches("Nothing that we ever lost").count(), 1, "{text}");
}

#[test]
fn the_whole_song_can_be_told_as_data() {
    let song = song("pop", 4);
    let order =
        music::Brief { lyric: Some("[Verse]\nNow the winter is behind us".to_owned()), ..brief("", 7) };
    let longer = edited(&song, Change::Extend { from: Some(9.3) }, &order);
    let (plan, score) = longer.recipe.score().expect("a score");
    assert_eq!(plan.sections.len(), score.sections.len());
    assert_eq!(score.samples as usize, longer.sound.left.len());
    assert!(score.sections.windows(2).all(|pair| pair[0].end_seconds == pair[1].start_seconds));
    let ids: std::collections::BTreeSet<_> = score.sections.iter().map(|span| &span.id).collect();
    assert_eq!(ids.len(), score.sections.len());
    for part in &score.parts {
        assert!(part.phrases.iter().flat_map(|phrase| &phrase.notes).all(|note| note.start < score.samples));
    }
    let words = perform_recipe(2, &longer.recipe, None, &mut go_on).expect("a song").words;
    let line = words.iter().find(|line| line.text.contains("winter")).expect("sung");
    assert!(line.start_seconds > 9.3 && line.start_seconds < 20.0, "{line:?}");
    assert!(words.windows(2).all(|pair| pair[0].start_seconds <= pair[1].start_seconds));
    let files = music::assets::assets(&plan, &score, &words, &longer.sound.left, &longer.sound.right);
    assert_eq!(files.expect("told").len(), 6);
}
