//! What is made of a song only when somebody asks for it: the loop of its chorus.
//!
//! One is made at a time, on a thread that gives way to all others, and kept in the song's folder, so that it is made
//! once. Whoever leaves while it is made finds it when he comes again; whoever leaves before that is forgotten.

use std::sync::Arc;

use engines::on_own_thread;
use media::decode::{Limits, decode};
use media::encode::wav_loop;
use music::assets::{ChorusLoop, SECTIONS, Sections, seamless};
use store::{FileStore, FolderName, StoreError};
use tokio::sync::Semaphore;

use super::ApiError;
use super::assets::LOOP;
use crate::app::App;

/// Whose turn it is.
pub struct OnDemand(Arc<Semaphore>);

impl Default for OnDemand {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
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
    let turn = Arc::clone(&app.on_demand.0).acquire_owned().await.map_err(internal)?;
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
