//! A sound from outside becomes a song that edits can start from: fetched, decoded, brought to the form of a master, kept.

use domain::{ErrorCode, Failure, UploadOrder};
use engines::{Extras, Song, Watch, on_own_thread};
use media::MediaError;
use media::decode::{Limits, Sound, decode_while, to_master_while};
use reqwest::Url;
use store::Kept;
use tokio::sync::SemaphorePermit;

use super::fetch::{Unfetched, fetch};
use super::files;
use super::tries::{Done, Stopped, Try};
use crate::api::sources::UPLOAD;

/// The share of the work that fetching is taken to be.
const FETCHING: f32 = 0.6;
/// Longest title, in characters.
const LONGEST_TITLE: usize = 200;

/// Fetches and keeps what was ordered.
pub(super) async fn upload(this: &Try<'_>, order: &UploadOrder) -> Result<Done, Stopped> {
    let played = this.app.simulation.play(this.claimed, this.watch).await;
    this.judged(played)?;
    let url = Url::parse(&order.audio_url).map_err(|error| Stopped::refused(error.to_string()))?;
    let title = title(&url);
    let bytes = fetched(this, url).await?;
    // Ten minutes take a third of a gigabyte once they are decoded.
    let _turn = turn(this).await?;
    let sound = decoded(this, bytes).await?;
    let song = Song {
        engine: UPLOAD.to_owned(),
        plan: String::new(),
        title: None,
        lyric: String::new(),
        left: sound.left,
        right: sound.right,
        sample_rate: sound.sample_rate,
        shared: false,
        extras: Extras::default(),
    };
    this.watch.report(0.8);
    let (kept, song) = this.kept(files::keep(this, &title, 0, song)).await?;
    let mark = this.mark();
    let response = this.head(&mark).upload(song.audio_id, &kept.audio, kept.seconds());
    Ok((response.map_err(Stopped::again)?, Kept::Song(song)))
}

async fn fetched(this: &Try<'_>, url: Url) -> Result<Vec<u8>, Stopped> {
    // It waits for someone outside: a virtual clock stands meanwhile.
    let _working = this.app.clock.working();
    let told = |done: f32| this.watch.report(done * FETCHING);
    let fetched = tokio::select! {
        biased;
        () = this.called_off.cancelled() => return Err(Stopped::Lost),
        () = this.watch.cancelled() => return this.still_wanted().map(|()| Vec::new()),
        fetched = fetch(this.app, url, &told) => fetched,
    };
    fetched.map_err(|unfetched| match unfetched {
        Unfetched::Refused(message) => Stopped::refused(message),
        Unfetched::Failed(message) => Stopped::Fails(Failure { code: ErrorCode::ApiError, message }),
    })
}

/// Waits until it may be decoded.
async fn turn<'a>(this: &Try<'a>) -> Result<SemaphorePermit<'a>, Stopped> {
    tokio::select! {
        biased;
        () = this.watch.cancelled() => Err(this.still_wanted().err().unwrap_or(Stopped::Lost)),
        turn = this.app.upload_turns.acquire() => turn.map_err(Stopped::again),
    }
}

async fn decoded(this: &Try<'_>, bytes: Vec<u8>) -> Result<Sound, Stopped> {
    let _working = this.app.clock.working();
    let limits = Limits { max_seconds: this.app.settings.limits.song_seconds, ..Limits::default() };
    let watch = this.watch.clone();
    let decoding = on_own_thread("decoder", move || master(&watch, bytes, &limits));
    let ended_early = || Err(MediaError::Damaged { cause: "it breaks its decoder".to_owned() });
    let sound = this.guarded(decoding).await?.unwrap_or_else(ended_early);
    this.still_wanted()?;
    sound.map_err(|error| {
        Stopped::refused(format!("`audio_url` leads to no sound that can be used: {error}."))
    })
}

/// The sound in what was fetched, in the form of a master.
fn master(watch: &Watch, bytes: Vec<u8>, limits: &Limits) -> Result<Sound, MediaError> {
    let wanted = || watch.goes_on();
    let sound = decode_while(&wanted, &bytes, limits)?;
    drop(bytes);
    to_master_while(&wanted, sound)
}

/// What an upload is called: as its file, without the extension.
fn title(url: &Url) -> String {
    let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    let shown: String = stem.chars().filter(|c| !c.is_control()).take(LONGEST_TITLE).collect();
    let shown = shown.trim();
    if shown.is_empty() { "Upload".to_owned() } else { shown.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_that_nobody_wants_any_more_is_not_decoded() {
        let silence = vec![0.0; 44_100];
        let bytes = media::encode::flac(&silence, &silence, 44_100).expect("encoded");
        let watch = Watch::default();
        assert!(master(&watch, bytes.clone(), &Limits::default()).is_ok());
        let (_, beats) = watch.pulse();
        assert!(beats >= 30, "it tells that it goes on: {beats} times");
        watch.cancel();
        assert_eq!(master(&watch, bytes, &Limits::default()), Err(MediaError::Stopped));
        assert_eq!(watch.pulse().1, beats + 1, "it stops where it first asks");
    }

    #[test]
    fn an_upload_is_called_as_its_file() {
        let of = |url| title(&Url::parse(url).expect("a URL"));
        assert_eq!(of("https://example.com/a/My%20song.v2.mp3?token=1"), "My song.v2");
        assert_eq!(of("https://example.com/%E9%9B%A8.wav"), "雨");
        for nameless in ["https://example.com", "https://example.com/a/", "https://example.com/.mp3"] {
            assert_eq!(of(nameless), "Upload", "{nameless}");
        }
        assert_eq!(of(&format!("https://example.com/{}", "x".repeat(999))).len(), LONGEST_TITLE);
    }
}
