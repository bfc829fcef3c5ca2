//! What is stored with a song and is no part of its record.

use domain::{Action, TaskId};
use engines::Origin;
use serde_json::value::RawValue;
use store::NewSong;

use super::ApiError;
use super::on_demand;
use super::wire::assets::{Link, assets};
use crate::app::App;

/// The loop of the chorus, which is made when it is first asked for.
pub const LOOP: &str = "loop.wav";

/// The archives of a song's parts, which are made when they are first asked for: the key of each one's address, its name, and
/// what makes it.
const STEMS: [(&str, &str, Action); 2] =
    [("stems_url", "stems.zip", Action::Stems), ("all_stems_url", "all_stems.zip", Action::AllStems)];

/// What makes the archive of parts that is called so, if there is one.
pub(super) fn stems_in(name: &str) -> Option<Action> {
    STEMS.into_iter().find(|(_, known, _)| *known == name).map(|(_, _, action)| action)
}

/// Whether the parts of a song can be told apart by the engine in use.
pub(super) fn has_stems(app: &App, song: &NewSong) -> bool {
    let origin = Origin::of_song(app.engine.version(), &song.engine, !song.plan.is_empty());
    // Of another engine the plan need not be a recipe.
    let is_recorded = serde_json::from_str::<music::Recipe>(&song.plan).is_ok_and(|recipe| !recipe.is_own());
    !song.shared && origin == Origin::OwnSong && !is_recorded && app.engine.can(Action::Stems, origin)
}

/// The files that a song may have, and the key that each one's address stands under.
const FILES: [(&str, &str); 6] = [
    ("midi_url", music::assets::MIDI),
    ("sections_url", music::assets::SECTIONS),
    ("words_url", music::assets::WORDS),
    ("lrc_url", music::assets::LRC),
    ("vtt_url", music::assets::WEBVTT),
    ("waveform_url", music::assets::WAVEFORM),
];

/// The assets of a task as JSON: those that there are, so none of a task without a song.
pub(super) async fn of(app: &App, task: TaskId) -> Result<String, ApiError> {
    let Some(song) = app.store.song_of(task).await? else { return Ok("{}".to_owned()) };
    let (files, folder) = (app.files.clone(), song.folder.clone());
    let looking = tokio::task::spawn_blocking(move || {
        let is_there = |name| files.public_path(&folder, name).is_some_and(|path| path.is_file());
        let mut there: Vec<_> = FILES.into_iter().filter(|(_, name)| is_there(name)).collect();
        if is_there(LOOP) || on_demand::chorus(&files, &folder).ok().flatten().is_some() {
            there.push(("loop_url", LOOP));
        }
        there
    });
    let mut there = looking.await.map_err(|error| ApiError::Internal(error.to_string(), Some(task)))?;
    if has_stems(app, &song) {
        there.extend(STEMS.map(|(key, name, _)| (key, name)));
    }
    let NewSong { engine, plan, folder, master_sha256, .. } = song;
    let links = there.into_iter().map(|(key, name)| Link { key, folder: folder.as_str(), name });
    // Of another engine it need not be JSON.
    let plan = serde_json::from_str::<&RawValue>(&plan).ok();
    let told = assets(&engine, &master_sha256, plan, links, &app.public_base);
    told.map_err(|error| ApiError::Internal(error.to_string(), Some(task)))
}
