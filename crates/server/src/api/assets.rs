//! What is stored with a song and is no part of its record.

use domain::TaskId;
use serde_json::value::RawValue;
use store::NewSong;

use super::ApiError;
use super::on_demand;
use super::wire::assets::{Link, assets};
use crate::app::App;

/// The loop of the chorus, which is made when it is first asked for.
pub const LOOP: &str = "loop.wav";

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
    let there = looking.await.map_err(|error| ApiError::Internal(error.to_string(), Some(task)))?;
    let NewSong { engine, plan, folder, master_sha256, .. } = song;
    let links = there.into_iter().map(|(key, name)| Link { key, folder: folder.as_str(), name });
    // Of another engine it need not be JSON.
    let plan = serde_json::from_str::<&RawValue>(&plan).ok();
    let told = assets(&engine, &master_sha256, plan, links, &app.public_base);
    told.map_err(|error| ApiError::Internal(error.to_string(), Some(task)))
}
