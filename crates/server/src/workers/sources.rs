//! The songs that a task starts from, decoded from the masters that were kept.

use domain::AudioId;
use engines::{Watch, on_own_thread};
use media::decode::{Limits, Sound, decode_while};
use store::{FileStore, NewSong};

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
    let (files, watch, kept) = (this.app.files.clone(), this.watch.clone(), song.clone());
    let decoding = on_own_thread("decoder", move || decoded(&watch, &files, &kept));
    let decoded = this.guarded(decoding).await?;
    let decoded = decoded.unwrap_or_else(|| Err("the decoder's thread ended early".to_owned()));
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

/// The samples of a song's master, if they are those that were kept.
fn decoded(watch: &Watch, files: &FileStore, song: &NewSong) -> Result<Sound, String> {
    let samples = usize::try_from(song.samples).unwrap_or(usize::MAX);
    let limits = Limits { max_seconds: u32::MAX, max_samples: samples, ..Limits::default() };
    let master = files.master(&song.folder).map_err(|error| error.to_string())?;
    let sound = decode_while(&|| watch.goes_on(), &master, &limits).map_err(|error| error.to_string())?;
    let is_whole = fingerprint(&sound.left, &sound.right) == song.master_sha256;
    if is_whole { Ok(sound) } else { Err("its samples are not those that were kept".to_owned()) }
}

/// What is known of the song that `field` names.
pub(super) async fn find(this: &Try<'_>, field: &str, id: AudioId) -> Result<NewSong, Stopped> {
    let found = this.app.store.source(this.claimed.claim.task, id).await.map_err(Stopped::again)?;
    found.ok_or_else(|| Stopped::refused(missing(field)))
}

#[cfg(test)]
mod tests {
    use store::FolderName;

    use super::*;

    #[test]
    fn a_source_that_nobody_wants_any_more_is_not_decoded() {
        let home = tempfile::tempdir().expect("a folder");
        let (files, folder) = (FileStore::new(home.path()), FolderName::from_random([7; 16]));
        let silence = vec![0.0; 44_100];
        let master = media::encode::flac(&silence, &silence, 44_100).expect("encoded");
        files.put_master(&folder, &master).expect("room");
        let song = NewSong {
            audio_id: AudioId::from_bytes([7; 16]),
            title: String::new(),
            lyric: String::new(),
            engine: String::new(),
            plan: String::new(),
            folder,
            shared: false,
            samples: 44_100,
            master_sha256: fingerprint(&silence, &silence),
        };
        let watch = Watch::default();
        assert_eq!(decoded(&watch, &files, &song).expect("a sound").left, silence);
        let (_, beats) = watch.pulse();
        assert!(beats >= 10, "it tells that it goes on: {beats} times");
        watch.cancel();
        assert!(decoded(&watch, &files, &song).is_err());
        assert_eq!(watch.pulse().1, beats + 1, "it stops where it first asks");
    }
}
