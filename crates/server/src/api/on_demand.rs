//! What is made of a song only when somebody asks for it: the loop of its chorus, and archives of its parts.
//!
//! One of a kind is made at a time, on a thread that gives way to all others, and kept in the song's folder, so that it is
//! made once. Whoever leaves while it is made finds it when he comes again; whoever leaves before that is forgotten.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::Action;
use engines::{EngineError, Made, Source, Sources, Watch, on_own_thread};
use media::decode::{Limits, Sound, decode};
use media::encode::wav_loop;
use music::assets::{ChorusLoop, SECTIONS, Sections, seamless};
use serde_json::json;
use store::{FileStore, FolderName, NewSong, StoreError};
use tokio::sync::Semaphore;

use super::ApiError;
use super::assets::{self, LOOP};
use super::wire::audios;
use crate::app::App;
use crate::workers::stems::{NotKept, Tracks, poured};

/// Whose turn it is.
pub struct OnDemand {
    loops: Arc<Semaphore>,
    stems: Arc<Semaphore>,
}

impl Default for OnDemand {
    fn default() -> Self {
        let one = || Arc::new(Semaphore::new(1));
        Self { loops: one(), stems: one() }
    }
}

/// Sees to it that the loop of a song is there, if the song has one.
pub(super) async fn make_loop(app: &App, folder: &FolderName) -> Result<(), ApiError> {
    let (files, folder) = (app.files.clone(), folder.clone());
    let looking = {
        let (files, folder) = (files.clone(), folder.clone());
        tokio::task::spawn_blocking(move || wanted(&files, &folder))
    };
    if looking.await.map_err(internal)??.is_none() {
        return Ok(());
    }
    let turn = Arc::clone(&app.on_demand.loops).acquire_owned().await.map_err(internal)?;
    let working = app.clock.working();
    let made = on_own_thread("on demand", move || {
        // Held until it is made, whoever waits for it.
        let (_turn, _working) = (turn, working);
        // Somebody else may have had it made before it was this one's turn.
        let Some(chorus) = wanted(&files, &folder)? else { return Ok(()) };
        make(&files, &folder, &chorus)
    });
    made.await.unwrap_or_else(|| Err(ApiError::Internal("the loop's thread ended early".to_owned(), None)))
}

fn internal(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(error.to_string(), None)
}

/// The chorus of a song whose loop is yet to be made.
fn wanted(files: &FileStore, folder: &FolderName) -> Result<Option<ChorusLoop>, StoreError> {
    let is_there = files.public_path(folder, LOOP).is_some_and(|path| path.is_file());
    if is_there { Ok(None) } else { chorus(files, folder) }
}

/// The chorus of a song that can go round, if it has one.
pub(super) fn chorus(files: &FileStore, folder: &FolderName) -> Result<Option<ChorusLoop>, StoreError> {
    let Some(sections) = files.public(folder, SECTIONS)? else { return Ok(None) };
    // What another version wrote may be something else.
    let sections = serde_json::from_slice::<Sections>(&sections).ok();
    Ok(sections.and_then(|sections| sections.chorus_loop))
}

fn make(files: &FileStore, folder: &FolderName, chorus: &ChorusLoop) -> Result<(), ApiError> {
    let failed = |error| ApiError::Internal(format!("a loop could not be made: {error}"), None);
    let sound = decode(&files.master(folder)?, &Limits::default()).map_err(failed)?;
    let place = |sample: u64| usize::try_from(sample).unwrap_or(usize::MAX);
    let range = place(chorus.start_sample)..place(chorus.end_sample);
    // Not of this master: as if there were none.
    let Some(looped) = seamless(&sound.left, &sound.right, range) else { return Ok(()) };
    let file = wav_loop(&looped.left, &looped.right, sound.sample_rate).map_err(failed)?;
    // A song that was deleted meanwhile has no folder any more, and then there is nothing to serve either.
    files.add_public(folder, LOOP, &file)?;
    Ok(())
}

/// Said to whoever has waited as long as a request may; the work goes on.
const LATER: &str = "The archive is not made yet. Try again.";

