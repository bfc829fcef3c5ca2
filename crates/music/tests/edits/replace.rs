//! A window made anew.

use crate::studio::*;
use music::{Change, EditRefusal, SAMPLE_RATE, listen, perform_recipe};

#[test]
fn nothing_outside_of_the_window_changes() {
    let song = song("pop", 4);
    let words =
        music::Brief { lyric: Some("[Verse]\nAll the bells begin to ring".to_owned()), ..brief("", 8) };
    for (start, end, order) in [(3.3, 8.1, brief("", 8)), (0.0, 5.0, words), (6.0, 100.0, brief("house", 2))]
    {
        let new = edited(&song, Change::Replace { start, end }, &order);
        assert_eq!(new.sound.left.len(), song.sound.left.len());
        let (first, last) = differ(&song.sound, &new.sound).expect("something new");
        let (from, until) = (samples(start), samples(end).min(song.sound.left.len()));
        assert!(first >= from && last < until, "{first}..={last} of {from}..{until}");
        // The crossfades are short: all between them is new.
        let fade = samples(0.05);
        assert!(first < from + fade + 800, "nothing new until {first}");
        let inside = from + fade..until.min(samples(13.0)) - fade;
        let same = inside.clone().filter(|at| song.sound.left[*at] == new.sound.left[*at]).count();
        assert!(same * 20 < inside.len(), "{same} samples of {} are the old ones", inside.len());
        assert!(whole(&new.sound));
        let (old_level, level) = (level(&song.sound.left[inside.clone()]), level(&new.sound.left[inside]));
        assert!((0.35..2.5).contains(&(level / old_level)), "{level} instead of {old_level}");
    }
}

#[test]
fn a_window_is_the_same_from_the_master_and_from_the_recipe() {
    let song = song("soul", 3);
    let new = edited(&song, Change::Replace { start: 4.0, end: 9.0 }, &brief("", 8));
    for threads in 1..=3 {
        let again = perform_recipe(threads, &new.recipe, None, &mut go_on).expect("a song");
        assert_eq!(sound(again), new.sound);
    }
}

#[test]
fn other_seeds_and_words_are_heard_in_it() {
    let song = song("pop", 4);
    let change = Change::Replace { start: 2.0, end: 9.0 };
    let (one, other) = (edited(&song, change, &brief("", 8)), edited(&song, change, &brief("", 9)));
    assert!(differ(&one.sound, &other.sound).is_some());
    let words = "[Verse]\nAll the bells begin to ring";
    let order = music::Brief { lyric: Some(words.to_owned()), ..brief("", 8) };
    let sung = edited(&song, change, &order);
    let master = perform_recipe(1, &sung.recipe, None, &mut go_on).expect("a song");
    let line = master.words.iter().find(|line| line.text.contains("bells")).expect("sung");
    assert!(line.start_seconds >= 2.0 && line.end_seconds <= 9.0, "{line:?}");
    assert!(sung.recipe.lyric().contains("bells"));
}

#[test]
fn tiny_windows_and_impossible_ones() {
    let song = song("jazz", 4);
    let length = song.sound.left.len() as f64 / f64::from(SAMPLE_RATE);
    for (start, end) in [(3.0, 3.01), (5.0, 5.000_05), (length - 0.2, length), (0.0, 0.3)] {
        let new = edited(&song, Change::Replace { start, end }, &brief("", 1));
        let (from, until) = (samples(start), samples(end));
        assert_eq!(new.sound.left[..from], song.sound.left[..from]);
        assert_eq!(new.sound.left[until..], song.sound.left[until..]);
        assert_eq!(new.sound.left.len(), song.sound.left.len());
    }
    for (start, end) in [(3.0, 3.0), (4.0, 3.0), (f64::NAN, 3.0), (1.0, f64::NAN), (-2.0, 3.0), (1e9, 2e9)] {
        let refused = try_edit(&song, Change::Replace { start, end }, &brief("", 1)).map(|song| song.sound);
        assert_eq!(refused.map(|sound| sound.left.len()), Err(EditRefusal::NoWindow), "{start} to {end}");
    }
}

#[test]
fn the_window_is_in_tempo() {
    let song = wordless("house, 124 bpm", 2);
    let new = edited(&song, Change::Replace { start: 0.5, end: 14.0 }, &brief("", 30));
    let heard = listen(&new.sound, samples(8.0));
    assert!((heard.tempo_bpm / 124.0 - 1.0).abs() < 0.01, "{heard:?}");
}
