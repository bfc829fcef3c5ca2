//! Edits of songs and of sounds from outside.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use domain::{Action, AudioOrder};
use music::{Brief, Change, EditRefusal, Master, Recipe, Stereo};

use super::brief::brief;
use super::{sentence, threads, unfollowed};
use crate::data::extras;
use crate::{EngineError, Origin, Other, Song, Source};

/// Hears how far the work is, and may break it off.
pub(super) type Report<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// What the words of an instrumental are told to be.
const WORDLESS: &str = "[Instrumental]";

/// Does what was ordered to a song or sound.
pub(super) fn make(
    order: &AudioOrder,
    source: Source,
    swap: Option<&Other>,
    longest_seconds: f32,
    report: Report<'_>,
) -> Result<Song, EngineError> {
    if source.sample_rate != music::SAMPLE_RATE {
        return Err(EngineError::Retry(format!("the source has {} samples a second", source.sample_rate)));
    }
    let recipe = recipe(&source);
    let other = swap.map(other);
    let title = order.title.clone().unwrap_or_else(|| source.title.clone());
    let brief = with_words(order, Brief { title: title.clone(), ..brief(order) });
    let sound = Stereo { left: source.left, right: source.right };
    let change = change(order, other.as_ref());
    let edited = music::edit(&recipe, &sound, change, &brief, longest_seconds).map_err(refused)?;
    let lyric = lyric(order, &source.lyric, &recipe, &edited);
    let master = if edited.edits.is_empty() {
        drop(sound);
        return remade(edited, lyric, title, report);
    } else {
        music::perform_edit(threads(), &edited, sound, report).map_err(unfollowed)?
    };
    song(&edited, master, lyric, Some(title))
}

/// The order with words that were written for it, if it says what new ones are to be about.
fn with_words(order: &AudioOrder, brief: Brief) -> Brief {
    match order.lyric_prompt.as_ref().filter(|_| brief.lyric.is_none() && !brief.instrumental) {
        Some(subject) => Brief { lyric: Some(music::lyricist::write(subject, order.seed).text), ..brief },
        None => brief,
    }
}

/// A song that was written anew, with the levels that it comes to.
fn remade(mut recipe: Recipe, lyric: String, title: String, report: Report<'_>) -> Result<Song, EngineError> {
    let music::Origin::Plan(plan) = &mut recipe.origin else {
        return Err(EngineError::Retry("a recording was written anew".to_owned()));
    };
    let made = music::perform_held(threads(), plan, None, report);
    let (master, curves) = made.map_err(|_| EngineError::Cancelled)?;
    plan.levels = Some(curves.levels());
    song(&recipe, master, lyric, Some(title))
}

/// The recipe of a song whose part is taken. Of a recording no part can be, however long it is.
fn other(other: &Other) -> Recipe {
    let own = own(&other.engine, other.plan.as_deref());
    own.unwrap_or_else(|| Recipe::recorded(0, hexadecimal(&other.master_sha256)))
}

/// The recipe that this version made a song from.
fn own(engine: &str, plan: Option<&str>) -> Option<Recipe> {
    let is_own = Origin::of_song(music::ENGINE_VERSION, engine, plan.is_some()) == Origin::OwnSong;
    plan.filter(|_| is_own).and_then(|plan| serde_json::from_str(plan).ok())
}

/// The recipe of a source: its own, if this version made it; else that of a recording, with the form that another version
/// wrote down.
pub(super) fn recipe(source: &Source) -> Recipe {
    if let Some(recipe) = own(&source.engine, source.plan.as_deref()) {
        return recipe;
    }
    let kept = source.plan.as_deref().and_then(|plan| serde_json::from_str::<Recipe>(plan).ok());
    let mut recorded = Recipe::recorded(source.left.len() as u64, hexadecimal(&source.master_sha256));
    if is_relative(&source.engine)
        && let music::Origin::Recorded(recording) = &mut recorded.origin
    {
        recording.plan = kept.and_then(|recipe| recipe.score()).map(|(plan, _)| Box::new(plan));
    }
    recorded
}

/// Whether another version of this engine made it.
fn is_relative(engine: &str) -> bool {
    let family = |name: &str| name.rsplit_once('-').map(|(family, _)| family.to_owned());
    family(engine) == family(music::ENGINE_VERSION)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn change<'a>(order: &AudioOrder, other: Option<&'a Recipe>) -> Change<'a> {
    match order.action.plain() {
        Action::Extend => Change::Extend { from: order.continue_at },
        Action::ReplaceSection => {
            // An order without a window is none.
            let (start, end) = order.window.map_or((0.0, 0.0), |window| (window.start, window.end));
            Change::Replace { start, end }
        }
        #[expect(clippy::cast_possible_truncation, reason = "a knob from 0 to 1 needs no more than an f32")]
        Action::Cover => Change::Cover { strength: order.cover_strength as f32 },
        Action::SwapVocals => Change::SwapVoice { other },
        Action::SwapInstrumentals => Change::SwapBand { other },
        _ => Change::Variation,
    }
}

fn refused(refusal: EditRefusal) -> EngineError {
    match refusal {
        EditRefusal::NoParts | EditRefusal::NoOtherPart => EngineError::NotImplemented(sentence(&refusal)),
        _ => EngineError::Refused(sentence(&refusal)),
    }
}

/// The words of the edited song: as they were written where none are new, else as they are sung now.
fn lyric(order: &AudioOrder, source: &str, before: &Recipe, edited: &Recipe) -> String {
    let sung = edited.lyric();
    let is_known = |lyric: &str| !lyric.trim().is_empty() && lyric != WORDLESS;
    let told = match order.action.plain() {
        Action::SwapInstrumentals => source.to_owned(),
        // What a recording says is only known from whoever sent it.
        _ if !edited.is_own() && is_known(source) && sung.is_empty() => source.to_owned(),
        _ if !edited.is_own() && is_known(source) && before.lyric().is_empty() => {
            format!("{source}\n\n{sung}")
        }
        _ if sung == before.lyric() && is_known(source) => source.to_owned(),
        _ => sung,
    };
    if told.trim().is_empty() { WORDLESS.to_owned() } else { told }
}

/// A performed song with all that is told of it.
pub(super) fn song(
    recipe: &Recipe,
    master: Master,
    lyric: String,
    title: Option<String>,
) -> Result<Song, EngineError> {
    let extras = extras(recipe, &master)?;
    let Master { left, right, .. } = master;
    let plan = serde_json::to_string(recipe).map_err(|error| EngineError::Retry(error.to_string()))?;
    Ok(Song {
        engine: music::ENGINE_VERSION.to_owned(),
        plan,
        title,
        lyric,
        left,
        right,
        sample_rate: music::SAMPLE_RATE,
        shared: false,
        extras,
    })
}