/// Sees to it that an archive of a song's parts is at `path`, if the song has parts.
pub(super) async fn make_stems(
    app: &Arc<App>,
    folder: &FolderName,
    action: Action,
    path: &Path,
) -> Result<(), ApiError> {
    let is_there = || async { tokio::fs::try_exists(path).await.unwrap_or(false) };
    if is_there().await {
        return Ok(());
    }
    let song = app.store.song_in(folder).await?.filter(|song| assets::has_stems(app, song));
    let Some(song) = song else { return Ok(()) };
    let until = app.clock.now().plus(Duration::from_secs(app.settings.http.wait_limit_seconds));
    let turn = tokio::select! {
        turn = Arc::clone(&app.on_demand.stems).acquire_owned() => turn.map_err(internal)?,
        () = app.clock.sleep_until(until) => return Err(ApiError::Unavailable(LATER, None)),
    };
    if is_there().await {
        return Ok(());
    }
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let name = name.ok_or_else(|| internal("an archive has no name"))?;
    let waiting = Arc::clone(app);
    let app = Arc::clone(app);
    // It goes on if whoever asked leaves.
    let making = tokio::spawn(async move {
        let (_turn, _working) = (turn, app.clock.working());
        let watch = Watch::default();
        tokio::select! {
            made = stems(&app, song, action, name, watch.clone()) => made,
            () = app.hands_off.cancelled() => {
                watch.cancel();
                Err(StoreError::Closed.into())
            }
        }
    });
    tokio::select! {
        made = making => made.map_err(internal)?,
        () = waiting.clock.sleep_until(until) => Err(ApiError::Unavailable(LATER, None)),
    }
}

async fn stems(app: &App, song: NewSong, action: Action, name: String, watch: Watch) -> Result<(), ApiError> {
    let body = json!({ "action": action.as_str(), "audio_id": song.audio_id.to_string() });
    let (order, _) = audios::order(body.as_object().unwrap_or(&serde_json::Map::new()), 0)?;
    let (files, folder) = (app.files.clone(), song.folder.clone());
    let decoding = on_own_thread("decoder", {
        let (files, folder) = (files.clone(), folder.clone());
        move || decoded(&files, &folder)
    });
    let sound = decoding.await.unwrap_or_else(|| Err(internal("the decoder's thread ended early")))?;
    let sources = Sources { song: Some(source(song, sound)), swap: None };
    let made = app.engine.make(order, sources, watch).await.map_err(unmade)?;
    let Made::Stems(stems) = made else { return Err(internal("the engine made a song instead of stems")) };
    let tracks: Tracks = poured(files.clone(), stems).await.map_err(unmade)?.map_err(unkept)?;
    let writing = on_own_thread("on demand", move || {
        // A song that was deleted meanwhile has no folder any more, and then there is nothing to serve either.
        files.add_public_by(&folder, &name, |file| tracks.archive(file, &|| true)).map(drop)
    });
    let written = writing.await.unwrap_or_else(|| Err(NotKept::Failed("the thread ended early".to_owned())));
    written.map_err(unkept)
}

fn decoded(files: &FileStore, folder: &FolderName) -> Result<Sound, ApiError> {
    let limits = Limits { max_seconds: u32::MAX, max_samples: usize::MAX, ..Limits::default() };
    decode(&files.master(folder)?, &limits).map_err(|error| internal(format!("a master is damaged: {error}")))
}

fn source(song: NewSong, sound: Sound) -> Source {
    Source {
        engine: song.engine,
        plan: Some(song.plan).filter(|plan| !plan.is_empty()),
        title: song.title,
        lyric: song.lyric,
        left: sound.left,
        right: sound.right,
        sample_rate: sound.sample_rate,
        master_sha256: song.master_sha256,
    }
}

fn unmade(error: EngineError) -> ApiError {
    match error {
        EngineError::NotImplemented(why) | EngineError::Refused(why) => ApiError::NotImplemented(why),
        other => internal(format!("stems could not be made: {other}")),
    }
}

fn unkept(error: NotKept) -> ApiError {
    match error {
        NotKept::NoRoom(cause) => ApiError::NoRoom(cause, None),
        NotKept::CalledOff => internal("nobody called them off"),
        NotKept::Failed(cause) => internal(cause),
    }
}
