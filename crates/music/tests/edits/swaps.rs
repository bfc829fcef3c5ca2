//! Another voice, another band.

use crate::studio::*;
use music::{
    Change, EditRefusal, Plan, Recipe, RecipeError, Stem, perform_edit, perform_recipe, recipe_stems,
};

fn stems(recipe: &Recipe) -> music::Layers {
    recipe_stems(2, recipe, &mut go_on).expect("stems")
}

#[test]
fn a_new_voice_leaves_the_instruments_bit_by_bit() {
    let song = song("pop", 4);
    let order = music::Brief { vocal_gender: Some(music::VocalGender::Male), ..brief("", 50) };
    let new = edited(&song, Change::SwapVoice { other: None }, &order);
    let (old_stems, stems) = (stems(&song.recipe), stems(&new.recipe));
    assert_eq!(stems.master.left, new.sound.left);
    for held in [Stem::Instrumental, Stem::Drums, Stem::Bass, Stem::Other] {
        assert!(stem(&old_stems.stems, held) == stem(&stems.stems, held), "{held:?} has changed");
    }
    let (old_voice, voice) = (stem(&old_stems.stems, Stem::Vocals), stem(&stems.stems, Stem::Vocals));
    let moved = old_voice.left.iter().zip(&voice.left).filter(|(one, other)| one != other).count();
    assert!(moved * 3 > voice.left.len(), "{moved} samples of the voice are new");
    let loud = |stem: &music::StemSound| level(&stem.sound().left);
    let ratio = loud(voice) / loud(old_voice);
    assert!((0.5..2.0).contains(&ratio), "the voice is {ratio} times as loud");
    assert!(adds_up(&[voice, stem(&stems.stems, Stem::Instrumental)], &new.sound));
    // The ceiling is -2.6 dBFS; where the band alone passes it, the voice gives way.
    let most = 0.742_f32.max(1.05 * peak(&stem(&stems.stems, Stem::Instrumental).sound()));
    assert!(peak(&new.sound) < most && most < 0.9, "{} of {most}", peak(&new.sound));
    let (plan, _) = new.recipe.score().expect("a score");
    assert!(["theo", "bruno"].contains(&plan.singer.as_deref().expect("a singer")));
    assert_eq!(new.recipe.lyric(), song.recipe.lyric());
}

#[test]
fn a_new_band_leaves_the_voice_bit_by_bit() {
    let song = song("pop", 4);
    let new = edited(&song, Change::SwapBand { other: None }, &brief("rock", 50));
    let (old_stems, stems) = (stems(&song.recipe), stems(&new.recipe));
    assert!(
        stem(&old_stems.stems, Stem::Vocals) == stem(&stems.stems, Stem::Vocals),
        "the voice has changed"
    );
    let band = stem(&stems.stems, Stem::Instrumental);
    assert!(adds_up(&[stem(&stems.stems, Stem::Vocals), band], &new.sound));
    let parts = [Stem::Drums, Stem::Bass, Stem::Other].map(|part| stem(&stems.stems, part));
    assert!(adds_up(&parts, &band.sound()));
    assert!(differ(&band.sound(), &stem(&old_stems.stems, Stem::Instrumental).sound()).is_some());
    assert!(peak(&new.sound) < 0.8 && level(&band.sound().left) > 0.03);
    let ((old, old_score), (plan, score)) =
        (song.recipe.score().expect("a score"), new.recipe.score().expect("a score"));
    assert_ne!(plan.style, old.style);
    assert_eq!(score.chords, old_score.chords, "the chords have changed");
    assert_eq!(score.lines, old_score.lines, "the voice sings something else");
}

#[test]
fn swaps_are_the_same_from_the_master_and_from_the_recipe_even_of_edited_songs() {
    let song = song("soul", 9);
    let longer = edited(&song, Change::Extend { from: Some(6.2) }, &brief("", 3));
    let window = edited(&longer, Change::Replace { start: 2.0, end: 5.0 }, &brief("", 4));
    let voice = edited(&window, Change::SwapVoice { other: None }, &brief("", 5));
    let band = edited(&voice, Change::SwapBand { other: None }, &brief("", 6));
    // The edits were made on two threads.
    let again = perform_recipe(3, &band.recipe, None, &mut go_on).expect("a song");
    assert_eq!(sound(again), band.sound);
    let (before, after) = (stems(&window.recipe), stems(&voice.recipe));
    assert!(stem(&before.stems, Stem::Instrumental) == stem(&after.stems, Stem::Instrumental));
    let last = stems(&band.recipe);
    assert!(stem(&after.stems, Stem::Vocals) == stem(&last.stems, Stem::Vocals));
    assert!(peak(&band.sound) < 0.85, "{}", peak(&band.sound));
}

#[test]
fn another_songs_voice_brings_its_singer_and_its_words() {
    let song = song("pop", 4);
    let mut plan: Plan = song.plan.clone();
    plan.singer = Some("bruno".to_owned());
    plan.seed = 99;
    plan.sections[0].lines = vec![music::Line { text: "Silver birds above the harbor".to_owned() }];
    let other = Recipe::fresh(plan);
    let new = edited(&song, Change::SwapVoice { other: Some(&other) }, &brief("", 5));
    assert!(new.recipe.lyric().contains("Silver birds"), "{}", new.recipe.lyric());
    let (plan, _) = new.recipe.score().expect("a score");
    assert_eq!(plan.singer.as_deref(), Some("bruno"));
    assert!(
        stem(&stems(&new.recipe).stems, Stem::Instrumental)
            == stem(&stems(&song.recipe).stems, Stem::Instrumental)
    );
    let band = edited(&song, Change::SwapBand { other: Some(&other) }, &brief("", 5));
    assert_eq!(band.recipe.score().expect("a score").0.style, song.plan.style);
}

#[test]
fn what_cannot_be_swapped_is_refused() {
    let song = wordless("house", 2);
    let refused = try_edit(&song, Change::SwapVoice { other: None }, &brief("", 1)).map(|_| ());
    assert_eq!(refused, Err(EditRefusal::NoVoice));
    // With words there is something to sing.
    let order = music::Brief { lyric: Some("[Verse]\nNow we are alive".to_owned()), ..brief("", 1) };
    let sung = edited(&song, Change::SwapVoice { other: None }, &order);
    let made = stems(&sung.recipe);
    assert!(level(&stem(&made.stems, Stem::Vocals).sound().left) > 0.005);
    // A master that is not what the recipe gives cannot be taken apart.
    let voice = edited(&self::song("pop", 4), Change::SwapVoice { other: None }, &brief("", 1));
    let mut other = self::song("pop", 4).sound;
    other.left[10_000] += 1.0 / 32_768.0;
    let drifted = perform_edit(1, &voice.recipe, other, &mut go_on);
    assert_eq!(drifted.map(|_| ()), Err(RecipeError::Drifted));
}
