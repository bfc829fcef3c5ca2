//! An order in the words of `music`.

use domain::{AudioOrder, Model, VocalGender};
use music::Brief;

/// What the order says of the sound, in the words of `music`.
pub(super) fn brief(order: &AudioOrder) -> Brief {
    #[expect(clippy::cast_possible_truncation, reason = "a knob from 0 to 1 needs no more than an f32")]
    let knob = |value: f64| value as f32;
    Brief {
        prompt: order.prompt.clone().unwrap_or_default(),
        style: order.style.clone().unwrap_or_default(),
        style_negative: order.style_negative.clone().unwrap_or_default(),
        lyric: order.lyric.clone(),
        title: order.song_title(),
        instrumental: order.instrumental,
        vocal_gender: order.vocal_gender.map(|gender| match gender {
            VocalGender::Female => music::VocalGender::Female,
            VocalGender::Male => music::VocalGender::Male,
        }),
        seed: order.seed,
        model: model(order.model),
        weirdness: knob(order.weirdness),
        lyrics_strength: knob(order.lyrics_strength),
        sound_strength: knob(order.sound_strength),
        ..Brief::default()
    }
}

fn model(model: Model) -> music::Model {
    match model {
        Model::Fuzz20Pro => music::Model::Fuzz20Pro,
        // One that is to be simulated never comes here.
        Model::Fuzz20 | Model::Simulated => music::Model::Fuzz20,
        Model::Fuzz20Raw => music::Model::Fuzz20Raw,
        Model::Fuzz11Pro => music::Model::Fuzz11Pro,
        Model::Fuzz11 => music::Model::Fuzz11,
        Model::Fuzz10Pro => music::Model::Fuzz10Pro,
        Model::Fuzz10 => music::Model::Fuzz10,
        Model::Fuzz08 => music::Model::Fuzz08,
    }
}
