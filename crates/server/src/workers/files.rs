//! From sound to the files of a song and the response that names them.

use std::sync::Arc;

use domain::{Action, AudioId, AudioOrder};
use engines::{Extras, Song, SongFile, on_own_thread};
use media::MediaError;
use media::cover::CoverBrief;
use media::encode::{Chapter, Tags, flac_while, m4a_while};
use sha2::{Digest as _, Sha256};
use store::{FileStore, FolderName, NewSong, StoreError};

use super::tries::Try;
use crate::app::App;

/// Why a song was not kept.
#[derive(Debug)]
pub enum NotKept {
    /// The data folder cannot be written.
    NoRoom(String),
    /// The task has ended without it.
    CalledOff,
    /// Anything else; another try may go better.
    Failed(String),
}

impl From<StoreError> for NotKept {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(cause) => Self::NoRoom(cause),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<MediaError> for NotKept {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Stopped => Self::CalledOff,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// The files of a song, and what is known of it.
pub(super) struct KeptSong {
    folder: FolderName,
    /// The sound's name relative to the public base.
    pub audio: String,
    /// The cover's.
    pub image: String,
    samples: u64,
    sample_rate: u32,
    master_sha256: [u8; 32],
}

impl KeptSong {
    /// How long it is, unrounded.
    #[expect(clippy::cast_precision_loss, reason = "a song has fewer than 2^53 samples")]
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(self.sample_rate)
    }
}

/// What a song is called: as it was ordered; an edit as its source; else as the engine found, or as the order says of
/// itself.
pub(super) fn title(order: &AudioOrder, source: Option<&str>, found: Option<&str>) -> String {
    match (&order.title, source) {
        (Some(title), _) => title.clone(),
        (None, Some(source)) if order.action == Action::SwapInstrumentals => format!("{source} (Sound swap)"),
        (None, Some(source)) => source.to_owned(),
        (None, None) => found.map_or_else(|| order.song_title(), str::to_owned),
    }
}

/// Encodes the song and keeps its files, all synced, before anyone is told their names.
pub(super) async fn keep(
    this: &Try<'_>,
    title: &str,
    seed: u32,
    song: Song,
) -> Result<(Arc<KeptSong>, NewSong), NotKept> {
    let (app, claimed) = (this.app, this.claimed);
    let (engine, plan, lyric) = (song.engine.clone(), song.plan.clone(), song.lyric.clone());
    let shared = song.shared;
    let kept = if shared {
        // Others wait for the same: nobody calls it off.
        let making = encode(app, None, song, "Simulated", 0, || true);
        app.simulation.media.get_or_keep(&engine, &plan, making).await?
    } else {
        let folder = Some(claimed.folder.clone());
        let (watch, called_off) = (this.watch.clone(), this.called_off.clone());
        let wanted = move || {
            watch.beat();
            !called_off.is_cancelled()
        };
        Arc::new(encode(app, folder, song, title, seed, wanted).await?)
    };
    let id = [b"audio", &claimed.claim.task.as_bytes()[..]].concat();
    let song = NewSong {
        audio_id: AudioId(app.random.uuid_for(&id, app.clock.now())),
        title: title.to_owned(),
        lyric,
        engine,
        plan,
        folder: kept.folder.clone(),
        shared,
        samples: kept.samples,
        master_sha256: kept.master_sha256,
    };
    Ok((kept, song))
}

/// Encodes a song on a thread of its own and keeps its files; if no folder is given, in one for many songs, which is
/// named by what is in it.
async fn encode(
    app: &App,
    folder: Option<FolderName>,
    song: Song,
    title: &str,
    seed: u32,
    wanted: impl Fn() -> bool + Send + 'static,
) -> Result<KeptSong, NotKept> {
    let _working = app.clock.working();
    let (files, title) = (app.files.clone(), title.to_owned());
    let ended_early = || NotKept::Failed("the encoder's thread ended early".to_owned());
    let encoding = on_own_thread("encoder", move || encoded(&wanted, song, &title, seed));
    let encoded = encoding.await.ok_or_else(ended_early)??;
    let folder = match folder {
        Some(folder) => folder,
        None => {
            let folder = encoded.folder();
            // First of all: whoever ordered it may call it off, and the server may end, before a song names it.
            app.store.will_share(folder.clone()).await?;
            folder
        }
    };
    let writing = on_own_thread("encoder", move || encoded.write(&files, folder));
    Ok(writing.await.ok_or_else(ended_early)??)
}

/// A song's files, in memory.
struct Encoded {
    /// What is kept beside the song.
    beside: Vec<SongFile>,
    cover: Vec<u8>,
    sound: Vec<u8>,
    master: Vec<u8>,
    samples: u64,
    sample_rate: u32,
    master_sha256: [u8; 32],
}

fn encoded(wanted: &dyn Fn() -> bool, mut song: Song, title: &str, seed: u32) -> Result<Encoded, MediaError> {
    let (energy, treble) = (energy(&song), treble(&song));
    let brief =
        CoverBrief { title, subtitle: "", seed, energy: &energy, warmth: 1.0 - treble, brightness: treble };
    let cover = media::cover::cover(&brief)?;
    // What many songs share has the words of none.
    let lyrics = if song.shared { "" } else { &song.lyric };
    let extras = if song.shared { Extras::default() } else { std::mem::take(&mut song.extras) };
    let chapters: Vec<Chapter<'_>> = extras
        .chapters
        .iter()
        .map(|chapter| Chapter { start_seconds: chapter.start_seconds, title: &chapter.title })
        .collect();
    let tags =
        Tags { title, lyrics, cover: Some(&cover), tool: "Backline", chapters: &chapters, ..Tags::default() };
    let sound = m4a_while(wanted, &song.left, &song.right, song.sample_rate, &tags)?;
    let master = flac_while(wanted, &song.left, &song.right, song.sample_rate)?;
    Ok(Encoded {
        beside: extras.files,
        cover,
        master,
        samples: sound.samples,
        sound: sound.bytes,
        sample_rate: song.sample_rate,
        master_sha256: fingerprint(&song.left, &song.right),
    })
}

impl Encoded {
    /// The folder that is named by what is in it.
    fn folder(&self) -> FolderName {
        let parts = [&self.cover, &self.sound, &self.master];
        let digest =
            parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(Sha256::digest(part)));
        FolderName::from_content(digest.finalize().into())
    }

