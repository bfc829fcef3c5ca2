//! The engine on this machine's processor: no download, no key, the same bytes for the same seed.

use async_trait::async_trait;
use domain::{Action, AudioOrder, LyricOrder, Model, VocalGender};
use music::{Brief, Master, Plan};

use crate::data::extras;
use crate::{Engine, EngineError, Lyric, Made, Origin, Song, Sources, Watch, on_own_thread};

/// More threads than this do not make a song much sooner.
const MOST_THREADS: usize = 4;

/// Composes and renders on this machine.
#[derive(Default)]
pub struct Embedded;

#[async_trait]
impl Engine for Embedded {
    fn version(&self) -> &str {
        music::ENGINE_VERSION
    }

    fn can(&self, action: Action, from: Origin) -> bool {
        (action, from) == (Action::Generate, Origin::Nothing)
    }

    async fn make(&self, order: AudioOrder, _: Sources, watch: Watch) -> Result<Made, EngineError> {
        let made = on_own_thread("engine", move || perform(&order, &watch)).await;
        let none = || Err(EngineError::Retry("the engine's thread ended without a song".to_owned()));
        made.unwrap_or_else(none).map(Made::Song)
    }

    async fn write_lyric(&self, _: LyricOrder, _: Watch) -> Result<Lyric, EngineError> {
        Err(EngineError::NotImplemented("This version of the engine writes no words.".to_owned()))
    }
}

fn perform(order: &AudioOrder, watch: &Watch) -> Result<Song, EngineError> {
    let plan = Plan::from_brief(&brief(order));
    let mut progress = |done: f32| {
        watch.report(done);
        if watch.is_cancelled() {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    };
    // More threads give the same samples sooner; where every processor has a song of its own, they cost little.
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS);
    let master = music::perform_on(threads, &plan, &mut progress).map_err(|_| EngineError::Cancelled)?;
    let extras = extras(&plan, &master)?;
    let Master { left, right, .. } = master;
    let plan = serde_json::to_string(&plan).map_err(|error| EngineError::Retry(error.to_string()))?;
    Ok(Song {
        engine: music::ENGINE_VERSION.to_owned(),
        plan,
        title: None,
        lyric: lyric(order),
        left,
        right,
        sample_rate: music::SAMPLE_RATE,
        shared: false,
        extras,
    })
}

/// The words that the song shows: those that were ordered. This engine writes none of its own.
fn lyric(order: &AudioOrder) -> String {
    match &order.lyric {
        _ if order.instrumental => "[Instrumental]".to_owned(),
        Some(lyric) => lyric.clone(),
        None => String::new(),
    }
}

fn brief(order: &AudioOrder) -> Brief {
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
