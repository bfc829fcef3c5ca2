//! The same song in another arrangement, and another take.

use crate::studio::*;
use music::{Brief, Change, Part, Plan, Score, compose, edit};

const LYRIC: &str = "[Verse]\nWalking down the silver road\nEvery light is burning low\nSomebody has told the moon\n\
                     We will all be sleeping soon\n[Chorus]\nStay with me until the morning comes\nHold me while the river runs";

/// A whole song without its sound; covers of own songs do not listen.
fn written(style: &str, seed: u32) -> Song {
    let plan = Plan::from_brief(&Brief { lyric: Some(LYRIC.to_owned()), ..brief(style, seed) });
    let sound = music::Stereo { left: vec![0.0; 1024], right: vec![0.0; 1024] };
    Song { recipe: music::Recipe::fresh(plan.clone()), sound, plan }
}

fn cover(song: &Song, style: &str, strength: f32) -> (Plan, Score) {
    let recipe = edit(&song.recipe, &song.sound, Change::Cover { strength }, &brief(style, 71), LONGEST);
    recipe.expect("a cover").score().expect("a score")
}

fn pitches(score: &Score) -> Vec<f32> {
    score
        .lines
        .iter()
        .filter(|line| line.part == Part::Lead)
        .flat_map(|l| &l.tones)
        .flatten()
        .map(|t| t.pitch)
        .collect()
}

/// The share of steps that go the same way.
fn alike(one: &[f32], other: &[f32]) -> f32 {
    let ways = |pitches: &[f32]| -> Vec<i32> {
        pitches
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).partial_cmp(&0.0).map_or(0, |way| way as i32))
            .collect()
    };
    let (one, other) = (ways(one), ways(other));
    let same = one.iter().zip(&other).filter(|(one, other)| one == other).count();
    same as f32 / one.len() as f32
}

#[test]
fn a_cover_has_the_words_the_sections_and_the_contour() {
    for (from, to) in
        [("pop", "rock"), ("folk", "house"), ("soul", "trap"), ("rock", "jazz"), ("ballad", "synthwave")]
    {
        let song = written(from, 3);
        let old = compose(&song.plan);
        let (plan, score) = cover(&song, to, 1.0);
        let lines =
            |plan: &Plan| plan.sections.iter().map(|s| (s.kind, s.bars, s.lines.clone())).collect::<Vec<_>>();
        assert_eq!(lines(&plan), lines(&song.plan), "{from} to {to}");
        assert_ne!(plan.style, song.plan.style);
        assert_eq!(plan.key, song.plan.key);
        let (one, other) = (pitches(&old), pitches(&score));
        assert_eq!(one.len(), other.len(), "{from} to {to}: other syllables");
        let share = alike(&one, &other);
        let far =
            one.iter().zip(&other).map(|(one, other)| (one - other).abs()).sum::<f32>() / one.len() as f32;
        println!("{from} to {to}: {share} the same way, {far} semitones off");
        assert!(share > 0.8 && far < 1.0, "{from} to {to}: {share} the same way, {far} semitones off");
        assert_ne!(plan.instruments, song.plan.instruments);
        // Other chance gives another tune: the contour is kept, not given to everything.
        let fresh = compose(&Plan { seed: 71, ..song.plan.clone() });
        assert!(alike(&one, &pitches(&fresh)) < 0.7);
    }
}

#[test]
fn strength_moves_from_the_song_to_the_style() {
    let song = written("pop", 3);
    let distance = |strength: f32| {
        let (plan, score) = cover(&song, "drum and bass", strength);
        let changed = plan
            .instruments
            .iter()
            .filter(|choice| song.plan.patch(choice.part) != Some(choice.patch))
            .count();
        let names = |score: &Score| score.chords.iter().map(|chord| chord.name.clone()).collect::<Vec<_>>();
        let chords = names(&score) != names(&compose(&song.plan));
        let tempo = (plan.tempo_bpm / song.plan.tempo_bpm - 1.0).abs();
        (changed, plan.style != song.plan.style, chords, tempo)
    };
    let (weak, middle, strong) = (distance(0.2), distance(0.5), distance(1.0));
    assert!(weak.0 < strong.0 && weak.0 >= 1, "{weak:?} and {strong:?}");
    assert!(!weak.1 && middle.1 && strong.1);
    assert!(!weak.2 && !middle.2 && strong.2);
    assert!(weak.3 < strong.3 && strong.3 <= 0.23, "{weak:?} and {strong:?}");
    assert_eq!(distance(f32::NAN), strong);
    // Below the least it is the least.
    assert_eq!(distance(0.0), weak);
}

#[test]
fn without_a_word_of_style_it_is_another_one() {
    let song = written("pop", 3);
    assert_ne!(cover(&song, "", 1.0).0.style, song.plan.style);
    // A waltz has no room for bars of four, and other bars have none for a waltz.
    let waltz = written("waltz", 3);
    assert_eq!(cover(&waltz, "rock", 1.0).0.sections.len(), waltz.plan.sections.len());
}

#[test]
fn a_cover_is_a_song_and_can_be_edited_on() {
    let song = song("pop", 4);
    let cover = edited(&song, Change::Cover { strength: 0.6 }, &brief("reggae", 5));
    assert!(cover.recipe.is_own() && cover.recipe.edits.is_empty());
    assert!(whole(&cover.sound) && level(&cover.sound.left) > 0.02);
    let longer = edited(&cover, Change::Extend { from: Some(6.0) }, &brief("", 1));
    assert_eq!(longer.sound.left[..samples(6.0)], cover.sound.left[..samples(6.0)]);
    // Of a song that was edited, the whole is covered.
    let again = edit(&longer.recipe, &longer.sound, Change::Cover { strength: 1.0 }, &brief("", 9), LONGEST);
    let (plan, _) = again.expect("a cover").score().expect("a score");
    let (before, _) = longer.recipe.score().expect("a score");
    assert_eq!(plan.sections, before.sections);
}

#[test]
fn a_variation_is_another_take_of_the_same_form() {
    let song = written("soul", 3);
    let recipe =
        edit(&song.recipe, &song.sound, Change::Variation, &brief("", 12), LONGEST).expect("a variation");
    let (plan, score) = recipe.score().expect("a score");
    assert_eq!((plan.style, plan.key, plan.tempo_bpm), (song.plan.style, song.plan.key, song.plan.tempo_bpm));
    assert_eq!((&plan.sections, &plan.instruments), (&song.plan.sections, &song.plan.instruments));
    assert_ne!(pitches(&score), pitches(&compose(&song.plan)));
}

#[test]
fn a_cover_without_voice_is_played() {
    let song = written("pop", 3);
    let order = Brief { instrumental: true, ..brief("jazz", 4) };
    for change in [Change::Cover { strength: 1.0 }, Change::Variation] {
        let recipe = edit(&song.recipe, &song.sound, change, &order, LONGEST).expect("an edit");
        assert_eq!(recipe.lyric(), "");
        let (plan, score) = recipe.score().expect("a score");
        assert!(plan.patch(Part::Lead).is_none() && score.lines.is_empty());
        assert!(score.notes(Part::Counter).count() > 20, "nobody has the tune");
    }
}