    fn write(self, files: &FileStore, folder: FolderName) -> Result<KeptSong, StoreError> {
        files.put_master(&folder, &self.master)?;
        let beside: Vec<(&str, &[u8])> =
            self.beside.iter().map(|file| (file.name, file.bytes.as_slice())).collect();
        files.put_beside(&folder, &beside)?;
        Ok(KeptSong {
            image: files.put_public(&folder, "cover.jpg", &self.cover)?,
            audio: files.put_public(&folder, "song.m4a", &self.sound)?,
            folder,
            samples: self.samples,
            sample_rate: self.sample_rate,
            master_sha256: self.master_sha256,
        })
    }
}

/// How many steps of loudness a cover is drawn from.
const STEPS: usize = 128;

/// The song's loudness over time, 0 to 1: the root mean square of each stretch over that of the loudest.
fn energy(song: &Song) -> Vec<f32> {
    let stretch = song.left.len().div_ceil(STEPS).max(1);
    let loudness: Vec<f32> = song
        .left
        .chunks(stretch)
        .zip(song.right.chunks(stretch))
        .map(|(left, right)| {
            let power: f32 = left.iter().chain(right).map(|sample| sample * sample).sum();
            #[expect(clippy::cast_precision_loss, reason = "a stretch is a few seconds of samples")]
            let samples = (left.len() + right.len()) as f32;
            (power / samples).sqrt()
        })
        .collect();
    let loudest = loudness.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    loudness.into_iter().map(|step| step / loudest).collect()
}

/// How bright the song sounds, 0 to 1: the power of its differences over its own, as a cover's light.
fn treble(song: &Song) -> f32 {
    let power: f32 = song.left.iter().map(|sample| sample * sample).sum();
    let change: f32 = song.left.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    (change / power.max(f32::MIN_POSITIVE)).sqrt().clamp(0.0, 0.5) * 2.0
}

/// SHA-256 of the 16-bit samples, left and right in turn, little endian.
pub(crate) fn fingerprint(left: &[f32], right: &[f32]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut bytes = Vec::with_capacity(1 << 16);
    #[expect(clippy::cast_possible_truncation, reason = "a master's samples are whole multiples of 1/32768")]
    let sample = |value: f32| (value * 32_768.0) as i16;
    for (left, right) in left.chunks(1 << 14).zip(right.chunks(1 << 14)) {
        bytes.clear();
        for (l, r) in left.iter().zip(right) {
            bytes.extend_from_slice(&sample(*l).to_le_bytes());
            bytes.extend_from_slice(&sample(*r).to_le_bytes());
        }
        digest.update(&bytes);
    }
    digest.finalize().into()
}
