//! A song in another form: as uncompressed sound, or as a film.

use std::cell::Cell;

use domain::AudioId;
use engines::{Watch, on_own_thread};
use media::MediaError;
use media::decode::Sound;
use media::video::{TimedLine, VideoBrief, video_while};
use music::assets::{WORDS, Words};
use store::{FileStore, FolderName, NewSong, StoreError};

use super::files::NotKept;
use super::sources::{self, Ready};
use super::tries::{Done, Stopped, Try};

/// The file of a song as uncompressed sound.
const WAV: &str = "song.wav";
/// The file of a song as a film.
const VIDEO: &str = "video.mp4";
/// The cover that every song has.
const COVER: &str = "cover.jpg";

/// The song's master as a WAV file.
pub(super) async fn wav(this: &Try<'_>, id: AudioId) -> Result<Done, Stopped> {
    let (song, file) = once(this, id, WAV, |_, watch, _, sound| {
        watch.report(0.5);
        Ok(media::encode::wav_while(&|| watch.goes_on(), &sound.left, &sound.right, sound.sample_rate)?)
    })
    .await?;
    this.with_files(|head| head.wav(id, &song.title, &file))
}

/// The song as a film.
pub(super) async fn video(this: &Try<'_>, id: AudioId) -> Result<Done, Stopped> {
    let (_, file) = once(this, id, VIDEO, film).await?;
    this.with_files(|head| head.video(id, &file))
}

/// A file of a song, which is made once, as long as the song is kept: later tasks have the same file in their own folders.
async fn once(
    this: &Try<'_>,
    id: AudioId,
    name: &'static str,
    make: impl FnOnce(&FileStore, &Watch, &NewSong, &Sound) -> Result<Vec<u8>, NotKept> + Send + 'static,
) -> Result<(NewSong, String), Stopped> {
    let played = this.app.simulation.play(this.claimed, this.watch).await;
    this.judged(played)?;
    let song = sources::find(this, "audio_id", id).await?;
    let from = song.folder.clone();
    let made_before = keep(this, move |files, folder, _| Ok(files.link_public(&from, folder, name)?));
    if let Some(file) = this.filed(made_before).await? {
        return Ok((song, file));
    }
    let Ready { song, sound } = sources::load(this, "audio_id", id).await?;
    let source = song.clone();
    let made = keep(this, move |files, folder, watch| {
        let bytes = make(files, watch, &source, &sound)?;
        drop(sound);
        let file = files.put_public(folder, name, &bytes)?;
        if !source.shared
            && let Err(error) = files.lend_public(folder, &source.folder, name)
        {
            // It would only have spared later tasks the work.
            tracing::warn!(%error, name, "could not keep a file beside its song");
        }
        Ok(file)
    });
    let file = this.kept(made).await?;
    Ok((song, file))
}

/// Lets `work` fill the task's folder, on a thread of its own.
async fn keep<T: Send + 'static>(
    this: &Try<'_>,
    work: impl FnOnce(&FileStore, &FolderName, &Watch) -> Result<T, NotKept> + Send + 'static,
) -> Result<T, NotKept> {
    let _working = this.app.clock.working();
    let (files, folder, watch) = (this.app.files.clone(), this.claimed.folder.clone(), this.watch.clone());
    let working = on_own_thread("encoder", move || work(&files, &folder, &watch));
    working.await.unwrap_or_else(|| Err(NotKept::Failed("the encoder's thread ended early".to_owned())))
}

fn film(files: &FileStore, watch: &Watch, song: &NewSong, sound: &Sound) -> Result<Vec<u8>, NotKept> {
    let missing = || NotKept::Failed(format!("the song in {:?} has no cover", song.folder));
    let cover = files.public(&song.folder, COVER)?.ok_or_else(missing)?;
    let words = words(files, &song.folder)?;
    let lines: Vec<TimedLine<'_>> = words.lines.iter().map(timed).collect();
    let brief = VideoBrief {
        title: &song.title,
        cover: &cover,
        lines: &lines,
        left: &sound.left,
        right: &sound.right,
        sample_rate: sound.sample_rate,
    };
    Ok(told_film(watch, &brief)?)
}

/// The film, with its progress told: it is asked whether it is wanted for each frame of sound, then for each picture.
fn told_film(watch: &Watch, brief: &VideoBrief<'_>) -> Result<Vec<u8>, MediaError> {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
    let looks = brief.left.len() as f32 * (1.0 / 1_024.0 + 12.0 / brief.sample_rate as f32);
    let looked = Cell::new(0.0_f32);
    let wanted = || {
        looked.set(looked.get() + 1.0);
        watch.report(looked.get() / looks);
        watch.goes_on()
    };
    video_while(&wanted, brief)
}

/// The lines that are sung, if the song's engine told them. What another version wrote may be something else.
fn words(files: &FileStore, folder: &FolderName) -> Result<Words, StoreError> {
    let told = files.public(folder, WORDS)?.and_then(|json| serde_json::from_slice(&json).ok());
    Ok(told.unwrap_or(Words { lines: Vec::new(), unsung: Vec::new() }))
}

fn timed(line: &music::TimedLine) -> TimedLine<'_> {
    TimedLine { text: &line.text, start_seconds: line.start_seconds, end_seconds: line.end_seconds }
}
