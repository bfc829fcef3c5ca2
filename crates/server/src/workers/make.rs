//! What a task's order asks for, made and kept: one way for each kind.

use domain::{AudioId, AudioOrder, LyricOrder, Order, TaskId};
use engines::{Made, Other, Source, Sources};
use store::{Claimed, Kept};

use super::sources::{self, Ready};
use super::tries::{Done, Stopped, Try};
use super::{convert, files, stems, upload};
use crate::api::wire::orders;
use crate::api::wire::result::{SongItem, song_response};

/// Makes what was ordered.
pub(super) async fn make(this: &Try<'_>) -> Result<Done, Stopped> {
    let order = understand(this.claimed)?;
    if this.called_off.is_cancelled() {
        return Err(Stopped::Lost);
    }
    match order {
        Order::Audio(order) => audio(this, order).await,
        Order::Lyric(order) => lyric(this, order).await,
        Order::Upload(order) => upload::upload(this, &order).await,
        Order::Video(id) => convert::video(this, id).await,
        Order::Wav(id) => convert::wav(this, id).await,
    }
}

/// The order in the task's request. It was understood when it was accepted; a newer version may see it otherwise.
fn understand(claimed: &Claimed) -> Result<Order, Stopped> {
    let body = serde_json::from_str(&claimed.request).map_err(|error| Stopped::refused(error.to_string()))?;
    let order = orders::order(claimed.kind, &body, seed_of(claimed.claim.task));
    order.map(|(order, _)| order).map_err(|error| Stopped::refused(error.message()))
}

/// A task without a seed draws one from its id, so that every try of it makes the same song.
fn seed_of(task: TaskId) -> u32 {
    let [.., a, b, c, d] = *task.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

async fn audio(this: &Try<'_>, mut order: AudioOrder) -> Result<Done, Stopped> {
    let song = source(this, "audio_id", order.audio_id).await?;
    if let (Some(song), Some(window)) = (&song, &mut order.window) {
        #[expect(clippy::cast_precision_loss, reason = "a song has fewer than 2^53 samples")]
        let seconds = song.left.len() as f64 / f64::from(song.sample_rate);
        window.end = window.end.min(seconds);
    }
    let swap = other(this, "swap_audio_id", order.swap_audio_id).await?;
    let source_title = song.as_ref().map(|song| song.title.clone());
    let sources = Sources { song, swap };
    let engine = this.app.simulation.engine_for(this.claimed, &this.app.engine);
    let made = this.engine(engine.make(order.clone(), sources, this.watch.clone())).await?;
    match made {
        Made::Song(song) => {
            let most = this.app.settings.limits.song_seconds;
            if song.left.len() as u64 > u64::from(most) * u64::from(song.sample_rate) {
                return Err(Stopped::refused(format!("The song would be longer than {most} s.")));
            }
            let title = files::title(&order, source_title.as_deref(), song.title.as_deref());
            let lyric = song.lyric.clone();
            let (kept, song) = this.kept(files::keep(this, &title, order.seed, song)).await?;
            let item = SongItem {
                id: song.audio_id,
                order: &order,
                title: &title,
                lyric: &lyric,
                image: &kept.image,
                audio: &kept.audio,
                made_at: this.app.clock.now(),
                duration: kept.seconds(),
            };
            let (task, trace) = (this.claimed.claim.task, this.claimed.trace_id);
            let response = song_response(task, trace, &item, &this.mark()).map_err(Stopped::again)?;
            Ok((response, Kept::Song(song)))
        }
        Made::Stems(stems) => {
            let title = order.title.or(source_title).unwrap_or_default();
            let archive = stems::keep(this, stems).await?;
            this.with_files(|head| head.stems(&title, &archive))
        }
    }
}

async fn lyric(this: &Try<'_>, order: LyricOrder) -> Result<Done, Stopped> {
    let engine = this.app.simulation.engine_for(this.claimed, &this.app.engine);
    let lyric = this.engine(engine.write_lyric(order, this.watch.clone())).await?;
    let mark = this.mark();
    Ok((this.head(&mark).lyric(&lyric).map_err(Stopped::again)?, Kept::Nothing))
}

/// The song that a field of the order names, without its sound.
async fn other(this: &Try<'_>, field: &str, id: Option<AudioId>) -> Result<Option<Other>, Stopped> {
    let Some(id) = id else { return Ok(None) };
    let song = sources::find(this, field, id).await?;
    Ok(Some(Other {
        engine: song.engine,
        plan: Some(song.plan).filter(|plan| !plan.is_empty()),
        title: song.title,
        master_sha256: song.master_sha256,
    }))
}

/// The song that a field of the order names, as engines take it.
async fn source(this: &Try<'_>, field: &str, id: Option<AudioId>) -> Result<Option<Source>, Stopped> {
    let Some(id) = id else { return Ok(None) };
    let Ready { song, sound } = sources::load(this, field, id).await?;
    Ok(Some(Source {
        engine: song.engine,
        plan: Some(song.plan).filter(|plan| !plan.is_empty()),
        title: song.title,
        lyric: song.lyric,
        left: sound.left,
        right: sound.right,
        sample_rate: sound.sample_rate,
        master_sha256: song.master_sha256,
    }))
}
