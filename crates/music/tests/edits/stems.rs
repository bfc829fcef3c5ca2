//! Parts of edited songs.

use crate::studio::*;
use music::{
    Change, MAX_EDITS, Recipe, RecipeError, Split, Stem, StemSound, Steps, Stereo, perform_edit,
    perform_recipe, pour_stems, recipe_parts, recipe_stems,
};

#[test]
fn a_bare_plan_is_a_recipe_and_its_levels_change_nothing() {
    for song in [song("pop", 4), raw("metal", 1)] {
        let bare = serde_json::to_string(&song.plan).expect("JSON");
        let recipe: Recipe = serde_json::from_str(&bare).expect("a recipe");
        assert_eq!(recipe, song.recipe);
        assert_eq!(serde_json::to_string(&recipe).expect("JSON"), bare);
        let again = perform_recipe(1, &recipe, None, &mut go_on).expect("a song");
        assert_eq!(sound(again), song.sound, "held levels give another song");
        let mut without = song.plan.clone();
        without.levels = None;
        let text = serde_json::to_string(&without).expect("JSON");
        assert!(!text.contains("levels") && !text.contains("melody"), "{text}");
    }
}

#[test]
fn an_edited_song_survives_json() {
    let song = song("pop", 4);
    let longer = edited(&song, Change::Extend { from: Some(7.0) }, &brief("", 1));
    let voice = edited(&longer, Change::SwapVoice { other: None }, &brief("", 2));
    let text = serde_json::to_string(&voice.recipe).expect("JSON");
    let read: Recipe = serde_json::from_str(&text).expect("a recipe");
    assert_eq!(read, voice.recipe);
    assert_eq!(performed(&read, &longer.sound), voice.sound);
}

#[test]
fn stems_and_parts_of_an_edited_song_add_up() {
    let song = song("pop", 4);
    let longer = edited(&song, Change::Extend { from: Some(7.3) }, &brief("", 1));
    let new = edited(&longer, Change::Replace { start: 3.1, end: 5.2 }, &brief("house", 2));
    let stems = recipe_stems(2, &new.recipe, &mut go_on).expect("stems");
    assert_eq!((&stems.master.left, &stems.master.right), (&new.sound.left, &new.sound.right));
    let of = |which| stem(&stems.stems, which);
    assert!(adds_up(&[of(Stem::Vocals), of(Stem::Instrumental)], &new.sound));
    assert!(adds_up(&[of(Stem::Drums), of(Stem::Bass), of(Stem::Other)], &of(Stem::Instrumental).sound()));
    let parts = recipe_parts(2, &new.recipe, &mut go_on).expect("parts");
    assert!(adds_up(&parts.stems.iter().collect::<Vec<_>>(), &new.sound));
    assert!(parts.stems.len() >= 5);
    let drums = parts.stems.iter().find(|stem| stem.stem == Stem::Part(music::Part::Drums)).expect("drums");
    assert_eq!(drums.left, of(Stem::Drums).left, "told apart or not, the drums are the same");
}

#[test]
fn no_song_is_edited_without_end() {
    let song = song("pop", 4);
    let mut recipe = edited(&song, Change::Extend { from: Some(7.3) }, &brief("", 1)).recipe;
    let edit = recipe.edits[0].clone();
    recipe.edits = vec![edit; MAX_EDITS + 1];
    assert_eq!(
        perform_edit(1, &recipe, song.sound.clone(), &mut go_on).map(|_| ()),
        Err(RecipeError::TooManyEdits)
    );
    recipe.edits.pop();
    let refused = music::edit(&recipe, &song.sound, Change::Extend { from: None }, &brief("", 1), 600.0);
    assert_eq!(refused.map(|_| ()), Err(music::EditRefusal::TooManyEdits));
}

#[test]
fn a_performance_can_be_broken_off() {
    let song = song("pop", 4);
    let voice = edited(&song, Change::SwapVoice { other: None }, &brief("", 1));
    let mut told = Vec::new();
    let mut report = |done: f32| {
        told.push(done);
        if done > 0.5 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
    };
    let result = perform_edit(1, &voice.recipe, song.sound.clone(), &mut report);
    assert_eq!(result.map(|_| ()), Err(RecipeError::Cancelled));
    assert!(told.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6), "{told:?}");
}

#[test]
fn stems_are_heard_piece_by_piece_and_stop_where_the_song_is_another() {
    let song = song("pop", 4);
    let longer = edited(&song, Change::Extend { from: Some(7.3) }, &brief("", 1));
    let band = edited(&longer, Change::SwapBand { other: None }, &brief("", 2));
    let whole = recipe_stems(2, &band.recipe, &mut go_on).expect("stems").stems;
    let pour = |kept: &Stereo| {
        let mut heard: Vec<StemSound> = Vec::new();
        let mut hear = |stems: &[StemSound]| {
            assert!(
                stems.iter().all(|stem| stem.left.len() <= 44_100 && stem.right.len() == stem.left.len())
            );
            if heard.is_empty() {
                heard = stems.to_vec();
            } else {
                for (all, piece) in heard.iter_mut().zip(stems) {
                    all.left.extend(&piece.left);
                    all.right.extend(&piece.right);
                }
            }
            std::ops::ControlFlow::Continue(())
        };
        let kept = Steps::from(kept.clone());
        let ended = pour_stems(1, &band.recipe, Split::Groups, &kept, &mut hear, &mut go_on);
        (heard, ended)
    };
    let (heard, ended) = pour(&band.sound);
    assert!(heard == whole && ended == Ok(()), "{ended:?}");
    let mut other = band.sound.clone();
    other.right[70_000] += 1.0 / 32_768.0;
    let (heard, ended) = pour(&other);
    assert_eq!(ended, Err(RecipeError::Drifted));
    assert!(heard[0].left.len() <= 70_000, "what is another song was heard");
}
