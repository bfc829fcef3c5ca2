//! The songs that a task starts from, decoded from the masters that were kept.

use domain::AudioId;
use engines::on_own_thread;
use media::decode::{Limits, Sound, decode};
use store::NewSong;

use super::files::fingerprint;
use super::tries::{Stopped, Try};
use crate::api::sources::missing;

/// A song with its sound.
pub(super) struct Ready {
    /// What is known of it.
    pub song: NewSong,
    /// Its master.
    pub sound: Sound,
}

/// Loads the song that `field` of the order names. It was there when the order was accepted, and may have been deleted
/// since.
pub(super) async fn load(this: &Try<'_>, field: &str, id: AudioId) -> Result<Ready, Stopped> {
    let song = find(this, field, id).await?;
    let _working = this.app.clock.working();
    let (files, folder, sha256) = (this.app.files.clone(), song.folder.clone(), song.master_sha256);
    let samples = usize::try_from(song.samples).unwrap_or(usize::MAX);
    let limits = Limits { max_seconds: u32::MAX, max_samples: samples, ..Limits::default() };
    let decoding = on_own_thread("decoder", move || {
        let sound = decode(&files.master(&folder).map_err(|error| error.to_string())?, &limits);
        let sound = sound.map_err(|error| error.to_string())?;
        let is_whole = fingerprint(&sound.left, &sound.right) == sha256;
        if is_whole { Ok(sound) } else { Err("its samples are not those that were kept".to_owned()) }
    });
    let decoded = decoding.await.unwrap_or_else(|| Err("the decoder's thread ended early".to_owned()));
    this.still_wanted()?;
    match decoded {
        Ok(sound) => Ok(Ready { song, sound }),
        Err(cause) => {
            // Its files went with it, or are damaged.
            find(this, field, id).await?;
            Err(Stopped::again(format!("the master of {id} cannot be used: {cause}")))
        }
    }
}

/// What is known of the song that `field` names.
pub(super) async fn find(this: &Try<'_>, field: &str, id: AudioId) -> Result<NewSong, Stopped> {
    let found = this.app.store.source(this.claimed.claim.task, id).await.map_err(Stopped::again)?;
    found.ok_or_else(|| Stopped::refused(missing(field)))
}
